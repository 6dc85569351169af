// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <windows.h>

#include <optional>

#include "guest/core/cursor_shape.hpp"

namespace pierglass::guest {

// The picture of a Windows cursor in the wire's form; `dc` is any device context. Nothing for a
// handle that is no cursor, for one larger than wire::kMaxCursorSide, and under Wine for another
// program's.
std::optional<CursorShape> read_cursor(HDC dc, HCURSOR cursor);

}  // namespace pierglass::guest
