// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <memory>
#include <mutex>

#include "wire/protocols/rest.hpp"

namespace tocsin::wire::detail {
namespace {

using model::Location;

bool is_s3(const model::Service& service) {
  return service.primary == model::Protocol::RestXml;
}

std::vector<RestRoute::Segment> segments_of(std::string_view path) {
  std::vector<RestRoute::Segment> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    auto part = path.substr(0, path.find('/'));
    path.remove_prefix(part.size());
    if (part.empty()) continue;
    RestRoute::Segment segment{.text = part};
    if (part.front() == '{') {
      segment.label = true;
      segment.greedy = part.ends_with("+}");
      segment.text = part.substr(1, part.size() - (segment.greedy ? 3 : 2));
    }
    segments.push_back(segment);
  }
  return segments;
}

RestRoute route_of(const model::Service& service, const model::Operation& operation) {
  RestRoute route{.operation = &operation};
  const auto uri = operation.uri;
  const auto mark = uri.find('?');
  route.segments = segments_of(uri.substr(0, mark));
  auto query = mark == std::string_view::npos ? std::string_view{} : uri.substr(mark + 1);
  while (!query.empty()) {
    const auto part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    const auto equals = part.find('=');
    const auto value =
        equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1);
    if (part.substr(0, equals) != "x-id")
      route.literals.emplace_back(part.substr(0, equals), value);
  }
  if (!is_s3(service) || !operation.input) return route;
  for (const auto& member : operation.input->shape->members) {
    if (!member.required) continue;
    if (member.location == Location::QueryString) route.required.push_back(member.wire_name());
    if (member.wire_name() == "x-amz-copy-source") route.copies = true;
  }
  return route;
}

RestRoutes make_routes(const model::Service& service) {
  RestRoutes made;
  for (const auto& operation : service.operations) {
    made.routes.push_back(route_of(service, operation));
    if (!is_s3(service)) continue;
    for (const auto& [key, value] : made.routes.back().literals) {
      if (value.empty()) made.subresources.insert(key);
    }
  }
  return made;
}

/// The raw labels of `path`, or none where it is not of the template's form.
std::optional<std::vector<std::string_view>> match_path(const RestRoute& route,
                                                        std::string_view path) {
  std::vector<std::string_view> labels;
  for (const auto& segment : route.segments) {
    if (path.size() < 2) return std::nullopt;
    path.remove_prefix(1);
    const auto part = segment.greedy ? path : path.substr(0, path.find('/'));
    if (segment.label ? part.empty() : part != segment.text) return std::nullopt;
    if (segment.label) labels.push_back(part);
    path.remove_prefix(part.size());
  }
  if (!path.empty() && path != "/") return std::nullopt;
  return labels;
}

std::optional<std::string_view> given(const Pairs& query, std::string_view key) {
  for (const auto& [name, value] : query) {
    if (name == key) return value;
  }
  return std::nullopt;
}

/// How specific a route is for this request; negative where it does not fit.
int specificity(const RestRoutes& all, const RestRoute& route, const HttpMessage& message,
                const Pairs& query) {
  int score = 0;
  for (const auto& segment : route.segments)
    score += segment.label ? 0 : 100;
  for (const auto& [key, value] : route.literals) {
    const auto found = given(query, key);
    if (!found || (!value.empty() && *found != value)) return -1;
    score += 10;
  }
  for (const auto& key : route.required) {
    if (!given(query, key)) return -1;
    score += 1;
  }
  if (route.copies && !message.header("x-amz-copy-source")) return -1;
  score += route.copies;
  for (const auto& [name, value] : query) {
    if (!all.subresources.contains(name)) continue;
    const bool named = std::any_of(route.literals.begin(), route.literals.end(),
                                   [&](const auto& literal) { return literal.first == name; });
    if (!named) return -1;  // DELETE /bucket?versioning must not delete the bucket
  }
  return score;
}

}  // namespace

const RestRoutes& rest_routes(const model::Service& service) {
  static std::mutex mutex;
  static std::map<const model::Service*, std::unique_ptr<RestRoutes>> made;
  const std::scoped_lock lock(mutex);
  auto& routes = made[&service];
  if (!routes) routes = std::make_unique<RestRoutes>(make_routes(service));
  return *routes;
}

std::optional<RestMatch> match_route(const model::Service& service, const HttpMessage& message) {
  const auto query = parse_form(message.query);
  if (!query || message.path.empty() || message.path[0] != '/') return std::nullopt;
  const auto& all = rest_routes(service);
  std::optional<RestMatch> best;
  int best_score = -1;
  for (const auto& route : all.routes) {
    if (route.operation->method != message.method) continue;
    auto labels = match_path(route, message.path);
    if (!labels) continue;
    const int score = specificity(all, route, message, *query);
    const bool wins =
        score > best_score || (score == best_score && best && best->route->operation->deprecated);
    if (score < 0 || !wins) continue;
    best_score = score;
    best = RestMatch{&route, std::move(*labels)};
  }
  return best;
}

}  // namespace tocsin::wire::detail
