// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace pierglass::wl {

// The name of the program at the other end of a unix socket ("sway"), by its process as the kernel
// knows it; empty if that cannot be told. Whoever made the socket counts, so it is a hint only.
std::string peer_program(int socket);

}  // namespace pierglass::wl
