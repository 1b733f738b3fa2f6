// SPDX-License-Identifier: Apache-2.0
// What each protocol answers, word for word, and what it refuses.
#include "wire/protocols/protocol.hpp"

#include "base/crypto.hpp"

namespace tocsin::wire {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Route route(std::string_view service, Protocol protocol) {
  return {model::service(service), protocol};
}

HttpMessage json(std::string target, std::string body,
                 std::string type = "application/x-amz-json-1.1") {
  return {.headers = {{"X-Amz-Target", std::move(target)}, {"content-type", std::move(type)}},
          .body = std::move(body)};
}

HttpMessage form(std::string body) {
  return {.headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
          .body = std::move(body)};
}

HttpMessage rest(std::string method, std::string path, std::string query = "",
                 std::string body = "") {
  return {.method = std::move(method),
          .path = std::move(path),
          .query = std::move(query),
          .body = std::move(body)};
}

/// "Operation {params}", or "Code status: message".
std::string decoded(const Route& to, const HttpMessage& message) {
  const auto call = decode_request(to, message);
  if (!call)
    return fmt::format("{} {}: {}", call.error().code, call.error().status, call.error().message);
  return fmt::format("{} {}", call->operation->name, to_json(call->params));
}

HttpReply replied(const Route& to, std::string_view operation, const Document& value) {
  return encode_reply(to, *to.service->operation(operation), value, "req-1");
}

std::string header_of(const HttpReply& reply, std::string_view name) {
  return std::string(reply.header(name).value_or("(none)"));
}

const auto kEvents = route("events", Protocol::Json11);
const auto kSqsJson = route("sqs", Protocol::Json10);
const auto kSqsQuery = route("sqs", Protocol::Query);
const auto kIam = route("iam", Protocol::Query);
const auto kLambda = route("lambda", Protocol::RestJson);
const auto kS3 = route("s3", Protocol::RestXml);

TEST(Json, RefusesWhatItCannotRead) {
  EXPECT_THAT(decoded(kEvents, json("AWSEvents.PutRule", "{\"Name\": ")),
              StartsWith("SerializationException 400"));
  EXPECT_THAT(decoded(kEvents, json("AWSEvents.PutRule", "[]")),
              StartsWith("SerializationException 400"));
  EXPECT_EQ(decoded(kEvents, json("AWSEvents.PutRule", R"({"Name": 7})")),
            "SerializationException 400: NUMBER_VALUE can not be converted to a String");
  EXPECT_THAT(decoded(kEvents, json("AWSEvents.Nonesuch", "{}")),
              StartsWith("UnknownOperationException 400"));
  EXPECT_THAT(decoded(kEvents, json("Elsewhere.PutRule", "{}")),
              StartsWith("UnknownOperationException 400"));
  EXPECT_THAT(decoded(kEvents, json("", "{}")), StartsWith("UnknownOperationException 400"));
}

TEST(Json, LeavesOutNullsAndUnknownMembers) {
  EXPECT_EQ(
      decoded(kEvents, json("AWSEvents.PutRule", R"({"Name":"r","State":null,"Extra":{"a":1}})")),
      R"(PutRule {"Name":"r"})");
  EXPECT_EQ(decoded(kEvents, json("AWSEvents.ListRules", "")), "ListRules {}");
}

TEST(Json, AnswersInTheVersionAsked) {
  const auto reply = replied(kSqsJson, "SendMessage", Object{{"MessageId", "m"}, {"Unknown", 1}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"MessageId":"m"})");
  EXPECT_EQ(header_of(reply, "content-type"), "application/x-amz-json-1.0");
  EXPECT_EQ(header_of(reply, "x-amzn-requestid"), "req-1");
  EXPECT_EQ(replied(route("logs", Protocol::Json11), "CreateLogGroup", Object()).body, "");
}

TEST(Json, WritesTimestampsAsSeconds) {
  const auto to = route("cloudtrail", Protocol::Json11);
  EXPECT_EQ(replied(to, "GetTrailStatus", Object{{"StartLoggingTime", 1795492800.0}}).body,
            R"({"StartLoggingTime":1795492800})");
  EXPECT_THAT(replied(to, "GetTrailStatus", Object{{"StartLoggingTime", 1795492800.25}}).body,
              HasSubstr("1795492800.25"));
}

TEST(Json, GivesSqsErrorsBothNames) {
  for (const auto* code : {"QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"}) {
    const auto reply = encode_error(kSqsJson, {code, "no queue"}, "req-1");
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.body,
              R"({"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no queue"})");
    EXPECT_EQ(header_of(reply, "x-amzn-query-error"),
              "AWS.SimpleQueueService.NonExistentQueue;Sender");
  }
}

