// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/scale_kernels.hpp"

#include <cstring>

#if defined(__SSE4_1__)
#include <smmintrin.h>
#endif

namespace pierglass::pixel::kernels {

namespace {

constexpr int kDownShift = kWeightBits - kRowBits;
constexpr std::int32_t kDownHalf = 1 << (kDownShift - 1);
constexpr std::int32_t kRowHalf = 1 << (kRowBits - 1);
constexpr int kBelowBits = 15;

constexpr std::int32_t channel(std::uint32_t pixel, int c) {
  return static_cast<std::int32_t>(pixel >> (8 * c) & 0xff);
}

// round(a * b / 2^15), as pmulhrsw computes it.
constexpr std::int32_t mul_q15(std::int32_t a, std::int32_t b) {
  return (a * b + (1 << (kBelowBits - 1))) >> kBelowBits;
}

}  // namespace

void horizontal_plain(std::int16_t* to, const std::uint32_t* from, const std::uint32_t* columns,
                      const std::uint32_t* weights, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i, to += 4) {
    std::uint32_t pair[2];
    std::memcpy(pair, from + columns[i], sizeof pair);
    const auto left = static_cast<std::int32_t>(weights[i] & 0xffff);
    const auto right = static_cast<std::int32_t>(weights[i] >> 16);
    for (int c = 0; c < 4; ++c) {
      const std::int32_t sum = channel(pair[0], c) * left + channel(pair[1], c) * right;
      to[c] = static_cast<std::int16_t>((sum + kDownHalf) >> kDownShift);
    }
  }
}

void vertical_plain(std::uint32_t* to, const std::int16_t* upper, const std::int16_t* lower,
                    std::uint32_t below, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i, upper += 4, lower += 4) {
    std::uint32_t pixel = 0;
    for (int c = 0; c < 4; ++c) {
      const std::int32_t value =
          upper[c] + mul_q15(lower[c] - upper[c], static_cast<std::int32_t>(below));
      pixel |= static_cast<std::uint32_t>((value + kRowHalf) >> kRowBits) << (8 * c);
    }
    to[i] = pixel;
  }
}

#if defined(__SSE4_1__)

namespace {

// Four channels of a pixel and its right neighbour, weighted, as 32-bit numbers times 2^7.
inline __m128i weighted(const std::uint32_t* pair, __m128i weights) {
  // b0 b1 b2 b3 of both pixels → the two values of each channel side by side, as 16-bit words.
  const __m128i interleave = _mm_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1);
  const __m128i pixels = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(pair));
  const __m128i sum = _mm_madd_epi16(_mm_shuffle_epi8(pixels, interleave), weights);
  return _mm_srai_epi32(_mm_add_epi32(sum, _mm_set1_epi32(kDownHalf)), kDownShift);
}

inline __m128i between(const std::int16_t* upper, const std::int16_t* lower, __m128i below) {
  const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(upper));
  const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(lower));
  const __m128i value = _mm_add_epi16(a, _mm_mulhrs_epi16(_mm_sub_epi16(b, a), below));
  return _mm_srli_epi16(_mm_add_epi16(value, _mm_set1_epi16(kRowHalf)), kRowBits);
}

}  // namespace

void horizontal(std::int16_t* to, const std::uint32_t* from, const std::uint32_t* columns,
                const std::uint32_t* weights, std::uint32_t count) {
  std::uint32_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const __m128i four = _mm_loadu_si128(reinterpret_cast<const __m128i*>(weights + i));
    const __m128i a = weighted(from + columns[i], _mm_shuffle_epi32(four, 0x00));
    const __m128i b = weighted(from + columns[i + 1], _mm_shuffle_epi32(four, 0x55));
    const __m128i c = weighted(from + columns[i + 2], _mm_shuffle_epi32(four, 0xaa));
    const __m128i d = weighted(from + columns[i + 3], _mm_shuffle_epi32(four, 0xff));
    auto* out = reinterpret_cast<__m128i*>(to + std::size_t{i} * 4);
    _mm_storeu_si128(out, _mm_packs_epi32(a, b));
    _mm_storeu_si128(out + 1, _mm_packs_epi32(c, d));
  }
  horizontal_plain(to + std::size_t{i} * 4, from, columns + i, weights + i, count - i);
}

void vertical(std::uint32_t* to, const std::int16_t* upper, const std::int16_t* lower,
              std::uint32_t below, std::uint32_t count) {
  const __m128i share = _mm_set1_epi16(static_cast<std::int16_t>(below));
  std::uint32_t i = 0;
  for (; i + 4 <= count; i += 4, upper += 16, lower += 16) {
    const __m128i ab = between(upper, lower, share);
    const __m128i cd = between(upper + 8, lower + 8, share);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i), _mm_packus_epi16(ab, cd));
  }
  vertical_plain(to + i, upper, lower, below, count - i);
}

#else

void horizontal(std::int16_t* to, const std::uint32_t* from, const std::uint32_t* columns,
                const std::uint32_t* weights, std::uint32_t count) {
  horizontal_plain(to, from, columns, weights, count);
}

void vertical(std::uint32_t* to, const std::int16_t* upper, const std::int16_t* lower,
              std::uint32_t below, std::uint32_t count) {
  vertical_plain(to, upper, lower, below, count);
}

#endif

}  // namespace pierglass::pixel::kernels
