// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

// Windows' texts are UTF-16, ours UTF-8.
namespace pierglass::shm {

std::wstring widen(const std::string& utf8);
std::string narrow(const std::wstring& wide);

}  // namespace pierglass::shm
