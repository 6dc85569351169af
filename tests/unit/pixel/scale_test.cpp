// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/scale.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "pixel/scale_kernels.hpp"
#include "tests/unit/pixel/canvas.hpp"

namespace pierglass::pixel {
namespace {

constexpr std::array kSamplings = {Sampling::Nearest, Sampling::Bilinear, Sampling::Sharp,
                                   Sampling::Lanczos};

// What Sharp cannot, Lanczos does.
Sampling fitting(Sampling sampling, Size from, const Rect& into) {
  const bool shrinks = into.width < from.width || into.height < from.height;
  return sampling == Sampling::Sharp && shrinks ? Sampling::Lanczos : sampling;
}

TEST(Scale, OneToOneIsExactWithEachSampling) {
  std::mt19937 random(2);
  Canvas from = random_canvas(random, {33, 21});
  for (const Sampling sampling : kSamplings) {
    Canvas to({50, 40}, 7);
    Scaler().scale(sampling, to.image(), {5, 6, 33, 21}, from.image(), full_rect(to.size));
    for (std::uint32_t y = 0; y < 40; ++y) {
      for (std::uint32_t x = 0; x < 50; ++x) {
        const bool inside = Rect{5, 6, 33, 21}.contains({x, y, 1, 1});
        ASSERT_EQ(to.at(x, y), inside ? from.at(x - 5, y - 6) : 7u);
      }
    }
  }
}

TEST(Scale, AFlatPictureStaysFlat) {
  for (const Sampling sampling : kSamplings) {
    for (const std::uint32_t value : {0u, 0x01010101u, 0x80808080u, 0xfefefefeu, 0xffffffffu}) {
      for (const Size size : {Size{40, 29}, Size{13, 30}, Size{5, 9}, Size{1, 1}}) {
        Canvas from({13, 11}, value);
        Canvas to(size);
        const Sampling fit = fitting(sampling, from.size, full_rect(size));
        Scaler().scale(fit, to.image(), full_rect(size), from.image(), full_rect(size));
        EXPECT_EQ(to.pixels, Pixels(size.area(), value));
      }
    }
  }
}

TEST(Scale, PartsAreBitForBitPartsOfTheWholeAndNothingElseIsTouched) {
  Scaler scaler;
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    Canvas from = random_canvas(random, {1 + below(40), 1 + below(40)});
    const Size size{2 + below(80), 2 + below(80)};
    Rect into{below(size.width), below(size.height), 0, 0};
    into.width = 1 + below(size.width - into.x);
    into.height = 1 + below(size.height - into.y);
    const Sampling sampling = fitting(kSamplings[seed % 4], from.size, into);
    Canvas whole(size, 1);
    Scaler().scale(sampling, whole.image(), into, from.image(), full_rect(size));
    const Rect clip{below(size.width), below(size.height), below(90), below(90)};
    Canvas part(size, 2);
    scaler.scale(sampling, part.image(), into, from.image(), clip);
    for (std::uint32_t y = 0; y < size.height; ++y) {
      for (std::uint32_t x = 0; x < size.width; ++x) {
        const Rect pixel{x, y, 1, 1};
        const bool drawn = into.contains(pixel) && clip.contains(pixel);
        ASSERT_EQ(part.at(x, y), drawn ? whole.at(x, y) : 2u) << "seed " << seed;
        if (!into.contains(pixel)) {
          ASSERT_EQ(whole.at(x, y), 1u);
        }
      }
    }
  }
}

TEST(ScaleKernels, TheFastOnesGiveTheSameBitsAsThePlainOnes) {
  std::mt19937 random(9);
  for (std::uint32_t count = 0; count < 40; ++count) {
    Pixels from(64);
    for (auto& pixel : from) pixel = static_cast<std::uint32_t>(random());
    Pixels columns(count);
    Pixels weights(count);
    for (auto& column : columns) column = static_cast<std::uint32_t>(random() % 63);
    for (auto& weight : weights)
      weight = kernels::make_weights(static_cast<std::uint32_t>(random() % 16385));
    std::vector<std::int16_t> fast(count * 4 + 1, 1);
    std::vector<std::int16_t> plain(count * 4 + 1, 1);
    kernels::horizontal(fast.data(), from.data(), columns.data(), weights.data(), count);
    kernels::horizontal_plain(plain.data(), from.data(), columns.data(), weights.data(), count);
    ASSERT_EQ(fast, plain);
    std::vector<std::int16_t> lower(count * 4);
    for (auto& value : lower) value = static_cast<std::int16_t>(random() % (255 * 128 + 1));
    Pixels fast_out(count + 1, 3);
    Pixels plain_out(count + 1, 3);
    const auto below = static_cast<std::uint32_t>(random() % 32768);
    kernels::vertical(fast_out.data(), fast.data(), lower.data(), below, count);
    kernels::vertical_plain(plain_out.data(), fast.data(), lower.data(), below, count);
    ASSERT_EQ(fast_out, plain_out);
  }
}

TEST(ScaleKernels, TheFastOnesOfManyTapsGiveTheSameBitsAsThePlainOnes) {
  std::mt19937 random(10);
  const auto weight = [&] { return static_cast<std::int16_t>(random() % 8001 - 3000); };
  for (std::uint32_t taps = 1; taps < 8; ++taps) {
    for (std::uint32_t count = 0; count < 20; ++count) {
      Pixels from(64);
      for (auto& pixel : from) pixel = static_cast<std::uint32_t>(random());
      Pixels columns(count);
      for (auto& column : columns) column = static_cast<std::uint32_t>(random() % (65 - taps));
      std::vector<std::int16_t> weights(std::size_t{count} * taps);
      for (auto& one : weights) one = weight();
      std::vector<std::int16_t> fast(count * 4 + 1, 1);
      std::vector<std::int16_t> plain(count * 4 + 1, 1);
      kernels::horizontal_taps(fast.data(), from.data(), columns.data(), weights.data(), taps,
                               count);
      kernels::horizontal_taps_plain(plain.data(), from.data(), columns.data(), weights.data(),
                                     taps, count);
      ASSERT_EQ(fast, plain);
      std::vector<std::vector<std::int16_t>> rows(taps, std::vector<std::int16_t>(count * 4));
      std::vector<const std::int16_t*> starts;
      for (auto& row : rows) {
        for (auto& value : row) value = static_cast<std::int16_t>(random() % 25000 - 5000);
        starts.push_back(row.data());
      }
      std::vector<std::int16_t> shares(taps);
      for (auto& one : shares) one = weight();
      Pixels fast_out(count + 1, 3);
      Pixels plain_out(count + 1, 3);
      kernels::vertical_taps(fast_out.data(), starts.data(), shares.data(), taps, count);
      kernels::vertical_taps_plain(plain_out.data(), starts.data(), shares.data(), taps, count);
      ASSERT_EQ(fast_out, plain_out);
    }
  }
}

TEST(FitRect, KeepsTheAspectAndCentres) {
  EXPECT_EQ(fit_rect({1920, 1080}, {1920, 1080}), (Rect{0, 0, 1920, 1080}));
  EXPECT_EQ(fit_rect({1366, 768}, {1920, 1080}), (Rect{0, 0, 1920, 1080}));
  EXPECT_EQ(fit_rect({640, 480}, {1920, 1080}), (Rect{240, 0, 1440, 1080}));
  EXPECT_EQ(fit_rect({1920, 1080}, {1000, 1000}), (Rect{0, 218, 1000, 563}));
  EXPECT_EQ(fit_rect({16384, 1}, {100, 100}), (Rect{0, 49, 100, 1}));
  EXPECT_EQ(fit_rect({0, 10}, {100, 100}), Rect{});
  EXPECT_EQ(fit_rect({10, 10}, {100, 0}), Rect{});
}

TEST(FitRect, IsInsideTheWindowTouchesTwoSidesAndIsLessThanAPixelOff) {
  std::mt19937 random(4);
  for (int i = 0; i < 20000; ++i) {
    const Size picture{static_cast<std::uint32_t>(1 + random() % 5000),
                       static_cast<std::uint32_t>(1 + random() % 5000)};
    const Size window{static_cast<std::uint32_t>(1 + random() % 5000),
                      static_cast<std::uint32_t>(1 + random() % 5000)};
    const Rect fit = fit_rect(picture, window);
    ASSERT_FALSE(fit.empty());
    ASSERT_TRUE(fit.inside(window));
    ASSERT_TRUE(fit.width == window.width || fit.height == window.height);
    if (fit == full_rect(window)) continue;
    const double aspect = static_cast<double>(picture.width) / picture.height;
    if (fit.width == window.width) {
      ASSERT_NEAR(fit.height, std::max(1.0, fit.width / aspect), 0.51);
    } else {
      ASSERT_NEAR(fit.width, std::max(1.0, fit.height * aspect), 0.51);
    }
  }
}

TEST(ScaledDamage, NothingOutsideItChangesWhenOnlyTheSourceDoes) {
  for (std::uint32_t seed = 0; seed < 1200; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    Canvas from = random_canvas(random, {1 + below(50), 1 + below(50)});
    const Size size{2 + below(120), 2 + below(120)};
    Rect into{below(size.width), below(size.height), 0, 0};
    into.width = 1 + below(size.width - into.x);
    into.height = 1 + below(size.height - into.y);
    const Sampling sampling = fitting(kSamplings[seed % 4], from.size, into);
    Canvas before(size);
    Scaler().scale(sampling, before.image(), into, from.image(), full_rect(size));
    Rect source{below(from.size.width), below(from.size.height), 0, 0};
    source.width = 1 + below(from.size.width - source.x);
    source.height = 1 + below(from.size.height - source.y);
    for (std::uint32_t y = source.y; y < source.bottom(); ++y) {
      for (std::uint32_t x = source.x; x < source.right(); ++x) {
        from.pixels[y * from.size.width + x] ^= 0xffffffff;
      }
    }
    Canvas after(size);
    Scaler().scale(sampling, after.image(), into, from.image(), full_rect(size));
    const Rect damage = scaled_damage(source, from.size, into, sampling);
    ASSERT_TRUE(into.contains(damage));
    for (std::uint32_t y = 0; y < size.height; ++y) {
      for (std::uint32_t x = 0; x < size.width; ++x) {
        if (damage.contains({x, y, 1, 1})) continue;
        ASSERT_EQ(before.at(x, y), after.at(x, y)) << "seed " << seed << " at " << x << ',' << y;
      }
    }
  }
}

TEST(ScaledDamage, IsTightAndExactAtOneToOne) {
  EXPECT_EQ(scaled_damage({10, 20, 30, 40}, {100, 100}, {7, 8, 100, 100}, Sampling::Copy),
            (Rect{17, 28, 30, 40}));
  EXPECT_EQ(scaled_damage({0, 0, 100, 100}, {100, 100}, {7, 8, 250, 130}, Sampling::Bilinear),
            (Rect{7, 8, 250, 130}));
  EXPECT_TRUE(scaled_damage({100, 0, 5, 5}, {100, 100}, {0, 0, 50, 50}, Sampling::Lanczos).empty());
  const Rect doubled = scaled_damage({10, 10, 1, 1}, {100, 100}, {0, 0, 200, 200}, Sampling::Sharp);
  EXPECT_LE(doubled.width, 7u);
  EXPECT_GE(doubled.width, 4u);
  const Rect wide = scaled_damage({10, 10, 1, 1}, {100, 100}, {0, 0, 200, 200}, Sampling::Lanczos);
  EXPECT_LE(wide.width, 15u);
  EXPECT_GE(wide.width, 12u);
  const Rect halved = scaled_damage({50, 50, 1, 1}, {100, 100}, {0, 0, 50, 50}, Sampling::Lanczos);
  EXPECT_LE(halved.width, 9u);
  EXPECT_GE(halved.width, 6u);
}

}  // namespace
}  // namespace pierglass::pixel
