// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/sizes.hpp"

#include "base/digits.hpp"

namespace pierglass {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 62;

}  // namespace

std::optional<Size> parse_size(std::string_view text, std::uint32_t longest) {
  const std::size_t cross = text.find('x');
  if (cross == text.npos) return std::nullopt;
  const auto width = parse_digits<std::uint32_t>(text.substr(0, cross));
  const auto height = parse_digits<std::uint32_t>(text.substr(cross + 1));
  if (!width || !height || *width == 0 || *height == 0) return std::nullopt;
  if (*width > longest || *height > longest) return std::nullopt;
  return Size{*width, *height};
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  static constexpr std::string_view kUnits = "KMG";
  const std::size_t unit = text.empty() ? kUnits.npos : kUnits.find(text.back());
  const bool plain = unit == kUnits.npos;
  const auto number = parse_digits<std::uint64_t>(plain ? text : text.substr(0, text.size() - 1));
  const std::size_t shift = plain ? 0 : 10 * (unit + 1);
  if (!number || *number > kMostBytes >> shift) return std::nullopt;
  return *number << shift;
}

}  // namespace pierglass
