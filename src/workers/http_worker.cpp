// SPDX-License-Identifier: Apache-2.0
#include "workers/http_worker.hpp"

#include <algorithm>
#include <deque>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <thread>

#include "base/glob.hpp"
#include "workers/curl.hpp"
#include "workers/job_threads.hpp"
#include "workers/utf8.hpp"

namespace tocsin::workers {
namespace {

constexpr std::size_t kMaxReplyHeaders = 200;

Failure invalid(std::string_view what) {
  return fail("ValidationException", fmt::format("http.request: {}", what));
}

struct Outgoing {
  std::string method;
  std::string url;
  CurlList headers;
  std::string body;
  long timeout_ms = 0;
  std::size_t max_reply = 0;
};

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || kMarks.find(c) != kMarks.npos;
  });
}

bool is_line(std::string_view text) {
  return std::ranges::none_of(
      text, [](char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 0x7F; });
}

Result<void> read_headers(const Document& payload, CurlList& out) {
  for (const auto& header : object_of(payload, "Headers")) {
    const std::string name(header.key());
    const auto* value = header.value().if_string();
    if (!is_token(name) || !value || !is_line(*value)) {
      return invalid(fmt::format("the header {} is not valid", name));
    }
    // curl sends a header without a value only when it is written with a semicolon.
    out.add(value->empty() ? name + ";" : fmt::format("{}: {}", name, std::string_view(*value)));
  }
  out.add("Expect:");
  return {};
}

Result<Outgoing> read_request(const Document& payload, const HttpOptions& options) {
  Outgoing out;
  out.method = string_of(payload, "Method", "POST");
  out.url = string_of(payload, "Url");
  out.body = string_of(payload, "Body");
  if (!is_token(out.method)) return invalid("Method is not valid");
  const auto scheme = to_lower(out.url.substr(0, out.url.find(':')));
  if ((scheme != "http" && scheme != "https") || !is_line(out.url)) {
    return invalid("Url must begin with http:// or https://");
  }
  const auto timeout = integer(payload, "TimeoutMs").value_or(options.timeout_ms);
  out.timeout_ms = std::clamp<long>(timeout, 1, 900'000);
  const auto limit = integer(payload, "MaxReplyBytes").value_or(-1);
  out.max_reply = limit < 0 ? options.max_reply_bytes
                            : std::min(static_cast<std::size_t>(limit), options.max_reply_bytes);
  TRY(read_headers(payload, out.headers));
  return out;
}

/// A request on its way.
struct Transfer {
  Easy easy;
  Outgoing request;
  core::JobDone done;
  Object headers;
  std::string body;
  bool truncated = false;
  char error[CURL_ERROR_SIZE] = {};
};

std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* data) {
  auto& transfer = *static_cast<Transfer*>(data);
  const auto length = size * count;
  const auto room = transfer.request.max_reply - transfer.body.size();
  transfer.body.append(bytes, std::min(length, room));
  if (length <= room) return length;
  transfer.truncated = true;
  return 0;  // ends the transfer: what is left is not wanted
}

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* data) {
  auto& transfer = *static_cast<Transfer*>(data);
  std::string_view line(bytes, size * count);
  if (line.starts_with("HTTP/")) transfer.headers.clear();  // a final response after 100
  const auto colon = line.find(':');
  if (colon != line.npos && transfer.headers.size() < kMaxReplyHeaders) {
    auto value = line.substr(colon + 1);
    while (!value.empty() && std::isspace(static_cast<unsigned char>(value.back())))
      value.remove_suffix(1);
    while (!value.empty() && std::isspace(static_cast<unsigned char>(value.front())))
      value.remove_prefix(1);
    transfer.headers[valid_utf8(to_lower(line.substr(0, colon)))] = valid_utf8(value);
  }
  return size * count;
}

void configure(Transfer& transfer, const HttpOptions& options) {
  auto* handle = transfer.easy.get();
  const auto& request = transfer.request;
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "Amazon Simple Notification Service Agent");
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, request.headers.get());
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, request.timeout_ms);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, transfer.error);
  curl_easy_setopt(handle, CURLOPT_PRIVATE, &transfer);
  if (!options.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, options.ca_file.c_str());
  if (request.method == "HEAD") curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.c_str());
  }
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

