// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <windows.h>

namespace pierglass::guest {

// A function that mingw has no import for, or that some Windows lacks, of a library in System32,
// which stays loaded. Null: this Windows has none.
template <typename Function>
Function find_function(const wchar_t* library, const char* name) {
  const HMODULE module = LoadLibraryExW(library, nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
  if (module == nullptr) return nullptr;
  return reinterpret_cast<Function>(reinterpret_cast<void*>(GetProcAddress(module, name)));
}

}  // namespace pierglass::guest
