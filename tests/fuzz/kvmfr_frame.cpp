// SPDX-License-Identifier: GPL-2.0-or-later
// A frame message of any bytes must parse into a picture inside its payload, or not at all.
// Input: dialect u8 (even: 20, odd: 34), bytes of the payload u32, the write position u32, then
// patches to the message of a correct 64x48 frame: {offset u16, value u32}.
#include "compat/kvmfr_frame.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

#include "compat/desktop_map.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"

namespace pierglass::fuzz {
namespace {

using compat::KvmfrFrame;

constexpr std::uint32_t kMaxPayload = 128 * 1024;

// Ends where the heap block does, so that the address sanitizer sees what lies behind.
std::span<std::byte> payload_of(std::uint32_t bytes) {
  static const auto block = std::make_unique<std::byte[]>(kMaxPayload);
  std::memset(block.get(), 0, kMaxPayload);
  return {block.get() + (kMaxPayload - bytes), bytes};
}

void put(std::span<std::byte> payload, std::uint32_t offset, std::uint32_t value) {
  if (offset + sizeof value > payload.size()) return;
  std::memcpy(payload.data() + offset, &value, sizeof value);
}

void fill_in(std::span<std::byte> payload) {
  constexpr std::pair<std::uint32_t, std::uint32_t> kHonest[] = {
      {0, 1},   {4, 7},   {8, 1},  {12, 64}, {16, 48},  {20, 64},   {24, 48},
      {28, 64}, {32, 48}, {36, 0}, {40, 64}, {44, 256}, {48, 4092},
  };
  for (const auto& [offset, value] : kHonest) put(payload, offset, value);
}

void check_picture(const KvmfrFrame& frame, std::span<const std::byte> payload,
                   std::uint32_t header) {
  const auto sane = [](std::uint32_t side) { return side >= 1 && side <= 16384; };
  require(sane(frame.size.width) && sane(frame.size.height), "size");
  require(sane(frame.wanted.width) && sane(frame.wanted.height), "wanted");
  require(sane(frame.screen.width) && sane(frame.screen.height), "screen");
  require(frame.size.width == frame.wanted.width && frame.size.height <= frame.wanted.height,
          "only rows are missing");
  const std::uint64_t row = std::uint64_t{frame.size.width} * bytes_per_pixel(frame.format);
  require(frame.pitch >= row && frame.pitch % 4 == 0, "a row fits the pitch");
  require(frame.write_position >= header && frame.write_position % 4 == 0, "write position");
  require(frame.pixels == frame.write_position + 4, "pixels");
  const std::uint64_t end = frame.pixels + std::uint64_t{frame.pitch} * frame.size.height;
  require(end <= payload.size(), "all rows lie in the payload");
  static_cast<void>(*const_cast<const volatile std::byte*>(&payload[frame.pixels]));
  static_cast<void>(*const_cast<const volatile std::byte*>(&payload[end - 1]));
}

void check_rest(const KvmfrFrame& frame) {
  require(frame.damage_count <= frame.damage.size(), "damage fits its list");
  for (const Rect& rect : std::span(frame.damage).first(frame.damage_count)) {
    require(!rect.empty() && rect.inside(frame.size), "damage lies inside the frame");
  }
  require(frame.colour.white_millinits >= 1000 && frame.colour.white_millinits <= 10'000'000,
          "white");
  require(std::uint32_t(frame.rotation) <= 3, "rotation");
  require(rows_written(frame, 0) == 0, "no rows at first");
  require(rows_written(frame, 0xffff'ffff) == frame.size.height, "all rows in the end");
  const std::uint64_t needed = memory_needed(frame);
  require(std::has_single_bit(needed) && needed > frame.wanted.area() * 8, "memory needed");
  const compat::DesktopMap map(frame);
  static_cast<void>(map.to_frame({-32768, 32767}));
  static_cast<void>(map.to_desktop({0x7fff'ffff, -0x7fff'ffff}));
}

void run(Input input) {
  const compat::Dialect& dialect =
      input.take<std::uint8_t>() % 2 == 0 ? compat::kReleaseB7 : compat::kKvmfr34;
  const std::span<std::byte> payload = payload_of(input.take<std::uint32_t>() % (kMaxPayload + 1));
  const auto written = input.take<std::uint32_t>();
  fill_in(payload);
  while (!input.empty()) {
    const auto offset = input.take<std::uint16_t>();
    put(payload, offset, input.take<std::uint32_t>());
  }
  const auto frame = compat::parse_kvmfr_frame(payload, dialect.kvmfr.frame);
  if (!frame) {
    require(frame.error().code == ErrorCode::Corrupt, "nothing else can be wrong");
    return;
  }
  check_picture(*frame, payload, dialect.kvmfr.frame.bytes);
  check_rest(*frame);
  require(rows_written(*frame, written) <= frame->size.height, "rows lie inside the frame");
}

}  // namespace
}  // namespace pierglass::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pierglass::fuzz::run({data, size});
  return 0;
}
