// SPDX-License-Identifier: Apache-2.0
// Calls of the AWS SDK v3 for JavaScript, good and bad. Run by ../sdk_js_test.py, which gives ENDPOINT, KEY, SECRET, ZIP (a file) and ROLE.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CloudTrail } from "@aws-sdk/client-cloudtrail";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { IAM } from "@aws-sdk/client-iam";
import { Lambda } from "@aws-sdk/client-lambda";
import { S3 } from "@aws-sdk/client-s3";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { STS } from "@aws-sdk/client-sts";

const root = { accessKeyId: process.env.KEY, secretAccessKey: process.env.SECRET };
const client = (Service, credentials = root) =>
  new Service({ endpoint: process.env.ENDPOINT, region: "us-east-1", credentials, maxAttempts: 1, forcePathStyle: true });
const [iam, s3, sns, sqs, lambda, events, trails, logs] = [IAM, S3, SNS, SQS, Lambda, EventBridge, CloudTrail, CloudWatchLogs].map((service) => client(service));

async function refused(name, status, promise) {
  const error = await promise.then(() => null, (thrown) => thrown);
  assert.ok(error, `${name} was expected, and the call was not refused`);
  assert.equal(error.name, name, `${error.name}: ${error.message}`);
  assert.equal(error.$metadata.httpStatusCode, status);
  assert.ok(error.$metadata.requestId, `${name} has no request id`);
  return error;
}

async function until(what, attempt) {
  for (let end = Date.now() + 20000; Date.now() < end; await new Promise((go) => setTimeout(go, 100))) {
    const found = await attempt();
    if (found) return found;
  }
  assert.fail(`${what} did not happen within 20 s`);
}

async function receive(QueueUrl) {
  const message = await until("a message", async () => (await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 5 })).Messages?.[0]);
  await sqs.deleteMessage({ QueueUrl, ReceiptHandle: message.ReceiptHandle });
  return message.Body;
}

async function queueFor(name, principal) {
  const arn = `arn:aws:sqs:us-east-1:123456789012:${name}`;
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Principal: { Service: principal }, Action: "sqs:SendMessage", Resource: arn } });
  const { QueueUrl } = await sqs.createQueue({ QueueName: name, Attributes: { Policy } });
  return { QueueUrl, arn };
}

