// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/wait_ladder.hpp"

#include <algorithm>

namespace pierglass::pace {

namespace {

constexpr std::size_t index(Rung rung) {
  return static_cast<std::size_t>(rung);
}

}  // namespace

const char* name(Rung rung) {
  static constexpr std::array<const char*, kRungs> kNames = {
      "absent", "blocked", "coarse", "window", "search",
      "cursor", "quiet",   "idle",   "unseen", "doorbell"};
  return kNames[index(rung)];
}

void WaitLadder::on_wake(HostTime now, DoorbellTrust::Wake wake) {
  if (last_rung_ != Rung::Unseen) {
    trust_.on_wake(now, wake);
  } else if (wake == DoorbellTrust::Wake::Ring) {
    trust_.on_late_ring();  // perhaps of what was found before nobody looked
  }
  if (wake == DoorbellTrust::Wake::Other) return;
  rung_ = true;
  last_ring_ = now;
}

void WaitLadder::on_look(HostTime now, Found found) {
  ++counters_.looks;
  using News = DoorbellTrust::News;
  // Nobody rings for what is hidden, as a rule: it may be what a ring was for, but is never missed.
  const bool pointer = found.cursor || (found.hidden && rung_);
  const bool news = found.frame || pointer;
  trust_.on_look(now, !news ? News::None : found.skipped ? News::Skipped : News::Some);
  if (found.frame) on_frame(now);
  // Who is in a hurry hears no rings: motion that is found goes on, seen or not.
  const bool moves = pointer || (found.hidden && hurried_);
  hurried_ = moves && !found.frame && now - last_told_ <= kCursorHurry;
  if (moves) last_told_ = now;
  if (found.cursor) last_cursor_ = now;
  last_look_ = now;
  if (last_rung_ == Rung::Blocked && !news) ring_first_ = false;
  rung_ = refused_ = false;
}

void WaitLadder::on_frame(HostTime now) {
  ++counters_.frames;
  last_frame_ = now;
  if (rung_) return predictor_.observe(last_ring_);
  if (now - last_look_ <= kTrustedGap) return predictor_.observe(now);
  // A sleep that lasted longer than planned says nothing about the prediction.
  const bool overslept = now - last_wake_ > kTrustedGap;
  if (last_rung_ != Rung::Coarse || overslept) return predictor_.observe_unseen(now);
  ++counters_.early;
  predictor_.observe_early(now);
}

void WaitLadder::on_source_change() {
  predictor_.reset();
  last_frame_ = kNever;
  last_cursor_ = kNever;
  trust_.reset();
}

WaitLadder::Plan WaitLadder::next(HostTime now, State state) {
  const Plan plan = choose(now, state);
  last_rung_ = plan.rung;
  last_wake_ = now + plan.sleep;
  ++counters_.sleeps[index(plan.rung)];
  counters_.time[index(plan.rung)] += plan.sleep;
  return plan;
}

WaitLadder::Plan WaitLadder::choose(HostTime now, State state) {
  if (state.unseen && state.rings) return unseen(now);
  if (!state.present) return {Rung::Absent, kAbsentPoll};
  if (state.blocked && waits_for_word(state)) return {Rung::Blocked, kBlockedPoll};
  const Plan poll = polling(now);
  if (!state.rings) return poll;
  if (hurried_) {
    const Plan frames = for_frames(now);
    const bool expected = frames.rung != Rung::Quiet && frames.rung != Rung::Idle;
    return {Rung::Cursor, expected ? frames.sleep : kCursorNap};
  }
  DoorbellTrust::Sleep sleep = trust_.next(now, poll.sleep);
  const bool longer = sleep.limit > poll.sleep;
  // A frame that is due and whose ring was lost is not left to the next one.
  if (longer) sleep.limit = std::min(sleep.limit, until_window_ends(now).value_or(sleep.limit));
  return {longer ? Rung::Doorbell : poll.rung, sleep.limit, sleep.on_doorbell};
}

// Of the compositor, and not for the guest's ring.
bool WaitLadder::waits_for_word(State state) {
  const bool sleeps = state.until_told && state.rings && !hurried_ &&
                      trust_.standing() == DoorbellTrust::Standing::Trusted;
  if (!sleeps) return true;
  ring_first_ |= rung_ || refused_;
  return ring_first_;
}

// Nothing when no frame is predicted any more.
std::optional<Nanoseconds> WaitLadder::until_window_ends(HostTime now) const {
  const auto windows = predictor_.windows();
  if (!windows) return std::nullopt;
  HostTime end = windows->first + windows->margin + kLead + kWindowPoll;
  for (std::uint32_t i = 0; i < windows->count; ++i, end += windows->period) {
    if (now < end) return end - now;
  }
  return std::nullopt;
}

// A guest that goes on publishing rings those who do not look, too.
WaitLadder::Plan WaitLadder::unseen(HostTime now) const {
  const Nanoseconds since = now - last_ring_;
  if (since < kUnseenPause) return {Rung::Unseen, kUnseenPause - since};
  return {Rung::Unseen, DoorbellTrust::kLongest, true};
}

WaitLadder::Plan WaitLadder::polling(HostTime now) const {
  const Plan plan = for_frames(now);
  if (now - last_cursor_ < kCursorFor && plan.sleep > kCursorPoll) {
    return {Rung::Cursor, kCursorPoll};
  }
  return plan;
}

WaitLadder::Plan WaitLadder::for_frames(HostTime now) const {
  if (const auto windows = predictor_.windows()) {
    HostTime centre = windows->first;
    for (std::uint32_t i = 0; i < windows->count; ++i, centre += windows->period) {
      const Nanoseconds reach = windows->margin + kLead;
      if (now > centre + reach) continue;
      const Nanoseconds until = centre - reach - now;
      if (until <= kWindowPoll) return {Rung::Window, kWindowPoll};
      return {Rung::Coarse, std::min(until, kCoarseNap)};
    }
  }
  if (now - std::max(last_frame_, last_input_) < kSearchFor) return {Rung::Search, kSearchPoll};
  if (now - std::max({last_frame_, last_input_, last_cursor_}) < kIdleAfter) {
    return {Rung::Quiet, kQuietPoll};
  }
  return {Rung::Idle, kIdlePoll};
}

}  // namespace pierglass::pace
