// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/geometry.hpp"

// What the checks of dma-bufs are told of the machine, by its environment, and see of it.
namespace pierglass::test {

// PIERGLASS_LAB_NODE; None without it.
enum class GraphicsNode : std::uint8_t {
  None,
  Vgem,    // its driver imports true dma-bufs only
  Virtio,  // imports none that was made elsewhere
};
[[nodiscard]] GraphicsNode graphics_node();

// PIERGLASS_LAB_SIZE, such as 320x240; 640x480 without it.
[[nodiscard]] Size picture_size();

// PIERGLASS_LAB_GUESTS, that come one after the other; 100 without it.
[[nodiscard]] int guest_count();

// For clients that are started later: they hand the memory itself over in place of dma-bufs, which
// a software driver without a node takes; or they do not.
void hand_over_files(bool files);

// hand_over_files() where the kernel makes no dma-bufs.
void allow_files_as_dma_bufs();

// Descriptors of four slots: each is held by who made it and by who shows it.
inline constexpr std::size_t kMostOfSlots = 8;

// That a process holds by descriptors.
[[nodiscard]] std::size_t dma_bufs_of(pid_t process);

// A line for every tenth guest, of which many take long, with what the client holds.
void tell_progress(int guest, pid_t client);

// That the whole machine has, whoever holds them; nothing where debugfs does not tell.
[[nodiscard]] std::optional<std::size_t> dma_bufs_there_are();

}  // namespace pierglass::test
