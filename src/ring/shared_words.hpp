// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

#include "base/result.hpp"
#include "wire/layout.hpp"
#include "wire/parse.hpp"

// The words of a region that two processes touch at the same time, as atomics.
namespace pierglass::ring {

// `offset` comes from a RegionLayout: inside the region and aligned.
template <typename T>
std::atomic_ref<T> word_at(std::span<std::byte> region, std::uint64_t offset) {
  return std::atomic_ref<T>(*reinterpret_cast<T*>(region.data() + offset));
}

// What slot_protocol.hpp works on. A view: costs nothing to make, owns nothing.
class SharedWords {
 public:
  SharedWords(std::span<std::byte> region, const wire::RegionLayout& layout)
      : region_(region), layout_(&layout) {}

  [[nodiscard]] std::uint32_t readers() const { return layout_->reader_count; }

  [[nodiscard]] auto session() const {
    return at<std::uint64_t>(offsetof(wire::RawHeader, session));
  }
  [[nodiscard]] auto newest_started() const {
    return at<std::uint64_t>(layout_->frames_offset +
                             offsetof(wire::RawFramesHeader, newest_started));
  }
  [[nodiscard]] auto newest_complete() const {
    return at<std::uint64_t>(layout_->frames_offset +
                             offsetof(wire::RawFramesHeader, newest_complete));
  }
  [[nodiscard]] auto sequence(std::uint32_t slot) const {
    return at<std::uint64_t>(layout_->record_at(slot) + offsetof(wire::RawFrameRecord, sequence));
  }
  [[nodiscard]] auto rows(std::uint32_t slot) const {
    return at<std::uint32_t>(layout_->record_at(slot) +
                             offsetof(wire::RawFrameRecord, rows_complete));
  }
  [[nodiscard]] auto token(std::uint32_t reader) const {
    return at<std::uint64_t>(layout_->reader_at(reader) + offsetof(wire::RawReader, token));
  }
  [[nodiscard]] auto held(std::uint32_t reader) const {
    return at<std::uint32_t>(layout_->reader_at(reader) + offsetof(wire::RawReader, held));
  }
  [[nodiscard]] auto flags(std::uint32_t reader) const {
    return at<std::uint32_t>(layout_->reader_at(reader) + offsetof(wire::RawReader, flags));
  }
  [[nodiscard]] auto asleep() const { return at<std::uint32_t>(offsetof(wire::RawHeader, asleep)); }

  template <typename T>
  [[nodiscard]] std::atomic_ref<T> at(std::uint64_t offset) const {
    return word_at<T>(region_, offset);
  }

  // Non-temporal and write-combined stores made before are visible before any later store.
  static void store_fence() {
#if defined(__x86_64__) || defined(__i386__)
    _mm_sfence();
#else
    std::atomic_thread_fence(std::memory_order_release);
#endif
  }

  // Every store made before is visible to everybody before any later load is made.
  static void full_fence() {
#if defined(__SANITIZE_THREAD__)
    // ThreadSanitizer knows no fences. This is one on every machine that it runs on, and joins no
    // two threads, so that it hides no race.
    std::atomic<int> own{0};
    own.fetch_add(1, std::memory_order_seq_cst);
#else
    std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
  }

  // Between two looks at a word that the other side is about to change.
  static void pause() {
#if defined(__x86_64__) || defined(__i386__)
    _mm_pause();
#endif
  }

 private:
  std::span<std::byte> region_;
  const wire::RegionLayout* layout_;
};

}  // namespace pierglass::ring
