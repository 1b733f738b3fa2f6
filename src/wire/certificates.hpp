// SPDX-License-Identifier: Apache-2.0
// Certificates of our own: an authority, and what it issues. P-256 keys; all texts are PEM.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace tocsin::wire {

struct CertifiedKey {
  std::string certificate;
  std::string key;
};

/// A certificate that may sign others, for ten years.
Result<CertifiedKey> make_authority(Time now);

/// A server's certificate for `hosts` (names, wildcards and addresses; the first is its subject),
/// for 397 days, the most that browsers take. The authority's own certificate follows it. Errors:
/// InvalidConfiguration for a host that is neither, and for an authority that cannot be read.
Result<CertifiedKey> issue_certificate(const CertifiedKey& authority,
                                       const std::vector<std::string>& hosts, Time now);

/// The moment after which the certificate is not valid.
Result<Time> expiry_of(const std::string& certificate);

/// Whether `certificate` was signed with the authority's key.
bool issued_by(const std::string& certificate, const std::string& authority);

/// What clients on this machine call the server: localhost, its wildcards (buckets and regions
/// too), 127.0.0.1 and ::1.
std::vector<std::string> local_hosts();

/// The endpoints of AWS in a region ("*.us-east-1.amazonaws.com", …), for clients whose DNS leads
/// them here.
std::vector<std::string> aws_hosts(const std::string& region);

}  // namespace tocsin::wire
