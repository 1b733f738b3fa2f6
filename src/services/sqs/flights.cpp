// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/flights.hpp"

#include <algorithm>

#include "services/sqs/store.hpp"

namespace tocsin::sqs {
namespace {

using core::Context;
using core::Key;

Flights counted(Context& context, const std::string& store) {
  Flights flights;
  kIndex.scan(
      context, Key{store},
      [&](const auto& key, const IndexEntry& entry) {
        if (entry.delayed) return true;
        if (!flights.count++) flights.next = from_ms(std::stoll(key[1], nullptr, 16));
        return true;
      },
      store::Direction::Forward, Key{store, time_part(context.now()), "~"});
  return flights;
}

}  // namespace

std::int64_t room_in_flight(Context& context, const Queue& queue) {
  const Key row{queue.store};
  auto flights = kFlights.get(context, row).value_or(Flights{});
  if (flights.count + 10 > kMostInFlight && flights.next <= context.now()) {
    flights = counted(context, queue.store);
    kFlights.put(context, row, flights);
  }
  return kMostInFlight - flights.count;
}

void went_out(Context& context, const std::string& store, Time visible) {
  auto flights = kFlights.get(context, Key{store}).value_or(Flights{});
  flights.next = flights.count ? std::min(flights.next, visible) : visible;
  ++flights.count;
  kFlights.put(context, Key{store}, flights);
}

void came_back(Context& context, const std::string& store, const Message& message) {
  if (!message.received || message.visible <= context.now()) return;
  auto flights = kFlights.get(context, Key{store});
  if (!flights || flights->count == 0) return;
  --flights->count;
  kFlights.put(context, Key{store}, *flights);
}

}  // namespace tocsin::sqs
