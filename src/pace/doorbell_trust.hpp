// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace pierglass::pace {

// How far a guest that says that it rings is believed: how long one may sleep on its doorbell.
// Pure: the caller sleeps, tells how it woke and what it found. One thread; never allocates.
//
// Trust is earned by rings that brought news, and lost by news that no ring told of. A guest
// without news cannot earn it so: one that was heard at all (a guest greets who sleeps for the
// first time) and never caught may sleep us once it is silent, because one lost ring is repeated
// ten times a second, and the user's input has us look; a guest that says that it rings and never
// was heard is polled.
class DoorbellTrust {
 public:
  enum class Standing : std::uint8_t {
    Probation,   // sleeps on the doorbell, but no longer than polling would
    Trusted,     // sleeps until rung
    Distrusted,  // polls, and does not say that it sleeps
  };

  // The longest sleep; whatever the guest does it is looked at so often.
  static constexpr Nanoseconds kLongest = std::chrono::seconds(60);
  // A guest may be stopped between news and their ring, for as long as its processors have other
  // things to do. Until so much time was slept on without the ring of known news it may still come;
  // an unanswered one is repeated after 100 ms.
  static constexpr Nanoseconds kLost = std::chrono::milliseconds(50);
  // The next news show sooner that it was lost; but not where both came together. A guest whose
  // threads ring for themselves, one of them stopped, looks the same and counts as one that lost
  // it.
  static constexpr Nanoseconds kGrace = std::chrono::milliseconds(5);
  // One look so long after the last news, also for a trusted guest: rings that end in the middle of
  // a moving picture are noticed at once.
  static constexpr Nanoseconds kCheckAfter = std::chrono::milliseconds(100);
  // After so long without news or attention a guest that was heard and never caught counts as
  // silent.
  static constexpr Nanoseconds kSilentAfter = std::chrono::seconds(2);
  // Rings in a row that brought news and make trusted: at first; doubled by each miss up to the
  // second. kForgiveAfter more, and all misses are forgiven.
  static constexpr std::uint32_t kEarnMin = 8;
  static constexpr std::uint32_t kEarnMax = 1024;
  static constexpr std::uint32_t kForgiveAfter = 1000;
  // So many misses without becoming trusted between them, and nobody sleeps on the doorbell for the
  // first of these times, doubled each time up to the second.
  static constexpr std::uint32_t kMaxMisses = 4;
  static constexpr Nanoseconds kDistrustMin = std::chrono::seconds(10);
  static constexpr Nanoseconds kDistrustMax = std::chrono::minutes(5);
  // More rings in a row than this that brought nothing, each sooner than the second after the one
  // before, count as all those misses: a guest that only rings must not cost a core.
  static constexpr std::uint32_t kMaxEmpty = 4;
  static constexpr Nanoseconds kEmptyApart = std::chrono::milliseconds(50);
  // A ring that brought the frame after the next may follow one that was lost, or find a thread
  // that had no processor. More than one such in so many rings, for a while, counts as a miss.
  static constexpr std::uint32_t kSkipsOneOf = 16;
  static constexpr std::uint32_t kMaxDoubt = 3 * kSkipsOneOf;

  struct Counters {
    std::uint64_t rings = 0;   // that ended a sleep
    std::uint64_t empty = 0;   // of those, that brought nothing
    std::uint64_t late = 0;    // of those, whose news had been found already
    std::uint64_t misses = 0;  // news that no ring told of
    std::uint64_t skips = 0;   // rings that brought a later frame than the next
    std::uint64_t distrusts = 0;
  };
  // What ended a sleep on the doorbell.
  enum class Wake : std::uint8_t {
    Ring,
    Signal,  // the doorbell had something else to tell
    Other,   // time, or somebody else
  };
  // What a look found.
  enum class News : std::uint8_t {
    None,
    Some,
    Skipped,  // a frame, and those before it were never seen
  };
  struct Sleep {
    Nanoseconds limit;  // at most; always > 0
    bool on_doorbell;   // say that we sleep, and wait for the doorbell too
  };

  // A sleep on the doorbell ended.
  void on_wake(HostTime now, Wake wake);
  // A ring came while nobody slept: that of news which were found before it.
  void on_late_ring();
  // The memory was looked at, after that or after any other sleep.
  void on_look(HostTime now, News news);
  // Somebody acts upon the guest: its silence begins anew.
  void on_attention(HostTime now) { silent_since_ = now; }
  // Another guest: what is known is forgotten, but for the counters.
  void reset();

  // What to do instead of sleeping `polling` long without a doorbell.
  [[nodiscard]] Sleep next(HostTime now, Nanoseconds polling);

  [[nodiscard]] Standing standing() const { return standing_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  void on_untold(HostTime now, bool news);
  void on_empty(HostTime now);
  void count_empty(HostTime now);
  void on_good(HostTime now, News news);
  void on_miss(HostTime now);
  void distrust(HostTime now);
  [[nodiscard]] Nanoseconds longest(HostTime now, Nanoseconds polling) const;

  Standing standing_ = Standing::Probation;
  std::uint32_t row_ = 0;  // rings that brought news, since the last miss
  std::uint32_t needed_ = kEarnMin;
  std::uint32_t misses_ = 0;  // since last trusted
  bool heard_ = false;
  std::uint32_t doubt_ = 0;
  bool caught_ = false;      // missed at least once, and not forgiven
  std::uint32_t empty_ = 0;  // in a row
  HostTime last_empty_;
  Nanoseconds distrust_for_ = kDistrustMin;  // next time
  HostTime distrusted_until_;

  std::optional<HostTime> silent_since_;  // last news, attention, or the beginning
  std::optional<HostTime> last_news_;
  HostTime asleep_since_;
  bool woke_ = false;  // from a sleep on the doorbell, and not looked since
  bool rung_ = false;
  // News whose ring has not come: the time slept on since.
  std::optional<Nanoseconds> suspect_;
  Counters counters_;
};
const char* name(DoorbellTrust::Standing standing);  // lower case, for statistics

}  // namespace pierglass::pace
