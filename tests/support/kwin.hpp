// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <optional>

#include "tests/support/process.hpp"
#include "tests/support/screen.hpp"
#include "tests/support/sway.hpp"

namespace pierglass::test {

// KWin (6.3), KDE's compositor, in a window over the whole of a Sway without hardware, for KWin
// without hardware gives no screenshots. Its output has as many pixels as the window has logical
// ones times the output's scale, and it says that these are of the next whole scale; so the host
// has that scale, and KWin's pixels lie in its upper left corner. Only KWin's output is turned.
class KwinScreen : public Screen {
 public:
  KwinScreen(Lab& lab, const OutputSetting& setting);  // returns once clients can connect

  [[nodiscard]] const std::filesystem::path& display() const override { return display_; }
  Picture screenshot() override;

 private:
  Command command();

  Lab& lab_;
  OutputSetting setting_;
  HeadlessSway host_;
  std::filesystem::path display_;
  std::optional<Process> process_;
};

}  // namespace pierglass::test
