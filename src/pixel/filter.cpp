// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/filter.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace pierglass::pixel {
namespace {

constexpr std::array<std::string_view, kFilterCount> kNames = {"auto", "nearest", "bilinear",
                                                               "sharp", "lanczos"};

Sampling automatic(Size picture, Size into) {
  const bool doubles = into.width / 2 >= picture.width && into.height / 2 >= picture.height;
  return doubles ? Sampling::Sharp : Sampling::Bilinear;
}

}  // namespace

std::string_view name(Filter filter) {
  return kNames[std::to_underlying(filter)];
}

std::optional<Filter> filter_named(std::string_view name) {
  const auto* const found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Filter>(found - kNames.begin());
}

std::string filter_list() {
  std::string list;
  for (const std::string_view name : kNames) list.append(list.empty() ? "" : ", ").append(name);
  return list;
}

Filter next(Filter filter) {
  return static_cast<Filter>((std::to_underlying(filter) + 1) % kFilterCount);
}

Sampling sampling_of(Filter filter, Size picture, Size into) {
  if (picture == into) return Sampling::Copy;
  const bool shrinks = into.width < picture.width || into.height < picture.height;
  switch (filter) {
    case Filter::Nearest:
      return Sampling::Nearest;
    case Filter::Bilinear:
      return Sampling::Bilinear;
    case Filter::Lanczos:
      return Sampling::Lanczos;
    case Filter::Sharp:
      return shrinks ? Sampling::Lanczos : Sampling::Sharp;
    case Filter::Auto:
      break;
  }
  return shrinks ? Sampling::Lanczos : automatic(picture, into);
}

Sampling sampling_on_cpu_of(Filter filter, Size picture, Size into) {
  const Sampling sampling = sampling_of(filter, picture, into);
  if (filter != Filter::Auto || sampling != Sampling::Lanczos) return sampling;
  const auto at_least_half = [](std::uint32_t source, std::uint32_t target) {
    return 2 * std::uint64_t{target} >= source;
  };
  const bool mild =
      at_least_half(picture.width, into.width) && at_least_half(picture.height, into.height);
  return mild ? Sampling::Bilinear : Sampling::Lanczos;
}

}  // namespace pierglass::pixel
