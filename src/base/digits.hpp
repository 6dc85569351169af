// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <charconv>
#include <concepts>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

namespace pierglass {

// A text of decimal digits and nothing else, zeros in front or not. Nothing: it is not that, or the
// number does not fit.
template <std::unsigned_integral Number>
[[nodiscard]] std::optional<Number> parse_digits(std::string_view text) {
  Number number = 0;
  const char* const begin = std::to_address(text.begin());
  const char* const end = std::to_address(text.end());
  const auto [rest, status] = std::from_chars(begin, end, number);
  if (status != std::errc() || rest != end) return std::nullopt;
  return number;
}

}  // namespace pierglass
