// SPDX-License-Identifier: Apache-2.0
// A browser's upload: the form, its policy, and the whole of it through the gateway.
#include "wire/post_form.hpp"

#include "wire/gateway_testing.hpp"
#include "wire/post_policy.hpp"

namespace tocsin::wire {
namespace {

constexpr char kType[] = "multipart/form-data; boundary=edge";

std::string part(const std::string& name, const std::string& value) {
  return "--edge\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}
std::string file(const std::string& content, const std::string& name = "C:\\dir\\name.txt") {
  return "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name +
         "\"\r\nContent-Type: text/plain\r\n\r\n" + content + "\r\n--edge--\r\n";
}

struct Read {
  Error error;
  PostForm form;
  std::string content;
};

Read read(std::string_view body, std::size_t step = 1 << 20, std::string_view type = kType) {
  PostFormReader reader(type);
  Read out;
  const auto begin = [](const PostForm&) { return Result<void>(); };
  const auto take = [&](std::string_view piece) {
    out.content += piece;
    return Result<void>();
  };
  while (!body.empty()) {
    const auto piece = body.substr(0, step);
    body.remove_prefix(piece.size());
    if (const auto done = reader.read(piece, begin, take); !done) return {done.error()};
  }
  if (const auto done = reader.finish(); !done) return {done.error()};
  out.form = reader.form();
  return out;
}

TEST(PostForm, IsReadHoweverItIsCut) {
  const std::string content = "line\r\n--edg\r\n--ed\r\n\r\n" + std::string(1000, 'x');
  const auto body = part("Key", "a") + part("x-amz-meta-b", "two\r\nlines") + file(content);
  for (const std::size_t step : {1u, 2u, 5u, 100u, 5000u}) {
    const auto out = read(body, step);
    EXPECT_EQ(out.error, Error{}) << out.error.message;
    EXPECT_EQ(out.content, content);
    EXPECT_EQ(out.form.fields, (Headers{{"key", "a"}, {"x-amz-meta-b", "two\r\nlines"}}));
    EXPECT_EQ(out.form.file_name, "name.txt");
  }
  EXPECT_EQ(read(file("")).error, Error{});
}

TEST(PostForm, RefusesWhatIsNone) {
  EXPECT_EQ(read("x").error.code, "MalformedPOSTRequest");
  EXPECT_EQ(read(part("key", "a")).error.code, "MalformedPOSTRequest");
  EXPECT_EQ(read(part("key", "a") + "--edge--\r\n").error.message,
            "POST requires exactly one file upload per request.");
  EXPECT_EQ(read("--edge\r\nX: y\r\n\r\n").error.code, "MalformedPOSTRequest");
  EXPECT_EQ(read("--edgeXX").error.code, "MalformedPOSTRequest");
  EXPECT_EQ(read(part("key", std::string(30'000, 'k'))).error.code, "MaxPostPreDataLengthExceeded");
  EXPECT_EQ(read("x", 1, "text/plain").error.status, 412);
  auto cut = file("content");
  cut.resize(cut.size() - 6);
  EXPECT_EQ(read(cut).error.code, "MalformedPOSTRequest");
}

// ---- the policy

const Time kNow = *parse_iso8601("20261124T041125Z");

Error policy(const std::string& conditions, Headers fields = {}, std::uint64_t size = 10,
             const std::string& expiration = "2026-11-24T05:00:00Z") {
  const auto text =
      base64(R"({"expiration":")" + expiration + R"(","conditions":[)" + conditions + "]}");
  const PostForm form{std::move(fields), "name"};
  const auto checked = check_post_policy(text, form, {"bucket", "user/key", size}, kNow);
  return checked ? Error{} : checked.error();
}

TEST(PostPolicy, AllowsWhatItsConditionsSay) {
  const Headers fields = {{"key", "user/${filename}"},
                          {"content-type", "image/png"},
                          {"x-ignore-this", "x"},
                          {"policy", "p"},
                          {"x-amz-signature", "s"}};
  const std::string usual =
      R"({"bucket":"bucket"},["starts-with","$key","user/"],["eq","$Content-Type","image/png"])";
  EXPECT_EQ(policy(usual, fields), Error{});
  EXPECT_EQ(policy(usual + R"(,["content-length-range",1,10])", fields), Error{});
  EXPECT_EQ(policy(usual + R"(,["content-length-range",11,20])", fields).code, "EntityTooSmall");
  EXPECT_EQ(policy(usual + R"(,["content-length-range",0,9])", fields).code, "EntityTooLarge");
  EXPECT_EQ(policy(usual + R"(,["starts-with","$acl",""])", fields), Error{});
}

TEST(PostPolicy, RefusesTheRest) {
  EXPECT_EQ(
      policy(R"({"bucket":"other"})"),
      (Error{"AccessDenied",
             R"(Invalid according to Policy: Policy Condition failed: ["eq", "$bucket", "other"])",
             403}));
  EXPECT_EQ(policy("", {{"acl", "public-read"}}).message,
            "Invalid according to Policy: Extra input fields: acl");
  EXPECT_EQ(policy("", {}, 0, "2026-11-24T04:00:00Z").message,
            "Invalid according to Policy: Policy expired.");
  EXPECT_EQ(policy("", {}, 0, "soon").code, "InvalidPolicyDocument");
  for (const char* bad : {"1", "[]", "{\"a\":1}", R"(["eq","key","x"])", R"(["ne","$key","x"])",
                          R"(["content-length-range","a",2])", R"(["eq","$key"])", "{"}) {
    EXPECT_EQ(policy(bad).code, "InvalidPolicyDocument") << bad;
  }
}

// ---- through the gateway

class PostFormGatewayTest : public GatewayTest {
 protected:
  static std::string form(const std::string& key, const std::string& content,
                          const std::string& more = "", const std::string& secret = "secret") {
    const auto date = amz_date(wall_now());
    const auto policy = base64(
        R"({"expiration":"2099-01-01T00:00:00Z","conditions":[{"bucket":"bucket"},)"
        R"(["starts-with","$key","user/"],["starts-with","$x-amz-credential",""],)"
        R"(["starts-with","$x-amz-date",""],["starts-with","$x-amz-algorithm",""],)"
        R"(["starts-with","$tagging",""],)"
        R"(["starts-with","$success_action_status",""],["starts-with","$success_action_redirect",""]]})");
    const auto day = date.substr(0, 8);
    auto signing = hmac_sha256("AWS4" + secret, day);
    for (const char* step : {"us-east-1", "s3", "aws4_request"})
      signing = hmac_sha256(signing, step);
    return part("key", key) + part("x-amz-algorithm", "AWS4-HMAC-SHA256") +
           part("x-amz-credential", "AKIDKEY/" + day + "/us-east-1/s3/aws4_request") +
           part("x-amz-date", date) + part("policy", policy) +
           part("x-amz-signature", hex(hmac_sha256(signing, policy))) + more + file(content);
  }
  std::string post(const std::string& body, const std::string& path = "/bucket",
                   const std::string& host = "localhost:4566") {
    return exchange_raw("POST " + path + " HTTP/1.1\r\nHost: " + host +
                        "\r\nContent-Type: " + kType +
                        "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
};

TEST_F(PostFormGatewayTest, ASignedFormIsAPutObject) {
  serve(AuthMode::Strict);
  EXPECT_THAT(post(form("user/${filename}", "content")), StartsWith("HTTP/1.1 204"));
  EXPECT_EQ(text(last_request.params, "Key"), "user/name.txt");
  EXPECT_EQ(last_request.credential.access_key_id, "AKIDKEY");
  EXPECT_THAT(post(form("user/a", "content", part("success_action_status", "201")), "/",
                   "bucket.s3.localhost:4566"),
              AllOf(StartsWith("HTTP/1.1 201"),
                    HasSubstr("<Location>http://bucket.s3.localhost:4566/user/a</Location>"
                              "<Bucket>bucket</Bucket><Key>user/a</Key>")));
  EXPECT_THAT(
      post(form("user/a", "x", part("success_action_redirect", "http://example.org/done"))),
      AllOf(StartsWith("HTTP/1.1 303"),
            HasSubstr("Location: http://example.org/done?bucket=bucket&key=user%2Fa&etag=%22")));
}

TEST_F(PostFormGatewayTest, AFormMayHaveTags) {
  serve(AuthMode::Strict);
  const auto tags = [](const std::string& document) {
    return form("user/a", "x", part("tagging", document));
  };
  EXPECT_THAT(post(tags("<Tagging><TagSet><Tag><Key>a b</Key><Value>1&amp;2</Value></Tag>"
                        "<Tag><Key>c</Key><Value/></Tag></TagSet></Tagging>")),
              StartsWith("HTTP/1.1 204"));
  EXPECT_EQ(text(last_request.params, "Tagging"), "a%20b=1%262&c=");
  EXPECT_THAT(post(tags("a=b")), HasSubstr("<Code>MalformedXML</Code>"));
}

TEST_F(PostFormGatewayTest, AFormThatIsNotAllowedIsRefused) {
  serve(AuthMode::Strict);
  EXPECT_THAT(post(form("other/a", "x")), HasSubstr("Policy Condition failed"));
  EXPECT_THAT(post(form("user/a", "x", "", "wrong")),
              HasSubstr("<Code>SignatureDoesNotMatch</Code>"));
  EXPECT_THAT(post(form("", "x")), HasSubstr("field named 'key'"));
  EXPECT_THAT(post(part("key", "a") + part("policy", "p") + file("x")),
              HasSubstr("field named 'AWSAccessKeyId'"));
  EXPECT_THAT(post(part("key", "a") + file("x")), HasSubstr("<Code>AccessDenied</Code>"));
  EXPECT_THAT(post("nothing"), HasSubstr("<Code>MalformedPOSTRequest</Code>"));
}

}  // namespace
}  // namespace tocsin::wire
