// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/convert.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "pixel/transfer.hpp"

namespace pierglass::pixel {

namespace {

constexpr std::uint32_t kOpaque = 0xff000000;

constexpr std::uint32_t pack(std::uint32_t red, std::uint32_t green, std::uint32_t blue) {
  return kOpaque | red << 16 | green << 8 | blue;
}

template <typename T>
T load(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

constexpr std::uint32_t swap_red_blue(std::uint32_t pixel) {
  return pack(pixel & 0xff, pixel >> 8 & 0xff, pixel >> 16 & 0xff);
}

std::uint8_t srgb_byte(double light) {
  return static_cast<std::uint8_t>(std::lround(255 * srgb_encoded(std::min(light, 1.0))));
}

// As single instructions; std::max and std::min become branches, which pictures mislead. Where one
// is not a number, the second.
constexpr float larger(float a, float b) {
  return a > b ? a : b;
}

constexpr float smaller(float a, float b) {
  return a < b ? a : b;
}

// A function of a positive float by its leading bits, from 2^kFirst to below 2^kEnd; arguments
// outside take the value at that end, not-a-number that at the first.
template <typename Value, int kFirst, int kEnd>
class FloatTable {
 public:
  template <typename Function>
  explicit FloatTable(Function function) {
    for (std::uint32_t i = 0; i < values_.size(); ++i) {
      const std::uint32_t middle = kLow + (i << kDropped) + (1U << (kDropped - 1));
      values_[i] = function(std::bit_cast<float>(middle));
    }
  }

  Value operator()(float x) const {
    const float inside = smaller(larger(x, first_), last_);
    return values_[(std::bit_cast<std::uint32_t>(inside) - kLow) >> kDropped];
  }

 private:
  static constexpr int kDropped = 23 - 9;  // 2^9 values an octave: an error of at most 1/1024
  static constexpr std::uint32_t kLow = static_cast<std::uint32_t>(127 + kFirst) << 23;
  static constexpr std::uint32_t kHigh = static_cast<std::uint32_t>(127 + kEnd) << 23;
  // Not constants: the compiler would make branches of them again.
  float first_ = std::bit_cast<float>(kLow);
  float last_ = std::bit_cast<float>(kHigh - 1);
  std::array<Value, ((kHigh - kLow) >> kDropped)> values_;
};

struct Light {
  float red, green, blue;
};

// From light to Xrgb8888, for pixels whose channels depend on one another.
class Display {
 public:
  // Made at the first use.
  static const Display& instance() {
    static const Display display;
    return display;
  }

  template <bool compress>
  [[nodiscard]] std::uint32_t shown(Light light) const {
    if constexpr (compress) {
      const float most = larger(larger(light.red, light.green), light.blue);
      if (most > static_cast<float>(kKnee)) {
        const float factor = compressed_(most) / most;
        light = {light.red * factor, light.green * factor, light.blue * factor};
      }
    }
    return pack(encoded_(light.red), encoded_(light.green), encoded_(light.blue));
  }

 private:
  Display() = default;
  // 2^-13 is black after rounding.
  FloatTable<std::uint8_t, -13, 0> encoded_{[](float light) { return srgb_byte(light); }};
  // From 8 on, the compressed light is 1 within the precision of a float.
  FloatTable<float, -1, 3> compressed_{
      [](float light) { return static_cast<float>(compressed(light)); }};
};

struct Samples {
  std::uint32_t red, green, blue;
};

struct TenBits {
  static constexpr std::uint32_t kBytes = 4;
  static constexpr std::uint32_t kValues = 1024;
  static Samples at(const std::byte* from) {
    const auto pixel = load<std::uint32_t>(from);
    return {pixel & 0x3ff, pixel >> 10 & 0x3ff, pixel >> 20 & 0x3ff};
  }
  static double value(std::uint32_t sample) { return sample / 1023.0; }
};

// Five bits of exponent (bias 15), ten of mantissa. Infinity is taken as the next number, 2^16;
// what is below 0 or not a number as 0. Every 16 bits are a sample, so that no table is ever left.
struct Halves {
  static constexpr std::uint32_t kBytes = 8;
  static constexpr std::uint32_t kValues = 0x10000;
  static Samples at(const std::byte* from) {
    const auto pixel = load<std::uint64_t>(from);
    return {static_cast<std::uint16_t>(pixel), static_cast<std::uint16_t>(pixel >> 16),
            static_cast<std::uint16_t>(pixel >> 32)};
  }
  static double value(std::uint32_t sample) {
    constexpr std::uint32_t kInfinity = 0x7c00;
    if (sample > kInfinity) return 0;
    const int exponent = static_cast<int>(sample >> 10);
    const double mantissa = sample & 0x3ff;
    return exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(mantissa + 1024, exponent - 25);
  }
};

constexpr float dot(const std::array<float, 3>& row, const Light& light) {
  return row[0] * light.red + row[1] * light.green + row[2] * light.blue;
}

void convert_packed(std::uint32_t* to, const std::byte* from, std::uint32_t count, bool swap) {
  const auto shown = [swap](std::uint32_t pixel) {
    return swap ? swap_red_blue(pixel) : kOpaque | pixel;
  };
  if (count == 0) return;
  // One byte of the pixel behind comes along, but for the last.
  for (std::uint32_t i = 0; i + 1 < count; ++i, from += 3) to[i] = shown(load<std::uint32_t>(from));
  std::uint32_t last = 0;
  std::memcpy(&last, from, 3);
  to[count - 1] = shown(last);
}

}  // namespace

RowConverter::RowConverter(wire::PixelFormat format, const Colour& colour)
    : format_(format), space_(space_of(format, colour)), compress_(colour.compress) {
  if (format == wire::PixelFormat::Xbgr2101010) make_tables<TenBits>(colour);
  if (format == wire::PixelFormat::Xbgr16161616f) make_tables<Halves>(colour);
}

template <typename Source>
void RowConverter::make_tables(const Colour& colour) {
  const double scale = full_scale(space_, colour);
  if (space_ == wire::ColourSpace::Srgb) {
    compress_ = false;
    shown_.resize(Source::kValues);
    for (std::uint32_t i = 0; i < Source::kValues; ++i) {
      shown_[i] = static_cast<std::uint8_t>(std::lround(255 * Source::value(i)));
    }
    return;
  }
  const bool pq = space_ == wire::ColourSpace::Bt2020Pq;
  if (!pq) shown_.resize(Source::kValues);
  if (pq || compress_) light_.resize(Source::kValues);
  for (std::uint32_t i = 0; i < Source::kValues; ++i) {
    const double value = Source::value(i);
    const double light = scale * (pq ? pq_decoded(value) : value);
    if (!shown_.empty()) shown_[i] = srgb_byte(light);
    if (!light_.empty()) light_[i] = static_cast<float>(light);
  }
  while (last_plain_ + 1 < shown_.size() && scale * Source::value(last_plain_ + 1) <= kKnee) {
    ++last_plain_;
  }
}

template <typename Source>
void RowConverter::convert_samples(std::uint32_t* to, const std::byte* from,
                                   std::uint32_t count) const {
  const auto plain = [this](const Samples& at) {
    return pack(shown_[at.red], shown_[at.green], shown_[at.blue]);
  };
  const auto light = [this](const Samples& at) {
    return Light{light_[at.red], light_[at.green], light_[at.blue]};
  };
  const auto each = [&](auto shown) {
    for (std::uint32_t i = 0; i < count; ++i, from += Source::kBytes) {
      to[i] = shown(Source::at(from));
    }
  };
  const Display& display = Display::instance();
  if (space_ == wire::ColourSpace::Bt2020Pq) {
    const auto bt709 = [&](const Samples& at) {
      const Light wide = light(at);
      const auto& matrix = kBt709FromBt2020;
      return Light{dot(matrix[0], wide), dot(matrix[1], wide), dot(matrix[2], wide)};
    };
    if (compress_) {
      each([&](const Samples& at) { return display.shown<true>(bt709(at)); });
    } else {
      each([&](const Samples& at) { return display.shown<false>(bt709(at)); });
    }
  } else if (compress_) {
    each([&](const Samples& at) {
      const bool dark = std::max(std::max(at.red, at.green), at.blue) <= last_plain_;
      return dark ? plain(at) : display.shown<true>(light(at));
    });
  } else {
    each(plain);
  }
}

void RowConverter::convert(std::uint32_t* to, const std::byte* from, std::uint32_t count) const {
  switch (format_) {
    case wire::PixelFormat::Xrgb8888:
      std::memcpy(to, from, std::size_t{count} * 4);
      return;
    case wire::PixelFormat::Xbgr8888:
      for (std::uint32_t i = 0; i < count; ++i, from += 4) {
        to[i] = swap_red_blue(load<std::uint32_t>(from));
      }
      return;
    case wire::PixelFormat::Rgb888:
      convert_packed(to, from, count, false);
      return;
    case wire::PixelFormat::Bgr888:
      convert_packed(to, from, count, true);
      return;
    case wire::PixelFormat::Xbgr2101010:
      convert_samples<TenBits>(to, from, count);
      return;
    case wire::PixelFormat::Xbgr16161616f:
      convert_samples<Halves>(to, from, count);
      return;
  }
}

}  // namespace pierglass::pixel
