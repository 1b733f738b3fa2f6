// SPDX-License-Identifier: Apache-2.0
#include "workers/mail_message.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/glob.hpp"

namespace tocsin::workers {
namespace {

constexpr std::size_t kMaxRecipients = 50;
constexpr std::size_t kMaxLine = 76;

bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == 0x7F;
}
bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) > 0x7E; });
}

Failure invalid(std::string_view what) {
  return fail("ValidationException", fmt::format("mail.send: {}", what));
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

bool valid_local_part(std::string_view local) {
  constexpr std::string_view kSpecials = "!#$%&'*+-/=?^_`{|}~.";
  return !local.empty() && local.size() <= 64 && local.front() != '.' && local.back() != '.' &&
         std::ranges::all_of(local, [&](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) ||
                  kSpecials.find(c) != kSpecials.npos;
         });
}

bool valid_domain(std::string_view domain) {
  return !domain.empty() && domain.size() <= 253 && domain.front() != '.' &&
         domain.front() != '-' && domain.back() != '.' && std::ranges::all_of(domain, [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.';
         });
}

bool valid_header_name(std::string_view name) {
  constexpr std::array kOurs{"from", "to",     "cc",         "bcc",         "subject",
                             "date", "sender", "message-id", "mime-version"};
  const auto lower = to_lower(name);
  if (name.empty() || name.size() > 70 || lower.starts_with("content-")) return false;
  if (std::ranges::find(kOurs, lower) != kOurs.end()) return false;
  return std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7F && c != ':'; });
}

/// "Name <a@b>" with the name encoded or quoted.
std::string mailbox_text(std::string_view mailbox, const std::string& address) {
  const auto open = mailbox.rfind('<');
  auto name = open == mailbox.npos ? std::string_view() : trim(mailbox.substr(0, open));
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
    name = name.substr(1, name.size() - 2);
  }
  if (name.empty()) return address;
  if (!is_ascii(name)) return fmt::format("{} <{}>", encoded_words(name), address);
  std::string quoted;
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return fmt::format("\"{}\" <{}>", quoted, address);
}

std::string part(std::string_view type, std::string_view text) {
  const auto* line_end = text.ends_with('\n') ? "" : "\r\n";
  return fmt::format(
      "Content-Type: {}; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}{}",
      type, quoted_printable(text), line_end);
}

std::string body_of(const Mail& mail, std::string_view id) {
  if (mail.html.empty()) return part("text/plain", mail.text);
  const auto boundary = "=_" + hex(sha256(fmt::format("boundary\n{}", id))).substr(0, 32);
  return fmt::format(
      "Content-Type: multipart/alternative; boundary=\"{0}\"\r\n\r\n--{0}\r\n{1}--{0}\r\n{2}"
      "--{0}--\r\n",
      boundary, part("text/plain", mail.text), part("text/html", mail.html));
}

Result<void> read_headers(const Document& payload, Mail& mail) {
  for (const auto& header : object_of(payload, "Headers")) {
    const std::string name(header.key());
    const auto* value = header.value().if_string();
    if (!valid_header_name(name))
      return invalid(fmt::format("the header name \"{}\" is not allowed", name));
    if (!value || std::any_of(value->begin(), value->end(), is_control)) {
      return invalid(fmt::format("the value of the header {} is not valid", name));
    }
    mail.headers[name] = std::string(*value);
  }
  return {};
}

Result<std::string> checked_address(std::string_view mailbox) {
  auto address = mail_address(mailbox);
  if (!address) return invalid(fmt::format("\"{}\" is not a mail address", mailbox));
  return *std::move(address);
}

}  // namespace

std::optional<std::string> mail_address(std::string_view mailbox) {
  if (std::ranges::any_of(mailbox, is_control)) return std::nullopt;
  mailbox = trim(mailbox);
  if (const auto open = mailbox.rfind('<'); open != mailbox.npos) {
    if (!mailbox.ends_with('>')) return std::nullopt;
    mailbox = mailbox.substr(open + 1, mailbox.size() - open - 2);
  }
  const auto at = mailbox.rfind('@');
  if (at == mailbox.npos || !valid_local_part(mailbox.substr(0, at)) ||
      !valid_domain(mailbox.substr(at + 1))) {
    return std::nullopt;
  }
  return std::string(mailbox);
}

Result<Mail> read_mail(const Document& payload) {
  Mail mail;
  mail.from = string_of(payload, "From");
  mail.sender = TRY(checked_address(mail.from));
  for (const auto& to : array_of(payload, "To")) {
    const auto* mailbox = to.if_string();
    if (!mailbox) return invalid("To must be a list of addresses");
    mail.to.emplace_back(*mailbox);
    mail.recipients.push_back(TRY(checked_address(mail.to.back())));
  }
  if (mail.to.empty() || mail.to.size() > kMaxRecipients) {
    return invalid(fmt::format("To must have from 1 to {} addresses", kMaxRecipients));
  }
  mail.subject = string_of(payload, "Subject");
  if (std::ranges::any_of(mail.subject, is_control)) {
    return invalid("Subject must be one line without control characters");
  }
  mail.text = string_of(payload, "Text");
  mail.html = string_of(payload, "Html");
  TRY(read_headers(payload, mail));
  return mail;
}

std::string render_mail(const Mail& mail, std::string_view id, Time date) {
  std::string to;
  for (std::size_t i = 0; i < mail.to.size(); ++i) {
    if (i) to += ",\r\n ";
    to += mailbox_text(mail.to[i], mail.recipients[i]);
  }
  const auto domain = mail.sender.substr(mail.sender.rfind('@') + 1);
  auto out = fmt::format("From: {}\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{}@{}>\r\n",
                         mailbox_text(mail.from, mail.sender), to, encoded_words(mail.subject),
                         format_time(date, "%a, %d %b %Y %H:%M:%S +0000"),
                         hex(sha256(id)).substr(0, 40), domain);
  for (const auto& [name, value] : mail.headers) {
    out += fmt::format("{}: {}\r\n", name, encoded_words(value));
  }
  out += "MIME-Version: 1.0\r\n";
  return out + body_of(mail, id);
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  const auto put = [&](std::string_view piece) {
    if (column + piece.size() > kMaxLine - 1) {
      out += "=\r\n";
      column = 0;
    }
    out += piece;
    column += piece.size();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (c == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool last = i + 1 == text.size() || text[i + 1] == '\n' || text[i + 1] == '\r';
    const bool blank = c == ' ' || c == '\t';
    // A dot that begins a line is encoded too: no relay can lose it.
    const bool plain =
        (c > ' ' && c < 0x7F && c != '=' && !(c == '.' && column == 0)) || (blank && !last);
    put(plain ? std::string(1, c) : fmt::format("={:02X}", static_cast<unsigned char>(c)));
  }
  return out;
}

std::string encoded_words(std::string_view text) {
  if (is_ascii(text) && text.size() <= 900 && text.find("=?") == text.npos) {
    return std::string(text);
  }
  constexpr std::size_t kBytesPerWord = 42;  // 56 characters of base64, in a word of 68
  std::string out;
  while (!text.empty()) {
    auto size = std::min(kBytesPerWord, text.size());
    // A character must not be torn apart.
    while (size > 1 && size < text.size() &&
           (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) {
      --size;
    }
    if (!out.empty()) out += "\r\n ";
    out += fmt::format("=?UTF-8?B?{}?=", base64(text.substr(0, size)));
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace tocsin::workers
