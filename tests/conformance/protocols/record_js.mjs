// SPDX-License-Identifier: Apache-2.0
// Records what the AWS SDK for JavaScript v3 sends for those calls of calls.json whose clients are installed:
//   cd DIR-WITH-@aws-sdk && node record_js.mjs calls.json [--cbor] > js-v3.json
// With --cbor, what it sends to CloudWatch over RPC v2 CBOR, which it prefers AWS JSON to.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.cwd() + "/");
const cbor = process.argv.includes("--cbor") ? require("@aws-sdk/core/protocols").AwsSmithyRpcV2CborProtocol : undefined;
const packages = { events: "eventbridge" };
const hidden = new Set(["authorization", "x-amz-date", "user-agent", "x-amz-user-agent", "amz-sdk-invocation-id", "amz-sdk-request"]);

function map(value, leaf) {
  if (Array.isArray(value)) return value.map((inner) => map(inner, leaf));
  if (value === null || typeof value !== "object") return value;
  if ("$bytes" in value || "$time" in value) return leaf(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, map(inner, leaf)]));
}
const native = (value) =>
  map(value, (leaf) => ("$bytes" in leaf ? Buffer.from(leaf.$bytes, "base64") : new Date(leaf.$time * 1000)));
const document = (value) => map(value, (leaf) => Object.values(leaf)[0]);

async function record(service, operation, params) {
  let sdk;
  if (cbor && service !== "cloudwatch") return null;
  try {
    sdk = require(`@aws-sdk/client-${packages[service] ?? service}`);
  } catch {
    return null;
  }
  const name = Object.keys(sdk).find((key) => /^[A-Z].*Client$/.test(key) && key !== "__Client");
  let seen;
  const client = new sdk[name]({
    region: "us-east-1", endpoint: "http://localhost:4566", forcePathStyle: true, maxAttempts: 1,
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    ...(cbor && { protocol: cbor }),
    requestHandler: { handle: async (request) => { seen = request; throw new Error("stop"); } },
  });
  await client.send(new sdk[operation + "Command"](native(params))).catch((error) => { if (!seen) throw error; });
  const query = Object.entries(seen.query ?? {}).flatMap(([key, value]) =>
    [value].flat().map((each) => `${encodeURIComponent(key)}=${encodeURIComponent(each ?? "")}`));
  return {
    scope: (seen.headers.authorization ?? "///" + service).split("/")[3], operation, params: document(params),
    method: seen.method, path: seen.path, query: query.join("&"),
    headers: Object.entries(seen.headers).filter(([key]) => !hidden.has(key)).map(([key, value]) => [key, String(value)]),
    body: Buffer.from(seen.body ?? "").toString("base64"),
  };
}

const recorded = [];
for (const call of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  const one = await record(...call);
  if (one) recorded.push(one);
}
console.log("[\n" + recorded.map((each) => JSON.stringify(each)).join(",\n") + "\n]");
