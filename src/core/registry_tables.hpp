// SPDX-License-Identifier: Apache-2.0
// Inside of the registry, for the machine.
#pragma once

#include "core/registry.hpp"

namespace tocsin::core {

struct Registry::Tables {
  std::map<std::string, Service, std::less<>> services;
  std::map<std::string, std::map<std::string, const Operation*, std::less<>>, std::less<>>
      operations;
  std::vector<ResourceType> types;
  std::map<std::string, std::size_t, std::less<>> type_of_table;
  std::map<std::string, Resume, std::less<>> resumes;
  std::vector<std::function<void(Context&, const Event&)>> on_event;
  std::vector<std::function<void(Context&, const Change&)>> on_change;
  std::vector<std::function<void(Context&, const CallRecord&)>> on_call;
  std::vector<std::function<void(Context&)>> on_bootstrap;
  std::unique_ptr<Authorizer> authorizer;
  std::unique_ptr<Audit> audit;
};

}  // namespace tocsin::core
