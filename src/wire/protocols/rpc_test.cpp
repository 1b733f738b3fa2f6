// SPDX-License-Identifier: Apache-2.0
// EC2 Query and RPC v2 CBOR: what they answer, word for word, and what they refuse.
#include "base/crypto.hpp"
#include "wire/protocols/cbor_value.hpp"
#include "wire/protocols/protocol.hpp"

namespace tocsin::wire {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const Route kEc2{model::service("ec2"), Protocol::Ec2};
const Route kSqs{model::service("sqs"), Protocol::Cbor};
const Route kWatch{model::service("monitoring"), Protocol::Cbor};

std::string shown(const Result<DecodedCall>& call) {
  if (!call)
    return fmt::format("{} {}: {}", call.error().code, call.error().status, call.error().message);
  return fmt::format("{} {}", call->operation->name, to_json(call->params));
}

std::string ec2(std::string_view body) {
  return shown(
      decode_request(kEc2, {.headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                            .body = fmt::format("Version=2016-11-15&{}", body)}));
}

/// CBOR of a Document; "hex:f97c00" stands for those bytes.
void put(std::string& out, const Document& value) {
  detail::CborWriter writer(out);
  if (value.is_object()) {
    writer.map(value.get_object().size());
    for (const auto& entry : value.get_object()) {
      writer.text(entry.key());
      put(out, entry.value());
    }
  } else if (value.is_array()) {
    writer.array(value.get_array().size());
    for (const auto& item : value.get_array())
      put(out, item);
  } else if (value.is_string() && value.get_string().starts_with("hex:")) {
    out += unhex(std::string_view(value.get_string()).substr(4)).value();
  } else {
    detail::to_cbor(writer, value);
  }
}

HttpMessage rpc(std::string path, const Document& body) {
  HttpMessage message{
      .path = std::move(path),
      .headers = {{"smithy-protocol", "rpc-v2-cbor"}, {"Content-Type", "application/cbor"}}};
  put(message.body, body);
  return message;
}

std::string sqs(std::string_view operation, const Document& body) {
  const auto path = fmt::format("/service/AmazonSQS/operation/{}", operation);
  return shown(decode_request(kSqs, rpc(path, body)));
}

std::string watch(std::string_view operation, const Document& body) {
  const auto path = fmt::format("/service/GraniteServiceVersion20100801/operation/{}", operation);
  return shown(decode_request(kWatch, rpc(path, body)));
}

HttpReply replied(const Route& to, std::string_view operation, const Document& value) {
  return encode_reply(to, *to.service->operation(operation), value, "req-1");
}

TEST(Ec2, NamesMembersByQueryNameOrWithACapital) {
  EXPECT_EQ(ec2("Action=DescribeInstances&MaxResults=5&NextToken=n&DryRun=true"),
            R"(DescribeInstances {"DryRun":true,"MaxResults":5,"NextToken":"n"})");
  EXPECT_EQ(ec2("Action=RunInstances&MinCount=1&MaxCount=2&IamInstanceProfile.Name=p"
                "&NetworkInterface.1.DeviceIndex=0&NetworkInterface.1.SecurityGroupId.1=sg-1"),
            R"(RunInstances {"MaxCount":2,"MinCount":1,"IamInstanceProfile":{"Name":"p"},)"
            R"("NetworkInterfaces":[{"DeviceIndex":0,"Groups":["sg-1"]}]})");
}

TEST(Ec2, ReadsEveryListAsFlat) {
  EXPECT_EQ(ec2("Action=DescribeInstances&Filter.1.Name=tag%3AName&Filter.1.Value.1=a"
                "&Filter.1.Value.2=b&InstanceId.2=i-2&InstanceId.10=i-10&InstanceId.1=i-1"),
            R"(DescribeInstances {"Filters":[{"Name":"tag:Name","Values":["a","b"]}],)"
            R"("InstanceIds":["i-1","i-2","i-10"]})");
  EXPECT_EQ(ec2("Action=DescribeInstances&InstanceId="), R"(DescribeInstances {"InstanceIds":[]})");
  EXPECT_EQ(ec2("Action=AuthorizeSecurityGroupIngress&GroupId=sg-1&IpPermissions.1.IpProtocol=tcp"
                "&IpPermissions.1.FromPort=22&IpPermissions.1.IpRanges.1.CidrIp=0.0.0.0%2F0"),
            R"(AuthorizeSecurityGroupIngress {"GroupId":"sg-1","IpPermissions":[{"FromPort":22,)"
            R"("IpProtocol":"tcp","IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]})");
}

