// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <unistd.h>

#include "base/handle.hpp"

namespace pierglass {

struct FdTraits {
  using Value = int;
  static constexpr Value invalid() { return -1; }
  static void close(Value fd) noexcept { ::close(fd); }
};

// Sole owner of one file descriptor; Linux only.
using Fd = Handle<FdTraits>;

}  // namespace pierglass
