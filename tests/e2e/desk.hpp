// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/geometry.hpp"
#include "guest/core/pattern_pixel.hpp"
#include "tests/support/client.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/process.hpp"
#include "tests/support/screenshot.hpp"
#include "tests/support/sway.hpp"
#include "tests/support/wine.hpp"
#include "tests/support/xvfb.hpp"

namespace pierglass::test {

inline constexpr std::uint64_t kMemoryBytes = std::uint64_t{64} << 20;
// For anything that normally takes under one.
inline const std::chrono::seconds kPatience = patience(std::chrono::seconds(30));

// No more of a core than this, beside the rasteriser, while nothing is shown: the truth is well
// under 1 %, and the change to the waiting text counts in. Sanitizers multiply it.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr double kIdleLoad = 0.25;
#else
inline constexpr double kIdleLoad = 0.03;
#endif

// Which program publishes the pattern: all but the last are the same guest code.
enum class Guest : std::uint8_t {
  Windows,       // pierglass-guest.exe under Wine
  Duplicated,    // dxgi_standin.exe: its desktop duplication, played, under Wine
  Linux,         // pattern_feed
  LookingGlass,  // looking_glass_feed, whose options are its own
};

// A compositor, a memory file, one client and one guest at a time.
class Desk {
 public:
  explicit Desk(Size output);

  Lab& lab() { return lab_; }
  HeadlessSway& sway() { return sway_; }
  MemoryFile& memory() { return memory_; }
  Client& client() { return *client_; }
  Process& guest() { return *guest_; }

  // Replaces the client, which the guest of the old one does not notice.
  void start_client(const std::string& renderer, std::vector<std::string> more = {},
                    Records records = Records::Kept);
  // Replaces the guest: the old one is killed. `pattern` are the program's options.
  void start_guest(Guest kind, const std::vector<std::string>& pattern);
  void kill_guest() { guest_.reset(); }
  void kill_client() { client_.reset(); }
  // What client and guest get as --memory from now on; the file at first.
  void set_memory(const std::string& memory) { memory_words_ = memory; }

  // Of the output that look_at() chose last; the first one without it.
  Picture screenshot() { return take_screenshot(lab_, sway_, output_); }
  void look_at(const std::string& output) { output_ = output; }

  // Takes screenshots until one is `expected`, and checks the last.
  [[nodiscard]] testing::AssertionResult shows(const Picture& expected, unsigned tolerance,
                                               const std::string& name);

  // Takes screenshots until one holds a frame of this 1:1 pattern with a number other than `but`,
  // and compares it; the number, or nothing after a failure that it reported.
  std::optional<std::uint32_t> shows_moving(const guest::PatternSpec& spec,
                                            std::optional<std::uint32_t> but = {});

  // Until a screenshot is a frame of this 1:1 pattern with all its pixels: what was over it, or
  // another size, has gone.
  [[nodiscard]] testing::AssertionResult settles_to(const guest::PatternSpec& spec);

  // Until the client's last line of statistics has this status.
  [[nodiscard]] bool client_says(const std::string& status);

  // For TearDown and ends of tests: the client ends by SIGTERM with status 0 and without a
  // sanitizer's report.
  void expect_clean_end();

 private:
  Lab lab_;
  MemoryFile memory_;
  std::string memory_words_;
  HeadlessSway sway_;
  std::string output_ = "HEADLESS-1";
  std::optional<Xvfb> xvfb_;
  std::optional<Wine> wine_;
  std::optional<Process> guest_;
  std::optional<Client> client_;
};

// What a guest that shows frame `frame` of `spec` must look like.
Picture pattern_picture(const guest::PatternSpec& spec, std::uint64_t frame);

// `picture` scaled bilinearly to the rectangle `into` of a black picture of `size`, computed in
// floating point: the reference for what the screen may show.
Picture scaled_picture(const Picture& picture, Size size, const Rect& into);

// Processor time that a process takes during the next `span`, as a part of one core; what Mesa's
// rasteriser threads use does not count.
double load_of(pid_t process, std::chrono::nanoseconds span);

std::string text_of(Size size);  // "640x480"

}  // namespace pierglass::test