TEST(Json, AddsMembersOfErrors) {
  const Error error{"ValidationException", "m", 400, Fault::Client, {{"reason", "r"}}};
  EXPECT_EQ(encode_error(kEvents, error, "req-1").body,
            R"({"__type":"ValidationException","message":"m","reason":"r"})");
}

TEST(Query, DecodesListsMapsAndEmptyLists) {
  EXPECT_EQ(
      decoded(kIam, form("Action=CreateUser&Version=2010-05-08&UserName=u&Tags.member.2.Key=b&Tags."
                         "member.2.Value="
                         "&Tags.member.1.Key=a+b&Tags.member.1.Value=%C3%A9")),
      R"(CreateUser {"UserName":"u","Tags":[{"Key":"a b","Value":"é"},{"Key":"b","Value":""}]})");
  EXPECT_EQ(decoded(kIam, form("Action=CreateUser&UserName=u&Tags=")),
            R"(CreateUser {"UserName":"u","Tags":[]})");
  EXPECT_EQ(
      decoded(
          route("sns", Protocol::Query),
          form("Action=CreateTopic&Name=t&Attributes.entry.1.key=K&Attributes.entry.1.value=V")),
      R"(CreateTopic {"Name":"t","Attributes":{"K":"V"}})");
}

TEST(Query, OrdersListsByNumber) {
  EXPECT_EQ(
      decoded(kIam,
              form("Action=SimulateCustomPolicy&ActionNames.member.10=j&ActionNames.member.9=i")),
      R"(SimulateCustomPolicy {"ActionNames":["i","j"]})");
}

TEST(Query, TakesAGet) {
  EXPECT_EQ(decoded(route("sts", Protocol::Query),
                    rest("GET", "/", "Action=GetCallerIdentity&Version=2011-06-15")),
            "GetCallerIdentity {}");
}

