// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "workers/mail_message.hpp"
#include "workers/mail_worker.hpp"
#include "workers/test_support.hpp"

namespace tocsin::workers {
namespace {

using testing::carry;
using ::testing::HasSubstr;
using testing::PythonProgram;

// Prints its port, then a line of JSON for each mail. A recipient of "refuse@…" is refused, one of
// "busy@…" put off.
constexpr const char* kSmtpServer = R"py(
import asyncio, json
from aiosmtpd.smtp import SMTP
class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refuse@"): return "550 no such user here"
        if address.startswith("busy@"): return "451 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"
    async def handle_DATA(self, server, session, envelope):
        import email, email.policy
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        body = mail.get_body(("plain",)).get_content().replace("\r", "")
        print(json.dumps({"from": envelope.mail_from, "to": envelope.rcpt_tos,
                          "subject": mail["subject"], "id": mail["message-id"], "date": mail["date"], "x": mail["x-test"],
                          "text": body, "longest": max(map(len, envelope.content.splitlines()))}))
        return "250 OK"
async def main():
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(Handler()), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1])
    await server.serve_forever()
asyncio.run(main())
)py";

Document mail_to(std::string_view recipient) {
  return Object{{"From", "Tocsin <alerts@example.com>"},
                {"To", Array{recipient}},
                {"Subject", "Trail stopped \xE2\x80\x94 \xC3\xA4"},
                {"Text", "Line one\n.dot\n" + std::string(200, 'x') + "\nEnd \xE2\x9C\x93\n"},
                {"Headers", Object{{"X-Test", "yes"}}}};
}

TEST(MailMessage, CannotBeInjectedInto) {
  for (const auto* bad :
       {"a@b.c\r\nBcc: x@y.z", "a b@c.d", "@b.c", "a@", "x", "a@b.c>", "<a@b.c"}) {
    EXPECT_FALSE(mail_address(bad)) << bad;
  }
  EXPECT_EQ(mail_address("Name <a@b.c>"), "a@b.c");
  auto payload = mail_to("a@b.c");
  payload.as_object()["Subject"] = "x\r\nBcc: victim@example.com";
  EXPECT_FALSE(read_mail(payload));
  payload = mail_to("a@b.c");
  payload.as_object()["Headers"] = Object{{"X-A", "v\nBcc: q@r.s"}};
  EXPECT_FALSE(read_mail(payload));
  payload.as_object()["Headers"] = Object{{"Bcc", "q@r.s"}};
  EXPECT_FALSE(read_mail(payload));
}

TEST(MailMessage, EncodesWhatSmtpCannotCarry) {
  EXPECT_EQ(quoted_printable("a=b \nx\t"), "a=3Db=20\r\nx=09");
  EXPECT_EQ(quoted_printable(".x"), "=2Ex");
  EXPECT_EQ(encoded_words("plain"), "plain");
  EXPECT_EQ(encoded_words("\xC3\xA4"), "=?UTF-8?B?w6Q=?=");
}

TEST(MailWorker, DeliversToARealServerAndTellsItsAnswers) {
  PythonProgram server(kSmtpServer);
  if (server.first_line.empty()) GTEST_SKIP() << "python3-aiosmtpd is not installed";
  MailWorker worker({.url = "smtp://127.0.0.1:" + server.first_line});
  worker.start();
  ASSERT_TRUE(carry(worker, {"job-1", "mail.send", mail_to("ann@example.com"), ""}));
  const auto mail = *parse_json(server.line());
  EXPECT_EQ(text(mail, "from"), "alerts@example.com");
  EXPECT_EQ(text(mail, "subject"), "Trail stopped \xE2\x80\x94 \xC3\xA4");
  EXPECT_EQ(text(mail, "x"), "yes");
  EXPECT_THAT(string_of(mail, "id"), HasSubstr(hex(sha256("job-1")).substr(0, 40)));
  EXPECT_EQ(string_of(mail, "text"), text(mail_to(""), "Text"));
  EXPECT_LE(*integer(mail, "longest"), 78);

  const auto refused = carry(worker, {"job-2", "mail.send", mail_to("refuse@example.com"), ""});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::Client);
  EXPECT_EQ(refused.error().code, "MailRejected");
  EXPECT_THAT(refused.error().message, HasSubstr("550 no such user here"));
  const auto busy = carry(worker, {"job-3", "mail.send", mail_to("busy@example.com"), ""});
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().fault, Fault::Server);
}

TEST(MailWorker, SaysWhatIsMissing) {
  MailWorker unconfigured({});
  unconfigured.start();
  EXPECT_EQ(carry(unconfigured, {"j", "mail.send", mail_to("a@b.c"), ""}).error().code,
            "MailNotConfigured");
  MailWorker unreachable({.url = "smtp://127.0.0.1:1"});
  unreachable.start();
  EXPECT_EQ(carry(unreachable, {"j", "mail.send", mail_to("a@b.c"), ""}).error().fault,
            Fault::Server);
  EXPECT_FALSE(check_mail_url("http://x"));
  EXPECT_TRUE(check_mail_url("smtps://user:p%40ss@mail.example.com:465"));
}

}  // namespace
}  // namespace tocsin::workers
