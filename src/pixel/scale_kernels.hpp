// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

// The inner loops of the scalers, twice: plain C++, which is the reference and runs everywhere, and
// SSE4.1 where the compiler has it. Both give the same bits.
namespace pierglass::pixel::kernels {

// Weights are fractions of 2^14: the left in the low half, the right in the high half of a word;
// together always 2^14.
inline constexpr int kWeightBits = 14;
// A row between the two passes holds 8-bit channels times 2^7, so that 16-bit arithmetic is enough.
inline constexpr int kRowBits = 7;

constexpr std::uint32_t make_weights(std::uint32_t right) {
  return ((1u << kWeightBits) - right) | right << 16;
}

// to[4 i + c] = channel c of from[columns[i]] and its right neighbour, weighted. Both exist for
// every i.
void horizontal_plain(std::int16_t* to, const std::uint32_t* from, const std::uint32_t* columns,
                      const std::uint32_t* weights, std::uint32_t count);
void horizontal(std::int16_t* to, const std::uint32_t* from, const std::uint32_t* columns,
                const std::uint32_t* weights, std::uint32_t count);

// to[i] = pixel i between two such rows; `below` is the lower row's share in 1/2^15, under 2^15.
void vertical_plain(std::uint32_t* to, const std::int16_t* upper, const std::int16_t* lower,
                    std::uint32_t below, std::uint32_t count);
void vertical(std::uint32_t* to, const std::int16_t* upper, const std::int16_t* lower,
              std::uint32_t below, std::uint32_t count);

// A row between the two passes of more taps holds 8-bit channels times 2^6: sums overshoot.
inline constexpr int kTapRowBits = 6;

// to[4 i + c] = the sum over k < taps of weights[i taps + k] times channel c of
// from[columns[i] + k]. Weights are in 1/2^14; the sum of those of one i is 2^14, and that of their
// absolute values below 2^15.
void horizontal_taps_plain(std::int16_t* to, const std::uint32_t* from,
                           const std::uint32_t* columns, const std::int16_t* weights,
                           std::uint32_t taps, std::uint32_t count);
void horizontal_taps(std::int16_t* to, const std::uint32_t* from, const std::uint32_t* columns,
                     const std::int16_t* weights, std::uint32_t taps, std::uint32_t count);

// to[i] = the sum over k < taps of weights[k] times pixel i of rows[k], clamped to 0..255.
void vertical_taps_plain(std::uint32_t* to, const std::int16_t* const* rows,
                         const std::int16_t* weights, std::uint32_t taps, std::uint32_t count);
void vertical_taps(std::uint32_t* to, const std::int16_t* const* rows, const std::int16_t* weights,
                   std::uint32_t taps, std::uint32_t count);

}  // namespace pierglass::pixel::kernels
