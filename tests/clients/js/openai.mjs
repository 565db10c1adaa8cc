// The official client, with its base URL changed.
import OpenAI from "openai";

const {BASE, KEY} = process.env;
const client = new OpenAI({apiKey: KEY, baseURL: `${BASE}/v1`, maxRetries: 0});
const one = await client.moderations.create({input: "You are a complete idiot."});
const two = await client.moderations.create({
  model: "omni-moderation-latest",
  input: ["Who pays for the second bridge?", "You are a complete idiot."],
});
const refused = async (promise) => {
  try {
    await promise;
  } catch (error) {
    return {name: error.constructor.name, code: error.code, param: error.param};
  }
};
const wrongKey = new OpenAI({apiKey: "sk-wrong", baseURL: `${BASE}/v1`, maxRetries: 0});
console.log(
  JSON.stringify({
    one,
    flagged: two.results.map((result) => result.flagged),
    wrongKey: await refused(wrongKey.moderations.create({input: "Hello"})),
    image: await refused(
      client.moderations.create({
        input: [{type: "image_url", image_url: {url: "https://paper.example/a.png"}}],
      }),
    ),
  }),
);
