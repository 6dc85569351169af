// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "ring/guest_session.hpp"

namespace pierglass::guest {

// When readers take their next pictures. They say it as durations from the moment of writing, so it
// is known as exactly as we look often; latches that come regularly are told ahead by their period,
// which is learned, though a reader may speak only now and then. Learning takes many looks, and is
// given up but for a part of the pictures when it fails. Whatever a reader writes, only times come
// of it that whoever asks must bound. One thread.
class LatchWatch {
 public:
  // What is written between two looks this far apart is dated well.
  static constexpr Nanoseconds kSharp = std::chrono::milliseconds(2);
  // A reader that has said nothing for so long may have said it of another screen.
  static constexpr Nanoseconds kFresh = std::chrono::milliseconds(250);

  void look(HostTime now, const ring::LatchNotes& notes);

  // The soonest latch of any reader at `from` or later, rather too early than too late; nothing:
  // none is known.
  [[nodiscard]] std::optional<HostTime> next(HostTime now, HostTime from) const;

  // A picture was handed over, by which readers come to say something new.
  void on_published();

  // When to look again so that this is dated well; nothing: whenever there is an occasion. After
  // each look().
  [[nodiscard]] std::optional<HostTime> next_look(HostTime now) const;

 private:
  // Before the period is believed: so many times something was said that fits.
  static constexpr int kProof = 8;
  // Of what one has said so far.
  struct Track {
    std::uint64_t token = 0;
    std::uint32_t serial = 0;
    std::optional<HostTime> latch;
    HostTime said;           // something new, last
    bool announces = false;  // it has said something new
    bool dated = true;       // what was said since the last picture that is followed
    Nanoseconds period{};    // zero: unknown
    HostTime anchor;         // a latch `periods` before `latch`
    std::int64_t periods = 0;
    int proofs = 0;           // of this period
    std::int64_t common = 0;  // divisor of distances in periods, of the last proofs

    void hear(HostTime earliest, HostTime latest);
    bool follow(HostTime last, HostTime earliest, HostTime latest);
    bool refine(HostTime last, HostTime earliest, HostTime latest);
    bool learn(HostTime at, std::int64_t count);
    void confirm(std::int64_t count);
    void restart(std::optional<HostTime> from);
    [[nodiscard]] bool regular() const { return proofs >= kProof; }
    [[nodiscard]] std::optional<HostTime> next(HostTime from) const;
  };
  void look(Track& track, HostTime now, const ring::LatchNote& note);
  [[nodiscard]] bool fresh(const Track& track, HostTime now) const;
  [[nodiscard]] bool each_fresh(bool (*holds)(const Track&)) const;
  [[nodiscard]] bool still_learns();

  std::array<Track, wire::kMaxReaders> tracks_{};
  std::optional<HostTime> looked_;
  int looks_left_ = 0;
  std::uint32_t pictures_ = 0;
  std::uint32_t missed_ = 0;  // followed pictures, one after the other, of which nothing was dated
  int learned_for_ = 0;       // pictures, less those since everybody is regular
};

}  // namespace pierglass::guest
