// SPDX-License-Identifier: Apache-2.0
#include "engines/policy/operand.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cmath>
#include <string>

namespace tocsin::policy {
namespace {

template <class T>
bool related(const T& left, Relation relation, const T& right) {
  switch (relation) {
    case Relation::Equal:
      return left == right;
    case Relation::Less:
      return left < right;
    case Relation::LessEqual:
      return left <= right;
    case Relation::Greater:
      return left > right;
    case Relation::GreaterEqual:
      return left >= right;
  }
  return false;
}

template <class T>
std::optional<T> parse_whole(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

constexpr std::array<unsigned char, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_mapped(const Network& network) {
  return network.v6 && std::equal(kMapped.begin(), kMapped.end(), network.bytes.begin());
}

void unmap(Network& network) {
  std::copy(network.bytes.begin() + 12, network.bytes.end(), network.bytes.begin());
  std::fill(network.bytes.begin() + 4, network.bytes.end(), 0);
  network.v6 = false;
}

}  // namespace

std::optional<Number> Number::parse(std::string_view text) {
  const auto value = parse_whole<double>(text);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  return Number{*value, parse_whole<std::int64_t>(text)};
}

bool Number::compare(Relation relation, const Number& other) const {
  if (whole && other.whole) return related(*whole, relation, *other.whole);
  return related(value, relation, other.value);
}

std::optional<Time> parse_moment(std::string_view text) {
  constexpr double kFarthest = 9e15;  // seconds; beyond, milliseconds would not fit 64 bits
  const bool is_month = text.size() == 7 && text[4] == '-';
  if (is_month) return parse_iso8601(std::string(text) + "-01");
  const auto number = Number::parse(text);
  if (!number) return parse_iso8601(text);
  return from_seconds(std::clamp(number->value, -kFarthest, kFarthest));
}

bool compare_moments(Time left, Relation relation, Time right) {
  return related(left, relation, right);
}

std::optional<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const std::string address(text.substr(0, slash));
  Network network;
  network.v6 = address.find(':') != std::string::npos;
  if (address.find('\0') != std::string::npos ||
      inet_pton(network.v6 ? AF_INET6 : AF_INET, address.c_str(), network.bytes.data()) != 1) {
    return std::nullopt;
  }
  const int most = network.v6 ? 128 : 32;
  const auto bits =
      slash == std::string_view::npos ? most : parse_whole<int>(text.substr(slash + 1));
  if (!bits || *bits < 0 || *bits > most) return std::nullopt;
  network.bits = *bits;
  if (is_mapped(network) && network.bits >= 96) {
    unmap(network);
    network.bits -= 96;
  }
  return network;
}

bool Network::contains(const Network& address) const {
  if (address.v6 != v6 || address.bits != (v6 ? 128 : 32)) return false;
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(bytes.begin(), bytes.begin() + whole, address.bytes.begin())) return false;
  const int rest = bits % 8;
  return rest == 0 || ((bytes[whole] ^ address.bytes[whole]) >> (8 - rest)) == 0;
}

}  // namespace tocsin::policy
