// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>

#include "wire/build.hpp"
#include "wire/layout.hpp"
#include "wire/parse.hpp"

namespace pierglass::wire::test {

// Page-aligned zeroed memory whose untouched pages cost nothing.
class PageMemory {
 public:
  explicit PageMemory(std::size_t bytes) : raw_(std::calloc(1, bytes + kPage)), bytes_(bytes) {}
  [[nodiscard]] std::span<std::byte> span() const {
    std::size_t space = bytes_ + kPage;
    void* start = raw_.get();
    return {static_cast<std::byte*>(std::align(kPage, bytes_, start, space)), bytes_};
  }

 private:
  static constexpr std::size_t kPage = 4096;
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  std::unique_ptr<void, Free> raw_;
  std::size_t bytes_;
};

inline constexpr std::uint64_t kTestSession = 0x1122334455667788;

// A published region with its raw records in reach, for tests that bend single fields.
class TestRegion {
 public:
  explicit TestRegion(const RegionSpec& spec = {.guest_name = "Windows 11"},
                      std::uint64_t session = kTestSession)
      : memory_(region_bytes_for(spec, {640, 480}, PixelFormat::Xrgb8888)),
        layout_(*plan_region(bytes().size(), spec)) {
    layout_.session = session;
    write_region(bytes(), layout_);
    header().session = session;
  }

  [[nodiscard]] std::span<std::byte> bytes() const { return memory_.span(); }
  [[nodiscard]] const RegionLayout& layout() const { return layout_; }

  template <typename T>
  [[nodiscard]] T& at(std::uint64_t offset) const {
    return *reinterpret_cast<T*>(bytes().data() + offset);
  }
  [[nodiscard]] RawHeader& header() const { return at<RawHeader>(0); }
  [[nodiscard]] RawChannel& channel(std::uint32_t index) const {
    return at<RawChannel>(header().channels_offset + index * sizeof(RawChannel));
  }
  [[nodiscard]] RawChannel& frames_channel() const { return channel(0); }
  [[nodiscard]] RawChannel& cursor_channel() const { return channel(1); }
  [[nodiscard]] RawChannel& readers_channel() const { return channel(2); }
  [[nodiscard]] RawFramesHeader& frames() const {
    return at<RawFramesHeader>(layout_.frames_offset);
  }
  [[nodiscard]] RawCursorHeader& cursor() const {
    return at<RawCursorHeader>(layout_.cursor_offset);
  }
  [[nodiscard]] RawReadersHeader& readers() const {
    return at<RawReadersHeader>(layout_.readers_offset - sizeof(RawReadersHeader));
  }
  [[nodiscard]] Result<RegionLayout> parse() const { return parse_region(bytes()); }

 private:
  PageMemory memory_;
  RegionLayout layout_;
};

}  // namespace pierglass::wire::test