TEST(Ec2, TakesTimestampsBlobsAndTokens) {
  EXPECT_EQ(ec2("Action=RunInstances&MinCount=1&MaxCount=1&ClientToken=t-1"),
            R"(RunInstances {"MaxCount":1,"MinCount":1,"ClientToken":"t-1"})");
  EXPECT_EQ(kEc2.service->operation("RunInstances")->idempotency_token()->name, "ClientToken");
  EXPECT_EQ(ec2("Action=DescribeSpotPriceHistory&StartTime=2026-11-24T04%3A00%3A00Z"),
            R"(DescribeSpotPriceHistory {"StartTime":1795492800})");
  EXPECT_EQ(ec2("Action=ImportKeyPair&KeyName=k&PublicKeyMaterial=YWJj"),
            R"(ImportKeyPair {"KeyName":"k","PublicKeyMaterial":"YWJj"})");
}

TEST(Ec2, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(ec2("Action=DescribeInstances&Colour=red"),
            "UnknownParameter 400: The parameter Colour is not recognized");
  EXPECT_EQ(ec2("Action=DescribeInstances&Filter.1.Colour=red"),
            "UnknownParameter 400: The parameter Filter.1.Colour is not recognized");
  EXPECT_EQ(ec2("Action=RunInstances&Monitoring=true"),
            "UnknownParameter 400: The parameter Monitoring is not recognized");
  EXPECT_EQ(ec2("Action=DescribeInstances&MaxResults.x=1"),
            "UnknownParameter 400: The parameter MaxResults.x is not recognized");
  EXPECT_EQ(ec2("Action=DescribeInstances&MaxResults=many"),
            "InvalidParameterValue 400: Value (many) for parameter MaxResults is invalid.");
  EXPECT_EQ(ec2("Action=Nonesuch"),
            "InvalidAction 400: The action Nonesuch is not valid for this web service.");
  EXPECT_THAT(ec2("InstanceId.1=i"), StartsWith("MissingAction 400"));
  EXPECT_THAT(ec2("Action=DescribeInstances&InstanceId.1=%ZZ"),
              StartsWith("MalformedQueryString 400"));
  EXPECT_THAT(shown(decode_request(kEc2, {.body = "Action=DescribeInstances&Version=1999-01-01"})),
              StartsWith("NoSuchVersion 400"));
}

TEST(Ec2, LetsTheParametersOfOldSignaturesPass) {
  EXPECT_EQ(ec2("Action=DescribeInstances&AWSAccessKeyId=a&SignatureVersion=2&Timestamp=x"
                "&X-Amz-Date=d"),
            "DescribeInstances {}");
}

TEST(Ec2, AnswersWithoutAWrapper) {
  const Document instance = Object{{"InstanceId", "i-1"},
                                   {"LaunchTime", 1795492800.0},
                                   {"Tags", Array{Object{{"Key", "k"}, {"Value", "<v>"}}}},
                                   {"BlockDeviceMappings", Array()}};
  const Document value =
      Object{{"Reservations", Array{Object{{"Instances", Array{instance}}}}}, {"NextToken", "n"}};
  const auto reply = replied(kEc2, "DescribeInstances", value);
  EXPECT_EQ(reply.header("content-type"), "text/xml;charset=UTF-8");
  EXPECT_EQ(reply.header("x-amzn-requestid"), "req-1");
  EXPECT_THAT(reply.body,
              StartsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DescribeInstancesResponse "
                         "xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">"
                         "<requestId>req-1</requestId><reservationSet><item><instancesSet><item>"));
  EXPECT_THAT(reply.body, HasSubstr("<launchTime>2026-11-24T04:00:00.000Z</launchTime>"));
  EXPECT_THAT(reply.body, HasSubstr("<blockDeviceMapping/>"));
  EXPECT_THAT(reply.body, HasSubstr("<tagSet><item><key>k</key><value>&lt;v&gt;</value></item>"));
  EXPECT_THAT(reply.body, HasSubstr("</reservationSet><nextToken>n</nextToken>"));
  EXPECT_THAT(replied(kEc2, "CreateTags", Object()).body,
              HasSubstr("<requestId>req-1</requestId><return>true</return></CreateTagsResponse>"));
}

