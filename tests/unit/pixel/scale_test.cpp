// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/scale.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "pixel/scale_kernels.hpp"

namespace pierglass::pixel {
namespace {

using Pixels = std::vector<std::uint32_t>;

struct Canvas {
  Size size;
  Pixels pixels;

  explicit Canvas(Size s, std::uint32_t fill = 0) : size(s), pixels(s.area(), fill) {}
  Image image() {
    return {reinterpret_cast<std::byte*>(pixels.data()), size.width * 4, size,
            wire::PixelFormat::Xrgb8888};
  }
  [[nodiscard]] std::uint32_t at(std::int64_t x, std::int64_t y) const {
    const std::int64_t cx = std::clamp<std::int64_t>(x, 0, std::int64_t{size.width} - 1);
    const std::int64_t cy = std::clamp<std::int64_t>(y, 0, std::int64_t{size.height} - 1);
    return pixels[static_cast<std::size_t>(cy * size.width + cx)];
  }
};

Canvas random_canvas(std::mt19937& random, Size size) {
  Canvas canvas(size);
  for (auto& pixel : canvas.pixels) pixel = static_cast<std::uint32_t>(random());
  return canvas;
}

double mix(double a, double b, double share) {
  return a + (b - a) * share;
}

// What GL_LINEAR with GL_CLAMP_TO_EDGE is specified to give, in floating point.
double linear_sample(const Canvas& from, Size into, std::uint32_t x, std::uint32_t y, int shift) {
  const double u = (x + 0.5) * from.size.width / into.width - 0.5;
  const double v = (y + 0.5) * from.size.height / into.height - 0.5;
  const auto x0 = static_cast<std::int64_t>(std::floor(u));
  const auto y0 = static_cast<std::int64_t>(std::floor(v));
  const auto value = [&](std::int64_t px, std::int64_t py) {
    return static_cast<double>(from.at(px, py) >> shift & 0xff);
  };
  const double fx = u - std::floor(u);
  return mix(mix(value(x0, y0), value(x0 + 1, y0), fx),
             mix(value(x0, y0 + 1), value(x0 + 1, y0 + 1), fx), v - std::floor(v));
}

TEST(ScaleBilinear, AgreesWithLinearSamplingWithinOneStep) {
  struct Case {
    Size from;
    Size into;
  };
  const std::vector<Case> cases = {
      {{1366, 768}, {1920, 1080}}, {{640, 480}, {1280, 960}}, {{100, 80}, {37, 41}},
      {{64, 64}, {65, 63}},        {{3, 2}, {200, 150}},      {{1, 1}, {17, 9}},
      {{1, 40}, {30, 20}},         {{40, 1}, {20, 30}},       {{2, 2}, {7, 7}},
      {{200, 3}, {1, 1}},          {{50, 60}, {50, 90}},      {{50, 60}, {90, 60}},
  };
  std::mt19937 random(1);
  for (const Case& c : cases) {
    Canvas from = random_canvas(random, c.from);
    Canvas to(c.into);
    BilinearScaler().scale(to.image(), full_rect(c.into), from.image(), full_rect(c.into));
    double worst = 0;
    for (std::uint32_t y = 0; y < c.into.height; ++y) {
      for (std::uint32_t x = 0; x < c.into.width; ++x) {
        for (int shift = 0; shift < 32; shift += 8) {
          const double truth = linear_sample(from, c.into, x, y, shift);
          worst = std::max(worst, std::abs((to.at(x, y) >> shift & 0xff) - truth));
        }
      }
    }
    EXPECT_LE(worst, 0.52) << c.from.width << "x" << c.from.height << " to " << c.into.width;
  }
}

TEST(ScaleBilinear, OneToOneIsExact) {
  std::mt19937 random(2);
  Canvas from = random_canvas(random, {33, 21});
  Canvas to({50, 40}, 7);
  BilinearScaler().scale(to.image(), {5, 6, 33, 21}, from.image(), full_rect(to.size));
  for (std::uint32_t y = 0; y < 40; ++y) {
    for (std::uint32_t x = 0; x < 50; ++x) {
      const bool inside = Rect{5, 6, 33, 21}.contains({x, y, 1, 1});
      ASSERT_EQ(to.at(x, y), inside ? from.at(x - 5, y - 6) : 7u);
    }
  }
}

TEST(ScaleBilinear, AFlatPictureStaysFlat) {
  for (const std::uint32_t value : {0u, 0x01010101u, 0x80808080u, 0xfefefefeu, 0xffffffffu}) {
    Canvas from({13, 11}, value);
    Canvas to({40, 29});
    BilinearScaler().scale(to.image(), full_rect(to.size), from.image(), full_rect(to.size));
    EXPECT_EQ(to.pixels, Pixels(to.size.area(), value));
  }
}

TEST(ScaleBilinear, PartsAreBitForBitPartsOfTheWholeAndNothingElseIsTouched) {
  BilinearScaler scaler;
  for (std::uint32_t seed = 0; seed < 150; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    Canvas from = random_canvas(random, {1 + below(40), 1 + below(40)});
    const Size size{2 + below(80), 2 + below(80)};
    Rect into{below(size.width), below(size.height), 0, 0};
    into.width = 1 + below(size.width - into.x);
    into.height = 1 + below(size.height - into.y);
    Canvas whole(size, 1);
    BilinearScaler().scale(whole.image(), into, from.image(), full_rect(size));
    const Rect clip{below(size.width), below(size.height), below(90), below(90)};
    Canvas part(size, 2);
    scaler.scale(part.image(), into, from.image(), clip);
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
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    Canvas from = random_canvas(random, {1 + below(50), 1 + below(50)});
    const Size size{2 + below(120), 2 + below(120)};
    Rect into{below(size.width), below(size.height), 0, 0};
    into.width = 1 + below(size.width - into.x);
    into.height = 1 + below(size.height - into.y);
    Canvas before(size);
    BilinearScaler().scale(before.image(), into, from.image(), full_rect(size));
    Rect source{below(from.size.width), below(from.size.height), 0, 0};
    source.width = 1 + below(from.size.width - source.x);
    source.height = 1 + below(from.size.height - source.y);
    for (std::uint32_t y = source.y; y < source.bottom(); ++y) {
      for (std::uint32_t x = source.x; x < source.right(); ++x) {
        from.pixels[y * from.size.width + x] ^= 0xffffffff;
      }
    }
    Canvas after(size);
    BilinearScaler().scale(after.image(), into, from.image(), full_rect(size));
    const Rect damage = scaled_damage(source, from.size, into);
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
  EXPECT_EQ(scaled_damage({10, 20, 30, 40}, {100, 100}, {7, 8, 100, 100}), (Rect{17, 28, 30, 40}));
  EXPECT_EQ(scaled_damage({0, 0, 100, 100}, {100, 100}, {7, 8, 250, 130}), (Rect{7, 8, 250, 130}));
  EXPECT_TRUE(scaled_damage({100, 0, 5, 5}, {100, 100}, {0, 0, 50, 50}).empty());
  const Rect doubled = scaled_damage({10, 10, 1, 1}, {100, 100}, {0, 0, 200, 200});
  EXPECT_LE(doubled.width, 7u);
  EXPECT_GE(doubled.width, 4u);
}

}  // namespace
}  // namespace pierglass::pixel
