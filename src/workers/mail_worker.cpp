// SPDX-License-Identifier: Apache-2.0
#include "workers/mail_worker.hpp"

#include <atomic>
#include <cstring>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "workers/curl.hpp"
#include "workers/job_threads.hpp"
#include "workers/mail_message.hpp"
#include "workers/utf8.hpp"

namespace tocsin::workers {
namespace {

struct SmtpServer {
  std::string url;  // without credentials
  std::string user;
  std::string password;
  bool use_tls = false;  // smtps
  bool require_tls = false;
};

struct CloseUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

std::string url_part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  std::string out(text);
  curl_free(text);
  return out;
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host.starts_with("127.") || host == "[::1]";
}

Result<SmtpServer> parse_smtp_url(const std::string& text) {
  const auto invalid = [](std::string_view what) {
    return fail("ValidationException", fmt::format("The mail server must be given as "
                                                   "smtp[s]://[user:password@]host[:port]: {}",
                                                   what));
  };
  const std::unique_ptr<CURLU, CloseUrl> url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return invalid("this is not a URL");
  }
  const auto scheme = url_part(url.get(), CURLUPART_SCHEME);
  if (scheme != "smtp" && scheme != "smtps") return invalid("the scheme is " + scheme);
  const auto host = url_part(url.get(), CURLUPART_HOST);
  SmtpServer server;
  server.use_tls = scheme == "smtps";
  server.user = url_part(url.get(), CURLUPART_USER, CURLU_URLDECODE);
  server.password = url_part(url.get(), CURLUPART_PASSWORD, CURLU_URLDECODE);
  server.require_tls = !server.user.empty() && !is_loopback(host);
  const auto port = url_part(url.get(), CURLUPART_PORT);
  server.url = fmt::format("{}://{}{}{}", scheme, host, port.empty() ? "" : ":", port);
  return server;
}

struct Upload {
  std::string_view left;
};

std::size_t give_bytes(char* buffer, std::size_t size, std::size_t count, void* data) {
  auto& upload = *static_cast<Upload*>(data);
  const auto piece = upload.left.substr(0, size * count);
  std::memcpy(buffer, piece.data(), piece.size());
  upload.left.remove_prefix(piece.size());
  return piece.size();
}

/// The server's last line that tells of trouble.
std::size_t take_line(char* line, std::size_t size, std::size_t count, void* data) {
  std::string_view text(line, size * count);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
    text.remove_suffix(1);
  if (text.starts_with('4') || text.starts_with('5')) {
    *static_cast<std::string*>(data) = valid_utf8(text.substr(0, 500));
  }
  return size * count;
}

/// Keeps the verb of the command that was sent last, leave-taking aside.
int note_command(CURL*, curl_infotype type, char* bytes, std::size_t size, void* data) {
  const auto verb = std::string_view(bytes, size).substr(0, 4);
  if (type == CURLINFO_HEADER_OUT && verb != "QUIT" && verb != "RSET")
    static_cast<std::string*>(data)->assign(verb);
  return 0;
}

int stop_early(void* data, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(data)->load() ? 1 : 0;
}

/// A refused recipient is a bounce; of a refused login or sender the recipient cannot help it.
Failure delivery_failure(CURL* handle, CURLcode code, const std::string& answer,
                         std::string_view command) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  if (code == CURLE_LOGIN_DENIED)
    return fail("ServiceUnavailable", "The mail server refuses the login: " + answer, 503);
  if (status >= 500 && status < 600) {
    return fail(command == "RCPT" ? "MailRejected" : "MailRefused",
                "The mail server refuses the mail: " + answer, 400);
  }
  const auto cause = status >= 400 ? answer : std::string(curl_easy_strerror(code));
  return fail("ServiceUnavailable", "The mail cannot be handed over now: " + cause, 503);
}

}  // namespace

struct MailWorker::State {
  explicit State(MailOptions given)
      : options(std::move(given)),
        threads(options.threads, options.max_queue,
                [this](const core::Job& job) { return carry(job); }) {
    init_curl();
    if (!options.url.empty()) server = parse_smtp_url(options.url);
  }

  Result<Document> carry(const core::Job& job) {
    if (options.url.empty()) {
      return fail("MailNotConfigured",
                  "No mail server is configured: start tocsin with --smtp smtp://host:port");
    }
    if (!server) return fail(server.error());
    const auto mail = TRY(read_mail(job.payload));
    const auto text = render_mail(mail, job.id, wall_now());
    TRY(send(mail, text));
    return Object{{"MessageId", hex(sha256(job.id)).substr(0, 40)},
                  {"Recipients", mail.recipients.size()}};
  }

  Result<void> send(const Mail& mail, std::string_view text) {
    const Easy easy(curl_easy_init());
    auto* handle = easy.get();
    if (!handle) return fail(internal_error("libcurl has no handle left"));
    Upload upload{text};
    std::string answer, command;
    CurlList recipients;
    for (const auto& recipient : mail.recipients)
      recipients.add("<" + recipient + ">");
    configure(handle);
    const auto sender = "<" + mail.sender + ">";
    curl_easy_setopt(handle, CURLOPT_MAIL_FROM, sender.c_str());
    curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients.get());
    curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, give_bytes);
    curl_easy_setopt(handle, CURLOPT_READDATA, &upload);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_line);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &answer);
    curl_easy_setopt(handle, CURLOPT_VERBOSE, 1L);  // for note_command
    curl_easy_setopt(handle, CURLOPT_DEBUGFUNCTION, note_command);
    curl_easy_setopt(handle, CURLOPT_DEBUGDATA, &command);
    const auto code = curl_easy_perform(handle);
    if (code == CURLE_OK) return {};
    auto failure = delivery_failure(handle, code, answer, command);
    log_warning("mail not delivered",
                {{"server", server->url}, {"cause", failure.error().message}});
    return failure;
  }

  void configure(CURL* handle) {
    curl_easy_setopt(handle, CURLOPT_URL, server->url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, options.timeout_ms / 2);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, options.timeout_ms);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, stop_early);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &stopping);
    if (!options.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, options.ca_file.c_str());
    curl_easy_setopt(handle, CURLOPT_USE_SSL,
                     server->require_tls ? static_cast<long>(CURLUSESSL_ALL)
                                         : static_cast<long>(CURLUSESSL_TRY));
    if (server->user.empty()) return;
    curl_easy_setopt(handle, CURLOPT_USERNAME, server->user.c_str());
    curl_easy_setopt(handle, CURLOPT_PASSWORD, server->password.c_str());
  }

  MailOptions options;
  Result<SmtpServer> server = SmtpServer{};
  std::atomic<bool> stopping{false};
  JobThreads threads;
};

Result<void> check_mail_url(const std::string& url) {
  TRY(parse_smtp_url(url));
  return {};
}

MailWorker::MailWorker(MailOptions options) : state_(std::make_unique<State>(std::move(options))) {}
MailWorker::~MailWorker() {
  stop();
}

void MailWorker::start() {
  state_->stopping = false;
  state_->threads.start();
}

void MailWorker::stop() {
  state_->stopping = true;
  state_->threads.stop();
}

void MailWorker::run(core::Job job, core::JobDone done) {
  state_->threads.add(std::move(job), std::move(done));
}

}  // namespace tocsin::workers