Result<Document> result_of(Transfer& transfer, CURLcode code) {
  long status = 0;
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  const bool cut = code == CURLE_WRITE_ERROR && transfer.truncated;
  if (code != CURLE_OK && !cut) {
    const std::string_view detail = transfer.error;
    const auto cause = detail.empty() ? std::string_view(curl_easy_strerror(code)) : detail;
    if (code == CURLE_URL_MALFORMAT) return invalid(cause);
    return fail("ServiceUnavailable",
                fmt::format("{} gives no answer: {}", transfer.request.url, valid_utf8(cause)),
                503);
  }
  Object out{{"Status", status}, {"Headers", transfer.headers}};
  out["Body"] = valid_utf8(transfer.body);
  if (cut) out["Truncated"] = true;
  return out;
}

struct CloseMulti {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};

}  // namespace

class HttpWorker::Engine {
 public:
  explicit Engine(HttpOptions options) : options_(std::move(options)) { init_curl(); }
  ~Engine() { stop(); }

  void start() {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(running_, true)) return;
    multi_.reset(curl_multi_init());
    thread_ = std::thread([this] { main(); });
  }

  void stop() {
    {
      const std::scoped_lock lock(mutex_);
      if (!std::exchange(running_, false)) return;
      curl_multi_wakeup(multi_.get());
    }
    thread_.join();
    queue_.clear();
    multi_.reset();
  }

  void run(const core::Job& job, core::JobDone done) {
    auto request = read_request(job.payload, options_);
    if (!request) return done(fail(request.error()));
    auto transfer = std::make_unique<Transfer>();
    transfer->request = std::move(*request);
    transfer->done = std::move(done);
    add(std::move(transfer));
  }

 private:
  void add(std::unique_ptr<Transfer> transfer) {
    std::unique_lock lock(mutex_);
    const bool running = running_;
    if (running && queue_.size() < options_.max_queue) {
      queue_.push_back(std::move(transfer));
      curl_multi_wakeup(multi_.get());
      return;
    }
    lock.unlock();
    transfer->done(fail(running ? queue_full() : not_running()));
  }

  void main() {
    while (take_new()) {
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      finish_ended();
      if (place_for_more()) continue;
      curl_multi_poll(multi_.get(), nullptr, 0, 60'000, nullptr);
    }
    for (auto& [handle, transfer] : transfers_)
      curl_multi_remove_handle(multi_.get(), handle);
    transfers_.clear();
  }

  bool place_for_more() {
    const std::scoped_lock lock(mutex_);
    return !running_ || (!queue_.empty() && transfers_.size() < options_.max_running);
  }

  /// False: stop.
  bool take_new() {
    const std::scoped_lock lock(mutex_);
    while (running_ && !queue_.empty() && transfers_.size() < options_.max_running) {
      auto transfer = std::move(queue_.front());
      queue_.pop_front();
      transfer->easy.reset(curl_easy_init());
      configure(*transfer, options_);
      auto* handle = transfer->easy.get();
      curl_multi_add_handle(multi_.get(), handle);
      transfers_[handle] = std::move(transfer);
    }
    return running_;
  }

  void finish_ended() {
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const auto code = message->data.result;
      auto* handle = message->easy_handle;
      curl_multi_remove_handle(multi_.get(), handle);
      auto found = transfers_.extract(handle);
      auto& transfer = *found.mapped();
      transfer.done(result_of(transfer, code));
    }
  }

  const HttpOptions options_;
  std::mutex mutex_;
  std::deque<std::unique_ptr<Transfer>> queue_;
  bool running_ = false;
  std::unique_ptr<CURLM, CloseMulti> multi_;
  std::map<CURL*, std::unique_ptr<Transfer>> transfers_;  // the thread's own
  std::thread thread_;
};

HttpWorker::HttpWorker(HttpOptions options)
    : engine_(std::make_unique<Engine>(std::move(options))) {}
HttpWorker::~HttpWorker() = default;

void HttpWorker::start() {
  engine_->start();
}
void HttpWorker::stop() {
  engine_->stop();
}
void HttpWorker::run(core::Job job, core::JobDone done) {
  engine_->run(job, std::move(done));
}

}  // namespace tocsin::workers
