// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <cstddef>
#include <cstring>

#include "pixel/scale_kernels.hpp"

#if defined(__SSE4_1__)
#include <smmintrin.h>
#endif

namespace pierglass::pixel::kernels {
namespace {

constexpr int kRowShift = kWeightBits - kTapRowBits;
constexpr int kPixelShift = kWeightBits + kTapRowBits;

constexpr std::int32_t rounded(std::int32_t sum, int shift) {
  return (sum + (1 << (shift - 1))) >> shift;
}

constexpr std::int32_t channel(std::uint32_t pixel, int c) {
  return static_cast<std::int32_t>(pixel >> (8 * c) & 0xff);
}

void one_column(std::int16_t* to, const std::uint32_t* from, const std::int16_t* weights,
                std::uint32_t taps) {
  for (int c = 0; c < 4; ++c) {
    std::int32_t sum = 0;
    for (std::uint32_t k = 0; k < taps; ++k) sum += channel(from[k], c) * weights[k];
    to[c] = static_cast<std::int16_t>(rounded(sum, kRowShift));
  }
}

std::uint32_t one_pixel(const std::int16_t* const* rows, std::size_t at,
                        const std::int16_t* weights, std::uint32_t taps) {
  std::uint32_t pixel = 0;
  for (std::size_t c = 0; c < 4; ++c) {
    std::int32_t sum = 0;
    for (std::uint32_t k = 0; k < taps; ++k) sum += rows[k][at + c] * weights[k];
    const std::int32_t value = std::clamp(rounded(sum, kPixelShift), 0, 255);
    pixel |= static_cast<std::uint32_t>(value) << (8 * c);
  }
  return pixel;
}

}  // namespace

void horizontal_taps_plain(std::int16_t* to, const std::uint32_t* from,
                           const std::uint32_t* columns, const std::int16_t* weights,
                           std::uint32_t taps, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i, to += 4, weights += taps) {
    one_column(to, from + columns[i], weights, taps);
  }
}

void vertical_taps_plain(std::uint32_t* to, const std::int16_t* const* rows,
                         const std::int16_t* weights, std::uint32_t taps, std::uint32_t count) {
  for (std::size_t i = 0; i < count; ++i) to[i] = one_pixel(rows, 4 * i, weights, taps);
}

#if defined(__SSE4_1__)

namespace {

// Two weights next to each other, in each 32-bit word.
inline __m128i two_weights(const std::int16_t* weights) {
  std::int32_t both;
  std::memcpy(&both, weights, sizeof both);
  return _mm_set1_epi32(both);
}

// One, and nothing.
inline __m128i last_weight(std::int16_t weight) {
  return _mm_set1_epi32(static_cast<std::uint16_t>(weight));
}

template <int shift>
inline __m128i rounded(__m128i sum) {
  return _mm_srai_epi32(_mm_add_epi32(sum, _mm_set1_epi32(1 << (shift - 1))), shift);
}

// The channels of one target pixel, as 32-bit words times 2^kTapRowBits.
inline __m128i column(const std::uint32_t* from, const std::int16_t* weights, std::uint32_t taps) {
  // b0 b1 b2 b3 of two pixels → the two values of each channel side by side, as 16-bit words.
  const __m128i interleave = _mm_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1);
  __m128i sum = _mm_setzero_si128();
  std::uint32_t k = 0;
  for (; k + 2 <= taps; k += 2) {
    const __m128i pair = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from + k));
    const __m128i words = _mm_shuffle_epi8(pair, interleave);
    sum = _mm_add_epi32(sum, _mm_madd_epi16(words, two_weights(weights + k)));
  }
  if (k < taps) {
    const __m128i words = _mm_cvtepu8_epi32(_mm_cvtsi32_si128(static_cast<int>(from[k])));
    sum = _mm_add_epi32(sum, _mm_madd_epi16(words, last_weight(weights[k])));
  }
  return rounded<kRowShift>(sum);
}

inline __m128i load(const std::int16_t* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

// Two pixels' eight channels as 16-bit words.
inline __m128i pixels(const std::int16_t* const* rows, std::size_t at, const std::int16_t* weights,
                      std::uint32_t taps) {
  __m128i low = _mm_setzero_si128();
  __m128i high = _mm_setzero_si128();
  const auto add = [&](__m128i upper, __m128i lower, __m128i both) {
    low = _mm_add_epi32(low, _mm_madd_epi16(_mm_unpacklo_epi16(upper, lower), both));
    high = _mm_add_epi32(high, _mm_madd_epi16(_mm_unpackhi_epi16(upper, lower), both));
  };
  std::uint32_t k = 0;
  for (; k + 2 <= taps; k += 2) {
    add(load(rows[k] + at), load(rows[k + 1] + at), two_weights(weights + k));
  }
  if (k < taps) add(load(rows[k] + at), _mm_setzero_si128(), last_weight(weights[k]));
  return _mm_packs_epi32(rounded<kPixelShift>(low), rounded<kPixelShift>(high));
}

}  // namespace

void horizontal_taps(std::int16_t* to, const std::uint32_t* from, const std::uint32_t* columns,
                     const std::int16_t* weights, std::uint32_t taps, std::uint32_t count) {
  std::uint32_t i = 0;
  for (; i + 2 <= count; i += 2, to += 8, weights += std::size_t{2} * taps) {
    const __m128i left = column(from + columns[i], weights, taps);
    const __m128i right = column(from + columns[i + 1], weights + taps, taps);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm_packs_epi32(left, right));
  }
  horizontal_taps_plain(to, from, columns + i, weights, taps, count - i);
}

void vertical_taps(std::uint32_t* to, const std::int16_t* const* rows, const std::int16_t* weights,
                   std::uint32_t taps, std::uint32_t count) {
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const __m128i four = _mm_packus_epi16(pixels(rows, 4 * i, weights, taps),
                                          pixels(rows, 4 * i + 8, weights, taps));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i), four);
  }
  for (; i < count; ++i) to[i] = one_pixel(rows, 4 * i, weights, taps);
}

#else

void horizontal_taps(std::int16_t* to, const std::uint32_t* from, const std::uint32_t* columns,
                     const std::int16_t* weights, std::uint32_t taps, std::uint32_t count) {
  horizontal_taps_plain(to, from, columns, weights, taps, count);
}

void vertical_taps(std::uint32_t* to, const std::int16_t* const* rows, const std::int16_t* weights,
                   std::uint32_t taps, std::uint32_t count) {
  vertical_taps_plain(to, rows, weights, taps, count);
}

#endif

}  // namespace pierglass::pixel::kernels
