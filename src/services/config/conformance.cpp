// SPDX-License-Identifier: Apache-2.0
#include "services/config/conformance.hpp"

#include <fmt/format.h>
#include <regex>

#include "services/config/compliance.hpp"
#include "services/config/conformance_template.hpp"
#include "services/config/recorders.hpp"
#include "services/config/remediation.hpp"
#include "services/config/tags.hpp"
#include "store/blobs.hpp"

namespace tocsin::config {
namespace {

constexpr std::size_t kMostPacks = 50;

Failure not_permitted(std::string message) {
  return fail("InsufficientPermissionsException", std::move(message));
}

Result<std::string> from_s3(Call& call, std::string_view uri) {
  uri.remove_prefix(std::string_view("s3://").size());
  const auto slash = uri.find('/');
  if (slash == uri.npos) return invalid_value("The TemplateS3Uri is not valid.");
  const auto reply = call.call(call.as_caller("s3", "GetObject",
                                              Object{{"Bucket", uri.substr(0, slash)},
                                                     {"Key", uri.substr(slash + 1)}}))
                         .result();
  if (!reply) {
    return not_permitted(fmt::format("Unable to read the template from Amazon S3. {}: {}",
                                     reply.error().code, reply.error().message));
  }
  const auto* body = find(*reply, "Body");
  if (const auto ref = body ? store::blob_ref(*body) : std::nullopt) return call.blob(*ref);
  return string_of(*reply, "Body");
}

Result<std::string> from_ssm(Call& call, const Object& details) {
  Object params{{"Name", text(details, "DocumentName")}};
  if (const auto version = text(details, "DocumentVersion"); !version.empty())
    params["DocumentVersion"] = version;
  const auto reply = call.call(call.as_caller("ssm", "GetDocument", std::move(params))).result();
  if (reply) return string_of(*reply, "Content");
  return not_permitted(fmt::format("Unable to read the SSM document. {}: {}", reply.error().code,
                                   reply.error().message));
}

Result<std::string> template_of(Call& call) {
  const auto& params = call.params();
  const auto body = string_of(params, "TemplateBody");
  const auto uri = text(params, "TemplateS3Uri");
  const auto& document = object_of(params, "TemplateSSMDocumentDetails");
  if (body.empty() + uri.empty() + document.empty() != 2) {
    return invalid_value(
        "Provide exactly one of TemplateBody, TemplateS3Uri and TemplateSSMDocumentDetails.");
  }
  if (!body.empty()) return body;
  if (!document.empty()) return from_ssm(call, document);
  if (!uri.starts_with("s3://")) return invalid_value("The TemplateS3Uri is not valid.");
  return from_s3(call, uri);
}

std::map<std::string, std::string> parameters_of(const Array& inputs) {
  std::map<std::string, std::string> out;
  for (const auto& input : inputs)
    out[string_of(input, "ParameterName")] = string_of(input, "ParameterValue");
  return out;
}

Result<void> check_name(const std::string& name) {
  static const std::regex kPattern("[a-zA-Z][-a-zA-Z0-9]*");
  if (std::regex_match(name, kPattern)) return {};
  return fail("ValidationException",
              fmt::format("1 validation error detected: Value '{}' at 'conformancePackName' failed "
                          "to satisfy constraint: Member must satisfy regular expression pattern: "
                          "[a-zA-Z][-a-zA-Z0-9]*",
                          name));
}

Result<Pack> new_pack(Call& call, const std::string& name) {
  TRY(check_name(name));
  if (kPacks.all(call, core::Key::of(call.scope())).size() >= kMostPacks) {
    return fail("MaxNumberOfConformancePacksExceededException",
                fmt::format("You have reached the limit of {} conformance packs.", kMostPacks));
  }
  Pack pack{.name = name, .id = "conformance-pack-" + new_suffix(call, 9), .scope = call.scope()};
  pack.stack = arn("cloudformation", call.scope(),
                   fmt::format("stack/awsconfigconforms-{}-{}/{}", name, pack.id, call.new_uuid()));
  return pack;
}

Result<Pack> pack_to_put(Call& call) {
  const auto name = string_of(call.params(), "ConformancePackName");
  auto old = kPacks.get(call, core::Key::of(call.scope(), name));
  if (!old) return new_pack(call, name);
  if (old->state.ends_with("IN_PROGRESS")) {
    return fail(
        "ResourceInUseException",
        fmt::format("The conformance pack {} is being changed. Please try again later.", name));
  }
  return *std::move(old);
}

Object about(const Pack& pack) {
  return {{"name", pack.name}, {"version", pack.version}};
}

/// None where the pack has gone, or was changed again.
std::optional<Pack> due_pack(Context& context, const Document& about) {
  auto pack = kPacks.get(context, core::Key::of(context.scope(), text(about, "name")));
  if (!pack || pack->version != text(about, "version")) return std::nullopt;
  return pack;
}

Result<void> make_rule(Context& context, Pack& pack, const Object& given) {
  auto rule = TRY(rule_from(given));
  rule.name = pack.rule_name(rule.name);
  const auto old = kRules.get(context, core::Key::of(pack.scope, rule.name));
  if (!old) TRY(check_room(context, rule.name));
  rule.scope = pack.scope;
  rule.id = old ? old->id : "config-rule-" + new_suffix(context, 6);
  rule.created = old ? old->created : context.now();
  rule.created_by = kPackAgent;
  if (rule.owner == "CUSTOM_LAMBDA") TRY(check_function(context, rule));
  pack.rules.insert(rule.name);
  if (!old) put_tags(context, rule.arn(), {});
  keep_rule(context, rule, old);
  return {};
}

Result<void> make_remediation(Context& context, const Pack& pack, const Object& given) {
  const auto rule =
      TRY(find_rule(context, pack.scope, pack.rule_name(text(given, "ConfigRuleName"))));
  keep_remediation(context, TRY(remediation_from(context, rule, given)));
  return {};
}

Result<void> make_all(Context& context, Pack& pack) {
  for (const auto& rule : pack.wanted)
    TRY(make_rule(context, pack, rule));
  for (const auto& remediation : pack.wanted_remediations)
    TRY(make_remediation(context, pack, remediation));
  return {};
}

/// What an older template had and the new one has not; after a failure, all.
void drop_others(Context& context, Pack& pack, const std::set<std::string>& kept) {
  for (const auto& name : std::set<std::string>(pack.rules)) {
    if (kept.contains(name)) continue;
    if (const auto rule = kRules.get(context, core::Key::of(pack.scope, name)))
      remove_rule(context, *rule);
    pack.rules.erase(name);
  }
}

void make(Context& context, const core::Resumption& due) {
  auto pack = due_pack(context, due.context);
  if (!pack) return;
  const auto made = make_all(context, *pack);
  std::set<std::string> kept;
  if (made || pack->complete) {
    for (const auto& rule : pack->wanted)
      kept.insert(pack->rule_name(text(rule, "ConfigRuleName")));
  }
  drop_others(context, *pack, kept);
  pack->state = made ? "CREATE_COMPLETE" : "CREATE_FAILED";
  pack->reason = made ? "" : made.error().message;
  pack->complete = pack->complete || made.has_value();
  pack->completed = context.now();
  kPacks.put(context, pack->key(), *pack);
}

void unmake(Context& context, const core::Resumption& due) {
  const auto pack = due_pack(context, due.context);
  if (!pack) return;
  if (!rules_of_pack(context, *pack).empty()) {
    context.later({"config.pack_unmake", due.context});
    return;
  }
  forget_tags(context, pack->arn());
  kPacks.erase(context, pack->key());
}

}  // namespace

std::string arn_of_pack(const Call& call, std::string_view name) {
  const auto pack = kPacks.get(call, core::Key::of(call.scope(), name));
  return pack ? pack->arn()
              : arn("config", call.scope(), fmt::format("conformance-pack/{}/*", name));
}

Failure no_such_pack(std::string_view name) {
  return fail("NoSuchConformancePackException",
              fmt::format("The conformance pack {} does not exist.", name));
}

Result<Pack> pack_of(const Call& call) {
  const auto name = text(call.params(), "ConformancePackName");
  auto pack = kPacks.get(call, core::Key::of(call.scope(), name));
  if (!pack) return no_such_pack(name);
  return *std::move(pack);
}

std::vector<Rule> rules_of_pack(const store::View& view, const Pack& pack) {
  std::vector<Rule> rules;
  for (const auto& name : pack.rules) {
    if (auto rule = kRules.get(view, core::Key::of(pack.scope, name)))
      rules.push_back(*std::move(rule));
  }
  return rules;
}

Outcome put_conformance_pack(Call& call) {
  const auto& params = call.params();
  auto pack = TRY(pack_to_put(call));
  if (!recorder_of(call, call.scope())) {
    return not_permitted("Configuration recorder is not available to put the conformance pack.");
  }
  const auto& inputs = array_of(params, "ConformancePackInputParameters");
  const auto body = TRY(template_of(call));
  auto made = TRY(read_pack_template(body, parameters_of(inputs), call.scope()));
  pack.inputs = inputs;
  pack.document = object_of(params, "TemplateSSMDocumentDetails");
  pack.bucket = string_of(params, "DeliveryS3Bucket");
  pack.prefix = string_of(params, "DeliveryS3KeyPrefix");
  pack.wanted = std::move(made.rules);
  pack.wanted_remediations = std::move(made.remediations);
  pack.state = "CREATE_IN_PROGRESS";
  pack.reason.clear();
  pack.requested = call.now();
  pack.version = call.new_uuid();
  kPacks.put(call, pack.key(), pack);
  put_tags(call, pack.arn(), tags_of_resource(call, pack.arn()));
  call.later({"config.pack_make", about(pack)});
  return Object{{"ConformancePackArn", pack.arn()}};
}

Outcome delete_conformance_pack(Call& call) {
  auto pack = TRY(pack_of(call));
  if (pack.state.ends_with("IN_PROGRESS")) {
    return fail("ResourceInUseException",
                fmt::format("The conformance pack {} is being changed. Please try again later.",
                            pack.name));
  }
  pack.state = "DELETE_IN_PROGRESS";
  pack.requested = call.now();
  pack.version = call.new_uuid();
  kPacks.put(call, pack.key(), pack);
  for (const auto& rule : rules_of_pack(call, pack))
    remove_rule(call, rule);
  call.later({"config.pack_unmake", about(pack)});
  return Object{};
}

void on_packs_made(core::Registry& registry) {
  registry.on_resume("config.pack_make", make);
  registry.on_resume("config.pack_unmake", unmake);
}

}  // namespace tocsin::config
