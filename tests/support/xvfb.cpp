// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/xvfb.hpp"

#include <stdexcept>

#include "tests/support/patience.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {

Xvfb::Xvfb(Lab& lab)
    : process_(lab.command(
          "xvfb", {"Xvfb", "-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp"})) {
  const bool started = wait_until([&] { return process_.out().find('\n') != std::string::npos; },
                                  patience(std::chrono::seconds(30)));
  if (!started) throw std::runtime_error("Xvfb does not start: " + process_.err());
  const std::string out = process_.out();
  display_ = ":" + out.substr(0, out.find('\n'));
}

}  // namespace pierglass::test
