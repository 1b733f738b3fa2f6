// SPDX-License-Identifier: Apache-2.0
// A browser's upload: the form's file on its way into a blob, and what becomes of the form: a
// PutObject, and a reply that a browser can use.
#pragma once

#include "wire/authenticator.hpp"
#include "wire/post_form.hpp"
#include "wire/protocols/protocol.hpp"
#include "wire/upload.hpp"

namespace tocsin::wire {

class PostSink final : public BodySink {
 public:
  PostSink(store::Blobs& blobs, std::string_view content_type, std::string content_key = {})
      : blobs_(blobs), content_key_(std::move(content_key)), reader_(content_type) {}

  /// Errors: those of PostFormReader, body_claims() and UploadSink.
  Result<void> write(std::string_view bytes) override;
  Result<void> finish() override;

  /// After `finish`.
  const PostForm& form() const { return reader_.form(); }
  const UploadSink& file() const { return *file_; }

 private:
  store::Blobs& blobs_;
  const std::string content_key_;
  PostFormReader reader_;
  std::unique_ptr<UploadSink> file_;
};

/// What the form's reply needs to know.
struct Posted {
  std::string bucket;
  std::string key;
  std::string location;
  std::string status;    // success_action_status
  std::string redirect;  // success_action_redirect
};

/// Whether a request without credentials is such a form.
bool is_post_form(const HttpMessage& message);

/// Who sent the form, as far as its policy is signed (Version 4 or 2) and allows what it holds.
/// Errors: those of check_post_policy(); InvalidArgument for fields that are missing; those of a
/// signature.
Result<Identity> check_post(const Authenticator& authenticator, const PostSink& sink,
                            const std::string& bucket, Time now);

/// Error: InvalidArgument where the form names no key.
Result<Posted> posted(const PostForm& form, const HttpMessage& message, bool secure);

/// The form's PutObject: `message` with the fields as headers. Error: MalformedXML, of its tags.
Result<HttpMessage> put_message(const HttpMessage& message, const PostForm& form,
                                const Posted& posted);

/// The reply to PutObject as the form wants it: 204, 200, 201 with a document, or a redirection.
void shape_post_reply(const Posted& posted, Reply& reply);

}  // namespace tocsin::wire
