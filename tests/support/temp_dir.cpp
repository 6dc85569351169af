// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/temp_dir.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace pierglass::test {

TempDir::TempDir() {
  std::string name = (std::filesystem::temp_directory_path() / "pierglass-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), "mkdtemp " + name);
  }
  path_ = name;
  chmod(name.c_str(), 0755);
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TempDir::private_folder(const std::string& name,
                                              std::optional<uid_t> owner) const {
  const std::filesystem::path folder = path_ / name;
  if (mkdir(folder.c_str(), 0700) != 0 ||
      (owner && chown(folder.c_str(), *owner, static_cast<gid_t>(*owner)) != 0)) {
    throw std::system_error(errno, std::generic_category(), folder.string());
  }
  return folder;
}

}  // namespace pierglass::test
