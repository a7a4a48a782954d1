#!/usr/bin/env node
// Prints every change as it comes: changes.mjs [CURSOR] [SOCKET]. Varlink is JSON with a NUL behind each message.
import { connect } from "node:net";

const [after, path = "/run/wabawatch/io.wabawatch"] = process.argv.slice(2);
const connection = connect(path).setEncoding("utf8");
connection.write(JSON.stringify({ method: "io.wabawatch.Subscribe", parameters: after ? { after } : {}, more: true }) + "\0");

let held = "";
connection.on("data", (part) => {
  const messages = (held + part).split("\0");
  held = messages.pop();
  for (const { error, parameters } of messages.map((message) => JSON.parse(message))) {
    if (error) throw new Error(`${error}: ${JSON.stringify(parameters)}`);
    // Keep the cursor once the change is worked on, and begin behind it next time.
    if (parameters.change) console.log(parameters.change.cursor, parameters.change.summary);
  }
});
connection.on("end", () => { throw new Error("wabawatchd has closed the connection"); });
