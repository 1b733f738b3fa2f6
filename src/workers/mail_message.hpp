// SPDX-License-Identifier: Apache-2.0
// The text of a mail: RFC 5322 with MIME (RFC 2045, 2047). Bodies go as quoted-printable, so that
// no line is too long and no server needs 8BITMIME; what is not ASCII in a header goes as an
// encoded word.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.hpp"
#include "base/time.hpp"

namespace tocsin::workers {

struct Mail {
  std::string from;  // "Name <local@domain>" or "local@domain"
  std::vector<std::string> to;
  std::string subject;
  std::string text;
  std::string html;  // empty: text only
  std::map<std::string, std::string> headers;

  std::string sender;                   // the address alone
  std::vector<std::string> recipients;  // the addresses alone
};

/// Reads the payload of "mail.send". Errors: ValidationException 400 for an address, a header name
/// or a header value that is not valid: a line break or a control character never gets through.
Result<Mail> read_mail(const Document& payload);

/// The message with CRLF line ends. The Message-ID is derived from `id`: a job that is delivered
/// twice carries the same, so that mail programs show it once.
std::string render_mail(const Mail& mail, std::string_view id, Time date);

/// The address in "Name <local@domain>"; none where it is not valid.
std::optional<std::string> mail_address(std::string_view mailbox);
/// RFC 2045, 6.7: lines of at most 76 characters, CRLF.
std::string quoted_printable(std::string_view text);
/// RFC 2047, folded; ASCII goes through as it is.
std::string encoded_words(std::string_view text);

}  // namespace tocsin::workers
