// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/geometry.hpp"

namespace pierglass::pixel {

// How a picture that does not fit its place 1:1 is scaled, as users choose it.
enum class Filter : std::uint8_t { Auto, Nearest, Bilinear, Sharp, Lanczos };
inline constexpr std::uint8_t kFilterCount = 5;  // all are 0 .. kFilterCount-1

// "auto", "nearest", ...; what filter_named() takes.
std::string_view name(Filter filter);
std::optional<Filter> filter_named(std::string_view name);
// "auto, nearest, ..."
std::string filter_list();
// The one after it, and after the last the first.
Filter next(Filter filter);

// What a target pixel is made of:
enum class Sampling : std::uint8_t {
  Copy,      // the one source pixel: 1:1
  Nearest,   // the source pixel under its centre
  Bilinear,  // the four around its centre
  Sharp,     // the source pixels that it covers, by their shares of its area: for enlarging
  Lanczos,   // three lobes around its centre; for shrinking in widths of the target's pixels
};
inline constexpr std::size_t kSamplingCount = 5;

// What `filter` comes down to where a picture is drawn `into` pixels large. 1:1 is always a copy.
// Sharp shrinks as Lanczos does. Auto: Lanczos where the picture shrinks, because only that looks
// at every source pixel however much it does; Sharp from twice the size on, where it leaves each
// pixel a square, whole factors exact; between them Bilinear, which puts no rings around text.
Sampling sampling_of(Filter filter, Size picture, Size into);

// The same where the CPU scales. Auto is Bilinear also for shrinking, as long as neither side
// becomes less than half: down to there that looks at every source pixel too, in a fifth of the
// time (benchmarks/README.md).
Sampling sampling_on_cpu_of(Filter filter, Size picture, Size into);

}  // namespace pierglass::pixel
