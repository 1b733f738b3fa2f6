// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <fmt/format.h>

#include "core/resources.hpp"
#include "services/cloudcontrol/parts.hpp"

namespace tocsin::cloudcontrol {
namespace {

using core::Call;
using core::Context;
using core::Credential;
using core::Key;
using core::Outcome;

constexpr std::string_view kPrincipal = "cloudformation.amazonaws.com";
constexpr std::size_t kMostInPage = 100;

/// https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html
std::string handler_error_code(const Error& error) {
  if (error.fault == Fault::Server) return "ServiceInternalError";
  constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kParts{
      {{"AccessDenied", "AccessDenied"},
       {"Unauthorized", "AccessDenied"},
       {"AlreadyExist", "AlreadyExists"},
       {"AlreadyOwned", "AlreadyExists"},
       {"Duplicate", "AlreadyExists"},
       {"NotFound", "NotFound"},
       {"NoSuch", "NotFound"},
       {"NonExistent", "NotFound"},
       {"Throttl", "Throttling"},
       {"LimitExceeded", "ServiceLimitExceeded"},
       {"Conflict", "ResourceConflict"},
       {"InUse", "ResourceConflict"},
       {"DependencyViolation", "ResourceConflict"},
       {"NotEmpty", "ResourceConflict"}}};
  for (const auto& [part, code] : kParts) {
    if (error.code.contains(part)) return std::string(code);
  }
  return "InvalidRequest";
}

Object progress(const RequestRow& row) {
  Object event{{"TypeName", row.type},
               {"RequestToken", row.token},
               {"Operation", row.operation},
               {"OperationStatus", row.status},
               {"EventTime", to_seconds(row.time)}};
  const std::array<std::pair<std::string_view, const std::string&>, 4> texts{
      {{"Identifier", row.identifier},
       {"ResourceModel", row.model},
       {"StatusMessage", row.message},
       {"ErrorCode", row.error_code}}};
  for (const auto& [name, value] : texts) {
    if (!value.empty()) event[name] = value;
  }
  return event;
}

/// One change of a resource at a time.
Result<void> check_alone(Call& call, const RequestRow& wanted) {
  std::optional<std::string> other;
  kRequests.scan(call, Key::of(call.scope()), [&](const auto&, const RequestRow& row) {
    if (row.status == "IN_PROGRESS" && row.type == wanted.type &&
        row.identifier == wanted.identifier && !row.identifier.empty())
      other = row.token;
    return !other;
  });
  if (!other) return {};
  return fail("ConcurrentOperationException",
              fmt::format("The resource {} of type {} is being changed by the request {}.",
                          wanted.identifier, wanted.type, *other),
              409);
}

void succeed(const Types& types, Context& context, RequestRow& row, const Document& reply) {
  row.status = "SUCCESS";
  if (row.operation == "DELETE") return;
  const auto type = type_in(types, Object{{"TypeName", row.type}});
  const auto id = text(reply, "Id");
  core::each_resource(context, type->declared, row.scope, [&](const auto& resource) {
    const auto properties = properties_of(*type, resource);
    auto identifier = schema::identifier_of(type->schema, properties);
    if (id.empty() ? identifier != row.identifier : resource.id != id) return true;
    row.identifier = std::move(identifier);
    row.model = to_json(properties);
    return false;
  });
}

bool wanted(const Document& filter, const RequestRow& row) {
  const auto names = [&](std::string_view member, const std::string& value) {
    const auto& list = array_of(filter, member);
    return list.empty() || std::ranges::any_of(list, [&](const auto& each) {
             return each.is_string() && std::string_view(each.get_string()) == value;
           });
  };
  return names("Operations", row.operation) && names("OperationStatuses", row.status);
}

}  // namespace

Result<core::CallSpec> caller_of(Call& call) {
  auto spec = call.as_caller({}, {}, {});
  const auto role = string_of(call.params(), "RoleArn");
  if (role.empty()) return spec;
  TRY(call.authorize({.action = "iam:PassRole",
                      .resource = role,
                      .context = {{"iam:PassedToService", {std::string(kPrincipal)}}}}));
  spec.credential = {.kind = Credential::Kind::Service,
                     .account = call.account(),
                     .service = std::string(kPrincipal),
                     .role_arn = role,
                     .session_name = "AWSCloudFormation"};
  spec.principal = {};
  if (!call.identify(spec.credential))
    return fail("InvalidCredentialsException",
                fmt::format("Cloud Control API cannot assume the role {}.", role), 401);
  return spec;
}

Outcome begin(Call& call, RequestRow request, core::CallSpec work) {
  TRY(check_alone(call, request));
  request.scope = call.scope();
  request.token = call.new_uuid();
  request.status = "IN_PROGRESS";
  request.time = call.now();
  kRequests.put(call, Key::of(call.scope(), request.token), request);
  call.start({.work = std::move(work),
              .then = {"cloudcontrol.finish", Object{{"token", request.token}}},
              .name = request.operation + " " + request.type});
  return Object{{"ProgressEvent", progress(request)}};
}

core::Resume finish(const Types& types) {
  return [&types](Context& context, const core::Resumption& end) {
    const auto key = Key::of(context.scope(), text(end.context, "token"));
    auto row = kRequests.get(context, key);
    if (!row) return;
    row->time = context.now();
    if (end.outcome) {
      succeed(types, context, *row, *end.outcome);
    } else {
      row->status = "FAILED";
      row->error_code = handler_error_code(end.outcome.error());
      row->message = end.outcome.error().message;
    }
    kRequests.put(context, key, *row);
    context.upkeep(context.now() + kRequestAge, {"cloudcontrol.forget", end.context});
  };
}

void forget(Context& context, const core::Resumption& due) {
  kRequests.erase(context, Key::of(context.scope(), text(due.context, "token")));
}

Outcome get_resource_request_status(Call& call) {
  const auto token = text(call.params(), "RequestToken");
  const auto row = kRequests.get(call, Key::of(call.scope(), token));
  if (!row)
    return fail("RequestTokenNotFoundException",
                fmt::format("Request with token {} was not found.", token), 404);
  return Object{{"ProgressEvent", progress(*row)}};
}

Outcome list_resource_requests(Call& call) {
  const auto& params = call.params();
  const auto& filter = object_of(params, "ResourceRequestStatusFilter");
  const auto most = static_cast<std::size_t>(
      integer(params, "MaxResults").value_or(static_cast<std::int64_t>(kMostInPage)));
  std::optional<Key> after;
  if (const auto token = text(params, "NextToken"); !token.empty())
    after = Key::of(call.scope(), token);
  Array events;
  std::string last, next;
  kRequests.scan(
      call, Key::of(call.scope()),
      [&](const auto&, const RequestRow& row) {
        if (!wanted(filter, row)) return true;
        if (events.size() == most)
          next = last;
        else
          events.push_back(progress(row)), last = row.token;
        return next.empty();
      },
      store::Direction::Forward, after);
  Object reply{{"ResourceRequestStatusSummaries", std::move(events)}};
  if (!next.empty()) reply["NextToken"] = next;
  return reply;
}

}  // namespace tocsin::cloudcontrol
