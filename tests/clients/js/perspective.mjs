// @conversationai/perspectiveapi-js-client with its address changed.
import module from "@conversationai/perspectiveapi-js-client";

const {BASE, KEY} = process.env;
const client = new module.Client(KEY);
client.perspectiveApiUrl = `${BASE}/v1alpha1/comments:analyze?key=${KEY}`;
const scores = await client.getScores("You are a <b>complete</b> idiot.");
const chosen = await client.getScores("You are a complete idiot.", {
  attributes: ["LIKELY_TO_REJECT", "INSULT"],
  context: {entries: [{text: "The council votes on the bridge."}]},
});
let refused = "";
try {
  await client.getScores("You are a complete idiot.", {languages: ["om"]});
} catch (error) {
  refused = String(error);
}
console.log(JSON.stringify({scores, chosen, refused}));
