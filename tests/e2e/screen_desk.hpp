// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/support/client.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/output_setting.hpp"
#include "tests/support/process.hpp"
#include "tests/support/screen.hpp"

namespace pierglass::test {

// Which client on which output of which compositor.
struct ScreenCase {
  Compositor compositor;
  const char* renderer;
  OutputSetting output;
};
std::string name_of(const ScreenCase& one);  // such as Sway_gl_125_flipped90

// For both renderers, on 1920x1080: scales 1, 1.25, 1.5 and 2, and three transforms at scale 1 and
// at `turned_scale`.
std::vector<ScreenCase> screen_cases(Compositor compositor, double turned_scale);

// How gtest is to print it.
inline void PrintTo(const ScreenCase& one, std::ostream* stream) {
  *stream << name_of(one);
}

// A compositor, a client over its whole output, and a guest.
class ScreenDesk {
 public:
  explicit ScreenDesk(const ScreenCase& one);

  // A guest of the output's size: every pixel of some moving frames is the pattern's.
  void expect_one_to_one();
  // A guest of 1024x768: scaled bilinearly (within 2 of 255) into the middle, black beside it.
  void expect_bars();
  void expect_clean_end();

 private:
  void start_guest(Size size, std::initializer_list<std::string> pattern);
  std::string words();

  ScreenCase case_;
  Lab lab_;
  MemoryFile memory_;
  std::unique_ptr<Screen> screen_;
  Client client_;
  std::optional<Process> guest_;
};

}  // namespace pierglass::test
