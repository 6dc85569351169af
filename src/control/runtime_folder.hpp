// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace pierglass::control {

// $XDG_RUNTIME_DIR/pierglass, whether it exists or not. Unsupported: the variable is not set to an
// absolute path.
Result<std::string> runtime_folder_path();

enum class Missing : std::uint8_t { Create, Fail };

// That folder, opened (O_PATH). It and the one around it must be real folders of this user's, which
// nobody else may write to. Unsupported: no XDG_RUNTIME_DIR. NotFound: one of them is missing.
// PermissionDenied: it is another user's, or others may write to it. OsCall: ENOTDIR for a link or
// a file, and what else the system says.
Result<Fd> open_runtime_folder(Missing missing);

// A path of at most 107 bytes, as an address of a socket must be, that leads to NAME.sock in the
// opened folder, whatever happened to the folder's own name.
std::string socket_path(const Fd& folder, std::string_view name);

}  // namespace pierglass::control
