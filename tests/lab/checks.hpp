// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdio>
#include <string>

namespace pierglass::lab {

// Counts and prints what a program that runs without a test framework finds: a line each.
class Checks {
 public:
  bool check(bool good, const std::string& name, const std::string& otherwise = {}) {
    ++count_;
    if (good) {
      std::printf("ok      %s\n", name.c_str());
    } else {
      ++failed_;
      std::printf("FAILED  %s%s%s\n", name.c_str(), otherwise.empty() ? "" : ": ",
                  otherwise.c_str());
    }
    std::fflush(stdout);
    return good;
  }

  // The last line, that scripts look for.
  void finish(const char* program) const {
    std::printf("%s: %d checks, %d failed\n", program, count_, failed_);
    std::fflush(stdout);
  }

 private:
  int count_ = 0;
  int failed_ = 0;
};

}  // namespace pierglass::lab
