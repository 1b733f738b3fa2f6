// SPDX-License-Identifier: Apache-2.0
#include "wire/gateway.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "core/context.hpp"
#include "engines/model/check.hpp"
#include "wire/exchange.hpp"
#include "wire/function_url.hpp"
#include "wire/upload.hpp"

namespace tocsin::wire {
namespace {

// Of a refused upload: read to its end, so that the connection lives on.
constexpr std::size_t kSmallBody = 64 * 1024;
// Of an object: it goes with its call, and costs no file of its own.
constexpr std::uint64_t kSmallObject = 8 * 1024;

constexpr std::string_view kCertificate = "/SimpleNotificationService-";

Reply json_reply(int status, std::string body) {
  Reply reply;
  reply.status = status;
  reply.headers = {{"Content-Type", "application/json"}};
  reply.body = std::move(body);
  return reply;
}

/// A body of unknown length: S3 wants to know it before.
Error no_length(const RequestHead& head) {
  if (!head.chunked)
    return {"MissingContentLength", "You must provide the Content-Length HTTP header.", 411};
  Error error{"NotImplemented",
              "A header you provided implies functionality that is not implemented", 501,
              Fault::Server};
  error.members = {{"Header", "Transfer-Encoding"}};
  return error;
}

Error too_large(std::uint64_t length, std::uint64_t limit) {
  Error error{"EntityTooLarge", "Your proposed upload exceeds the maximum allowed size"};
  error.members = {{"ProposedSize", std::to_string(length)},
                   {"MaxSizeAllowed", std::to_string(limit)}};
  return error;
}

/// The models ask for a checksum in more operations; these are the ones where S3 insists.
bool needs_checksum(const model::Operation& operation) {
  constexpr std::string_view kNeed[] = {
      "DeleteObjects",        "PutBucketCors",      "PutBucketLifecycle",
      "PutBucketReplication", "PutObjectLegalHold", "PutBucketLifecycleConfiguration",
      "PutObjectRetention",   "PutBucketTagging",   "PutObjectLockConfiguration"};
  return std::ranges::find(kNeed, operation.name) != std::end(kNeed);
}

/// Whether the signature names the SHA-256 of the body.
bool hashes_body(const Identity& identity) {
  if (!identity.signed_) return false;
  const auto& hash = identity.signed_->payload_hash;
  return !hash.empty() && hash != "UNSIGNED-PAYLOAD" && !hash.starts_with("STREAMING-");
}

/// What a sink has made of a body.
void take_sink(Exchange& exchange, const UploadSink& sink) {
  exchange.message.blob = sink.blob();
  exchange.body = sink.facts();
  exchange.wrapped_key = sink.wrapped_key();
  if (!sink.small().empty()) exchange.small = sink.small();
}

/// The body's document with what is known of it.
void describe_body(const Exchange& exchange, Object& body) {
  body["md5"] = exchange.body->md5;
  if (!exchange.body->checksums.empty()) body["checksums"] = exchange.body->checksums;
  if (exchange.wrapped_key.empty()) return;
  body["key"] = exchange.wrapped_key;
  if (!exchange.small) return;
  body.erase("$blob");
  body["$inline"] = base64(*exchange.small);
}

/// Signed requests with such paths are S3's: buckets may be called so.
bool is_own_path(const RequestHead& head) {
  if (head.path.starts_with("/_tocsin/")) return true;
  if (head.path.starts_with(kCertificate) && head.method == "GET" && !shows_credentials(head))
    return true;
  return (head.path == "/healthz" || head.path == "/metrics") && head.method == "GET" &&
         !shows_credentials(head);
}

}  // namespace

class Gateway::Front final : public Handler {
 public:
  Front(core::Cloud& cloud, GatewayOptions options)
      : cloud_(cloud),
        options_(std::move(options)),
        authenticator_(options_.auth, options_.account,
                       [&cloud](std::string_view id) -> std::optional<SecretKey> {
                         auto secret = cloud.secret_of(id);
                         if (!secret) return std::nullopt;
                         return SecretKey{std::move(secret->secret_access_key),
                                          std::move(secret->session_token)};
                       }),
        ending_(cloud.blobs(), metrics_, options_.access_log) {}

  BodyPlan on_head(const RequestHead& head) override;
  void on_request(Request request, ReplyFn reply) override;
  void watch(const HttpServer& server) { server_ = &server; }

