// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/clock.hpp"
#include "pace/doorbell_trust.hpp"

namespace pierglass::benchmarks {

// How the reader waits for news.
enum class Wait : std::uint8_t {
  Doorbell,  // as the client does
  Ladder,    // as the client does with --no-doorbell
  Steadily,  // looks every millisecond, whatever happens
};
inline constexpr Wait kWaits[] = {Wait::Doorbell, Wait::Ladder, Wait::Steadily};
const char* name(Wait wait);

struct ReadPlan {
  Wait wait = Wait::Doorbell;
  Nanoseconds settle{};  // before it is measured
  Nanoseconds measured{};
  bool draws_pointer = true;
  Nanoseconds refresh{};  // of the screen, whose frame callbacks are waited for; 0: none are
};

struct Reading {
  double cpu_percent = 0;                                    // of a core
  double wakeups = 0;                                        // a second
  std::vector<std::pair<std::uint64_t, std::int64_t>> seen;  // sequence, when
};

// The client's present loop over the memory of the broker at `socket`, without pixels and without
// compositor, on the calling thread. Throws when no guest is seen.
Reading read(const std::filesystem::path& socket, const ReadPlan& plan);

}  // namespace pierglass::benchmarks
