// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <windows.h>

#include "base/handle.hpp"

namespace pierglass::shm {

// Kernel objects whose "none" is null.
struct KernelHandleTraits {
  using Value = HANDLE;
  static Value invalid() { return nullptr; }
  static void close(Value handle) noexcept { CloseHandle(handle); }
};
using KernelHandle = Handle<KernelHandleTraits>;

// CreateFile's "none" made null, so that one handle type does.
inline KernelHandle adopt_file(HANDLE handle) {
  return KernelHandle(handle == INVALID_HANDLE_VALUE ? nullptr : handle);
}

}  // namespace pierglass::shm
