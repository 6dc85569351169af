// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

namespace pierglass::test {

// One test's surroundings: whom its programs run as, their home, and copies of our programs in a
// place which that user can read, wherever the build folder lies.
class Lab {
 public:
  Lab();

  // The user for everything that is started: nobody when we are root (older Sway refuses root),
  // else ourselves (no value).
  [[nodiscard]] std::optional<uid_t> user() const { return user_; }
  [[nodiscard]] const std::filesystem::path& path() const { return dir_.path(); }
  [[nodiscard]] const std::filesystem::path& home() const { return home_; }
  [[nodiscard]] const std::filesystem::path& runtime() const { return runtime_; }
  [[nodiscard]] const std::filesystem::path& programs() const { return programs_; }

  // A copy of one of our programs that user() can run. Throws when it has not been built.
  std::filesystem::path stage(const std::filesystem::path& built);

  // A command run as user(), with home and runtime folder set; logs under `name`.
  [[nodiscard]] Command command(const std::string& name, std::vector<std::string> words);

 private:
  TempDir dir_;
  std::optional<uid_t> user_;
  std::filesystem::path home_;
  std::filesystem::path runtime_;
  std::filesystem::path programs_;
  unsigned commands_ = 0;
};

// A file in /dev/shm of the lab's user with a name of its own, removed at the end. Not created
// when `bytes` is 0.
class MemoryFile {
 public:
  MemoryFile(const Lab& lab, std::uint64_t bytes);
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  // A new, empty file of that size under the same name; the old one is unlinked first.
  void create(std::uint64_t bytes);
  void truncate(std::uint64_t bytes);
  void remove();

 private:
  std::filesystem::path path_;
  std::optional<uid_t> user_;
};

// Where CMake built them; environment variables of the same names win.
std::filesystem::path client_program();         // PIERGLASS_CLIENT_PROGRAM
std::filesystem::path guest_program();          // PIERGLASS_GUEST_EXE
std::filesystem::path setup_program();          // PIERGLASS_SETUP_EXE
std::filesystem::path standin_program();        // dxgi_standin.exe, beside guest_program()
std::filesystem::path feed_program();           // PIERGLASS_FEED_PROGRAM
std::filesystem::path looking_glass_program();  // PIERGLASS_LOOKING_GLASS_PROGRAM
std::filesystem::path sink_program();           // PIERGLASS_SINK_PROGRAM

}  // namespace pierglass::test
