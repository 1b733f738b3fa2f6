// SPDX-License-Identifier: Apache-2.0
#include "wire/post_upload.hpp"

#include "base/glob.hpp"
#include "wire/post_policy.hpp"
#include "wire/protocols/xml.hpp"

namespace tocsin::wire {
namespace {

Failure missing_field(std::string_view name) {
  Error error{"InvalidArgument", "Bucket POST must contain a field named '" + std::string(name) +
                                     "'.  If it is specified, please check the order of the "
                                     "fields."};
  error.members = {{"ArgumentName", name}, {"ArgumentValue", ""}};
  return fail(std::move(error));
}

Result<Authorization> read_version_2(const Headers& fields) {
  Authorization out;
  out.scheme = Scheme::Version2Header;
  out.access_key_id = header(fields, "awsaccesskeyid");
  out.signature = header(fields, "signature");
  if (out.access_key_id.empty()) return missing_field("AWSAccessKeyId");
  if (out.signature.empty()) return missing_field("Signature");
  return out;
}

Result<Authorization> read_version_4(const Headers& fields) {
  for (const char* name : {"X-Amz-Signature", "X-Amz-Credential", "X-Amz-Date"})
    if (header(fields, name).empty()) return missing_field(name);
  Authorization out;
  const auto parts = split(header(fields, "x-amz-credential"), '/');
  if (header(fields, "x-amz-algorithm") != "AWS4-HMAC-SHA256" || parts.size() != 5 ||
      parts[4] != "aws4_request") {
    return fail("AuthorizationQueryParametersError",
                "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; "
                "expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
  }
  out.access_key_id = parts[0];
  out.date = parts[1];
  out.region = parts[2];
  out.service = parts[3];
  out.signature = header(fields, "x-amz-signature");
  out.time = parse_iso8601(header(fields, "x-amz-date")).value_or(Time{});
  return out;
}

std::string key_of(const PostForm& form) {
  std::string key(header(form.fields, "key"));
  constexpr std::string_view kFileName = "${filename}";
  if (const auto at = key.find(kFileName); at != std::string::npos)
    key.replace(at, kFileName.size(), form.file_name);
  return key;
}

/// The header that a field stands for; empty where it is of the form alone.
std::string header_of(const std::string& field) {
  if (field == "acl") return "x-amz-acl";
  for (const char* name :
       {"cache-control", "content-type", "content-disposition", "content-encoding", "expires"}) {
    if (field == name) return field;
  }
  const bool of_signature = field == "x-amz-signature" || field == "x-amz-credential" ||
                            field == "x-amz-algorithm" || field == "x-amz-date" ||
                            field == "x-amz-security-token";
  return field.starts_with("x-amz-") && !of_signature ? field : std::string();
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

/// The field "tagging" holds a document; the header that it stands for holds a query.
Result<std::string> tagging_header(const std::string& document) {
  const auto& shape = *model::service("s3")->operation("PutObjectTagging")->input->shape;
  const auto tagging = TRY(detail::parse_xml(*shape.payload->shape, "Tagging", document));
  std::string out;
  for (const auto& tag : array_of(tagging, "TagSet")) {
    if (!out.empty()) out += '&';
    out += uri_encode(text(tag, "Key"), Slash::Encode) + "=" +
           uri_encode(text(tag, "Value"), Slash::Encode);
  }
  return out;
}

}  // namespace

Result<void> PostSink::write(std::string_view bytes) {
  const auto begin = [this](const PostForm& form) -> Result<void> {
    file_ = std::make_unique<UploadSink>(blobs_, TRY(body_claims(form.fields, Checksums::OfBody)),
                                         UploadOptions{.content_key = content_key_});
    return {};
  };
  return reader_.read(bytes, begin, [this](std::string_view piece) { return file_->write(piece); });
}

Result<void> PostSink::finish() {
  TRY(reader_.finish());
  return file_->finish();
}

bool is_post_form(const HttpMessage& message) {
  const auto type = message.header("content-type").value_or("");
  return message.method == "POST" && message.query.empty() &&
         to_lower(type).starts_with("multipart/form-data") &&
         message.path.find_first_not_of('/') != std::string::npos;
}

Result<Identity> check_post(const Authenticator& authenticator, const PostSink& sink,
                            const std::string& bucket, Time now) {
  const auto& form = sink.form();
  const auto* policy = find_header(form.fields, "policy");
  if (!policy) return authenticator.check_form(nullptr, {}, now);
  const bool version_4 =
      find_header(form.fields, "x-amz-algorithm") || find_header(form.fields, "x-amz-signature");
  auto shown = TRY(version_4 ? read_version_4(form.fields) : read_version_2(form.fields));
  shown.session_token = header(form.fields, "x-amz-security-token");
  auto identity = TRY(authenticator.check_form(&shown, *policy, now));
  const PostedFile file{bucket, key_of(form), sink.file().blob().size};
  TRY(check_post_policy(*policy, form, file, now));
  return identity;
}

Result<Posted> posted(const PostForm& form, const HttpMessage& message, bool secure) {
  Posted out;
  out.key = key_of(form);
  if (out.key.empty()) return missing_field("key");
  const auto path = std::string_view(message.path).substr(1);
  out.bucket = uri_decode(path.substr(0, path.find('/')));
  const std::string host(message.header("host").value_or("localhost"));
  out.location = (secure ? "https://" : "http://") + host + "/";
  if (!host.starts_with(out.bucket + ".")) out.location += out.bucket + "/";
  out.location += uri_encode(out.key, Slash::Keep);
  out.status = header(form.fields, "success_action_status");
  const auto* redirect = find_header(form.fields, "success_action_redirect");
  out.redirect = redirect ? *redirect : header(form.fields, "redirect");
  return out;
}

Result<HttpMessage> put_message(const HttpMessage& message, const PostForm& form,
                                const Posted& posted) {
  HttpMessage out;
  out.method = "PUT";
  out.path =
      "/" + uri_encode(posted.bucket, Slash::Encode) + "/" + uri_encode(posted.key, Slash::Keep);
  for (const char* name : {"host", "user-agent", "x-amzn-trace-id"})
    if (const auto value = message.header(name)) out.headers.emplace_back(name, *value);
  for (const auto& [field, value] : form.fields) {
    if (auto name = header_of(field); !name.empty())
      out.headers.emplace_back(std::move(name), value);
    if (field == "tagging") out.headers.emplace_back("x-amz-tagging", TRY(tagging_header(value)));
  }
  return out;
}

void shape_post_reply(const Posted& posted, Reply& reply) {
  const std::string etag(header(reply.headers, "etag"));
  if (!posted.redirect.empty()) {
    const char* mark = posted.redirect.find('?') == std::string::npos ? "?" : "&";
    reply.status = 303;
    reply.headers.emplace_back(
        "Location", posted.redirect + mark + "bucket=" + uri_encode(posted.bucket, Slash::Encode) +
                        "&key=" + uri_encode(posted.key, Slash::Encode) +
                        "&etag=" + uri_encode(etag, Slash::Encode));
    return;
  }
  reply.headers.emplace_back("Location", posted.location);
  reply.status = posted.status == "200" ? 200 : posted.status == "201" ? 201 : 204;
  if (reply.status != 201) return;
  reply.headers.emplace_back("Content-Type", "application/xml");
  reply.body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PostResponse><Location>" +
               escaped(posted.location) + "</Location><Bucket>" + escaped(posted.bucket) +
               "</Bucket><Key>" + escaped(posted.key) + "</Key><ETag>" + escaped(etag) +
               "</ETag></PostResponse>";
}

}  // namespace tocsin::wire
