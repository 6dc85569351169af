// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/latch_watch.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace pierglass::guest {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr Nanoseconds kShortestPeriod = microseconds(2500);
// Where it comes of a guess, since anything would fit a shorter one.
constexpr Nanoseconds kShortestGuessed = milliseconds(4);
constexpr Nanoseconds kTolerance = milliseconds(1);      // of latches that are not quite regular
constexpr std::int64_t kProjected = 4;                   // periods ahead, at most,
constexpr Nanoseconds kProjectedFor = milliseconds(50);  // unless they are short
constexpr std::int64_t kRemembered = 128;                // periods, to measure one
constexpr std::int64_t kGuessable = 16;                  // periods at once, to guess one
constexpr int kCoarsened = 32;  // proofs, after which a guess is looked over
// What was told ahead is what was said last, unless that cannot be: this much earlier each time,
// so that it cannot stay too late.
constexpr Nanoseconds kLean = microseconds(20);

constexpr Nanoseconds kBetweenLooks = milliseconds(1);
constexpr int kLooksToLearn = 40;
constexpr int kLooksToFollow = 6;
constexpr std::uint32_t kPatience = 4;  // times that these were too few
constexpr std::uint32_t kFollowed = 4;  // of the pictures one is followed
// Of the pictures for which there is something to learn: the first, and then some of as many.
constexpr int kLearning = 64;
constexpr int kBetweenTries = 320;
constexpr int kTry = 20;

// One of a row, and where it comes to lie. `count` zero: it is none.
struct Fit {
  std::int64_t count = 0;
  HostTime at;
};

// The latch between `earliest` and `latest`, in a row of `period` after `last`.
Fit fit(Nanoseconds period, HostTime last, HostTime earliest, HostTime latest) {
  const Nanoseconds distance = earliest + (latest - earliest) / 2 - last;
  const std::int64_t count = (distance + period / 2) / period;
  if (count < 1 || count > kRemembered) return {};
  const HostTime expected = last + count * period - kLean;
  if (expected < earliest - kTolerance || expected > latest + kTolerance) return {};
  return {.count = count, .at = std::clamp(expected, earliest, latest)};
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
  if (note.in == Nanoseconds::zero()) {
    track.restart(std::nullopt);
  } else {
    track.hear(before + note.in, now + note.in);
  }
  // While it is learned, all that is said until the next picture counts.
  track.dated = track.dated || (now - before <= kSharp && track.regular());
}

// The latch lies between the two.
void LatchWatch::Track::hear(HostTime earliest, HostTime latest) {
  const bool sharp = latest - earliest <= kSharp;
  if (!sharp && !regular()) {
    // The next one that is dated is not the next one after the last.
    if (period == Nanoseconds::zero()) latch.reset();
    return;
  }
  if (latch && follow(*latch, earliest, latest)) return;
  if (sharp) restart(earliest);  // else a row that has ended is found out by a sharp look
}

void LatchWatch::Track::restart(std::optional<HostTime> from) {
  latch = from;
  anchor = from.value_or(HostTime{});
  period = {};
  periods = 0;
  proofs = 0;
  common = 0;
}

// False: this is no latch of the row so far.
bool LatchWatch::Track::follow(HostTime last, HostTime earliest, HostTime latest) {
  const Nanoseconds distance = earliest + (latest - earliest) / 2 - last;
  if (std::chrono::abs(distance) < kShortestPeriod) {  // the same one, as it is seen now
    latch = std::clamp(last, earliest, latest);
    return true;
  }
  if (distance < Nanoseconds::zero()) return false;
  const bool sharp = latest - earliest <= kSharp;
  if (period == Nanoseconds::zero()) return sharp && learn(earliest, 1);
  const Fit found = fit(period, last, earliest, latest);
  if (found.count == 0) return sharp && refine(last, earliest, latest);
  if (!learn(found.at, found.count)) return false;
  if (sharp) confirm(found.count);
  return true;
}

// What was taken for one period was several: a reader that speaks once a picture leaves some out.
bool LatchWatch::Track::refine(HostTime last, HostTime earliest, HostTime latest) {
  for (std::int64_t parts = 2; period / parts >= kShortestGuessed; ++parts) {
    const Fit found = fit(period / parts, last, earliest, latest);
    if (found.count > kGuessable) return false;
    if (found.count == 0) continue;
    periods *= parts;
    proofs = 0;
    common = 0;
    return learn(found.at, found.count);
  }
  return false;
}

// False: no screen has such a period, and nothing is learned.
bool LatchWatch::Track::learn(HostTime at, std::int64_t count) {
  const std::int64_t all = periods + count;
  const Nanoseconds mean = (at - anchor) / all;
  if (mean < kShortestPeriod || mean > ring::LatchNote::kLongest) return false;
  latch = at;
  period = mean;
  periods = all;
  if (periods < kRemembered) return true;
  periods = kRemembered / 2;
  anchor = at - periods * period;
  return true;
}

// A latch was found where it should be. A guess that was too short, as one is after a jump, shows
// by what all distances have in common.
void LatchWatch::Track::confirm(std::int64_t count) {
  common = std::gcd(common, count);
  if (++proofs < kCoarsened) return;
  proofs = kProof;
  const std::int64_t parts = std::exchange(common, 0);
  if (period * parts > ring::LatchNote::kLongest) return;
  period *= parts;
  periods = std::max<std::int64_t>(periods / parts, 1);
  if (latch) anchor = *latch - periods * period;
}

std::optional<HostTime> LatchWatch::Track::next(HostTime from) const {
  if (!latch) return std::nullopt;
  if (*latch >= from) return latch;
  if (!regular()) return std::nullopt;
  const std::int64_t ahead = (from - *latch + period - Nanoseconds(1)) / period;
  if (ahead * period > std::max(kProjected * period, kProjectedFor)) return std::nullopt;
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

bool LatchWatch::each_fresh(bool (*holds)(const Track&)) const {
  return std::ranges::all_of(tracks_, [this, holds](const Track& track) {
    return !looked_ || !fresh(track, *looked_) || holds(track);
  });
}

// Who has no period to be learned must not cost looks for ever.
bool LatchWatch::still_learns() {
  ++learned_for_;
  if (learned_for_ <= kLearning) return true;
  if (learned_for_ == kLearning + kBetweenTries) learned_for_ = kLearning;
  return learned_for_ > kLearning + kBetweenTries - kTry;
}

void LatchWatch::on_published() {
  const bool regular = each_fresh([](const Track& track) { return track.regular(); });
  if (regular) learned_for_ = std::max(learned_for_ - 1, 0);
  const bool follow = regular ? ++pictures_ % kFollowed == 0 : still_learns();
  looks_left_ = 0;
  if (!follow) return;
  missed_ = each_fresh([](const Track& track) { return track.dated; }) ? 0 : missed_ + 1;
  for (Track& track : tracks_) track.dated = false;
  // Where what is said comes later than it should, the period has drifted.
  const bool few = regular && missed_ % kPatience != kPatience - 1;
  looks_left_ = few ? kLooksToFollow : kLooksToLearn;
}

std::optional<HostTime> LatchWatch::next_look(HostTime now) const {
  if (looks_left_ == 0) return std::nullopt;
  for (const Track& track : tracks_) {
    if (!track.dated && fresh(track, now)) return now + kBetweenLooks;
  }
  return std::nullopt;
}

}  // namespace pierglass::guest
