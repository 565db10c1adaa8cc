// The quick start of the Perspective API for Node, with the host changed.
import {google} from "googleapis";

const {BASE, KEY} = process.env;
const client = await google.discoverAPI(`${BASE}/$discovery/rest?version=v1alpha1`);
const ask = (text, key = KEY) =>
  client.comments.analyze({
    key,
    resource: {
      comment: {text},
      requestedAttributes: {TOXICITY: {}, INSULT: {}},
      spanAnnotations: true,
    },
  });
const refused = async (promise) => {
  try {
    await promise;
  } catch (error) {
    const {code, message, status} = error.response.data.error;
    return {code, message, status};
  }
};
const {data} = await ask("You are a complete idiot. Who pays for the bridge?");
const suggested = await client.comments.suggestscore({
  key: KEY,
  resource: {
    comment: {text: "You are a complete idiot."},
    attributeScores: {TOXICITY: {summaryScore: {value: 1}}},
    clientToken: "from-node",
  },
});
console.log(
  JSON.stringify({
    data,
    suggested: suggested.data,
    empty: await refused(ask("")),
    wrongKey: await refused(ask("Hello there", "wrong")),
  }),
);
