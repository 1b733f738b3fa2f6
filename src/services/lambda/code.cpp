// SPDX-License-Identifier: Apache-2.0
#include "services/lambda/code.hpp"

#include <charconv>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/lambda/configuration.hpp"
#include "services/lambda/functions.hpp"
#include "services/lambda/layers.hpp"
#include "services/lambda/versions.hpp"

namespace tocsin::lambda {
namespace {

using core::Call;
using core::Context;
using core::Outcome;

constexpr auto kLocationLife = std::chrono::minutes(10);

Failure s3_error(const Error& error) {
  if (error.code == "AccessDenied")
    return fail("AccessDeniedException",
                "Your access has been denied by S3, please make sure your request credentials have "
                "permission to GetObject for the given bucket and key. S3 Error Code: "
                "AccessDenied. S3 Error Message: " +
                    error.message,
                403);
  return invalid(
      fmt::format("Error occurred while GetObject. S3 Error Code: {}. S3 Error Message: {}",
                  error.code, error.message));
}

/// The object's content: {"$blob": …} or {"$blobs": […]}, as the wire would send it.
Result<Document> object_body(Call& call, const Document& given) {
  Object params{{"Bucket", text(given, "S3Bucket")}, {"Key", text(given, "S3Key")}};
  if (const auto version = text(given, "S3ObjectVersion"); !version.empty())
    params["VersionId"] = version;
  auto found = call.call(call.as_caller("s3", "GetObject", std::move(params)));
  if (found.pending()) return fail(internal_error("s3:GetObject does not answer"));
  auto reply = std::move(found).result();
  if (!reply) return s3_error(reply.error());
  const auto* body = find(*reply, "Body");
  return body ? *body : Document("");
}

void finish_create(Context& context, const core::Token& token, Object state, const Document& code) {
  context.resolve(token, function_inspected(context, std::move(state), code));
}

std::string mac_of(const core::Secrets& secrets, std::string_view what) {
  return hex(hmac_sha256(secrets.derive("lambda code location", 32), what)).substr(0, 40);
}

}  // namespace

Result<Object> code_source(Call& call, const Document& given) {
  if (!text(given, "ImageUri").empty())
    return invalid("Tocsin runs functions of PackageType Zip; container images are not served.");
  const auto* zip = find(given, "ZipFile");
  const bool s3 = !text(given, "S3Bucket").empty() || !text(given, "S3Key").empty();
  if (zip && s3)
    return invalid("Please do not provide other FunctionCode parameters when providing a ZipFile.");
  Object code;
  if (zip && store::blob_ref(*zip)) {
    code["Code"] = *zip;
  } else if (zip) {
    code["ZipBase64"] = boost::json::string(call.open(*zip).value_or(""));
  } else if (s3) {
    if (text(given, "S3Bucket").empty() || text(given, "S3Key").empty())
      return invalid("S3Bucket and S3Key are both required for code in S3.");
    code["Body"] = TRY(object_body(call, given));
  } else {
    return invalid("Please provide a source for function code.");
  }
  return code;
}

Outcome inspect(Call& call, const Object& code, Object state) {
  const auto token = call.park();
  state["token"] = token.id;
  state["base"] = base_url(call);
  call.start({.work = core::JobSpec{.kind = "function.inspect_code", .payload = code},
              .retry = {.attempts = 3},
              .then = {"lambda.code_inspected", std::move(state)}});
  return token;
}

void code_inspected(Context& context, const core::Resumption& end) {
  const core::Token token{string_of(end.context, "token")};
  if (!end.outcome) return void(context.resolve(token, std::unexpected(end.outcome.error())));
  if (text(end.context, "kind") != "layer")
    return finish_create(context, token, end.context.as_object(), *end.outcome);
  auto layer = decoded<LayerVersion>(object_of(end.context, "layer"));
  if (const auto ref = store::blob_ref(object_of(*end.outcome, "Code"))) layer.code = *ref;
  layer.code_sha256 = string_of(*end.outcome, "CodeSha256");
  layer.code_size = integer(*end.outcome, "CodeSize").value_or(0);
  context.resolve(token, Document(layer_published(context, layer, text(end.context, "base"))));
}

std::string base_url(const Call& call) {
  const auto& request = call.request();
  return fmt::format("{}://{}", request.secure ? "https" : "http",
                     request.host.empty() ? std::string("127.0.0.1:4566") : request.host);
}

std::string code_location(const Context& context, const store::BlobRef& code,
                          std::string_view base) {
  const auto what =
      fmt::format("{}-{}-{}", code.sha256, code.size, to_ms(context.now() + kLocationLife));
  return fmt::format("{}/2015-03-31/code/{}-{}", base, what, mac_of(context.secrets(), what));
}

Outcome get_code(Call& call) {
  const auto name = string_of(call.params(), "Name");
  const auto denied = fail("AccessDeniedException", "Request has expired or is not valid.", 403);
  const auto cut = name.rfind('-');
  if (cut == name.npos ||
      !equal_in_constant_time(mac_of(call.secrets(), name.substr(0, cut)), name.substr(cut + 1))) {
    return denied;
  }
  const auto sha256 = name.substr(0, 64);
  std::uint64_t size = 0;
  std::int64_t expires = 0;
  const auto* end = name.data() + cut;
  const auto read = std::from_chars(name.data() + 65, end, size);
  std::from_chars(read.ptr + 1, end, expires);
  if (to_ms(call.now()) > expires) return denied;
  return Object{{"Body", store::to_document({sha256, size})}, {"ContentType", "application/zip"}};
}

}  // namespace tocsin::lambda
