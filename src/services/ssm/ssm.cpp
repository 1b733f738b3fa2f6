// SPDX-License-Identifier: Apache-2.0
#include "services/ssm/ssm.hpp"

#include "services/ssm/documents.hpp"
#include "services/ssm/drive.hpp"
#include "services/ssm/executions.hpp"
#include "services/ssm/parameters.hpp"
#include "services/ssm/tags.hpp"

namespace tocsin::ssm {
namespace {

using core::Operation;
using enum core::Effect;

using Operations = std::vector<Operation>;

Operations document_operations() {
  return {
      {"CreateDocument", Write, create_document, needs_create_document},
      {"UpdateDocument", Write, update_document, needs_document("UpdateDocument")},
      {"UpdateDocumentDefaultVersion", Write, update_document_default_version,
       needs_document("UpdateDocumentDefaultVersion")},
      {"DeleteDocument", Write, delete_document, needs_document("DeleteDocument")},
      {"DescribeDocument", Read, describe_document, needs_document("DescribeDocument")},
      {"GetDocument", Read, get_document, needs_document("GetDocument")},
      {"ListDocuments", Read, list_documents},
      {"ListDocumentVersions", Read, list_document_versions,
       needs_document("ListDocumentVersions")},
      {"DescribeDocumentPermission", Read, describe_document_permission,
       needs_document("DescribeDocumentPermission")},
      {"ModifyDocumentPermission", Write, modify_document_permission,
       needs_document("ModifyDocumentPermission")},
  };
}

Operations automation_operations() {
  return {
      {"StartAutomationExecution",
       Write,
       start_automation_execution,
       needs_start_automation,
       {},
       "ClientToken"},
      {"StopAutomationExecution", Write, stop_automation_execution,
       needs_execution("StopAutomationExecution")},
      {"SendAutomationSignal", Write, send_automation_signal,
       needs_execution("SendAutomationSignal")},
      {"GetAutomationExecution", Read, get_automation_execution,
       needs_execution("GetAutomationExecution")},
      {"DescribeAutomationExecutions", Read, describe_automation_executions},
      {"DescribeAutomationStepExecutions", Read, describe_automation_step_executions,
       needs_execution("DescribeAutomationStepExecutions")},
  };
}

Operations tag_operations() {
  return {
      {"AddTagsToResource", Write, add_tags_to_resource, needs_tagged("AddTagsToResource")},
      {"RemoveTagsFromResource", Write, remove_tags_from_resource,
       needs_tagged("RemoveTagsFromResource")},
      {"ListTagsForResource", Read, list_tags_for_resource, needs_tagged("ListTagsForResource")},
  };
}

}  // namespace

void register_ssm(core::Registry& registry) {
  Operations all;
  for (auto& group :
       {document_operations(), automation_operations(), tag_operations(), parameter_operations()})
    all.insert(all.end(), group.begin(), group.end());
  registry.add(core::Service{"ssm", "ssm", std::move(all)});
  registry.add(document_type());
  registry.add(parameter_type());
  on_driving(registry);
  on_parameter_timers(registry);
}

}  // namespace tocsin::ssm