TEST(Ec2, AnswersErrorsInItsOwnBodyAndWords) {
  const auto reply = encode_error(
      kEc2, {"InvalidInstanceID.NotFound", "The instance ID 'i-<1>' does not exist"}, "req-1");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error>"
            "<Code>InvalidInstanceID.NotFound</Code><Message>The instance ID "
            "'i-&lt;1&gt;' does not exist</Message></Error></Errors>"
            "<RequestID>req-1</RequestID></Response>");
  const auto error_of = [](const Error& error) {
    const auto each = encode_error(kEc2, error, "r");
    const auto from = each.body.find("<Code>") + 6;
    return fmt::format("{} {}", each.status,
                       each.body.substr(from, each.body.find('<', from) - from));
  };
  EXPECT_EQ(error_of({"AccessDenied", "User: x", 403}), "403 UnauthorizedOperation");
  EXPECT_EQ(error_of({"SignatureDoesNotMatch", "m", 403}), "401 AuthFailure");
  EXPECT_EQ(error_of({"InvalidClientTokenId", "m", 403}), "401 AuthFailure");
  EXPECT_EQ(error_of({"ExpiredToken", "m", 403}), "400 RequestExpired");
  EXPECT_EQ(error_of({"ValidationException", "m"}), "400 InvalidParameterValue");
  EXPECT_EQ(error_of(internal_error("m")), "500 InternalError");
}

TEST(RpcCbor, ReadsValuesByTheModel) {
  EXPECT_EQ(sqs("CreateQueue", Object{{"QueueName", "q"}, {"tags", Object{{"k", "v"}}}}),
            R"(CreateQueue {"QueueName":"q","tags":{"k":"v"}})");
  EXPECT_EQ(sqs("SendMessage", Object{{"MessageBody", "m"},
                                      {"MessageAttributes",
                                       Object{{"b", Object{{"BinaryValue", "hex:4200ff"}}}}}}),
            R"(SendMessage {"MessageBody":"m","MessageAttributes":{"b":{"BinaryValue":"AP8="}}})");
  const Document datum = Object{{"MetricName", "m"},
                                {"Timestamp", "hex:c11a6b03dd00"},
                                {"Value", "hex:f93e00"},
                                {"Values", Array{1, "hex:f97c00", "hex:fa3fc00000"}}};
  EXPECT_EQ(watch("PutMetricData", Object{{"Namespace", "N"}, {"MetricData", Array{datum}}}),
            R"(PutMetricData {"Namespace":"N","MetricData":[{"MetricName":"m",)"
            R"("Timestamp":1795415296,"Value":1.5,"Values":[1,"Infinity",1.5]}]})");
}

TEST(RpcCbor, ReadsLengthsLeftOpenAndChunks) {
  EXPECT_EQ(sqs("CreateQueue", "hex:bf7f655175657565644e616d65ff6171ff"),
            R"(CreateQueue {"QueueName":"q"})");
  EXPECT_EQ(
      sqs("SendMessage", Object{{"MessageAttributes",
                                 Object{{"b", Object{{"BinaryValue", "hex:5f410041ffff"}}}}}}),
      R"(SendMessage {"MessageAttributes":{"b":{"BinaryValue":"AP8="}}})");
}

TEST(RpcCbor, LeavesOutNullsAndUnknownMembers) {
  EXPECT_EQ(sqs("CreateQueue", Object{{"QueueName", "q"},
                                      {"Attributes", nullptr},
                                      {"tags", "hex:f7"},
                                      {"Extra", Object{{"a", Array{1, "hex:c1f6"}}}}}),
            R"(CreateQueue {"QueueName":"q"})");
  EXPECT_EQ(shown(decode_request(kSqs, {.path = "/service/AmazonSQS/operation/ListQueues"})),
            "ListQueues {}");
}

