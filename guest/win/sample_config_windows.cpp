// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/win/sample_config_windows.hpp"

#include <windows.h>

namespace pierglass::guest {

std::string sample_config() {
  const HRSRC place = FindResourceW(nullptr, L"SAMPLE_CONFIG", RT_RCDATA);
  const HGLOBAL loaded = place != nullptr ? LoadResource(nullptr, place) : nullptr;
  if (loaded == nullptr) return {};
  return {static_cast<const char*>(LockResource(loaded)), SizeofResource(nullptr, place)};
}

}  // namespace pierglass::guest