TEST(Query, TakesTheQueueFromThePath) {
  auto message = form("Action=SendMessage&MessageBody=x");
  message.path = "/123456789012/q";
  message.headers.emplace_back("Host", "localhost:4566");
  EXPECT_EQ(decoded(kSqsQuery, message),
            R"(SendMessage {"MessageBody":"x","QueueUrl":"http://localhost:4566/123456789012/q"})");
}

TEST(Query, RefusesWhatItCannotRead) {
  EXPECT_EQ(decoded(kIam, form("Action=Nonesuch&Version=2010-05-08")),
            "InvalidAction 400: Could not find operation Nonesuch for version 2010-05-08");
  EXPECT_EQ(decoded(kIam, form("Action=ListUsers&Version=1999-01-01")),
            "InvalidAction 400: Could not find operation ListUsers for version 1999-01-01");
  EXPECT_THAT(decoded(kIam, form("Version=2010-05-08")), StartsWith("MissingAction 400"));
  EXPECT_THAT(decoded(kIam, form("Action=ListUsers&Marker=%zz")),
              StartsWith("MalformedQueryString 400"));
  EXPECT_THAT(decoded(kIam, form("Action=ListUsers&Marker=%ff")),
              StartsWith("MalformedQueryString 400"));
  EXPECT_THAT(decoded(kIam, form("Action=ListUsers&Marker=a&Marker=b")),
              StartsWith("MalformedQueryString 400"));
  EXPECT_THAT(decoded(kIam, form("Action=ListUsers&MaxItems=ten")),
              StartsWith("MalformedInput 400"));
  EXPECT_THAT(decoded(kIam, form("Action=ListUsers&MaxItems.x=1")),
              StartsWith("MalformedInput 400"));
  std::string deep = "Action=ListUsers&a";
  for (int i = 0; i < 40; ++i)
    deep += ".a";
  EXPECT_THAT(decoded(kIam, form(deep + "=1")), StartsWith("MalformedQueryString 400"));
}

TEST(Query, AnswersInXml) {
  const Document user =
      Object{{"UserName", "a<b"}, {"CreateDate", 1795492800.5}, {"Tags", Array{}}};
  const auto reply = replied(kIam, "GetUser", Object{{"User", user}});
  EXPECT_EQ(header_of(reply, "content-type"), "text/xml");
  EXPECT_EQ(
      reply.body,
      R"(<GetUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetUserResult><User>)"
      R"(<UserName>a&lt;b</UserName><CreateDate>2026-11-24T04:00:00Z</CreateDate><Tags/></User></GetUserResult>)"
      R"(<ResponseMetadata><RequestId>req-1</RequestId></ResponseMetadata></GetUserResponse>)");
  EXPECT_THAT(replied(kIam, "DeleteUser", Object()).body, Not(HasSubstr("Result")));
}

TEST(Query, NamesSqsMembersInTheOldWay) {
  const Document reply =
      Object{{"Messages", Array{Object{{"MessageId", "1"}, {"Attributes", Object{{"A", "1"}}}}}}};
  EXPECT_THAT(
      replied(kSqsQuery, "ReceiveMessage", reply).body,
      HasSubstr("<ReceiveMessageResult><Message><MessageId>1</MessageId><Attribute><Name>A</Name>"
                "<Value>1</Value></Attribute></Message></ReceiveMessageResult>"));
}

TEST(Query, AnswersErrorsWithCodesAndStatusesOfTheModel) {
  const auto reply = encode_error(kIam, {"NoSuchEntity", "no <role>"}, "req-1");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(
      reply.body,
      R"(<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type>)"
      R"(<Code>NoSuchEntity</Code><Message>no &lt;role&gt;</Message></Error><RequestId>req-1</RequestId>)"
      R"(</ErrorResponse>)");
  EXPECT_THAT(encode_error(kSqsQuery, {"QueueDoesNotExist", "m"}, "r").body,
              HasSubstr("<Code>AWS.SimpleQueueService.NonExistentQueue</Code>"));
  EXPECT_THAT(encode_error(kIam, internal_error("m"), "r").body,
              HasSubstr("<Type>Receiver</Type>"));
}

TEST(RestJson, BindsUriQueryHeadersAndPayload) {
  auto message =
      rest("POST", "/2015-03-31/functions/a%2Fb/invocations", "Qualifier=%24LATEST", R"({"a":1})");
  message.headers.emplace_back("x-amz-invocation-type", "Event");
  EXPECT_EQ(
      decoded(kLambda, message),
      fmt::format(
          R"(Invoke {{"FunctionName":"a/b","InvocationType":"Event","Qualifier":"$LATEST","Payload":"{}"}})",
          base64(R"({"a":1})")));
  EXPECT_EQ(decoded(kLambda, rest("DELETE", "/2017-03-31/tags/arn", "tagKeys=a&tagKeys=b")),
            R"(UntagResource {"Resource":"arn","TagKeys":["a","b"]})");
  EXPECT_EQ(decoded(kLambda, rest("GET", "/2015-03-31/functions", "MaxItems=3")),
            R"(ListFunctions {"MaxItems":3})");
}

TEST(RestJson, RefusesWhatItCannotRead) {
  EXPECT_THAT(decoded(kLambda, rest("GET", "/2015-03-31/nonesuch")),
              StartsWith("UnknownOperationException 404"));
  EXPECT_THAT(decoded(kLambda, rest("PATCH", "/2015-03-31/functions/f")),
              StartsWith("UnknownOperationException 404"));
  EXPECT_THAT(decoded(kLambda, rest("POST", "/2015-03-31/functions", "", "{")),
              StartsWith("SerializationException 400"));
  EXPECT_THAT(decoded(kLambda, rest("POST", "/2015-03-31/functions", "", R"({"Timeout":"5"})")),
              StartsWith("SerializationException 400"));
  EXPECT_THAT(decoded(kLambda, rest("GET", "/2015-03-31/functions", "MaxItems=x")),
              StartsWith("SerializationException 400"));
  EXPECT_THAT(
      decoded(kLambda, rest("POST", "/2021-11-15/functions/f/response-streaming-invocations")),
      StartsWith("UnknownOperationException 501"));
}

TEST(RestJson, AnswersWithStatusHeadersAndPayload) {
  const auto reply = replied(
      kLambda, "Invoke",
      Object{{"StatusCode", 202}, {"FunctionError", "Unhandled"}, {"Payload", base64("{}")}});
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(reply.body, "{}");
  EXPECT_EQ(header_of(reply, "x-amz-function-error"), "Unhandled");
  EXPECT_EQ(replied(kLambda, "DeleteFunction", Object()).status, 204);
  EXPECT_EQ(replied(kLambda, "CreateFunction", Object{{"FunctionName", "f"}}).status, 201);
}

TEST(RestJson, AnswersErrorsAsLambdaDoes) {
  const auto reply =
      encode_error(kLambda, {"ResourceNotFoundException", "Function not found: f"}, "req-1");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(header_of(reply, "x-amzn-errortype"), "ResourceNotFoundException");
  EXPECT_EQ(reply.body, R"({"Type":"User","Message":"Function not found: f"})");
}

TEST(RestXml, SelectsOperationsByMethodAndSubresource) {
  const auto name = [](std::string method, std::string path, std::string query = "") {
    return decoded(kS3, rest(std::move(method), std::move(path), std::move(query)));
  };
  EXPECT_EQ(name("GET", "/"), "ListBuckets {}");
  EXPECT_EQ(name("GET", "/b"), R"(ListObjects {"Bucket":"b"})");
  EXPECT_EQ(name("GET", "/b/"), R"(ListObjects {"Bucket":"b"})");
  EXPECT_EQ(name("GET", "/b", "list-type=2"), R"(ListObjectsV2 {"Bucket":"b"})");
  EXPECT_EQ(name("GET", "/b", "policy"), R"(GetBucketPolicy {"Bucket":"b"})");
  EXPECT_EQ(name("GET", "/b", "versioning="), R"(GetBucketVersioning {"Bucket":"b"})");
  EXPECT_EQ(name("GET", "/b", "lifecycle"), R"(GetBucketLifecycleConfiguration {"Bucket":"b"})");
  EXPECT_EQ(name("GET", "/b/k", "x-id=GetObject"), R"(GetObject {"Bucket":"b","Key":"k"})");
  EXPECT_EQ(name("HEAD", "/b"), R"(HeadBucket {"Bucket":"b"})");
  EXPECT_EQ(name("DELETE", "/b/a%2Fb%20c/"), R"(DeleteObject {"Bucket":"b","Key":"a/b c/"})");
  EXPECT_EQ(name("POST", "/b/k", "uploads"), R"(CreateMultipartUpload {"Bucket":"b","Key":"k"})");
  EXPECT_EQ(name("PUT", "/b/k", "partNumber=2&uploadId=u"),
            R"(UploadPart {"Bucket":"b","Key":"k","PartNumber":2,"UploadId":"u","Body":""})");
}

TEST(RestXml, CopiesWhereASourceIsGiven) {
  auto message = rest("PUT", "/b/k");
  EXPECT_THAT(decoded(kS3, message), StartsWith("PutObject "));
  message.headers.emplace_back("x-amz-copy-source", "b/j");
  EXPECT_THAT(decoded(kS3, message), StartsWith("CopyObject "));
}

TEST(RestXml, RefusesAPartWithoutItsNumberOrItsUpload) {
  EXPECT_THAT(decoded(kS3, rest("PUT", "/b/k", "uploadId=u")), StartsWith("InvalidArgument 400"));
  EXPECT_THAT(decoded(kS3, rest("PUT", "/b/k", "partNumber=1")), StartsWith("InvalidArgument 400"));
}

TEST(RestXml, RefusesASubresourceThatTheMethodDoesNotHave) {
  EXPECT_THAT(decoded(kS3, rest("DELETE", "/b", "versioning")), StartsWith("MethodNotAllowed 405"));
  EXPECT_THAT(decoded(kS3, rest("PATCH", "/b")), StartsWith("MethodNotAllowed 405"));
  EXPECT_THAT(decoded(kS3, rest("GET", "/b/%zz")), StartsWith("InvalidURI 400"));
  EXPECT_THAT(decoded(kS3, rest("GET", "/b", "prefix=%zz")), StartsWith("InvalidURI 400"));
  EXPECT_THAT(decoded(kS3, rest("GET", "/b", "max-keys=ten")),
              StartsWith("InvalidArgument 400: Provided max-keys not an integer"));
}

TEST(RestXml, RefusesXmlThatIsNotWhatItShouldBe) {
  const auto put = [](std::string body) {
    return decoded(kS3, rest("PUT", "/b", "tagging", std::move(body)));
  };
  EXPECT_EQ(put("<Tagging><TagSet><Tag><Key>k</Key><Value> v </Value></Tag></TagSet></Tagging>"),
            R"(PutBucketTagging {"Bucket":"b","Tagging":{"TagSet":[{"Key":"k","Value":" v "}]}})");
  EXPECT_THAT(put("<Tagging><TagSet>"), StartsWith("MalformedXML 400"));
  EXPECT_THAT(put("<Other/>"), StartsWith("MalformedXML 400"));
  EXPECT_THAT(put("<Tagging/><Tagging/>"), StartsWith("MalformedXML 400"));
  EXPECT_THAT(put("<Tagging><TagSet><Other/></TagSet></Tagging>"), StartsWith("MalformedXML 400"));
  EXPECT_THAT(put("<Tagging><TagSet><Tag><Key><b/></Key></Tag></TagSet></Tagging>"),
              StartsWith("MalformedXML 400"));
  EXPECT_THAT(put("<!DOCTYPE Tagging [<!ENTITY a \"b\">]><Tagging>&a;</Tagging>"),
              StartsWith("MalformedXML 400"));
  EXPECT_THAT(put("\xFF\xFE<Tagging/>"), StartsWith("MalformedXML 400"));
  std::string deep;
  for (int i = 0; i < 100'000; ++i)
    deep += "<Tagging>";
  EXPECT_THAT(put(deep), StartsWith("MalformedXML 400"));
}

TEST(RestXml, ReadsAttributesOfAnyPrefix) {
  const auto call = decode_request(
      kS3,
      rest(
          "PUT", "/b", "acl",
          R"(<AccessControlPolicy><AccessControlList><Grant><Grantee xmlns:x="http://www.w3.org/2001/XMLSchema-instance" )"
          R"(x:type="Group"><URI>u</URI></Grantee></Grant></AccessControlList></AccessControlPolicy>)"));
  ASSERT_TRUE(call);
  EXPECT_EQ(to_json(*find_path(call->params, "AccessControlPolicy.Grants")),
            R"([{"Grantee":{"Type":"Group","URI":"u"}}])");
}

TEST(RestXml, StreamsBodies) {
  auto message = rest("PUT", "/b/k");
  EXPECT_TRUE(streams_body(kS3, message));
  EXPECT_FALSE(streams_body(kS3, rest("PUT", "/b")));
  EXPECT_FALSE(streams_body(kS3, rest("GET", "/b/k")));
  EXPECT_FALSE(streams_body(kEvents, json("AWSEvents.PutRule", "{}")));
  message.blob = store::BlobRef{std::string(64, 'a'), 5};
  EXPECT_THAT(decoded(kS3, message), HasSubstr(R"("Body":{"$blob":"aaaa)"));
}

TEST(RestXml, AnswersWithPartOfABlob) {
  const store::BlobRef blob{std::string(64, 'a'), 100};
  Document body = store::to_document(blob);
  body.get_object()["offset"] = 10;
  body.get_object()["length"] = 20;
  const auto reply = replied(kS3, "GetObject",
                             Object{{"Body", body},
                                    {"ContentLength", 20},
                                    {"ContentRange", "bytes 10-29/100"},
                                    {"ETag", "\"e\""},
                                    {"LastModified", 1795492800.0},
                                    {"Metadata", Object{{"a", "b\r\nx: y"}}}});
  EXPECT_EQ(reply.blobs, (std::vector{BlobSlice{blob, 10, 20}}));
  EXPECT_EQ(header_of(reply, "content-range"), "bytes 10-29/100");
  EXPECT_EQ(header_of(reply, "content-length"), "(none)");
  EXPECT_EQ(header_of(reply, "last-modified"), "Tue, 24 Nov 2026 04:00:00 GMT");
  EXPECT_EQ(header_of(reply, "x-amz-meta-a"), "b  x: y");
  body.get_object()["length"] = 1000;
  EXPECT_EQ(replied(kS3, "GetObject", Object{{"Body", body}}).blobs.at(0).length, 90u);
}

TEST(RestXml, AnswersHeadWithoutABody) {
  const auto reply = replied(kS3, "HeadObject", Object{{"ContentLength", 5}});
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(header_of(reply, "content-length"), "5");
  EXPECT_EQ(encode_error(kS3, {"NoSuchKey", "m", 404}, "r", "HEAD").body, "");
}

TEST(RestXml, NamesRootElements) {
  const std::string start = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<";
  const std::string space = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
  EXPECT_EQ(
      replied(kS3, "ListObjectsV2",
              Object{{"KeyCount", 1}, {"Contents", Array{Object{{"Key", "a\rb\x01"}}}}})
          .body,
      start + "ListBucketResult" + space +
          "><Contents><Key>a&#13;b&#1;</Key></Contents><KeyCount>1</KeyCount></ListBucketResult>");
  EXPECT_EQ(replied(kS3, "GetBucketLocation", Object()).body,
            start + "LocationConstraint" + space + "/>");
  EXPECT_EQ(replied(kS3, "GetBucketLocation", Object{{"LocationConstraint", "eu-west-1"}}).body,
            start + "LocationConstraint" + space + ">eu-west-1</LocationConstraint>");
  EXPECT_EQ(replied(kS3, "GetBucketVersioning", Object()).body,
            start + "VersioningConfiguration" + space + "></VersioningConfiguration>");
  EXPECT_EQ(replied(kS3, "CopyObject", Object{{"CopyObjectResult", Object{{"ETag", "e"}}}}).body,
            start + "CopyObjectResult" + space + "><ETag>e</ETag></CopyObjectResult>");
  EXPECT_EQ(replied(kS3, "PutObject", Object{{"ETag", "e"}}).body, "");
  EXPECT_EQ(replied(kS3, "GetBucketPolicy", Object{{"Policy", "{}"}}).body, "{}");
  EXPECT_EQ(replied(kS3, "DeleteObject", Object()).status, 204);
}

TEST(RestXml, WritesAttributes) {
  const Document grantee = Object{{"ID", "i"}, {"Type", "CanonicalUser"}};
  const Document reply =
      Object{{"Grants", Array{Object{{"Grantee", grantee}, {"Permission", "READ"}}}}};
  EXPECT_THAT(
      replied(kS3, "GetBucketAcl", reply).body,
      HasSubstr(
          R"(<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">)"
          R"(<ID>i</ID></Grantee>)"));
}

TEST(RestXml, AnswersErrorsWithoutAWrapper) {
  const auto reply =
      encode_error(kS3, {"NoSuchKey", "gone", 404, Fault::Client, {{"Key", "k"}}}, "req-1");
  EXPECT_EQ(reply.status, 404);
  EXPECT_THAT(reply.body,
              HasSubstr("?>\n<Error><Code>NoSuchKey</Code><Message>gone</Message><Key>k</Key>"
                        "<RequestId>req-1</RequestId><HostId>"));
  EXPECT_EQ(header_of(reply, "x-amz-request-id"), "req-1");
}

}  // namespace
}  // namespace tocsin::wire