TEST(RpcCbor, RefusesValuesOfTheWrongKind) {
  EXPECT_EQ(sqs("SendMessage", Object{{"MessageBody", 7}}),
            "SerializationException 400: NUMBER_VALUE can not be converted to a String");
  EXPECT_EQ(sqs("SendMessage", Object{{"MessageBody", "hex:416d"}}),
            "SerializationException 400: Byte string found where not expected");
  EXPECT_EQ(sqs("SendMessage",
                Object{{"MessageAttributes", Object{{"b", Object{{"BinaryValue", "AA=="}}}}}}),
            "SerializationException 400: Text string found where a byte string was expected");
  for (const auto* number : {"hex:fb3ff8000000000000", "hex:1b0000000100000000", "hex:f97e00",
                             "hex:3bffffffffffffffff", "hex:1bffffffffffffffff", "hex:f0"}) {
    EXPECT_THAT(sqs("ReceiveMessage", Object{{"MaxNumberOfMessages", number}}),
                StartsWith("SerializationException 400: "))
        << number;
  }
  EXPECT_EQ(sqs("SendMessage", Array{}),
            "SerializationException 400: Start of list found where not expected");
  EXPECT_THAT(sqs("SendMessage", "hex:a1"),
              StartsWith("SerializationException 400: Malformed CBOR at byte 1"));
  EXPECT_THAT(sqs("SendMessage", "hex:a0a0"), StartsWith("SerializationException 400: "));
  EXPECT_THAT(sqs("SendMessage", "hex:a10102"), StartsWith("SerializationException 400: "));
}

TEST(RpcCbor, RefusesOtherPathsMethodsAndContentTypes) {
  for (const auto* path :
       {"/", "/service/AmazonSQS/operation/", "/service/Other/operation/ListQueues",
        "/service/AmazonSQS/operation/Nonesuch", "/service/AmazonSQS/operation/ListQueues/more"}) {
    EXPECT_THAT(shown(decode_request(kSqs, rpc(path, Object()))),
                StartsWith("UnknownOperationException 404"))
        << path;
  }
  auto message = rpc("/prefix/service/AmazonSQS/operation/ListQueues", Object());
  EXPECT_EQ(shown(decode_request(kSqs, message)), "ListQueues {}");
  message.headers[1].second = "application/json";
  EXPECT_THAT(shown(decode_request(kSqs, message)),
              StartsWith("UnsupportedMediaTypeException 415"));
  message.method = "GET";
  EXPECT_THAT(shown(decode_request(kSqs, message)), StartsWith("UnknownOperationException 404"));
}

TEST(RpcCbor, AnswersByTheModel) {
  const auto reply = replied(
      kWatch, "GetMetricData",
      Object{{"MetricDataResults", Array{Object{{"Id", "a"},
                                                {"Timestamps", Array{1795492800.0, 1795492800.5}},
                                                {"Values", Array{1, 1.5, "NaN"}}}}},
             {"Unknown", 1}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("smithy-protocol"), "rpc-v2-cbor");
  EXPECT_EQ(reply.header("content-type"), "application/cbor");
  std::string expected;
  put(expected,
      Object{{"MetricDataResults",
              Array{Object{{"Id", "a"},
                           {"Timestamps", Array{"hex:c11a6b050bc0", "hex:c1fb41dac142f0200000"}},
                           {"Values", Array{1.0, 1.5, "hex:fb7ff8000000000000"}}}}}});
  EXPECT_EQ(hex(reply.body), hex(expected));
  const auto empty = replied(kWatch, "PutMetricData", Object());
  EXPECT_EQ(empty.body, "");
  EXPECT_FALSE(empty.header("content-type"));
  EXPECT_EQ(hex(replied(kSqs, "ListQueues", Object()).body), "a0");
}

TEST(RpcCbor, AnswersErrorsWithTheirType) {
  const auto reply = encode_error(kWatch, {"DashboardInvalidInputError", "no dashboard"}, "req-1");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.header("smithy-protocol"), "rpc-v2-cbor");
  std::string expected;
  put(expected, Object{{"__type", "com.amazonaws.monitoring#DashboardInvalidInputError"},
                       {"message", "no dashboard"}});
  EXPECT_EQ(hex(reply.body), hex(expected));
  EXPECT_EQ(reply.header("x-amzn-query-error"), "InvalidParameterInput;Sender");
}

}  // namespace
}  // namespace tocsin::wire
