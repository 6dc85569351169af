// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/uuid.hpp"

#include <algorithm>
#include <utility>

namespace pierglass {

std::string uuid_text(std::span<const std::byte, 16> uuid) {
  if (std::ranges::all_of(uuid, [](std::byte byte) { return byte == std::byte{}; })) return {};
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[std::to_integer<unsigned>(uuid[i]) >> 4];
    text += kDigits[std::to_integer<unsigned>(uuid[i]) & 15];
  }
  return text;
}

}  // namespace pierglass
