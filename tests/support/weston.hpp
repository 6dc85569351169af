// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>

#include "tests/support/process.hpp"
#include "tests/support/screen.hpp"

namespace pierglass::test {

// Weston (14) without hardware, drawn by GL, with the shell that shows one window over the whole
// output. It knows whole scales only.
class WestonScreen : public Screen {
 public:
  WestonScreen(Lab& lab, const OutputSetting& setting);  // returns once clients can connect

  [[nodiscard]] const std::filesystem::path& display() const override { return display_; }
  Picture screenshot() override;

 private:
  Lab& lab_;
  OutputSetting setting_;
  std::filesystem::path display_;
  Process process_;
};

}  // namespace pierglass::test
