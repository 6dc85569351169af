// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace pierglass::test {

// A new folder under the system's temporary folder, removed with all it holds. Any user may pass
// through it; what must be private goes into a private_folder().
class TempDir {
 public:
  TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  // A new folder in it with mode 0700, given to `owner` when that is set.
  [[nodiscard]] std::filesystem::path private_folder(const std::string& name,
                                                     std::optional<uid_t> owner) const;

 private:
  std::filesystem::path path_;
};

}  // namespace pierglass::test
