// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <vector>

#include "app/options.hpp"

namespace pierglass::app {

// Parses command lines beside a config file of its own.
class OptionTest : public testing::Test {
 protected:
  OptionTest() {
    char name[] = "/tmp/pierglass-options-XXXXXX";
    folder_ = mkdtemp(name);
    setenv("XDG_CONFIG_HOME", folder_.c_str(), 1);
    std::filesystem::create_directory(folder_ + "/pierglass");
  }
  ~OptionTest() override { std::filesystem::remove_all(folder_); }

  void write_config(const std::string& text) {
    std::ofstream(folder_ + "/pierglass/config") << text;
  }

  ParsedOptions parse(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "pierglass");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    ParsedOptions parsed = parse_options(static_cast<int>(argv.size()), argv.data());
    stdout_ = testing::internal::GetCapturedStdout();
    stderr_ = testing::internal::GetCapturedStderr();
    return parsed;
  }

  std::string folder_;
  std::string stdout_;
  std::string stderr_;
};

struct WrongUse {
  const char* name;
  std::vector<std::string> arguments;
  std::string config;
  std::string expected;  // in the one line on stderr

  friend void PrintTo(const WrongUse& use, std::ostream* out) { *out << use.name; }
};

}  // namespace pierglass::app
