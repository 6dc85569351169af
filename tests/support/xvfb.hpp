// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "tests/support/lab.hpp"
#include "tests/support/process.hpp"

namespace pierglass::test {

// An X server without a screen: Wine has graphics only where there is one. Software draws.
class Xvfb {
 public:
  explicit Xvfb(Lab& lab);  // throws when it does not start

  // What DISPLAY must be.
  [[nodiscard]] const std::string& display() const { return display_; }

 private:
  Process process_;
  std::string display_;
};

}  // namespace pierglass::test
