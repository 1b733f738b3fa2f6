// SPDX-License-Identifier: Apache-2.0
#include "wire/sigv4.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/crypto.hpp"
#include "base/document.hpp"

namespace tocsin::wire {
namespace {

using testing::HasSubstr;

constexpr char kKeyId[] = "AKIDEXAMPLE";
constexpr char kSecret[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const Time kSuiteTime = *parse_iso8601("20150830T123600Z");
const Time kGoldenTime = *parse_iso8601("20261124T041125Z");

struct Message {
  RequestHead head;
  std::string body;
};

Message message(std::string_view text) {
  RequestParser parser(16 * 1024);
  for (std::size_t taken = 0; !parser.done() && !parser.failure();) {
    const auto fed = parser.feed(text.substr(taken));
    taken += fed;
    if (fed == 0) break;
  }
  EXPECT_TRUE(parser.done()) << text;
  return {parser.head(), parser.take_body()};
}

Result<Verified> check(const Message& message, AuthFamily family, Time now,
                       SecretKey key = {kSecret, ""}) {
  const auto shown = TRY(parse_authorization(message.head, family));
  const auto hash = hex(sha256(message.body));
  auto verified = TRY(verify(shown, key, message.head, hash, family, now));
  TRY(check_payload(shown, hash, family));
  return verified;
}

std::string code_of(const Result<Verified>& result) {
  return result ? "" : result.error().code;
}

// ---- AWS's test suite
// https://docs.aws.amazon.com/general/latest/gr/signature-v4-test-suite.html
// (aws-sig-v4-test-suite)

struct SuiteCase {
  const char* name;
  std::string method;
  std::string target;
  Headers headers;
  std::string body;
  const char* signature;
};

const SuiteCase kSuite[] = {
    {"get-vanilla",
     "GET",
     "/",
     {},
     "",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"post-vanilla",
     "POST",
     "/",
     {},
     "",
     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
    {"get-vanilla-query-order-key-case",
     "GET",
     "/?Param2=value2&Param1=value1",
     {},
     "",
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {"get-unreserved",
     "GET",
     "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
     {},
     "",
     "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
    {"get-utf8",
     "GET",
     "/\u1234",
     {},
     "",
     "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
    {"get-space",
     "GET",
     "/example space/",
     {},
     "",
     "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
    {"get-header-value-trim",
     "GET",
     "/",
     {{"my-header1", "value1"}, {"my-header2", "\"a   b   c\""}},
     "",
     "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
    {"get-header-value-order",
     "GET",
     "/",
     {{"my-header1", "value4"},
      {"my-header1", "value1"},
      {"my-header1", "value3"},
      {"my-header1", "value2"}},
     "",
     "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
    {"get-header-key-duplicate",
     "GET",
     "/",
     {{"my-header1", "value2"}, {"my-header1", "value2"}, {"my-header1", "value1"}},
     "",
     "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
    {"get-relative",
     "GET",
     "/example/..",
     {},
     "",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"get-slashes",
     "GET",
     "//example//",
     {},
     "",
     "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
    {"get-slash-pointless-dot",
     "GET",
     "/./example",
     {},
     "",
     "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
    {"post-header-value-case",
     "POST",
     "/",
     {{"my-header1", "VALUE1"}},
     "",
     "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
    {"post-x-www-form-urlencoded",
     "POST",
     "/",
     {{"content-type", "application/x-www-form-urlencoded"}},
     "Param1=value1",
     "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
};

Message suite_message(const SuiteCase& test) {
  Message out;
  out.head.method = test.method;
  const auto mark = test.target.find('?');
  out.head.path = test.target.substr(0, mark);
  if (mark != std::string::npos) out.head.query = test.target.substr(mark + 1);
  out.head.headers = {{"host", "example.amazonaws.com"}, {"x-amz-date", "20150830T123600Z"}};
  std::set<std::string> names = {"host", "x-amz-date"};
  for (const auto& field : test.headers) {
    out.head.headers.push_back(field);
    names.insert(field.first);
  }
  std::string list;
  for (const auto& name : names)
    list += (list.empty() ? "" : ";") + name;
  out.head.headers.push_back(
      {"authorization",
       "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
       "SignedHeaders=" +
           list + ", Signature=" + test.signature});
  out.body = test.body;
  return out;
}

TEST(SigV4, PassesTheTestSuite) {
  for (const auto& test : kSuite) {
    const auto verified = check(suite_message(test), AuthFamily::Query, kSuiteTime);
    EXPECT_TRUE(verified) << test.name << ": " << verified.error().message;
  }
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
TEST(SigV4, PassesTheExamplesOfS3) {
  const std::string start =
      "Host: examplebucket.s3.amazonaws.com\r\nx-amz-date: 20130524T000000Z\r\n";
  const std::string empty_hash =
      "x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\r\n";
  const std::string credential =
      "Authorization: AWS4-HMAC-SHA256 "
      "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,";
  const std::string usual = "SignedHeaders=host;x-amz-content-sha256;x-amz-date,";
  const std::vector<std::string> requests = {
      "GET /test.txt HTTP/1.1\r\nRange: bytes=0-9\r\n" + start + empty_hash + credential +
          "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
          "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41\r\n\r\n",
      "PUT /test%24file.text HTTP/1.1\r\nDate: Fri, 24 May 2013 00:00:00 GMT\r\n"
      "x-amz-storage-class: REDUCED_REDUNDANCY\r\nContent-Length: 21\r\n" +
          start +
          "x-amz-content-sha256: "
          "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072\r\n" +
          credential +
          "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,"
          "Signature="
          "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd\r\n\r\nWelcome to "
          "Amazon S3.",
      "GET /?lifecycle HTTP/1.1\r\n" + start + empty_hash + credential + usual +
          "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543\r\n\r\n",
      "GET /?max-keys=2&prefix=J HTTP/1.1\r\n" + start + empty_hash + credential + usual +
          "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7\r\n\r\n",
  };
  for (const auto& request : requests) {
    const auto verified =
        check(message(request), AuthFamily::S3, *parse_iso8601("20130524T000000Z"),
              {"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""});
    EXPECT_TRUE(verified) << request << verified.error().message;
  }
}

// ---- requests that botocore signed

std::map<std::string, std::string> goldens() {
  std::map<std::string, std::string> out;
  for (const auto& entry :
       std::filesystem::directory_iterator(TOCSIN_SOURCE_DIR "/tests/conformance/sigv4")) {
    if (entry.path().extension() != ".http") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    out[entry.path().stem()] = text.str();
  }
  return out;
}

AuthFamily family_of(const std::string& name) {
  return name.starts_with("s3") ? AuthFamily::S3 : AuthFamily::Query;
}

SecretKey key_of(const std::string& name) {
  return {kSecret, name == "sns" ? "FwoGZXIvYXdzEXAMPLE//token+==" : ""};
}

TEST(SigV4, AcceptsWhatBotocoreSigns) {
  const auto all = goldens();
  ASSERT_GE(all.size(), 7u);
  for (const auto& [name, text] : all) {
    const auto verified =
        check(message(text), family_of(name), kGoldenTime + std::chrono::minutes(14), key_of(name));
    ASSERT_TRUE(verified) << name << ": " << verified.error().message;
    EXPECT_EQ(verified->access_key_id, kKeyId);
    EXPECT_EQ(verified->region, "eu-central-1");
    EXPECT_EQ(verified->date, "20261124");
  }
}

TEST(SigV4, RefusesAChangeOfAnythingSigned) {
  for (const auto& [name, text] : goldens()) {
    const auto family = family_of(name);
    const auto refused = [&](const Message& changed) {
      return !check(changed, family, kGoldenTime, key_of(name));
    };
    auto changed = message(text);
    changed.head.method += "X";
    EXPECT_TRUE(refused(changed)) << name;
    changed = message(text);
    changed.head.path += "x";
    EXPECT_TRUE(refused(changed)) << name;
    changed = message(text);
    changed.head.query += "&x=1";
    EXPECT_TRUE(refused(changed)) << name;
    changed = message(text);
    changed.body += "x";
    EXPECT_TRUE(refused(changed)) << name;
    changed = message(text);
    changed.head.headers.push_back({"x-amz-extra", "1"});
    EXPECT_TRUE(refused(changed)) << name;
    changed = message(text);
    EXPECT_FALSE(check(changed, family, kGoldenTime, {"other", key_of(name).session_token}))
        << name;
  }
}

TEST(SigV4, SignsWhatItAccepts) {
  for (const std::string service : {"sts", "s3"}) {
    RequestHead head;
    head.method = "POST";
    head.path = "/a%20b/c";
    head.query = "y=%2F&x";
    head.headers = {
        {"host", "127.0.0.1:4566"}, {"content-type", "text/plain"}, {"user-agent", "test"}};
    sign(head, "body", {kKeyId, kSecret, "token", "eu-west-1", service}, kGoldenTime);
    const auto family = service == "s3" ? AuthFamily::S3 : AuthFamily::Query;
    const auto verified = check({head, "body"}, family, kGoldenTime, {kSecret, "token"});
    ASSERT_TRUE(verified) << verified.error().message;
    EXPECT_EQ(verified->session_token, "token");
    EXPECT_EQ(credential_scope(head).service, service);
    EXPECT_EQ(credential_scope(head).region, "eu-west-1");
  }
}

// ---- what is refused, and how

class SigV4Refusals : public testing::Test {
 protected:
  /// A signed request whose header fields are then changed.
  static Message changed(std::string_view name, std::optional<std::string> value,
                         AuthFamily family) {
    Message out;
    out.head.method = "POST";
    out.head.path = "/";
    out.head.headers = {{"host", "localhost"}};
    sign(out.head, "", {kKeyId, kSecret, "", "us-east-1", family == AuthFamily::S3 ? "s3" : "sts"},
         kGoldenTime);
    if (name.empty()) return out;
    std::erase_if(out.head.headers, [&](const Header& field) { return field.first == name; });
    if (value) out.head.headers.push_back({std::string(name), *value});
    return out;
  }
  static Error error_of(std::string_view name, std::optional<std::string> value,
                        AuthFamily family) {
    const auto verified = check(changed(name, std::move(value), family), family, kGoldenTime);
    return verified ? Error{} : verified.error();
  }
  static std::string authorization(const std::string& credential) {
    return "AWS4-HMAC-SHA256 Credential=" + credential +
           ", SignedHeaders=host;x-amz-date, Signature=00";
  }
};

TEST_F(SigV4Refusals, AnUnsignedRequest) {
  EXPECT_FALSE(shows_credentials(changed("authorization", std::nullopt, AuthFamily::Query).head));
  const auto error = error_of("authorization", std::nullopt, AuthFamily::Query);
  EXPECT_EQ(error,
            (Error{"MissingAuthenticationToken", "Request is missing Authentication Token", 403}));
  EXPECT_EQ(error_of("authorization", std::nullopt, AuthFamily::Json).code,
            "MissingAuthenticationTokenException");
  EXPECT_EQ(error_of("authorization", std::nullopt, AuthFamily::S3).code, "AccessDenied");
}

TEST_F(SigV4Refusals, AnAuthorizationThatCannotBeRead) {
  for (const std::string value :
       {"", "Bearer abc", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=a/b/c/d/e",
        "AWS4-HMAC-SHA256 Credential", "AWS4-HMAC-SHA256 ,,,"}) {
    EXPECT_EQ(error_of("authorization", value, AuthFamily::Query).code, "IncompleteSignature")
        << value;
  }
  const auto scope =
      error_of("authorization", authorization("AKID/20261124/sts/aws4_request"), AuthFamily::Json);
  EXPECT_EQ(scope.code, "IncompleteSignatureException");
  EXPECT_THAT(scope.message, HasSubstr("Credential must have exactly 5 slash-delimited elements"));
  EXPECT_EQ(
      error_of("authorization", authorization("AKID/20261124/sts/aws4_request"), AuthFamily::S3)
          .code,
      "AuthorizationHeaderMalformed");
  EXPECT_EQ(error_of("authorization", "Bearer abc", AuthFamily::S3).code, "InvalidArgument");
}

TEST_F(SigV4Refusals, AWrongScope) {
  const auto other_day =
      error_of("authorization", authorization("AKID/20261123/us-east-1/sts/aws4_request"),
               AuthFamily::Query);
  EXPECT_EQ(other_day.code, "SignatureDoesNotMatch");
  EXPECT_THAT(other_day.message, HasSubstr("'20261123' != '20261124'"));
  EXPECT_THAT(error_of("authorization", authorization("AKID/20261124/us-east-1/sts/aws3_request"),
                       AuthFamily::Query)
                  .message,
              HasSubstr("valid terminator: 'aws4_request'"));
}

TEST_F(SigV4Refusals, ADateThatIsMissingOrBad) {
  EXPECT_EQ(error_of("x-amz-date", std::nullopt, AuthFamily::Query).code, "IncompleteSignature");
  EXPECT_EQ(error_of("x-amz-date", "yesterday", AuthFamily::Query).code, "IncompleteSignature");
  EXPECT_EQ(error_of("x-amz-date", "yesterday", AuthFamily::S3).code, "AccessDenied");
}

TEST_F(SigV4Refusals, AClockThatIsWrong) {
  const auto request = changed("", std::nullopt, AuthFamily::Query);
  const auto late = check(request, AuthFamily::Query, kGoldenTime + std::chrono::minutes(16));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, "SignatureDoesNotMatch");
  EXPECT_EQ(late.error().message,
            "Signature expired: 20261124T041125Z is now earlier than 20261124T041225Z "
            "(20261124T042725Z - 15 min.)");
  const auto early = check(request, AuthFamily::Json, kGoldenTime - std::chrono::minutes(16));
  EXPECT_EQ(code_of(early), "InvalidSignatureException");
  EXPECT_THAT(early.error().message, HasSubstr("Signature not yet current"));
  EXPECT_EQ(code_of(check(changed("", std::nullopt, AuthFamily::S3), AuthFamily::S3,
                          kGoldenTime + std::chrono::minutes(16))),
            "RequestTimeTooSkewed");
}

TEST_F(SigV4Refusals, AWrongSignature) {
  const auto value = authorization("AKIDEXAMPLE/20261124/us-east-1/sts/aws4_request");
  const auto query = error_of("authorization", value, AuthFamily::Query);
  EXPECT_EQ(query.code, "SignatureDoesNotMatch");
  EXPECT_EQ(query.status, 403);
  EXPECT_THAT(query.message, HasSubstr("Check your AWS Secret Access Key and signing method."));
  EXPECT_EQ(error_of("authorization", value, AuthFamily::Json).code, "InvalidSignatureException");
  EXPECT_EQ(error_of("authorization", value, AuthFamily::Json).status, 400);
  EXPECT_EQ(error_of("authorization", value, AuthFamily::RestJson).status, 403);
}

TEST_F(SigV4Refusals, HeadersThatAreNotSigned) {
  const std::string no_host =
      "AWS4-HMAC-SHA256 Credential=AKID/20261124/us-east-1/sts/aws4_request, "
      "SignedHeaders=x-amz-date, Signature=00";
  EXPECT_THAT(error_of("authorization", no_host, AuthFamily::Query).message,
              HasSubstr("'Host' or ':authority'"));
  const auto s3 = error_of("x-amz-acl", "public-read", AuthFamily::S3);
  EXPECT_EQ(s3.code, "AccessDenied");
  EXPECT_EQ(string_of(s3.members, "HeadersNotSigned"), "x-amz-acl");
}

TEST_F(SigV4Refusals, ATokenOfAnotherSession) {
  EXPECT_EQ(code_of(check(changed("", std::nullopt, AuthFamily::Query), AuthFamily::Query,
                          kGoldenTime, {kSecret, "token"})),
            "InvalidClientTokenId");
  EXPECT_EQ(code_of(check(changed("", std::nullopt, AuthFamily::S3), AuthFamily::S3, kGoldenTime,
                          {kSecret, "token"})),
            "InvalidToken");
}

TEST_F(SigV4Refusals, PayloadsThatCannotBeVerified) {
  EXPECT_EQ(error_of("x-amz-content-sha256", std::nullopt, AuthFamily::S3).code, "InvalidRequest");
  EXPECT_EQ(error_of("x-amz-content-sha256", "abc", AuthFamily::S3).code, "InvalidArgument");
  const auto streamed =
      error_of("x-amz-content-sha256", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", AuthFamily::S3);
  EXPECT_EQ(streamed.code, "NotImplemented");
  EXPECT_EQ(streamed.status, 501);
  EXPECT_EQ(
      error_of("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", AuthFamily::Query)
          .code,
      "IncompleteSignature");
}

TEST_F(SigV4Refusals, AnUnsignedPayloadIsForS3Only) {
  for (const auto family : {AuthFamily::S3, AuthFamily::RestJson}) {
    Message request = {{.method = "PUT", .path = "/b/k"}, "body"};
    request.head.headers = {{"host", "localhost"}, {"x-amz-content-sha256", "UNSIGNED-PAYLOAD"}};
    sign(request.head, "body",
         {kKeyId, kSecret, "", "us-east-1", family == AuthFamily::S3 ? "s3" : "lambda"},
         kGoldenTime);
    EXPECT_EQ(code_of(check(request, family, kGoldenTime)),
              family == AuthFamily::S3 ? "" : "InvalidSignatureException");
  }
}

TEST_F(SigV4Refusals, ABodyThatIsNotTheDeclaredOne) {
  auto request = changed("", std::nullopt, AuthFamily::S3);
  request.body = "other";
  EXPECT_EQ(code_of(check(request, AuthFamily::S3, kGoldenTime)), "XAmzContentSHA256Mismatch");
}

TEST(AuthErrors, SpeakTheWordsOfTheFamily) {
  EXPECT_EQ(in_family({"InvalidClientTokenId", "x", 403}, AuthFamily::Json).code,
            "UnrecognizedClientException");
  EXPECT_EQ(in_family({"InvalidClientTokenId", "x", 403}, AuthFamily::S3).code,
            "InvalidAccessKeyId");
  EXPECT_EQ(in_family({"ExpiredToken", "x", 403}, AuthFamily::RestJson).code,
            "ExpiredTokenException");
  const auto denied = in_family({"AccessDenied", "x", 403}, AuthFamily::Json, "logs");
  EXPECT_EQ(denied.code, "AccessDeniedException");
  EXPECT_EQ(denied.status, 400);
  EXPECT_EQ(in_family({"AccessDenied", "x", 403}, AuthFamily::RestJson, "lambda").status, 403);
  EXPECT_EQ(in_family({"AccessDenied", "x", 403}, AuthFamily::Query, "sns").code,
            "AuthorizationError");
  EXPECT_EQ(in_family({"AccessDenied", "x", 403}, AuthFamily::Query, "iam").code, "AccessDenied");
  EXPECT_EQ(in_family({"AccessDenied", "x", 403}, AuthFamily::S3, "s3").code, "AccessDenied");
  for (int problem = 0; problem <= static_cast<int>(AuthProblem::Unsupported); ++problem) {
    for (const auto family :
         {AuthFamily::Query, AuthFamily::Json, AuthFamily::RestJson, AuthFamily::S3}) {
      EXPECT_FALSE(auth_error(static_cast<AuthProblem>(problem), family).code.empty());
    }
  }
}

}  // namespace
}  // namespace tocsin::wire
