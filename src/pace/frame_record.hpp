// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"
#include "pace/histogram.hpp"

namespace pierglass::pace {

// The life of one commit. Host times are zero (epoch) when the stage did not happen: a commit for
// the pointer alone has no `seen`, `acquired`, `uploaded`.
struct FrameTimes {
  std::uint64_t sequence = 0;    // the frame shown; 0: none (text)
  std::uint32_t skipped = 0;     // frames published since the one shown before, never shown
  std::uint32_t capture_ns = 0;  // guest's durations; 0: unknown
  std::uint32_t copy_ns = 0;
  std::uint32_t publish_before_ns = 0;  // of the frame published before this one
  std::uint32_t rows = 0;               // uploaded
  std::uint64_t bytes = 0;              // uploaded
  bool borrowed = false;                // shown from where the guest wrote it, nothing uploaded
  HostTime looked;                      // the look before `seen`: the frame came between the two
  HostTime seen;                        // found in shared memory
  HostTime acquired;                    // leased and checked
  HostTime uploaded;                    // copied out, lease back
  HostTime draw_began;
  HostTime drawn;      // pass recorded (software: drawn)
  HostTime committed;  // wl_surface.commit returned
  HostTime callback;   // frame callback came; zero when superseded or not requested
};

// Records from the present thread (push) to the main thread (pop): lock-free, fixed size.
class FrameLog {
 public:
  static constexpr std::size_t kCapacity = 512;  // over 2 s at 240 frames/s

  // Present thread. False (and counted) when main has not drained for so long that it is full.
  bool push(const FrameTimes& times);
  // Main thread. False when empty.
  bool pop(FrameTimes& times);
  // Any thread.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  static_assert((kCapacity & (kCapacity - 1)) == 0);
  std::array<FrameTimes, kCapacity> records_{};
  alignas(64) std::atomic<std::uint64_t> head_{0};  // written by push
  alignas(64) std::atomic<std::uint64_t> tail_{0};  // written by pop
  std::atomic<std::uint64_t> dropped_{0};
};

// What --stats and the overlay show of the records of one stretch of time. Main thread.
struct FrameSummary {
  Histogram capture;         // guest
  Histogram copy;            // guest
  Histogram publish;         // guest: copied → readers rung
  Histogram seen_to_upload;  // found → copied out
  Histogram upload;          // leased → copied out
  Histogram draw;            // draw began → drawn
  Histogram commit;          // drawn → committed
  Histogram seen_to_commit;  // found → committed: frames only
  Histogram commit_to_callback;
  Histogram bytes;  // uploaded per frame
  std::uint64_t commits = 0;
  std::uint64_t frames = 0;    // commits that showed a new frame
  std::uint64_t borrowed = 0;  // of those, shown from where the guest wrote them
  std::uint64_t skipped = 0;
  std::uint64_t total_bytes = 0;
  std::uint64_t total_rows = 0;

  void add(const FrameTimes& times);
  void clear() { *this = FrameSummary{}; }
};

}  // namespace pierglass::pace
