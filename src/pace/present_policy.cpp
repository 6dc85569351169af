// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/present_policy.hpp"

#include <algorithm>
#include <utility>

namespace pierglass::pace {
namespace {

// The longest there was, slowly forgotten.
void remember_long(Nanoseconds& longest, Nanoseconds took) {
  constexpr std::int64_t kForget = 16;
  longest = std::max(took, longest - (longest - took) / kForget);
}

void average(Nanoseconds& mean, Nanoseconds value) {
  constexpr std::int64_t kShare = 8;
  mean += (value - mean) / kShare;
}

constexpr Nanoseconds kLongSpacing = std::chrono::milliseconds(100);
constexpr Nanoseconds kClockError = LatchPredictor::kSlip;
constexpr int kNearPeriods = 4;  // no clock is off by much until then

// A commit before half of its refresh had passed was in time for anybody's lead.
constexpr bool early(Nanoseconds lead, Nanoseconds period) {
  return lead > period / 2;
}

}  // namespace

const char* name(Policy policy) {
  static constexpr std::array kNames = {"callback", "mailbox", "late", "vrr"};
  return kNames[static_cast<std::size_t>(policy)];
}

void PresentPolicy::set_tearing(bool on) {
  if (std::exchange(tearing_, on) != on) on_surface_reset();
}

void PresentPolicy::succeed(const PresentPolicy& before) {
  set_tearing(before.tearing_);
  counters_ = before.counters_;
}

void PresentPolicy::on_surface_reset() {
  predictor_.reset();
  under_way_ = {};
  proof_ = 0;
  discards_ = 0;
  lead_period_ = {};
}

void PresentPolicy::on_wake(HostTime now) {
  const auto until = std::exchange(waits_until_, std::nullopt);
  if (!until || now < *until) return;
  waited_until_ = *until;
  woke_ = now;
  const Nanoseconds period = predictor_.period();
  // More than half a refresh is no habit of a thread that can pace anything.
  const Nanoseconds most = period == Nanoseconds::zero() ? kMinSpacing : period / 2;
  remember_long(oversleep_, std::min(now - *until, most));
  const bool turns = period != Nanoseconds::zero() && predictor_.fresh(now);
  const bool missed = turns && turn_after(now) > turn_after(*until);
  turns_missed_ = missed ? turns_missed_ + 1 : 0;
}

void PresentPolicy::on_commit(HostTime began, HostTime committed, std::uint64_t commit) {
  remember_long(drawing_, committed - began);
  average(typical_drawing_, committed - began);
  average(spacing_, std::min(committed - last_commit_, kLongSpacing));
  turns_missed_ = 0;
  const bool second = newest_under_way(committed) != nullptr;
  last_commit_ = committed;
  if (commit == 0) return;
  UnderWay& oldest = *std::ranges::min_element(under_way_, {}, &UnderWay::commit);
  oldest = {.commit = commit, .committed = committed, .second = second};
}

void PresentPolicy::on_presented(HostTime now, const Presented& presented) {
  UnderWay* const found = find(presented.commit);
  if (found == nullptr) return;
  const UnderWay commit = *found;
  // Older ones are not shown any more.
  for (UnderWay& other : under_way_) {
    if (other.commit <= presented.commit) other = {};
    if (other.committed >= presented.time) other.second = false;  // word of it took its time
  }
  // A clock that is not what it says: nothing can rest on it.
  if (presented.time < commit.committed - kMinSpacing || presented.time > now + kMinSpacing) {
    proof_ = 0;
    return;
  }
  discards_ = 0;
  if (tearing_) return count(presented);
  proof_ = std::min(proof_ + 1, kProof);
  const LatchPredictor before = predictor_;
  predictor_.on_presented(presented);
  if (predictor_.period() != lead_period_) {
    lead_period_ = predictor_.period();
    lead_.reset(lead_period_);
  }
  count(presented);
  learn(commit, before, presented.time);
}

void PresentPolicy::count(const Presented& presented) {
  const bool scanned_out = (presented.flags & Presented::kZeroCopy) != 0;
  ++counters_.presented;
  if (scanned_out) ++counters_.scanned_out;
  if ((presented.flags & Presented::kVsync) == 0) ++counters_.torn;
  // From now on the compositor draws as well.
  if (scanned_out_ && !scanned_out) lead_.reset(lead_period_);
  scanned_out_ = scanned_out;
}

void PresentPolicy::learn(const UnderWay& commit, const LatchPredictor& before, HostTime shown) {
  if (predictor_.period() == Nanoseconds::zero()) return;
  const bool fixed = predictor_.rate() == LatchPredictor::Rate::Fixed;
  fixed ? learn_fixed(commit, before, shown) : learn_variable(commit, before.last(), shown);
}

// What could have been shown as soon as the screen could show another.
void PresentPolicy::learn_variable(const UnderWay& commit, HostTime before, HostTime shown) {
  const HostTime turn = before + predictor_.period();
  const Nanoseconds lead = turn - commit.committed;
  if (commit.second || lead <= Nanoseconds::zero()) return;
  const Nanoseconds by = shown - turn;
  by > kClockError ? lead_.on_missed(lead, by) : lead_.on_time(lead);
}

void PresentPolicy::learn_fixed(const UnderWay& commit, const LatchPredictor& before,
                                HostTime shown) {
  const Nanoseconds period = predictor_.period();
  const bool foreseen = before.fresh(commit.committed) && before.period() == period;
  const HostTime turn = (foreseen ? before : predictor_).next_after(commit.committed);
  const Nanoseconds lead = turn - commit.committed;
  const bool late = shown - turn > period / 2;
  if (late) ++counters_.late;
  using Evidence = HabitWatch::Evidence;
  if (commit.second && !late) {
    habit_.on_presented(Evidence::SecondInTime);
  } else if (commit.second && early(lead, period)) {
    return habit_.on_presented(Evidence::SecondLate);  // and says nothing of the lead
  } else if (commit.second) {
    habit_.on_presented(Evidence::SecondShort);
  } else {
    habit_.on_presented(Evidence::None);
  }
  const Nanoseconds by = shown - turn;
  if (foreseen && !late && !commit.second && turn - before.last() < kNearPeriods * period) {
    predictor_.on_slip(by);
  }
  if (!late) return by > kClockError ? lead_.on_missed(lead, by) : lead_.on_time(lead);
  if (!commit.second) lead_.on_late(lead);
}

void PresentPolicy::on_discarded(HostTime now, std::uint64_t commit) {
  UnderWay* const found = find(commit);
  if (found == nullptr) return;
  *found = {};
  ++counters_.discarded;
  if (++discards_ < kMaxDiscards) return;
  proof_ = 0;
  quiet_until_ = now + kAskAgain;
  discards_ = kMaxDiscards - kMaxDiscardsAgain;
}

PresentPolicy::UnderWay* PresentPolicy::find(std::uint64_t commit) {
  if (commit == 0) return nullptr;
  const auto found = std::ranges::find(under_way_, commit, &UnderWay::commit);
  return found == under_way_.end() ? nullptr : &*found;
}

Policy PresentPolicy::policy() const {
  if (tearing_) return Policy::Mailbox;
  switch (choice_) {
    case PolicyChoice::Callback:
      return Policy::Callback;
    case PolicyChoice::Mailbox:
      return Policy::Mailbox;
    case PolicyChoice::Auto:
    case PolicyChoice::Late:
    case PolicyChoice::Variable:
      break;
  }
  return by_feedback();
}

Policy PresentPolicy::by_feedback() const {
  const bool slow = drawing_ > predictor_.period() / 2;
  if (proof_ < kProof || slow) return Policy::Callback;
  if (choice_ == PolicyChoice::Late) return Policy::Late;
  if (choice_ == PolicyChoice::Variable) return Policy::Variable;
  if (predictor_.rate() == LatchPredictor::Rate::Variable) return Policy::Variable;
  const bool newest_wins = habit_.habit() == Habit::NewestWins || habit_.trying();
  return newest_wins ? Policy::Mailbox : Policy::Late;
}

HostTime PresentPolicy::earliest_commit(HostTime now) const {
  const HostTime spaced = std::max(now, last_commit_ + kMinSpacing);
  switch (policy()) {
    case Policy::Late:
      return std::max(spaced, earliest_late(now));
    case Policy::Variable:
      return std::max(spaced, earliest_variable(now));
    case Policy::Callback:
    case Policy::Mailbox:
      break;
  }
  return spaced;
}

// The first turn that a commit which is begun now is in time for.
HostTime PresentPolicy::turn_after(HostTime now) const {
  return predictor_.next_after(now + typical_drawing_ + lead_.least());
}

// Once a refresh: a second commit would wait for the picture after the first, and all later ones
// behind it, until one refresh passes without any. A single one that comes after the planned moment
// can still be in time, and where pictures are rare each one is single.
HostTime PresentPolicy::earliest_late(HostTime now) const {
  if (const UnderWay* last = newest_under_way(now)) return last->committed + kOverdue;
  if (!predictor_.fresh(now) || predictor_.period() == Nanoseconds::zero()) return now;
  if (spacing_ > predictor_.period() * 3 / 2) return now;
  if (waited_for(now)) return now;
  return turn_after(now) - lead_.lead() - drawing_ - oversleep_;
}

bool PresentPolicy::waited_for(HostTime now) const {
  constexpr int kPatience = 2;  // a single one may catch the next turn with something newer
  if (turns_missed_ >= kPatience && now == woke_) return true;
  return now >= waited_until_ && now - waited_until_ < kGrace;
}

HostTime PresentPolicy::earliest_variable(HostTime now) const {
  if (!predictor_.fresh(now)) return now;
  HostTime next = predictor_.last() + predictor_.period();
  if (const UnderWay* last = newest_under_way(now)) {
    next = std::max(next, last->committed) + predictor_.period();
  }
  return next - lead_.lead() - drawing_ - oversleep_;
}

const PresentPolicy::UnderWay* PresentPolicy::newest_under_way(HostTime now) const {
  const UnderWay& newest = *std::ranges::max_element(under_way_, {}, &UnderWay::commit);
  const bool waiting = newest.commit != 0 && now - newest.committed < kOverdue;
  return waiting ? &newest : nullptr;
}

std::optional<HostTime> PresentPolicy::next_latch(HostTime now) const {
  const bool known =
      proof_ >= kProof && predictor_.fresh(now) && predictor_.rate() == LatchPredictor::Rate::Fixed;
  if (!known || tearing_ || policy() == Policy::Callback) return std::nullopt;
  const Nanoseconds before = lead_.lead() + drawing_ + oversleep_;
  return predictor_.next_after(now + before) - before;
}

bool PresentPolicy::wants_feedback(HostTime now) const {
  const bool learns = choice_ != PolicyChoice::Callback && !tearing_;
  return (watched_ || learns) && now >= quiet_until_;
}

}  // namespace pierglass::pace
