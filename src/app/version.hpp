// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace pierglass::app {

inline constexpr const char* kVersion = PIERGLASS_VERSION;

}  // namespace pierglass::app
