// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "guest/diagnose/diagnosis.hpp"
#include "guest/options.hpp"
#include "guest/win/guest_memory_windows.hpp"

namespace pierglass::guest {

struct TestedMemory {
  std::optional<GuestMemory> memory;
  std::uint64_t bytes = 0;    // of all of it; 0: there is none
  std::span<std::byte> free;  // may be written to: nobody publishes there, and no header is in it
};

// Whether the shared memory can be had, what interrupts it has, and how fast it is written and
// read.
TestedMemory check_memory(Diagnosis& diagnosis, const GuestOptions& options);

}  // namespace pierglass::guest
