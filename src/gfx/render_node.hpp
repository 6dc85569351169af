// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace pierglass::gfx {

// Paths of the GPUs that anybody may draw with (/dev/dri/renderD128), by number.
std::vector<std::string> render_nodes();

// The one of the GPU that has this dev_t, whichever of its nodes that is. NotFound: the system
// knows no such device, or it has none.
Result<std::string> render_node_of(std::uint64_t device);

// NotADevice: no render node; NotFound, PermissionDenied, OsCall.
Result<Fd> open_render_node(const std::string& path);

}  // namespace pierglass::gfx
