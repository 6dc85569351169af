// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

namespace pierglass {

// Bytes of the longest path that a socket can have.
inline constexpr std::size_t kMaxUnixPath = sizeof(sockaddr_un::sun_path) - 1;

// The address of the socket with this path. Nothing: the path is empty, longer than kMaxUnixPath,
// or has a 0 in it.
[[nodiscard]] inline std::optional<sockaddr_un> unix_address(std::string_view path) {
  if (path.empty() || path.size() > kMaxUnixPath || path.contains('\0')) return std::nullopt;
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::ranges::copy(path, address.sun_path);
  return address;
}

}  // namespace pierglass
