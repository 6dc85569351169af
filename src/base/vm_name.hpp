// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace pierglass {

inline constexpr std::size_t kMaxVmName = 64;

// What a virtual machine, and the client that shows it, may be called: 1 to 64 of [A-Za-z0-9._-],
// no dot or '-' in front. Fit to be part of a file's name and a word of a command.
[[nodiscard]] constexpr bool is_vm_name(std::string_view name) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kMaxVmName && name[0] != '.' && name[0] != '-' &&
         std::ranges::all_of(name, good);
}

}  // namespace pierglass
