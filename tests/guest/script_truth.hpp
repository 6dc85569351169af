// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <utility>

#include "pixel/convert.hpp"
#include "tests/guest/desktop_script.hpp"
#include "tests/support/screenshot.hpp"

namespace pierglass::test {

// What a client whose window is as large as the upright picture must show of a scripted desktop.
class ScriptTruth {
 public:
  // Upright, in sRGB, with the pointer where and how it is.
  [[nodiscard]] Picture picture(const DesktopModel& model);

 private:
  const pixel::RowConverter& converter_for(const DesktopMode& mode);

  std::map<std::pair<std::uint32_t, bool>, pixel::RowConverter> converters_;  // by format and HDR
};

// The picture after so many clockwise quarters of a turn.
Picture turned_clockwise(const Picture& picture, unsigned quarters);

}  // namespace pierglass::test
