// SPDX-License-Identifier: Apache-2.0
#include "services/monitoring/monitoring.hpp"

#include "services/monitoring/alarms.hpp"
#include "services/monitoring/metrics.hpp"
#include "services/monitoring/points.hpp"

namespace tocsin::monitoring {

void register_monitoring(core::Registry& registry) {
  using enum core::Effect;
  registry.add(core::Service{
      "monitoring",
      "cloudwatch",
      {{"PutMetricData", Write, put_metric_data, needs_put_metric_data},
       {"ListMetrics", Read, list_metrics},
       {"GetMetricStatistics", Read, get_metric_statistics},
       {"GetMetricData", Read, get_metric_data},
       {"PutMetricAlarm", Write, put_metric_alarm, needs_put_alarm("PutMetricAlarm")},
       {"PutCompositeAlarm", Write, put_composite_alarm, needs_put_alarm("PutCompositeAlarm")},
       {"DescribeAlarms", Read, describe_alarms, needs_all_alarms("DescribeAlarms")},
       {"DescribeAlarmsForMetric", Read, describe_alarms_for_metric,
        needs_all_alarms("DescribeAlarmsForMetric")},
       {"DescribeAlarmHistory", Read, describe_alarm_history, needs_alarm("DescribeAlarmHistory")},
       {"DeleteAlarms", Write, delete_alarms, needs_named_alarms("DeleteAlarms")},
       {"SetAlarmState", Write, set_alarm_state, needs_alarm("SetAlarmState")},
       {"EnableAlarmActions", Write, enable_alarm_actions,
        needs_named_alarms("EnableAlarmActions")},
       {"DisableAlarmActions", Write, disable_alarm_actions,
        needs_named_alarms("DisableAlarmActions")},
       {"TagResource", Write, tag_resource, needs_tagged("TagResource")},
       {"UntagResource", Write, untag_resource, needs_tagged("UntagResource")},
       {"ListTagsForResource", Read, list_tags_for_resource,
        needs_tagged("ListTagsForResource")}}});
  registry.add(alarm_type());
  registry.on_resume("monitoring.sweep", sweep);
  registry.on_resume("monitoring.evaluate", evaluate);
  registry.on_resume("monitoring.evaluate_composite", evaluate_composite);
  registry.on_resume("monitoring.acted", acted);
}

}  // namespace tocsin::monitoring
