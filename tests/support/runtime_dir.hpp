// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <optional>
#include <string>

#include "tests/support/temp_dir.hpp"

namespace pierglass::test {

// Sets a variable of the environment, or unsets it, until destroyed.
class Variable {
 public:
  Variable(const char* name, const std::optional<std::string>& value) : name_(name) {
    if (const char* before = getenv(name)) before_ = before;
    set(value);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { set(before_); }

  void set(const std::optional<std::string>& value) const {
    value ? setenv(name_, value->c_str(), 1) : unsetenv(name_);
  }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

// An XDG_RUNTIME_DIR of its own for this process, as private as a session's.
class RuntimeDir {
 public:
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path folder() const { return path_ / "pierglass"; }
  [[nodiscard]] std::filesystem::path socket(const std::string& name) const {
    return folder() / (name + ".sock");
  }

 private:
  TempDir temp_;
  std::filesystem::path path_ = temp_.private_folder("run", std::nullopt);
  Variable variable_{"XDG_RUNTIME_DIR", path_.string()};
};

}  // namespace pierglass::test
