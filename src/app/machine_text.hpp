// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "wire/memory_size.hpp"

namespace pierglass::app {

// How a virtual machine comes by the shared memory.
enum class MemoryKind : std::uint8_t { Doorbell, Plain, Kvmfr };

// What `pierglass vm-xml` was asked for.
struct MachineWishes {
  std::string name;         // of the machine, one that is_vm_name()
  std::string user;         // who runs the client
  std::uint32_t uid = 0;    // that user's; 0: root, whose broker is the system's
  std::vector<Size> sizes;  // of its screen; empty: kUsualScreen
  wire::PixelRoom room = wire::PixelRoom::Standard;
  std::vector<MemoryKind> kinds;  // in the order of printing
};

inline constexpr Size kUsualScreen{3840, 2160};

// Bytes of memory for all sizes. TooLarge: `got` bytes, at least the `want` from which on Windows'
// driver cannot map it.
Result<std::uint64_t> machine_memory(const MachineWishes& wishes);

// Blocks for libvirt, QEMU and files of the host, with comments ("# ...") that say what goes where.
// `bytes`: of machine_memory().
std::string machine_text(const MachineWishes& wishes, std::uint64_t bytes);

}  // namespace pierglass::app
