// SPDX-License-Identifier: Apache-2.0
#include "services.hpp"

#include "services/cloudtrail/cloudtrail.hpp"
#include "services/ec2/ec2.hpp"
#include "services/events/events.hpp"
#include "services/iam/iam.hpp"
#include "services/kms/kms.hpp"
#include "services/lambda/lambda.hpp"
#include "services/logs/logs.hpp"
#include "services/monitoring/monitoring.hpp"
#include "services/s3/s3.hpp"
#include "services/sns/sns.hpp"
#include "services/sqs/sqs.hpp"
#include "services/states/states.hpp"
#include "services/tocsin/tocsin.hpp"

namespace tocsin::app {

core::Registry all_services() {
  core::Registry registry;
  iam::register_iam(registry);
  cloudtrail::register_cloudtrail(registry);
  ec2::register_ec2(registry);
  events::register_events(registry);
  kms::register_kms(registry);
  lambda::register_lambda(registry);
  logs::register_logs(registry);
  monitoring::register_monitoring(registry);
  s3::register_s3(registry);
  sns::register_sns(registry);
  sqs::register_sqs(registry);
  states::register_states(registry);
  own::register_tocsin(registry);
  return registry;
}

}  // namespace tocsin::app
