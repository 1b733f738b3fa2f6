// SPDX-License-Identifier: Apache-2.0
#include "services.hpp"

#include "services/autoscaling/autoscaling.hpp"
#include "services/cloudcontrol/cloudcontrol.hpp"
#include "services/cloudtrail/cloudtrail.hpp"
#include "services/config/config.hpp"
#include "services/ec2/ec2.hpp"
#include "services/elasticloadbalancing/elasticloadbalancing.hpp"
#include "services/events/events.hpp"
#include "services/iam/iam.hpp"
#include "services/kms/kms.hpp"
#include "services/lambda/lambda.hpp"
#include "services/logs/logs.hpp"
#include "services/monitoring/monitoring.hpp"
#include "services/s3/s3.hpp"
#include "services/sns/sns.hpp"
#include "services/sqs/sqs.hpp"
#include "services/ssm/ssm.hpp"
#include "services/states/states.hpp"
#include "services/tagging/tagging.hpp"
#include "services/tocsin/tocsin.hpp"

namespace tocsin::app {

core::Registry all_services() {
  core::Registry registry;
  iam::register_iam(registry);
  autoscaling::register_autoscaling(registry);
  cloudcontrol::register_cloudcontrol(registry);
  cloudtrail::register_cloudtrail(registry);
  config::register_config(registry);
  ec2::register_ec2(registry);
  elasticloadbalancing::register_elasticloadbalancing(registry);
  events::register_events(registry);
  kms::register_kms(registry);
  lambda::register_lambda(registry);
  logs::register_logs(registry);
  monitoring::register_monitoring(registry);
  s3::register_s3(registry);
  sns::register_sns(registry);
  sqs::register_sqs(registry);
  ssm::register_ssm(registry);
  states::register_states(registry);
  tagging::register_tagging(registry);
  own::register_tocsin_with(registry, {config::state_operation()});
  return registry;
}

}  // namespace tocsin::app
