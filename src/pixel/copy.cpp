// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/copy.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>

#include "base/result.hpp"
#include "wire/layout.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace pierglass::pixel {

#if defined(__SSE2__)

namespace {

constexpr std::size_t kLine = wire::kCacheLine;
// Four pages are copied side by side, two lines of each in turn: the memory then serves four
// streams at once. benchmarks/README.md has the numbers (a third faster than one stream, twice
// memcpy). Wider registers gain nothing here: memory is the limit, and a line of SSE2 stores
// fills the same write-combining buffer as one of AVX2.
constexpr std::size_t kPage = 4096;
constexpr std::size_t kStreams = 4;
constexpr std::size_t kBlock = kPage * kStreams;
constexpr std::size_t kRun = 2 * kLine;

// `to` is aligned to a line.
inline void stream_line(std::byte* to, const std::byte* from) {
  const auto* source = reinterpret_cast<const __m128i*>(from);
  auto* target = reinterpret_cast<__m128i*>(to);
  const __m128i a = _mm_loadu_si128(source);
  const __m128i b = _mm_loadu_si128(source + 1);
  const __m128i c = _mm_loadu_si128(source + 2);
  const __m128i d = _mm_loadu_si128(source + 3);
  _mm_stream_si128(target, a);
  _mm_stream_si128(target + 1, b);
  _mm_stream_si128(target + 2, c);
  _mm_stream_si128(target + 3, d);
}

void prefetch(const std::byte* at) {
  _mm_prefetch(reinterpret_cast<const char*>(at), _MM_HINT_T0);
}

// `more`: another block follows and may be fetched ahead.
template <bool more>
void stream_block(std::byte* to, const std::byte* from) {
  for (std::size_t offset = 0; offset < kPage; offset += kRun) {
    for (std::size_t at = offset; at < kBlock; at += kPage) {
      if constexpr (more) {
        prefetch(from + kBlock + at);
        prefetch(from + kBlock + at + kLine);
      }
      stream_line(to + at, from + at);
      stream_line(to + at + kLine, from + at + kLine);
    }
  }
}

std::size_t bytes_to_line(const std::byte* at) {
  return -reinterpret_cast<std::uintptr_t>(at) & (kLine - 1);
}

}  // namespace

void stream_copy(std::byte* to, const std::byte* from, std::size_t bytes) {
  const std::size_t head = std::min(bytes_to_line(to), bytes);
  std::memcpy(to, from, head);
  std::size_t at = head;
  for (; bytes - at >= 2 * kBlock; at += kBlock) stream_block<true>(to + at, from + at);
  for (; bytes - at >= kBlock; at += kBlock) stream_block<false>(to + at, from + at);
  for (; bytes - at >= kLine; at += kLine) stream_line(to + at, from + at);
  std::memcpy(to + at, from + at, bytes - at);
}

void store_fence() {
  _mm_sfence();
}

#else

void stream_copy(std::byte* to, const std::byte* from, std::size_t bytes) {
  std::memcpy(to, from, bytes);
}

void store_fence() {
  std::atomic_thread_fence(std::memory_order_release);
}

#endif

void scalar_copy(std::byte* to, const std::byte* from, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) to[i] = from[i];
}

const char* name(Stores stores) {
  return stores == Stores::Streaming ? "streaming stores" : "plain stores";
}

std::size_t copy_rects(const Image& to, const ConstImage& from, std::span<const Rect> rects,
                       Stores stores) {
  CHECK(to.format == from.format);
  const auto copy = [stores](std::byte* target, const std::byte* source, std::size_t bytes) {
    if (stores == Stores::Plain) {
      std::memcpy(target, source, bytes);
    } else {
      stream_copy(target, source, bytes);
    }
  };
  const std::size_t pixel = wire::bytes_per_pixel(to.format);
  std::size_t written = 0;
  for (const Rect& rect : rects) {
    CHECK(rect.inside(to.size) && rect.inside(from.size));
    const std::size_t row_bytes = rect.width * pixel;
    const std::size_t left = rect.x * pixel;
    written += row_bytes * rect.height;
    if (row_bytes == to.pitch && row_bytes == from.pitch) {
      copy(to.row(rect.y), from.row(rect.y), row_bytes * rect.height);
      continue;
    }
    for (std::uint32_t y = rect.y; y < rect.y + rect.height; ++y) {
      copy(to.row(y) + left, from.row(y) + left, row_bytes);
    }
  }
  store_fence();
  return written;
}

}  // namespace pierglass::pixel
