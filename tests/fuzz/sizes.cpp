// SPDX-License-Identifier: GPL-2.0-or-later
// Sizes as people write them, against a second statement of the rules.
#include "base/sizes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "tests/fuzz/require.hpp"

using pierglass::fuzz::require;

namespace {

constexpr std::uint32_t kLongest = 16384;
// No larger number is asked about, so that the slow way cannot overflow.
constexpr std::uint64_t kCeiling = std::uint64_t{1} << 63;

// Nothing unless all of it is digits; kCeiling for what is larger.
std::optional<std::uint64_t> digits(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number > (kCeiling - 9) / 10 ? kCeiling : number * 10 + std::uint64_t(c - '0');
  }
  return number;
}

void check_size(std::string_view text) {
  std::optional<pierglass::Size> expected;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != 'x') continue;
    const auto width = digits(text.substr(0, i));
    const auto height = digits(text.substr(i + 1));
    if (width && height && *width >= 1 && *width <= kLongest && *height >= 1 && *height <= kLongest)
      expected = {static_cast<std::uint32_t>(*width), static_cast<std::uint32_t>(*height)};
  }
  require(pierglass::parse_size(text, kLongest) == expected, "width x height");
}

void check_bytes(std::string_view text) {
  std::uint64_t unit = 1;
  std::string_view number = text;
  if (text.ends_with('K')) unit = std::uint64_t{1} << 10;
  if (text.ends_with('M')) unit = std::uint64_t{1} << 20;
  if (text.ends_with('G')) unit = std::uint64_t{1} << 30;
  if (unit != 1) number.remove_suffix(1);
  std::optional<std::uint64_t> expected = digits(number);
  if (expected && *expected > (kCeiling / 2) / unit) expected.reset();
  if (expected) *expected *= unit;
  require(pierglass::parse_bytes(text) == expected, "bytes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_size(text);
  check_bytes(text);
  return 0;
}
