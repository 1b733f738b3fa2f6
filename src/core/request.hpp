// SPDX-License-Identifier: Apache-2.0
// One API call as it enters the machine, and who makes it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/arn.hpp"
#include "base/describe.hpp"
#include "base/document.hpp"
#include "base/time.hpp"

namespace tocsin::core {

/// What the caller showed. `wire` has checked the signature; who the key belongs to is decided from
/// state when the call is applied.
struct Credential {
  enum class Kind {
    Key,        // a signed request
    Anonymous,  // nothing shown: resource policies decide
    Root,       // --auth relaxed: the root of `account`
    Service,    // a nested call: `service` itself, or `role_arn` as assumed by it
    Session     // a nested call that goes on as the principal of the call it came from
  };
  BOOST_DESCRIBE_NESTED_ENUM(Kind, Key, Anonymous, Root, Service, Session)
  Kind kind = Kind::Anonymous;
  std::string access_key_id;
  AccountId account;
  std::string service;  // "events.amazonaws.com"
  std::string role_arn;
  std::string session_name;
  std::string source_arn;  // aws:SourceArn (its account is aws:SourceAccount)
};
BOOST_DESCRIBE_STRUCT(Credential, (),
                      (kind, access_key_id, account, service, role_arn, session_name, source_arn))

/// How a request was signed, as S3 names it.
struct Signing {
  std::string type;         // "REST-HEADER", "REST-QUERY-STRING", "POST"
  std::string version;      // "AWS4-HMAC-SHA256", "AWS"
  std::int64_t age_ms = 0;  // when it came
  std::string payload;      // x-amz-content-sha256; may be empty
};
BOOST_DESCRIBE_STRUCT(Signing, (), (type, version, age_ms, payload))

struct Request {
  std::string id;         // request id, a UUID
  std::string service;    // the model's service id: "sns"
  std::string operation;  // "Publish"
  Document params;        // members as the model names them; see base/document.hpp
  Scope scope;            // account of the caller (nobody's: of the resource), region of the call
  Credential credential;
  std::string source_ip;
  std::string user_agent;
  std::string host;
  std::string
      cause;  // trace node that this call follows from (Lambda's trace header); may be empty
  bool secure = false;  // came over TLS
  AccountId owner;      // of a resource of another account, once the call is authorised
  std::optional<Signing> signing = {};  // of one that came over the wire to S3, signed
};

/// Who calls: what a Credential turned out to be.
/// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
struct Principal {
  enum class Kind { Root, User, AssumedRole, FederatedUser, Service, Anonymous };
  BOOST_DESCRIBE_NESTED_ENUM(Kind, Root, User, AssumedRole, FederatedUser, Service, Anonymous)
  Kind kind = Kind::Anonymous;
  AccountId account;
  std::string arn;   // user, root, or assumed-role session ARN
  std::string id;    // AIDA…, AROA…:session, the account id for root
  std::string name;  // user name or session name
  std::string access_key_id;
  std::string service;  // Kind::Service; for a session: the service that assumed the role
  // AssumedRole and FederatedUser:
  std::string issuer_arn;  // arn:aws:iam::…:role/Name
  std::string issuer_id;
  std::string issuer_name;
  Time issued{};
  bool mfa = false;
  std::string source_identity;
  std::map<std::string, std::string> tags;    // aws:PrincipalTag
  std::vector<std::string> session_policies;  // policy texts
};
BOOST_DESCRIBE_STRUCT(Principal, (),
                      (kind, account, arn, id, name, access_key_id, service, issuer_arn, issuer_id,
                       issuer_name, issued, mfa, source_identity, tags, session_policies))

/// One thing that a call is about to do, for the authoriser.
struct Access {
  std::string action;            // "sns:Publish"
  std::string resource = "*";    // ARN
  AccountId owner;               // account of the resource; empty: the caller's own
  std::string resource_policy;   // policy text; empty: none
  bool policy_required = false;  // the resource's own policy must allow (KMS keys, role trust)
  std::map<std::string, std::vector<std::string>> context;  // the service's condition keys
};

Document to_document(const Request& request);
Request request_from(const Document& document);

}  // namespace tocsin::core
