// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/filter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <span>
#include <vector>

#include "pixel/lanczos_kernel.hpp"
#include "pixel/scale.hpp"
#include "tests/unit/pixel/canvas.hpp"

// Each sampling against its definition, a sum over all source pixels in double precision.
namespace pierglass::pixel {
namespace {

// How much of source pixel `at` is in the target pixel whose centre lies at `centre`, both counted
// from the first source pixel's left edge in source pixels; `step` source pixels are one of the
// target's.
using Weight = std::function<double(double at, double centre, double step)>;

double overlap(double a, double a_end, double b, double b_end) {
  return std::max(0.0, std::min(a_end, b_end) - std::max(a, b));
}

double nearest(double at, double centre, double /*step*/) {
  return std::floor(centre) == at ? 1 : 0;
}

double linear(double at, double centre, double /*step*/) {
  return std::max(0.0, 1 - std::abs(at + 0.5 - centre));
}

double area(double at, double centre, double step) {
  return overlap(at, at + 1, centre - step / 2, centre + step / 2) / step;
}

double lanczos(double at, double centre, double step) {
  const double x = (at + 0.5 - centre) / std::max(step, 1.0) * std::numbers::pi;
  if (std::abs(x) < 1e-12) return 1;
  if (std::abs(x) >= 3 * std::numbers::pi) return 0;
  return 3 * std::sin(x) * std::sin(x / 3) / (x * x);
}

// Weights of source pixels -40 .. length + 39, whose sum is 1; those outside show the edge.
std::vector<double> axis(const Weight& weight, std::uint32_t i, std::uint32_t source,
                         std::uint32_t target) {
  constexpr int kBeyond = 40;
  const double step = static_cast<double>(source) / target;
  std::vector<double> weights(source);
  if (source == target) {
    weights[i] = 1;
    return weights;
  }
  double sum = 0;
  for (int at = -kBeyond; at < static_cast<int>(source) + kBeyond; ++at) {
    const double one = weight(at, (i + 0.5) * step, step);
    weights[static_cast<std::size_t>(std::clamp(at, 0, static_cast<int>(source) - 1))] += one;
    sum += one;
  }
  for (double& one : weights) one /= sum;
  return weights;
}

double largest_error(const Weight& weight, Sampling sampling, Size from_size, Size to_size) {
  std::mt19937 random(from_size.width + to_size.height);
  Canvas from = random_canvas(random, from_size);
  Canvas to(to_size);
  Scaler().scale(sampling, to.image(), full_rect(to_size), from.image(), full_rect(to_size));
  double worst = 0;
  for (std::uint32_t y = 0; y < to_size.height; ++y) {
    const auto down = axis(weight, y, from_size.height, to_size.height);
    for (std::uint32_t x = 0; x < to_size.width; ++x) {
      const auto across = axis(weight, x, from_size.width, to_size.width);
      for (int shift = 0; shift < 32; shift += 8) {
        double truth = 0;
        for (std::uint32_t v = 0; v < from_size.height; ++v) {
          if (down[v] == 0) continue;
          for (std::uint32_t u = 0; u < from_size.width; ++u) {
            truth += down[v] * across[u] * (from.at(u, v) >> shift & 0xff);
          }
        }
        const double got = to.at(x, y) >> shift & 0xff;
        worst = std::max(worst, std::abs(got - std::clamp(truth, 0.0, 255.0)));
      }
    }
  }
  return worst;
}

struct Change {
  Size from;
  Size into;
};
constexpr std::array kEnlarging = {
    Change{{14, 8}, {20, 11}}, Change{{64, 48}, {128, 96}}, Change{{64, 64}, {65, 64}},
    Change{{3, 2}, {50, 40}},  Change{{1, 1}, {17, 9}},     Change{{1, 40}, {9, 50}},
    Change{{40, 1}, {41, 30}}, Change{{2, 2}, {7, 7}},      Change{{20, 30}, {20, 45}}};
constexpr std::array kShrinking = {Change{{100, 80}, {37, 41}}, Change{{64, 64}, {65, 63}},
                                   Change{{1, 40}, {30, 20}},   Change{{40, 1}, {20, 30}},
                                   Change{{80, 3}, {8, 1}},     Change{{60, 40}, {20, 20}},
                                   Change{{50, 40}, {50, 10}}};

void expect_close(const Weight& weight, Sampling sampling, std::span<const Change> changes,
                  double most) {
  for (const Change& change : changes) {
    EXPECT_LE(largest_error(weight, sampling, change.from, change.into), most)
        << change.from.width << "x" << change.from.height << " to " << change.into.width << "x"
        << change.into.height;
  }
}

TEST(Sampling, NearestIsExact) {
  expect_close(nearest, Sampling::Nearest, kEnlarging, 0);
  expect_close(nearest, Sampling::Nearest, kShrinking, 0);
}

TEST(Sampling, BilinearIsWithinRoundingOfLinearSampling) {
  expect_close(linear, Sampling::Bilinear, kEnlarging, 0.52);
  expect_close(linear, Sampling::Bilinear, kShrinking, 0.52);
}

TEST(Sampling, SharpIsWithinRoundingOfTheSharesOfArea) {
  expect_close(area, Sampling::Sharp, kEnlarging, 0.52);
}

TEST(Sampling, LanczosIsWithinRoundingOfTheSum) {
  expect_close(lanczos, Sampling::Lanczos, kEnlarging, 0.6);
  expect_close(lanczos, Sampling::Lanczos, kShrinking, 0.6);
}

TEST(Sampling, SharpAtWholeFactorsMakesSquares) {
  std::mt19937 random(1);
  Canvas from = random_canvas(random, {9, 7});
  for (const std::uint32_t factor : {2U, 3U, 5U}) {
    Canvas to({9 * factor, 7 * factor});
    Scaler().scale(Sampling::Sharp, to.image(), full_rect(to.size), from.image(),
                   full_rect(to.size));
    for (std::uint32_t y = 0; y < to.size.height; ++y) {
      for (std::uint32_t x = 0; x < to.size.width; ++x) {
        ASSERT_EQ(to.at(x, y), from.at(x / factor, y / factor));
      }
    }
  }
}

// Stripes finer than the target can show become grey instead of other stripes.
TEST(Sampling, LanczosShrinksStripesToGrey) {
  Canvas from({120, 4});
  for (std::uint32_t y = 0; y < 4; ++y) {
    for (std::uint32_t x = 0; x < 120; x += 2) from.pixels[y * 120 + x] = 0xffffff;
  }
  Canvas to({50, 4});
  Scaler().scale(Sampling::Lanczos, to.image(), full_rect(to.size), from.image(),
                 full_rect(to.size));
  for (std::uint32_t x = 5; x < 45; ++x) EXPECT_NEAR(to.at(x, 1) & 0xff, 128, 6) << x;
}

TEST(LanczosKernel, StaysWithinItsOvershootAndItsBounds) {
  for (const std::uint32_t source : {1U, 2U, 3U, 7U, 26U, 100U, 1366U, 16384U}) {
    for (const std::uint32_t target : {1U, 2U, 5U, 25U, 27U, 99U, 101U, 480U, 1920U}) {
      const AxisKernel kernel = lanczos_kernel(source, target);
      ASSERT_LE(kernel.taps, 2 * kLanczosLobes * kLanczosMaxShrink);
      for (std::uint32_t i = 0; i < target; ++i) {
        ASSERT_LE(kernel.first[i] + kernel.taps, source);
        float sum = 0;
        float below = 0;
        for (std::uint32_t k = 0; k < kernel.taps; ++k) {
          sum += kernel.weight(i, k);
          below -= std::min(kernel.weight(i, k), 0.0F);
        }
        ASSERT_NEAR(sum, 1, 1e-4);
        ASSERT_LT(below, kLanczosOvershoot);
      }
    }
  }
}

TEST(Filter, HasANameAndAPlaceInTheRound) {
  Filter filter = Filter::Auto;
  for (std::uint8_t i = 0; i < kFilterCount; ++i) {
    EXPECT_EQ(filter_named(name(filter)), filter);
    EXPECT_NE(filter_list().find(name(filter)), std::string::npos);
    filter = next(filter);
  }
  EXPECT_EQ(filter, Filter::Auto);
  for (const char* other : {"", "Auto", "lanczos3"}) EXPECT_FALSE(filter_named(other)) << other;
}

TEST(Filter, AutoTakesWhatSuitsTheSizes) {
  const auto chosen = [](Size picture, Size into) {
    return sampling_of(Filter::Auto, picture, into);
  };
  EXPECT_EQ(chosen({1920, 1080}, {1920, 1080}), Sampling::Copy);
  EXPECT_EQ(chosen({1920, 1080}, {3840, 2160}), Sampling::Sharp);
  EXPECT_EQ(chosen({640, 480}, {1440, 1080}), Sampling::Sharp);
  EXPECT_EQ(chosen({1366, 768}, {1920, 1080}), Sampling::Bilinear);
  EXPECT_EQ(chosen({1920, 1080}, {3839, 2160}), Sampling::Bilinear);
  EXPECT_EQ(chosen({3840, 2160}, {1920, 1080}), Sampling::Lanczos);
  EXPECT_EQ(chosen({1920, 1080}, {1920, 1079}), Sampling::Lanczos);
}

TEST(Filter, OnTheCpuAutoTakesLanczosOnlyBelowHalf) {
  const auto chosen = [](Size picture, Size into) {
    return sampling_on_cpu_of(Filter::Auto, picture, into);
  };
  EXPECT_EQ(chosen({3840, 2160}, {1920, 1080}), Sampling::Bilinear);
  EXPECT_EQ(chosen({1920, 1080}, {1920, 1079}), Sampling::Bilinear);
  EXPECT_EQ(chosen({3840, 2160}, {1919, 1080}), Sampling::Lanczos);
  EXPECT_EQ(chosen({3840, 2160}, {1920, 1079}), Sampling::Lanczos);
  EXPECT_EQ(chosen({3, 3}, {1, 2}), Sampling::Lanczos);
  EXPECT_EQ(chosen({3, 3}, {4, 2}), Sampling::Bilinear);
}

TEST(Filter, OnTheCpuAllElseIsTheSame) {
  constexpr Size kPicture{40, 30};
  for (const Size into : {kPicture, Size{60, 45}, Size{80, 60}, Size{30, 22}, Size{10, 8}}) {
    for (std::uint8_t i = 0; i < kFilterCount; ++i) {
      const auto filter = static_cast<Filter>(i);
      const bool shrinks = into.width < kPicture.width;
      if (filter == Filter::Auto && shrinks) continue;
      EXPECT_EQ(sampling_on_cpu_of(filter, kPicture, into), sampling_of(filter, kPicture, into));
    }
  }
}

// Why Auto on the CPU may take it.
TEST(Sampling, BilinearLooksAtEverySourcePixelDownToHalf) {
  for (const std::uint32_t width : {32U, 35U, 47U, 63U}) {
    for (std::uint32_t x = 0; x < 64; ++x) {
      Canvas from({64, 1});
      from.pixels[x] = 0xffffff;
      Canvas to({width, 1});
      Scaler().scale(Sampling::Bilinear, to.image(), full_rect(to.size), from.image(),
                     full_rect(to.size));
      EXPECT_TRUE(std::ranges::any_of(to.pixels, [](std::uint32_t pixel) { return pixel != 0; }))
          << x << " of 64 in " << width;
    }
  }
}

TEST(Filter, OthersDoWhatTheySay) {
  EXPECT_EQ(sampling_of(Filter::Nearest, {4, 4}, {2, 2}), Sampling::Nearest);
  EXPECT_EQ(sampling_of(Filter::Bilinear, {4, 4}, {8, 8}), Sampling::Bilinear);
  EXPECT_EQ(sampling_of(Filter::Sharp, {4, 4}, {5, 5}), Sampling::Sharp);
  EXPECT_EQ(sampling_of(Filter::Sharp, {4, 4}, {5, 3}), Sampling::Lanczos);
  EXPECT_EQ(sampling_of(Filter::Lanczos, {4, 4}, {5, 5}), Sampling::Lanczos);
  for (std::uint8_t i = 0; i < kFilterCount; ++i) {
    EXPECT_EQ(sampling_of(static_cast<Filter>(i), {4, 4}, {4, 4}), Sampling::Copy);
  }
}

}  // namespace
}  // namespace pierglass::pixel