const tests = {
  async identity() {
    assert.equal((await client(STS).getCallerIdentity({})).Arn, "arn:aws:iam::123456789012:root");
    await refused("SignatureDoesNotMatch", 403, client(STS, { ...root, secretAccessKey: "wrong" }).getCallerIdentity({}));
    await refused("InvalidClientTokenId", 403, client(STS, { ...root, accessKeyId: "AKIAAAAAAAAAAAAAAAAA" }).getCallerIdentity({}));
    await refused("NoSuchEntityException", 404, iam.getUser({ UserName: "nobody" }));
  },

  async topicToQueue() {
    const { TopicArn } = await sns.createTopic({ Name: "js", Tags: [{ Key: "a", Value: "b" }] });
    const { QueueUrl, arn } = await queueFor("js-topic", "sns.amazonaws.com");
    await sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint: arn, Attributes: { RawMessageDelivery: "true" } });
    await sns.publish({ TopicArn, Message: "grüße & <so>", MessageAttributes: { colour: { DataType: "String", StringValue: "red" } } });
    assert.equal(await receive(QueueUrl), "grüße & <so>");
    await refused("NotFoundException", 404, sns.publish({ TopicArn: TopicArn + "x", Message: "m" }));
    await refused("AWS.SimpleQueueService.NonExistentQueue", 400, sqs.sendMessage({ QueueUrl: QueueUrl + "x", MessageBody: "m" }));
  },

  async eventToQueue() {
    const { QueueUrl, arn } = await queueFor("js-events", "events.amazonaws.com");
    await events.putRule({ Name: "js", EventPattern: JSON.stringify({ source: ["js.test"], detail: { level: [{ numeric: [">", 3] }] } }) });
    const put = await events.putTargets({ Rule: "js", Targets: [{ Id: "q", Arn: arn, InputPath: "$.detail" }] });
    assert.equal(put.FailedEntryCount, 0);
    const entry = (level) => ({ Source: "js.test", DetailType: "t", Detail: JSON.stringify({ level }) });
    const sent = await events.putEvents({ Entries: [entry(1), entry(9), { Source: "js.test", DetailType: "t", Detail: "no json" }] });
    assert.equal(sent.FailedEntryCount, 1);
    assert.deepEqual(JSON.parse(await receive(QueueUrl)), { level: 9 });
    await refused("InvalidEventPatternException", 400, events.putRule({ Name: "bad", EventPattern: '{"a": [{"prefix": 1}]}' }));
  },

  async functionAndItsLogs() {
    const code = { Runtime: "python3.11", Handler: "index.handler", Role: process.env.ROLE, Code: { ZipFile: readFileSync(process.env.ZIP) } };
    await lambda.createFunction({ FunctionName: "js", ...code });
    const done = await lambda.invoke({ FunctionName: "js", Payload: JSON.stringify({ n: 20 }), LogType: "Tail" });
    assert.equal(done.StatusCode, 200);
    assert.equal(done.FunctionError, undefined, Buffer.from(done.Payload).toString());
    assert.deepEqual(JSON.parse(Buffer.from(done.Payload).toString()), { twice: 40 });
    assert.match(Buffer.from(done.LogResult, "base64").toString(), /START RequestId: [\s\S]*twenty is 20[\s\S]*REPORT RequestId: /);
    const failed = await lambda.invoke({ FunctionName: "js", Payload: "{}" });
    assert.equal(failed.FunctionError, "Unhandled");
    assert.equal(JSON.parse(Buffer.from(failed.Payload).toString()).errorType, "KeyError");
    await refused("ResourceNotFoundException", 404, lambda.invoke({ FunctionName: "none" }));
    await refused("ResourceConflictException", 409, lambda.createFunction({ FunctionName: "js", ...code }));
    const found = () => logs.filterLogEvents({ logGroupName: "/aws/lambda/js" }).then((page) => page.events.map((event) => event.message).join("\n"), () => "");
    const text = await until("the function's log", async () => { const log = await found(); return log.includes("KeyError") && log; });
    for (const part of ["START RequestId: ", "twenty is 20", "END RequestId: ", "REPORT RequestId: "]) assert.ok(text.includes(part), part);
    await refused("ResourceNotFoundException", 400, logs.describeLogStreams({ logGroupName: "none" }));
  },

  async objects() {
    await s3.createBucket({ Bucket: "js-bucket" });
    const put = await s3.putObject({ Bucket: "js-bucket", Key: "a/ü b.txt", Body: "text", ContentType: "text/plain", Metadata: { who: "ann" } });
    assert.equal(put.ETag, '"1cb251ec0d568de6a929b520c4aed8d1"');
    const got = await s3.getObject({ Bucket: "js-bucket", Key: "a/ü b.txt" });
    assert.equal(await got.Body.transformToString(), "text");
    assert.equal(got.Metadata.who, "ann");
    const listed = await s3.listObjectsV2({ Bucket: "js-bucket", Prefix: "a/" });
    assert.deepEqual(listed.Contents.map((object) => object.Key), ["a/ü b.txt"]);
    await refused("NoSuchKey", 404, s3.getObject({ Bucket: "js-bucket", Key: "none" }));
    await refused("NoSuchBucket", 404, s3.listObjectsV2({ Bucket: "js-none" }));
    await refused("BucketNotEmpty", 409, s3.deleteBucket({ Bucket: "js-bucket" }));
  },

  async trail() {
    await s3.createBucket({ Bucket: "js-trail" });
    const allow = (Action, Resource) => ({ Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" }, Action, Resource });
    const Statement = [allow("s3:GetBucketAcl", "arn:aws:s3:::js-trail"), allow("s3:PutObject", "arn:aws:s3:::js-trail/AWSLogs/*")];
    await s3.putBucketPolicy({ Bucket: "js-trail", Policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
    await trails.createTrail({ Name: "js-trail", S3BucketName: "js-trail" });
    await trails.startLogging({ Name: "js-trail" });
    const status = await trails.getTrailStatus({ Name: "js-trail" });
    assert.ok(status.IsLogging && status.StartLoggingTime instanceof Date);
    const query = { LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "StartLogging" }] };
    const event = await until("the record", async () => (await trails.lookupEvents(query)).Events[0]);
    assert.equal(JSON.parse(event.CloudTrailEvent).userIdentity.type, "Root");
    await refused("TrailNotFoundException", 400, trails.getTrailStatus({ Name: "none" }));
  },
};

const wanted = process.argv.slice(2);
for (const [name, test] of Object.entries(tests)) {
  if (wanted.length && !wanted.includes(name)) continue;
  await test();
  console.log(`ok ${name}`);
}
