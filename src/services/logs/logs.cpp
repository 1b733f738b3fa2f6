// SPDX-License-Identifier: Apache-2.0
#include "services/logs/logs.hpp"

#include "services/logs/encryption.hpp"
#include "services/logs/kms.hpp"
#include "services/logs/metric_filters.hpp"
#include "services/logs/parts.hpp"

namespace tocsin::logs {

void register_logs(core::Registry& registry) {
  using enum core::Effect;
  registry.add(core::Service{
      "logs",
      "logs",
      {{"CreateLogGroup", Write, create_log_group, needs_create_group()},
       {"DeleteLogGroup", Write, delete_log_group, needs_group("DeleteLogGroup")},
       {"DescribeLogGroups", Read, describe_log_groups, needs_all_groups("DescribeLogGroups")},
       {"PutRetentionPolicy", Write, put_retention_policy, needs_group("PutRetentionPolicy")},
       {"DeleteRetentionPolicy", Write, delete_retention_policy,
        needs_group("DeleteRetentionPolicy")},
       {"AssociateKmsKey", Write, associate_kms_key, needs_kms_key("AssociateKmsKey")},
       {"DisassociateKmsKey", Write, disassociate_kms_key, needs_kms_key("DisassociateKmsKey")},
       {"CreateLogStream", Write, create_log_stream, needs_stream("CreateLogStream")},
       {"DeleteLogStream", Write, delete_log_stream, needs_stream("DeleteLogStream")},
       {"DescribeLogStreams", Read, describe_log_streams, needs_group("DescribeLogStreams")},
       {.name = "PutLogEvents",
        .effect = Write,
        .handler = put_log_events,
        .needs = needs_stream("PutLogEvents"),
        .bulk = "logEvents",
        .hides = puts_under_key},
       {"GetLogEvents", Read, get_log_events, needs_stream("GetLogEvents")},
       {"FilterLogEvents", Read, filter_log_events, needs_group("FilterLogEvents")},
       {"PutMetricFilter", Write, put_metric_filter, needs_group("PutMetricFilter")},
       {"DeleteMetricFilter", Write, delete_metric_filter, needs_group("DeleteMetricFilter")},
       {"DescribeMetricFilters", Read, describe_metric_filters, needs_metric_filters()},
       {"TestMetricFilter", Read, test_metric_filter},
       {"StartQuery", Write, start_query, needs_queried()},
       {"StopQuery", Write, stop_query},
       {"GetQueryResults", Read, get_query_results},
       {"DescribeQueries", Read, describe_queries},
       {"PutQueryDefinition", Write, put_query_definition, {}, {}, "clientToken"},
       {"DescribeQueryDefinitions", Read, describe_query_definitions},
       {"DeleteQueryDefinition", Write, delete_query_definition},
       {"GetLogRecord", Read, get_log_record, needs_record()},
       {"GetLogGroupFields", Read, get_log_group_fields, needs_group("GetLogGroupFields")},
       {"CreateExportTask", Write, create_export_task, needs_group("CreateExportTask")},
       {"DescribeExportTasks", Read, describe_export_tasks},
       {"CancelExportTask", Write, cancel_export_task},
       {"PutSubscriptionFilter", Write, put_subscription_filter,
        needs_group("PutSubscriptionFilter")},
       {"DeleteSubscriptionFilter", Write, delete_subscription_filter,
        needs_group("DeleteSubscriptionFilter")},
       {"DescribeSubscriptionFilters", Read, describe_subscription_filters,
        needs_group("DescribeSubscriptionFilters")},
       {"PutResourcePolicy", Write, put_resource_policy},
       {"DeleteResourcePolicy", Write, delete_resource_policy},
       {"DescribeResourcePolicies", Read, describe_resource_policies},
       {"TagResource", Write, tag_resource, needs_tagged("TagResource")},
       {"UntagResource", Write, untag_resource, needs_tagged("UntagResource")},
       {"ListTagsForResource", Read, list_tags_for_resource, needs_tagged("ListTagsForResource")},
       {"TagLogGroup", Write, tag_log_group, needs_tagged("TagLogGroup")},
       {"UntagLogGroup", Write, untag_log_group, needs_tagged("UntagLogGroup")},
       {"ListTagsLogGroup", Read, list_tags_log_group, needs_tagged("ListTagsLogGroup")}}});
  registry.add(group_type());
  registry.on_resume("logs.compact", compact);
  registry.on_resume("logs.forget_data_key", forget_data_key);
  registry.on_resume("logs.drop_stream", dropping_stream);
  registry.on_resume("logs.drop_group", dropping_group);
  registry.on_resume("logs.expire", expire);
  registry.on_resume("logs.deliver", deliver);
  registry.on_resume("logs.default_values", publish_defaults);
  registry.on_resume("logs.export_written", export_written);
  registry.on_resume("logs.export_put", export_put);
  registry.on_resume("logs.queried", queried);
  registry.on_resume("logs.forget_query", forget_query);
}

}  // namespace tocsin::logs
