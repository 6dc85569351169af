// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "guest/core/output_choice.hpp"
#include "guest/core/output_colour.hpp"
#include "guest/core/pattern_source.hpp"
#include "guest/core/picture_plan.hpp"
#include "guest/core/publisher.hpp"
#include "guest/core/scheduling.hpp"
#include "shm/ivshmem_device.hpp"

namespace pierglass::guest {

enum class CaptureKind : std::uint8_t {
  Auto,  // DXGI, or GDI where Windows cannot duplicate its desktop and no output is named
  Dxgi,
  Gdi,
  Pattern,
};

// What the program is asked to do. Plain: no word was given; it runs, and reads a config file only
// when one is named. Service: what Windows' service manager starts.
enum class Verb : std::uint8_t {
  Plain,
  Run,
  Install,
  Uninstall,
  Start,
  Stop,
  Status,
  Diagnose,
  Service
};

// What the service hands to the capture process it starts: numbers of inherited handles, 0: none.
struct SupervisorLinks {
  std::uint64_t stop_event = 0;  // set: end
  std::uint64_t process = 0;     // the service's own: when it ends, end
};

// How many of the rings that are due reach a reader.
enum class Rings : std::uint8_t { Always, Half, Never };

// Everything the command line can say.
struct GuestOptions {
  Verb verb = Verb::Plain;
  CaptureKind capture = CaptureKind::Pattern;
  HdrWish hdr = HdrWish::AsIs;  // DXGI: what Windows is asked for
  bool copy_engine = true;      // DXGI: where the GPU can
  bool doorbell = true;         // use the device's interrupts
  bool json = false;            // diagnose only
  bool create_memory = false;   // pattern_feed only
  bool on_request = false;      // pattern_feed only: max_frames, then one for each SIGUSR1
  Rings rings = Rings::Always;  // pattern_feed only
  SchedulingOptions scheduling;
  shm::IvshmemCache cache = shm::IvshmemCache::Cached;
  std::uint32_t pointer_millihertz = 0;     // 0: as usual for the kind of capture
  std::optional<std::uint32_t> millihertz;  // nothing: as usual for the kind of capture
  PictureWish picture;                      // DXGI: what the GPU makes of pictures
  std::string memory;  // a file, for pattern_feed also others; empty: an IVSHMEM device
  shm::IvshmemChoice device;
  std::string window;  // part of a title; empty: the desktop
  OutputWish output;   // DXGI's
  PatternOptions pattern;
  PublisherOptions publisher;
  SupervisorLinks supervisor;
  std::string log_file;            // what is said goes there too; empty: nowhere
  std::optional<std::string> log;  // pattern_feed only: a file, "-" for standard output
};

// Which of the two programs asks; they have most options in common.
enum class Program : std::uint8_t { Guest, PatternFeed };

// Puts into `publisher` how often to look, for the kind of capture. Again when that has changed.
void settle_rates(GuestOptions& options);

// The options, or the exit status with which the program must end at once: 0 after --help and
// --version, else not 0 after one sentence on standard error. `arguments` lacks the program's name.
// Verb::Run and Verb::Diagnose read `config` when it exists and --config names no other file.
std::expected<GuestOptions, int> parse_options(Program program,
                                               const std::vector<std::string>& arguments,
                                               const std::string& config = {});

// The options of a config file with this text, as Verb::Run would have them, or one sentence
// without the file's name that says what is wrong.
std::expected<GuestOptions, std::string> parse_config(const std::string& text);

}  // namespace pierglass::guest
