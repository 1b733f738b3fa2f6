// SPDX-License-Identifier: Apache-2.0
// Certificates, and the server behind TLS.
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <sys/socket.h>
#include <thread>

#include "base/glob.hpp"
#include "wire/certificates.hpp"
#include "wire/http_server.hpp"

namespace tocsin::wire {
namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using asio::ip::tcp;

const Time kNow = wall_now();

/// Says over which kind of connection it was asked; streams nothing.
class Echo final : public Handler {
 public:
  BodyPlan on_head(const RequestHead&) override { return {}; }
  void on_request(Request request, ReplyFn reply) override {
    Reply out;
    out.body = fmt::format("{} {}", request.head.secure ? "secure" : "plain", request.body.size());
    out.body.resize(std::max(out.body.size(), request.body.size()), '.');
    out.close = request.head.path == "/last";
    reply(std::move(out));
  }
};

struct Authority {
  CertifiedKey key = make_authority(kNow).value();
  CertifiedKey issued = issue_certificate(key, local_hosts(), kNow).value();
};
const Authority& authority() {
  static const Authority made;
  return made;
}

ServerOptions options() {
  ServerOptions out{.listen = {"127.0.0.1:0"}, .threads = 1};
  out.tls = {{"127.0.0.1:0"}, authority().issued.certificate, authority().issued.key};
  return out;
}

/// A client that trusts our authority alone and expects `host`.
class TlsClient {
 public:
  TlsClient(std::uint16_t port, const std::string& host, int version = 0) {
    context_.add_certificate_authority(asio::buffer(authority().key.certificate));
    context_.set_verify_mode(ssl::verify_peer);
    if (version) SSL_CTX_set_max_proto_version(context_.native_handle(), version);
    context_.set_verify_callback(ssl::host_name_verification(host));
    stream_.emplace(io_, context_);
    stream_->lowest_layer().connect({asio::ip::address_v4::loopback(), port}, error);
    if (!error) stream_->handshake(ssl::stream_base::client, error);
  }

  std::string ask(std::string_view request) {
    asio::write(*stream_, asio::buffer(request), error);
    std::string answer;
    while (!error && !whole(answer)) {
      char bytes[4096];
      const auto count = stream_->read_some(asio::buffer(bytes), error);
      answer.append(bytes, count);
    }
    return answer;
  }

  boost::system::error_code error;

 private:
  static bool whole(std::string_view answer) {
    const auto head = answer.find("\r\n\r\n");
    const auto length = answer.find("Content-Length: ");
    if (head == std::string_view::npos) return false;
    return answer.size() >= head + 4 + std::strtoul(answer.data() + length + 16, nullptr, 10);
  }

