// SPDX-License-Identifier: Apache-2.0
// What the Host of a request says: the service, and for S3's virtual hosts the bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
#pragma once

#include <string>
#include <string_view>

namespace tocsin::wire {

struct HostName {
  std::string service;     // empty: the host names none
  std::string bucket;      // empty: S3 in path style
  bool ambiguous = false;  // "NAME.localhost": a service if there is one of the name, else a bucket
};

///   sns.us-east-1.amazonaws.com   sns            bucket.s3.amazonaws.com             s3, bucket
///   us-east-1.queue.amazonaws.com sqs            bucket.s3.eu-west-1.amazonaws.com   s3, bucket
///   sqs.us-east-1.localhost:4566  sqs            my.bucket.s3.localhost:4566         s3, my.bucket
///   s3.eu-west-1.amazonaws.com    s3             bucket.localhost:4566               bucket,
///   ambiguous
/// The service is the first label where nothing better is known; it need not be one of ours.
HostName host_name(std::string_view host);

}  // namespace tocsin::wire
