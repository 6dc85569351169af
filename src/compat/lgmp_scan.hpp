// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pierglass::compat {

// Which slots of a ring are ours, in the order in which they were posted, while its host goes on
// posting: a slot that was looked at too early may be ours by the time that a later one is found.
// So what was passed over is looked at again, and all of it once more when it changed; a host that
// never stands still costs the order. `start()` is the oldest message's slot now, below `slots`;
// `is_ours(slot)` must see all that was posted before what it saw. As many as fit; how many.
template <typename Start, typename IsOurs>
std::size_t ours_in_order(std::uint32_t slots, Start start, IsOurs is_ours,
                          std::span<std::uint32_t> into) {
  constexpr int kTries = 8;
  std::size_t found = 0;
  for (int tries = 0; tries < kTries; ++tries) {
    const std::uint32_t first = start();
    const auto slot_at = [&](std::uint32_t i) { return (first + i) % slots; };
    found = 0;
    for (std::uint32_t i = 0; i < slots && found < into.size(); ++i) {
      if (is_ours(slot_at(i))) into[found++] = slot_at(i);
    }
    bool passed_over = false;
    std::size_t next = 0;
    for (std::uint32_t i = 0; i < slots && next < found && !passed_over; ++i) {
      if (slot_at(i) == into[next]) {
        ++next;
      } else {
        passed_over = is_ours(slot_at(i));
      }
    }
    // Once others have freed the oldest places, newer messages may stand there.
    if (!passed_over && start() == first) break;
  }
  return found;
}

}  // namespace pierglass::compat