  asio::io_context io_;
  ssl::context context_{ssl::context::tls_client};
  std::optional<ssl::stream<tcp::socket>> stream_;
};

TEST(Certificates, AreIssuedForHostsAndAddresses) {
  const auto& issued = authority().issued.certificate;
  EXPECT_TRUE(issued_by(issued, authority().key.certificate));
  EXPECT_FALSE(issued_by(issued, make_authority(kNow)->certificate));
  const auto left = *expiry_of(issued) - kNow;
  EXPECT_GT(left, std::chrono::days(396));
  EXPECT_LT(left, std::chrono::days(398));
  EXPECT_GT(*expiry_of(authority().key.certificate) - kNow, std::chrono::days(3600));
}

TEST(Certificates, RefuseWhatIsNoHostAndNoAuthority) {
  for (const auto* host : {"", "a b", "a,DNS:b", ".a", "a..b", "*", "*.", "a\nb"}) {
    EXPECT_FALSE(issue_certificate(authority().key, {host}, kNow)) << host;
  }
  EXPECT_FALSE(issue_certificate(authority().key, {}, kNow));
  EXPECT_FALSE(issue_certificate({"no", "pem"}, {"localhost"}, kNow));
  EXPECT_FALSE(issue_certificate({authority().key.certificate, authority().issued.key},
                                 {"localhost"}, kNow));
  EXPECT_FALSE(expiry_of("no pem"));
}

TEST(Tls, ServesBesidePlainHttp) {
  Echo echo;
  HttpServer server(options(), echo);
  ASSERT_TRUE(server.start());
  ASSERT_EQ(server.ports().size(), 2u);
  for (const auto* host :
       {"localhost", "sqs.us-east-1.localhost", "bucket.s3.localhost", "127.0.0.1"}) {
    TlsClient client(server.ports()[1], host);
    ASSERT_FALSE(client.error) << host << ": " << client.error.message();
    EXPECT_TRUE(client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("\r\n\r\nsecure 0"));
    EXPECT_TRUE(client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("\r\n\r\nsecure 0"));
  }
  tcp::iostream plain("127.0.0.1", std::to_string(server.ports()[0]));
  plain << "GET /last HTTP/1.1\r\nHost: x\r\n\r\n" << std::flush;
  const std::string answer(std::istreambuf_iterator<char>(plain), {});
  EXPECT_TRUE(answer.ends_with("plain 0"));
}

TEST(Tls, CarriesLargeBodiesAndEndsCleanly) {
  Echo echo;
  HttpServer server(options(), echo);
  ASSERT_TRUE(server.start());
  TlsClient client(server.ports()[1], "localhost");
  const std::string body(900'000, 'b');
  const auto answer = client.ask(fmt::format(
      "POST /last HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", body.size(), body));
  EXPECT_TRUE(answer.ends_with("....")) << answer.substr(0, 200);
  EXPECT_GT(answer.size(), body.size());
  client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.error, asio::error::eof) << client.error.message();  // not "stream truncated"
}

TEST(Tls, AnswersExpectContinue) {
  Echo echo;
  HttpServer server(options(), echo);
  ASSERT_TRUE(server.start());
  TlsClient client(server.ports()[1], "localhost");
  const auto first =
      client.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_TRUE(first.starts_with("HTTP/1.1 100 Continue\r\n"));
  EXPECT_TRUE(client.ask("ab").ends_with("secure 2"));
}

TEST(Tls, RefusesOldVersionsAndWrongHosts) {
  Echo echo;
  HttpServer server(options(), echo);
  ASSERT_TRUE(server.start());
  EXPECT_FALSE(TlsClient(server.ports()[1], "localhost", TLS1_2_VERSION).error);
  EXPECT_TRUE(TlsClient(server.ports()[1], "localhost", TLS1_1_VERSION).error);
  EXPECT_TRUE(TlsClient(server.ports()[1], "elsewhere.example").error);
}

TEST(Tls, EndsHandshakesThatTakeTooLong) {
  Echo echo;
  auto given = options();
  given.header_timeout = Timeout(60);
  HttpServer server(given, echo);
  ASSERT_TRUE(server.start());
  tcp::iostream silent("127.0.0.1", std::to_string(server.ports()[1]));
  EXPECT_EQ(silent.get(), std::char_traits<char>::eof());
  EXPECT_EQ(server.stats().timeouts, 1u);
  tcp::iostream confused("127.0.0.1", std::to_string(server.ports()[1]));
  confused << "GET / HTTP/1.1\r\nHost: x\r\n\r\n" << std::flush;
  const std::string answer(std::istreambuf_iterator<char>(confused), {});
  EXPECT_EQ(answer.find("HTTP/1.1"), std::string::npos);
  EXPECT_EQ(server.stats().requests, 0u);
}

TEST(Tls, NamesWhatIsWrongWithACertificate) {
  Echo echo;
  const auto error_of = [&](const std::string& certificate, const std::string& key) {
    auto given = options();
    given.tls.certificate = certificate;
    given.tls.key = key;
    HttpServer server(given, echo);
    return server.start().error().message;
  };
  const auto& issued = authority().issued;
  EXPECT_TRUE(error_of("junk", issued.key).starts_with("the TLS certificate cannot be used"));
  EXPECT_TRUE(error_of(issued.certificate, "junk").starts_with("the TLS key cannot be used"));
  EXPECT_TRUE(error_of(issued.certificate, authority().key.key).starts_with("the TLS key"));
}

}  // namespace
}  // namespace tocsin::wire
