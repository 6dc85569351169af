// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/lanczos_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>

namespace pierglass::pixel {
namespace {

double sinc(double x) {
  if (x == 0) return 1;
  return std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
}

double lanczos(double x) {
  return std::abs(x) < kLanczosLobes ? sinc(x) * sinc(x / kLanczosLobes) : 0;
}

AxisKernel identity(std::uint32_t length) {
  AxisKernel kernel{.taps = 1, .first = std::vector<std::uint32_t>(length), .weights = {}};
  std::iota(kernel.first.begin(), kernel.first.end(), 0U);
  kernel.weights.assign(length, 1);
  return kernel;
}

}  // namespace

AxisKernel lanczos_kernel(std::uint32_t source, std::uint32_t target) {
  if (source == target) return identity(source);
  const double step = static_cast<double>(source) / target;
  const double stretch = std::clamp(step, 1.0, double{kLanczosMaxShrink});
  const double reach = kLanczosLobes * stretch;
  const auto seen = static_cast<std::int64_t>(std::ceil(2 * reach));
  const std::int64_t taps = std::min<std::int64_t>(seen, source);
  AxisKernel kernel{.taps = static_cast<std::uint32_t>(taps), .first = {}, .weights = {}};
  kernel.first.reserve(target);
  kernel.weights.reserve(std::size_t{target} * kernel.taps);
  std::vector<double> sums(kernel.taps);
  for (std::uint32_t i = 0; i < target; ++i) {
    const double centre = (i + 0.5) * step - 0.5;
    const auto start = static_cast<std::int64_t>(std::floor(centre - reach)) + 1;
    const std::int64_t first = std::clamp<std::int64_t>(start, 0, source - taps);
    std::ranges::fill(sums, 0);
    double total = 0;
    for (std::int64_t at = start; at < start + seen; ++at) {
      const double weight = lanczos((static_cast<double>(at) - centre) / stretch);
      const std::int64_t inside = std::clamp<std::int64_t>(at, 0, std::int64_t{source} - 1);
      sums[static_cast<std::size_t>(inside - first)] += weight;
      total += weight;
    }
    kernel.first.push_back(static_cast<std::uint32_t>(first));
    for (const double sum : sums) kernel.weights.push_back(static_cast<float>(sum / total));
  }
  return kernel;
}

}  // namespace pierglass::pixel
