// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/latch_watch.hpp"

#include <algorithm>

namespace pierglass::guest {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr Nanoseconds kShortestPeriod = microseconds(2500);
constexpr Nanoseconds kTolerance = milliseconds(1);  // of latches that are not quite regular
constexpr std::int64_t kProjected = 4;               // periods ahead, at most
constexpr std::int64_t kRemembered = 128;            // periods, to measure one
// What was told ahead is what was said last, unless that cannot be: this much earlier each time,
// so that it cannot stay too late.
constexpr Nanoseconds kLean = microseconds(20);

constexpr Nanoseconds kBetweenLooks = milliseconds(1);
constexpr int kLooksToLearn = 40;
constexpr int kLooksToFollow = 6;
constexpr std::uint32_t kFollowed = 4;  // of the pictures one is followed

std::int64_t rounded(Nanoseconds distance, Nanoseconds period) {
  return (distance + period / 2) / period;
}

}  // namespace

void LatchWatch::look(HostTime now, const ring::LatchNotes& notes) {
  for (std::size_t reader = 0; reader < tracks_.size(); ++reader)
    look(tracks_[reader], now, notes[reader]);
  looked_ = now;
  if (looks_left_ > 0) --looks_left_;
}

void LatchWatch::look(Track& track, HostTime now, const ring::LatchNote& note) {
  if (note.token != track.token) {
    track = {};  // when it has said this nobody knows
    track.token = note.token;
    track.serial = note.serial;
    return;
  }
  if (note.token == 0 || note.serial == track.serial) return;
  track.serial = note.serial;
  track.said = now;
  track.announces = true;
  const HostTime before = looked_.value_or(now);
  dated_ = dated_ || (now - before <= kSharp && track.regular());
  if (note.in == Nanoseconds::zero()) {
    track.latch.reset();
    track.periods = 0;
    return;
  }
  track.hear(before + note.in, now + note.in);
}

// The latch lies between the two.
void LatchWatch::Track::hear(HostTime earliest, HostTime latest) {
  const bool sharp = latest - earliest <= kSharp;
  if (!sharp && !regular()) return;
  if (latch && follow(*latch, earliest, latest)) return;
  if (!sharp) return;  // a row that has ended is found out by a sharp look
  latch = anchor = earliest;
  periods = 0;
  period = {};
}

// False: this is no latch of the row so far.
bool LatchWatch::Track::follow(HostTime last, HostTime earliest, HostTime latest) {
  const Nanoseconds distance = earliest + (latest - earliest) / 2 - last;
  if (std::chrono::abs(distance) < kShortestPeriod) {  // the same one, as it is seen now
    latch = std::clamp(last, earliest, latest);
    return true;
  }
  if (period == Nanoseconds::zero()) return distance > Nanoseconds::zero() && learn(earliest, 1);
  const std::int64_t count = rounded(distance, period);
  if (count < 1 || count > kRemembered) return false;
  const HostTime expected = last + count * period - kLean;
  if (expected < earliest - kTolerance || expected > latest + kTolerance) return false;
  return learn(std::clamp(expected, earliest, latest), count);
}

// False: no screen has such a period.
bool LatchWatch::Track::learn(HostTime at, std::int64_t count) {
  latch = at;
  periods += count;
  period = (at - anchor) / periods;
  if (periods >= kRemembered) {
    periods -= kRemembered / 2;
    anchor = at - periods * period;
  }
  return period >= kShortestPeriod && period <= ring::LatchNote::kLongest;
}

std::optional<HostTime> LatchWatch::Track::next(HostTime from) const {
  if (!latch) return std::nullopt;
  if (*latch >= from) return latch;
  if (!regular()) return std::nullopt;
  const std::int64_t ahead = (from - *latch + period - Nanoseconds(1)) / period;
  if (ahead > kProjected) return std::nullopt;
  return *latch + ahead * period;
}

bool LatchWatch::fresh(const Track& track, HostTime now) const {
  return track.announces && now - track.said <= kFresh;
}

std::optional<HostTime> LatchWatch::next(HostTime now, HostTime from) const {
  std::optional<HostTime> soonest;
  for (const Track& track : tracks_) {
    if (!fresh(track, now)) continue;
    const auto next = track.next(from);
    if (next && (!soonest || *next < *soonest)) soonest = next;
  }
  return soonest;
}

void LatchWatch::on_published() {
  const bool regular = std::ranges::any_of(tracks_, &Track::regular);
  const bool follow = !regular || ++pictures_ % kFollowed == 0;
  dated_ = !follow;
  looks_left_ = regular ? kLooksToFollow : kLooksToLearn;
}

std::optional<HostTime> LatchWatch::next_look(HostTime now) const {
  if (dated_ || looks_left_ == 0) return std::nullopt;
  for (const Track& track : tracks_) {
    if (fresh(track, now)) return now + kBetweenLooks;
  }
  return std::nullopt;
}

}  // namespace pierglass::guest
