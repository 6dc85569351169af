// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace pierglass {

// $XDG_RUNTIME_DIR, the user's folder for sockets, whether it exists or not. Nothing: the variable
// is not set to an absolute path. Nobody may change the environment meanwhile.
[[nodiscard]] inline std::optional<std::string> user_runtime_folder() {
  const char* folder = std::getenv("XDG_RUNTIME_DIR");
  if (folder == nullptr || *folder != '/') return std::nullopt;
  return folder;
}

}  // namespace pierglass
