// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

// Where a broker's socket is. Its files are NAME.sock in one of two folders.
namespace pierglass::ivshmem {

// The user's own broker: $XDG_RUNTIME_DIR/pierglass-broker. Nothing: the variable is not set to an
// absolute path.
[[nodiscard]] std::optional<std::string> user_folder();
// The machine's broker.
inline constexpr std::string_view kSystemFolder = "/run/pierglass-broker";

// What comes after "unix:", a path (with a slash in it) or a name, as the paths where the socket
// may be, the user's own before the machine's. InvalidArgument: neither.
Result<std::vector<std::string>> socket_places(std::string_view address);

}  // namespace pierglass::ivshmem
