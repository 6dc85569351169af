// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "guest/core/gpu_priority.hpp"
#include "guest/core/output_choice.hpp"
#include "guest/core/output_colour.hpp"
#include "guest/core/pattern_source.hpp"
#include "guest/core/publisher.hpp"
#include "shm/ivshmem_device.hpp"

namespace pierglass::guest {

enum class CaptureKind : std::uint8_t { Pattern, Gdi, Dxgi };

// How many of the rings that are due reach a reader.
enum class Rings : std::uint8_t { Always, Half, Never };

// Everything the command line can say.
struct GuestOptions {
  CaptureKind capture = CaptureKind::Pattern;
  std::string memory;  // a file, for pattern_feed also others; empty: an IVSHMEM device
  shm::IvshmemChoice device;
  shm::IvshmemCache cache = shm::IvshmemCache::Cached;
  bool doorbell = true;  // use the device's interrupts
  std::string window;    // part of a title; empty: the desktop
  OutputWish output;     // DXGI's
  HdrWish hdr = HdrWish::AsIs;
  GpuPriority gpu_priority = GpuPriority::High;
  bool capture_priority = true;  // of the capture thread
  PatternOptions pattern;
  PublisherOptions publisher;
  bool create_memory = false;      // pattern_feed only
  std::optional<std::string> log;  // pattern_feed only: a file, "-" for standard output
  bool on_request = false;         // pattern_feed only: max_frames, then one for each SIGUSR1
  Rings rings = Rings::Always;     // pattern_feed only
};

// Which of the two programs asks; they have most options in common.
enum class Program : std::uint8_t { Guest, PatternFeed };

// The options, or the exit status with which the program must end at once: 0 after --help and
// --version, else not 0 after one sentence on standard error. `arguments` lacks the program's name.
std::expected<GuestOptions, int> parse_options(Program program,
                                               const std::vector<std::string>& arguments);

}  // namespace pierglass::guest
