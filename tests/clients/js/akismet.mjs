// @cedx/akismet with its base URL changed.
import {Author, Blog, Client, Comment} from "@cedx/akismet";

const {BASE, KEY} = process.env;
const blog = new Blog({url: "https://blog.example/", charset: "UTF-8", languages: ["en"]});
const client = new Client(KEY, blog, {baseUrl: BASE});
const author = new Author({ipAddress: "192.0.2.7", name: "Ravi", userAgent: "Mozilla/5.0"});
const comment = (content) =>
  new Comment({author, content, type: "comment", context: ["bridges", "council"]});
await client.submitSpam(comment("You are a complete idiot."));
await client.submitHam(comment("Who pays for the second bridge?"));
console.log(
  JSON.stringify({
    valid: await client.verifyKey(),
    invalid: await new Client("wrong", blog, {baseUrl: BASE}).verifyKey(),
    ham: await client.checkComment(comment("Who pays for the second bridge?")),
    spam: await client.checkComment(comment("You are a complete idiot.")),
  }),
);
