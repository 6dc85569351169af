// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace pierglass::shm {

// Whoever may write a file may also truncate it; touching a page that is gone then raises SIGBUS.
// The guard's handler puts private zero pages in place of the whole mapping instead, so that the
// reader sees zeros, which no check accepts, and notes the loss. Signals outside guarded mappings
// go to the handler that was there before.
namespace bus_guard {

using Slot = std::uint32_t;

// Guards a mapping until forget(). Nothing when all places are taken (kMappings live ones). Any
// thread.
inline constexpr std::size_t kMappings = 16;
std::optional<Slot> watch(std::span<std::byte> mapping);
void forget(Slot slot);

// True once the mapping was replaced. Any thread.
bool lost(Slot slot);

}  // namespace bus_guard
}  // namespace pierglass::shm
