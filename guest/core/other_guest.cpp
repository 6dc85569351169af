// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/other_guest.hpp"

#include <thread>

#include "base/checked.hpp"
#include "wire/layout.hpp"
#include "wire/parse.hpp"

namespace pierglass::guest {

bool other_guest_lives(std::span<const std::byte> region) {
  constexpr Nanoseconds kLook = std::chrono::milliseconds(5);
  if (!wire::parse_region(region)) return false;
  const std::byte* heartbeat = region.data() + offsetof(wire::RawHeader, heartbeat);
  const std::uint64_t before = load_shared_word(heartbeat);
  const HostTime until = HostClock::now() + kWatchForOther;
  while (HostClock::now() < until) {
    if (load_shared_word(heartbeat) != before) return true;
    std::this_thread::sleep_for(kLook);
  }
  return false;
}

}  // namespace pierglass::guest
