// SPDX-License-Identifier: Apache-2.0
#include "engines/pattern/pattern.hpp"

#include "engines/pattern/index.hpp"
#include "engines/pattern/scratch.hpp"

namespace tocsin::pattern {

std::size_t Snapshot::size() const {
  return index_->size();
}

Matcher::Matcher(Snapshot snapshot, Extent extent)
    : snapshot_(std::move(snapshot)), extent_(extent), scratch_(std::make_unique<Scratch>()) {}
Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;

void Matcher::reset(Snapshot snapshot) {
  snapshot_ = std::move(snapshot);
}

std::span<const RuleId> Matcher::match(const Document& event) {
  return scratch_->match(snapshot_.index(), event);
}

Result<std::span<const RuleId>> Matcher::match_json(std::string_view event) {
  return scratch_->match_json(snapshot_.index(), event, extent_);
}

Result<std::span<const RuleId>> Matcher::match_indexed(const IndexedObject& event) {
  return scratch_->match_indexed(snapshot_.index(), event, extent_);
}

Result<std::span<const RuleId>> Matcher::match_enveloped(const Envelope& event) {
  return scratch_->match_enveloped(snapshot_.index(), event, extent_);
}

RuleSet::RuleSet() : index_(std::make_unique<Index>()), scratch_(std::make_unique<Scratch>()) {}
RuleSet::~RuleSet() = default;
RuleSet::RuleSet(RuleSet&&) noexcept = default;
RuleSet& RuleSet::operator=(RuleSet&&) noexcept = default;

void RuleSet::add(RuleId id, const Pattern& pattern) {
  shared_.reset();
  index_->add(id, pattern.compiled());
}

bool RuleSet::remove(RuleId id) {
  shared_.reset();
  return index_->remove(id);
}

std::size_t RuleSet::size() const {
  return index_->size();
}

std::vector<RuleId> RuleSet::matches(const Document& event) const {
  const auto found = scratch_->match(*index_, event);
  return {found.begin(), found.end()};
}

Result<std::vector<RuleId>> RuleSet::matches_json(std::string_view event) const {
  const auto found = TRY(scratch_->match_json(*index_, event, Extent::Whole));
  return std::vector<RuleId>(found.begin(), found.end());
}

Snapshot RuleSet::snapshot() const {
  if (!shared_) shared_ = std::make_shared<const Index>(*index_);
  return Snapshot(shared_);
}

bool matches(const Pattern& pattern, const Document& event) {
  Index index;
  index.add(0, pattern.compiled());
  return !Scratch().match(index, event).empty();
}

}  // namespace tocsin::pattern