 private:
  BodyPlan plan_upload(std::unique_ptr<Exchange> exchange, const RequestHead& head);
  BodyPlan plan_form(std::unique_ptr<Exchange> exchange, const RequestHead& head);
  Result<BodyClaims> check_upload(Exchange& exchange, const RequestHead& head);
  Result<void> take_body(Exchange& exchange, Request& request);
  Result<void> take_upload(Exchange& exchange, Request& request);
  Result<void> take_form(Exchange& exchange, Request& request);
  Result<void> check_content(Exchange& exchange);
  Result<core::Request> to_call(Exchange& exchange);
  Result<void> authenticate(Exchange& exchange);
  void on_function_url(Request request, const FunctionUrl& url, ReplyFn reply);
  void make(core::Request call, std::unique_ptr<Exchange> exchange, ReplyFn reply);
  UploadOptions upload_options(const Exchange& exchange, std::uint64_t length) const;
  Result<core::Request> to_url_call(Exchange& exchange, Object params);
  Reply answer_own(const RequestHead& head);
  Reply reset();

  core::Cloud& cloud_;
  const GatewayOptions options_;
  const Authenticator authenticator_;
  CallMetrics metrics_;
  const Ending ending_;
  const HttpServer* server_ = nullptr;
};

// ---- heads

BodyPlan Gateway::Front::on_head(const RequestHead& head) {
  BodyPlan plan;
  plan.limit = options_.body_limit;
  if (function_url(head)) return plan;
  if (is_own_path(head)) {
    plan.limit = kSmallBody;
    return plan;
  }
  if (head.method == "PUT") {
    auto exchange = std::make_unique<Exchange>(head);
    if (exchange->identify() && streams_body(*exchange->route, exchange->message)) {
      return plan_upload(std::move(exchange), head);
    }
  }
  if (head.method == "POST" && !shows_credentials(head)) {
    auto exchange = std::make_unique<Exchange>(head);
    if (exchange->identify() && exchange->is_s3() && is_post_form(exchange->message))
      return plan_form(std::move(exchange), head);
  }
  if (credential_scope(head).service == "lambda") plan.limit = options_.code_limit;
  return plan;
}

Result<BodyClaims> Gateway::Front::check_upload(Exchange& exchange, const RequestHead& head) {
  exchange.operation = TRY(find_operation(*exchange.route, exchange.message));
  exchange.identity =
      TRY(authenticator_.check(exchange.signed_head(), nullptr, exchange.family(), wall_now()));
  exchange.unfold_query();
  auto claims = TRY(exchange.claims());
  if (!head.content_length && !claims.chunked) return fail(no_length(head));
  const auto length = claims.chunked ? claims.chunked->decoded_length : *head.content_length;
  if (length > options_.object_limit) return fail(too_large(length, options_.object_limit));
  return claims;
}

/// The body goes into a blob, if the head is worth it. Of a request that is refused the body is not
/// read, unless it is small and already on its way.
BodyPlan Gateway::Front::plan_upload(std::unique_ptr<Exchange> exchange, const RequestHead& head) {
  BodyPlan plan;
  auto claims = check_upload(*exchange, head);
  if (claims) {
    const auto length =
        claims->chunked ? claims->chunked->decoded_length : head.content_length.value_or(0);
    auto options = upload_options(*exchange, length);
    plan.sink =
        std::make_unique<UploadSink>(cloud_.blobs(), *std::move(claims), std::move(options));
  } else if (head.content_length.value_or(kSmallBody + 1) <= kSmallBody &&
             !exchange->expects_continue()) {
    plan.limit = kSmallBody;
    exchange->refused = claims.error();
  } else {
    plan.refusal = ending_.error(*exchange, claims.error());
    return plan;
  }
  plan.attachment = std::move(exchange);
  return plan;
}

UploadOptions Gateway::Front::upload_options(const Exchange& exchange, std::uint64_t length) const {
  const bool encrypts = !options_.content_key.empty();
  return {.content_key = options_.content_key,
          .hash_plain = hashes_body(*exchange.identity),
          .in_memory = encrypts && length > 0 && length <= kSmallObject &&
                       exchange.operation->name == "PutObject"};
}

/// Who sends a form, and whether its policy allows it, is known only from its fields.
BodyPlan Gateway::Front::plan_form(std::unique_ptr<Exchange> exchange, const RequestHead& head) {
  BodyPlan plan;
  exchange->is_form = true;
  exchange->operation = exchange->route->service->operation("PutObject");
  if (!head.content_length) {
    plan.refusal = ending_.error(*exchange, no_length(head));
  } else if (*head.content_length > options_.object_limit + kSmallBody) {
    plan.refusal = ending_.error(*exchange, too_large(*head.content_length, options_.object_limit));
  } else {
    plan.sink = std::make_unique<PostSink>(cloud_.blobs(), header(head.headers, "content-type"),
                                           options_.content_key);
    plan.attachment = std::move(exchange);
  }
  return plan;
}

// ---- requests

void Gateway::Front::on_request(Request request, ReplyFn reply) {
  if (const auto url = function_url(request.head); url && !request.attachment)
    return on_function_url(std::move(request), *url, std::move(reply));
  if (!request.attachment && is_own_path(request.head)) return reply(answer_own(request.head));
  auto exchange =
      request.attachment
          ? std::unique_ptr<Exchange>(static_cast<Exchange*>(request.attachment.release()))
          : std::make_unique<Exchange>(std::move(request.head));
  const auto taken = take_body(*exchange, request);
  auto call = taken ? to_call(*exchange) : Result<core::Request>(std::unexpected(taken.error()));
  if (!call) return reply(ending_.error(*exchange, call.error()));
  make(*std::move(call), std::move(exchange), std::move(reply));
}

void Gateway::Front::make(core::Request call, std::unique_ptr<Exchange> exchange, ReplyFn reply) {
  cloud_.call(std::move(call), [this, exchange = std::move(exchange),
                                reply = std::move(reply)](Result<Document> outcome) mutable {
    // On the machine's thread: encoding is the connection's work.
    reply([this, exchange = std::move(exchange), outcome = std::move(outcome)] {
      return ending_.reply(*exchange, outcome);
    });
  });
}

/// A request to a function's address, whose reply is the function's.
void Gateway::Front::on_function_url(Request request, const FunctionUrl& url, ReplyFn reply) {
  auto params = function_url_params(url, request.head, request.body);
  auto exchange = std::make_unique<Exchange>(std::move(request.head));
  exchange->message.body = std::move(request.body);
  auto call = to_url_call(*exchange, std::move(params));
  if (!call) return reply(ending_.error(*exchange, function_url_error(call.error())));
  cloud_.call(*std::move(call), [this, exchange = std::move(exchange),
                                 reply = std::move(reply)](Result<Document> outcome) mutable {
    reply([this, exchange = std::move(exchange), outcome = std::move(outcome)] {
      return outcome ? function_url_reply(*outcome)
                     : ending_.error(*exchange, function_url_error(outcome.error()));
    });
  });
}

Result<core::Request> Gateway::Front::to_url_call(Exchange& exchange, Object params) {
  const auto* service = model::service("lambda");
  exchange.route = Route{service, Protocol::RestJson};
  exchange.operation = service->operation("InvokeFunctionUrl");
  exchange.id = uuid_from(random_bytes(16));
  TRY(authenticate(exchange));
  const auto& identity = *exchange.identity;
  core::Request call;
  call.id = exchange.id;
  call.service = service->id;
  call.operation = exchange.operation->name;
  call.params = std::move(params);
  call.scope = {identity.credential.account,
                identity.region.empty() ? options_.region : identity.region};
  call.credential = identity.credential;
  call.source_ip = exchange.peer;
  call.user_agent = header(exchange.message.headers, "user-agent");
  call.host = header(exchange.message.headers, "host");
  call.cause = core::node_of_trace_header(header(exchange.message.headers, "x-amzn-trace-id"));
  call.secure = exchange.secure;
  exchange.message.body = {};
  return call;
}

/// From here on the exchange has a route and an identity.
Result<void> Gateway::Front::take_body(Exchange& exchange, Request& request) {
  if (exchange.refused) return fail(*exchange.refused);
  if (exchange.is_form) return take_form(exchange, request);
  if (request.sink) return take_upload(exchange, request);
  exchange.message.body = std::move(request.body);
  TRY(exchange.identify());
  TRY(authenticate(exchange));
  exchange.unfold_query();
  return exchange.is_s3() ? check_content(exchange) : Result<void>();
}

Result<void> Gateway::Front::take_upload(Exchange& exchange, Request& request) {
  if (request.sink_error) return fail(*request.sink_error);
  const auto& upload = static_cast<const UploadSink&>(*request.sink);
  take_sink(exchange, upload);
  strip_aws_chunked(exchange.message.headers);
  const auto& hash = upload.wrapped_key().empty() ? upload.blob().sha256 : upload.plain_sha256();
  return Authenticator::check_body(*exchange.identity, hash, exchange.family());
}

/// From here on the form is the PutObject that it stands for.
Result<void> Gateway::Front::take_form(Exchange& exchange, Request& request) {
  if (request.sink_error) return fail(*request.sink_error);
  const auto& sink = static_cast<const PostSink&>(*request.sink);
  auto wanted = TRY(posted(sink.form(), exchange.message, exchange.secure));
  exchange.identity = TRY(check_post(authenticator_, sink, wanted.bucket, wall_now()));
  exchange.message = TRY(put_message(exchange.message, sink.form(), wanted));
  take_sink(exchange, sink.file());
  exchange.posted = std::move(wanted);
  return {};
}

/// A document of S3's in memory: decoded, and as its checksums say.
Result<void> Gateway::Front::check_content(Exchange& exchange) {
  auto& message = exchange.message;
  exchange.operation = TRY(find_operation(*exchange.route, message));
  auto claims = TRY(exchange.claims());
  if (needs_checksum(*exchange.operation) && claims.md5.empty() && !claims.checksum) {
    return fail("InvalidRequest",
                "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
  }
  std::string content;
  BodyReader reader(std::move(claims));
  TRY(reader.read(message.body, [&](std::string_view piece) {
    content += piece;
    return Result<void>();
  }));
  exchange.body = TRY(reader.finish());
  message.body = std::move(content);
  strip_aws_chunked(message.headers);
  return {};
}

Result<void> Gateway::Front::authenticate(Exchange& exchange) {
  auto identity = authenticator_.check(exchange.signed_head(), &exchange.message.body,
                                       exchange.family(), wall_now());
  if (!identity && !shows_credentials(exchange.signed_head())) {
    const auto operation = exchange.operation ? Result<const model::Operation*>(exchange.operation)
                                              : find_operation(*exchange.route, exchange.message);
    if (operation && (*operation)->unsigned_call) identity = Identity{};
  }
  exchange.identity = TRY(std::move(identity));
  return {};
}

Result<core::Request> Gateway::Front::to_call(Exchange& exchange) {
  auto decoded = TRY(decode_request(*exchange.route, exchange.message));
  exchange.operation = decoded.operation;
  TRY(model::check(*exchange.route->service, *decoded.operation, decoded.params));
  if (exchange.message.blob) {
    const auto& payload = decoded.operation->input->shape->payload->name;
    describe_body(exchange, decoded.params.as_object()[payload].as_object());
  }
  const auto& identity = *exchange.identity;
  const auto& message = exchange.message;
  core::Request call;
  call.id = exchange.id;
  call.service = exchange.route->service->id;
  call.operation = decoded.operation->name;
  call.params = std::move(decoded.params);
  call.scope = {identity.credential.account,
                identity.region.empty() ? options_.region : identity.region};
  call.credential = identity.credential;
  call.source_ip = exchange.peer;
  call.user_agent = header(message.headers, "user-agent");
  call.host = header(message.headers, "host");
  call.cause = core::node_of_trace_header(header(message.headers, "x-amzn-trace-id"));
  call.secure = exchange.secure;
  if (exchange.is_s3()) call.signing = identity.signing;
  exchange.message.body = {};
  return call;
}

// ---- our own paths

Reply Gateway::Front::answer_own(const RequestHead& head) {
  if (head.path == "/healthz")
    return json_reply(200, R"({"status":"ok"})"
                           "\n");
  if (head.path == "/_tocsin/reset" && head.method == "POST") return reset();
  if (head.path.starts_with(kCertificate) && options_.certificate) {
    if (auto certificate = options_.certificate(head.path)) {
      Reply reply;
      reply.headers = {{"Content-Type", "application/x-pem-file"}};
      reply.body = *std::move(certificate);
      return reply;
    }
  }
  if (head.path != "/metrics")
    return json_reply(404, R"({"message":"nothing is served at this path"})"
                           "\n");
  Reply reply;
  reply.headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}};
  write_metrics(reply.body, server_->stats());
  write_metrics(reply.body, cloud_.stats());
  metrics_.write(reply.body);
  if (options_.more_metrics) options_.more_metrics(reply.body);
  return reply;
}

Reply Gateway::Front::reset() {
  if (options_.auth != AuthMode::Relaxed) {
    return json_reply(403, R"({"message":"reset is served with --auth relaxed only"})"
                           "\n");
  }
  const auto done = cloud_.reset();
  if (done) return json_reply(200, "{}\n");
  log_error("reset failed", {{"cause", done.error().message}});
  return json_reply(done.error().status, to_json(Object{{"message", done.error().message}}) + "\n");
}

// ---- the face

Gateway::Gateway(core::Cloud& cloud, GatewayOptions options)
    : front_(std::make_unique<Front>(cloud, options)), server_(std::move(options.server), *front_) {
  front_->watch(server_);
}

Gateway::~Gateway() {
  stop(Timeout{0});
}

Result<void> Gateway::start() {
  return server_.start();
}
void Gateway::stop(Timeout grace) {
  server_.stop(grace);
}
const std::vector<std::uint16_t>& Gateway::ports() const {
  return server_.ports();
}

}  // namespace tocsin::wire
