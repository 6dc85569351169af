// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/lab.hpp"
#include "tests/support/process.hpp"

namespace pierglass::test {

// What a Wine has as its "C:".
enum class Disk : std::uint8_t {
  Shared,  // that of all tests of this user: nothing may be left on it
  Own,     // one of its own, but for C:\\windows, which must stay as it is
};

// Runs Windows programs, on a Wine server of its own: one that tests shared would be started by one
// while it ends with another's last program. All tests of a user share one "C:", made at first use
// and kept in the temporary folder, since making one takes ten seconds and 700 MB; the registry is
// a copy. One per lab. What was started in it ends with its Process, the server with this.
class Wine {
 public:
  explicit Wine(Lab& lab, Disk disk = Disk::Shared);  // throws when Wine does not work
  Wine(const Wine&) = delete;
  Wine& operator=(const Wine&) = delete;
  ~Wine();

  // The program as a child of ours: its process is the Windows program itself, so signals reach it.
  [[nodiscard]] Process start(const std::string& name, const std::filesystem::path& exe,
                              std::vector<std::string> arguments,
                              const std::string& x_display = {});

  // The same with graphics: Direct3D on that X server. In one thread of the program and none of the
  // rasteriser's, which is by far the fastest for small pictures.
  [[nodiscard]] Process start_drawing(const std::string& name, const std::filesystem::path& exe,
                                      std::vector<std::string> arguments,
                                      const std::string& x_display);

  // A console program to its end. `program`: as Windows or as we name it.
  [[nodiscard]] Finished run(const std::string& program, std::vector<std::string> arguments,
                             std::chrono::nanoseconds timeout);

  // Ends everything in it, and what the registry holds is in registry().
  void end();
  [[nodiscard]] std::string registry() const;

  // What it has as "C:".
  [[nodiscard]] std::filesystem::path disk() const { return prefix_ / "drive_c"; }
  [[nodiscard]] const std::filesystem::path& prefix() const { return prefix_; }

  // "Z:\dev\shm\x" for "/dev/shm/x".
  [[nodiscard]] static std::string windows_path(const std::filesystem::path& path);

 private:
  Command program(const std::string& name, const std::filesystem::path& exe,
                  std::vector<std::string> arguments, const std::string& x_display);

  Lab& lab_;
  std::filesystem::path prefix_;
  unsigned runs_ = 0;
};

}  // namespace pierglass::test
