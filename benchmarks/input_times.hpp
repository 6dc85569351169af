// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "tests/support/spice_recorder.hpp"
#include "tests/support/wayland_recorder.hpp"

namespace pierglass::benchmarks {

// Durations in nanoseconds, as microseconds: count, p50, p99, max; null when there are none.
nlohmann::json microseconds(std::vector<std::int64_t> values);

// From the compositor's socket to the server's, in nanoseconds.
struct InputTimes {
  std::vector<std::int64_t> keys;
  std::vector<std::int64_t> motions;
  std::vector<std::int64_t> positions;
  std::vector<std::int64_t> buttons;
  std::vector<std::int64_t> proxy;  // how long the proxy took to hand each on
  std::uint64_t merged = 0;         // motions that left in one message with the next

  void add(const InputTimes& other);
};

// Pairs what a client heard with what it said. Keys and buttons pair in order. A relative motion,
// which must be to the right in whole pixels, has arrived with the message that completes the way
// so far; an absolute one with the message of its place, in a picture that fills the window one
// to one, or of a later place. Throws std::runtime_error when something did not arrive or comes
// from nowhere.
InputTimes pair_up(const std::vector<test::RecordedInput>& heard,
                   const std::vector<test::RecordedSpice>& said);

}  // namespace pierglass::benchmarks
