// SPDX-License-Identifier: GPL-2.0-or-later
// A correct region, bent at any places, must parse into ranges that lie inside it or not at all.
// Input: one byte of options, then patches {window u8, offset u8, length u8, bytes}: `offset`
// counts words of 4 bytes from the start of a window, so that a small input reaches every field.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"
#include "wire/build.hpp"
#include "wire/parse.hpp"

namespace pierglass::fuzz {
namespace {

constexpr wire::RegionSpec kSpec{
    .slot_count = 3, .shape_count = 2, .reader_count = 2, .guest_release = 1, .guest_name = "fuzz"};
constexpr std::size_t kRegionBytes = std::size_t{8} << 20;
constexpr std::size_t kMaxPatch = 64;
constexpr std::size_t kOverhang = 256 * 4 + kMaxPatch;

alignas(4096) std::array<std::byte, kRegionBytes + kOverhang> memory;

class Playground {
 public:
  Playground() : layout_(make_layout()) {
    write_region(region(), layout_);
    std::memcpy(memory.data() + offsetof(wire::RawHeader, session), &layout_.session, 8);
  }

  static std::span<std::byte> region() { return std::span(memory).first(kRegionBytes); }

  // Begins of the places worth bending.
  [[nodiscard]] std::uint64_t window(std::uint8_t number) const {
    const std::array<std::uint64_t, 6> windows{0,
                                               sizeof(wire::RawHeader),
                                               layout_.frames_offset,
                                               layout_.cursor_offset,
                                               layout_.readers_offset - 64,
                                               layout_.slots_offset};
    return windows[number % windows.size()];
  }

  void patch(Input& input) {
    Patch patch;
    patch.offset = window(input.take<std::uint8_t>());
    patch.offset += std::uint64_t{4} * input.take<std::uint8_t>();
    patch.length = input.take<std::uint8_t>() % kMaxPatch;
    std::memcpy(patch.before.data(), memory.data() + patch.offset, patch.length);
    input.take_into(memory.data() + patch.offset, patch.length);
    patches_[count_++] = patch;
  }
  [[nodiscard]] bool full() const { return count_ == patches_.size(); }

  void undo() {
    while (count_ != 0) {
      const Patch& patch = patches_[--count_];
      std::memcpy(memory.data() + patch.offset, patch.before.data(), patch.length);
    }
  }

 private:
  struct Patch {
    std::uint64_t offset;
    std::size_t length;
    std::array<std::byte, kMaxPatch> before;
  };

  static wire::RegionLayout make_layout() {
    auto layout = wire::plan_region(kRegionBytes, kSpec);
    require(layout.has_value(), "the spec fits the region");
    layout->session = 0x5eed;
    return *layout;
  }

  wire::RegionLayout layout_;
  std::array<Patch, 16> patches_;
  std::size_t count_ = 0;
};

struct Range {
  std::uint64_t begin;
  std::uint64_t end;
};

// Wide enough that no product of two fields wraps.
__extension__ using Wide = unsigned __int128;

Range range_of(std::uint64_t begin, std::uint64_t count, std::uint64_t stride, std::uint64_t total,
               std::uint64_t alignment) {
  const Wide end = Wide{begin} + Wide{count} * stride;
  require(begin % alignment == 0 && stride % alignment == 0, "array is aligned");
  require(begin >= sizeof(wire::RawHeader) && end <= total, "array lies inside the region");
  return {begin, static_cast<std::uint64_t>(end)};
}

void check_layout(const wire::RegionLayout& layout, std::size_t mapped) {
  require(layout.region_bytes <= mapped, "region lies inside the mapping");
  require(layout.session != 0, "session stands");
  require(layout.guest_name.back() == 0, "name ends");
  require(layout.slot_count >= wire::kMinSlots && layout.slot_count <= wire::kMaxSlots, "slots");
  require(layout.shape_count >= 1 && layout.shape_count <= wire::kMaxShapeSlots, "shapes");
  require(layout.reader_count >= 1 && layout.reader_count <= wire::kMaxReaders, "readers");
  require(layout.record_stride >= sizeof(wire::RawFrameRecord), "records do not overlap");
  require(layout.slot_bytes <= layout.slot_stride, "slots do not overlap");
  require(layout.shape_stride >= sizeof(wire::RawShape) + Wide{layout.shape_bytes}, "shapes");
  require(layout.reader_stride >= sizeof(wire::RawReader), "blocks do not overlap");

  const std::uint64_t total = layout.region_bytes;
  const Range ranges[] = {
      range_of(layout.frames_offset, 1, sizeof(wire::RawFramesHeader), total, 64),
      range_of(layout.records_offset, layout.slot_count, layout.record_stride, total, 64),
      range_of(layout.slots_offset, layout.slot_count, layout.slot_stride, total,
               wire::kSlotAlignment),
      range_of(layout.cursor_offset, 1, sizeof(wire::RawCursorHeader), total, 64),
      range_of(layout.shapes_offset, layout.shape_count, layout.shape_stride, total, 64),
      range_of(layout.readers_offset, layout.reader_count, layout.reader_stride, total, 64)};
  for (const Range& a : ranges) {
    for (const Range& b : ranges) {
      require(&a == &b || a.end <= b.begin || b.end <= a.begin, "arrays lie apart");
    }
  }
}

// Writing what was accepted and reading it again gives the same, as far as the table's usual place
// is free.
void check_round_trip(const wire::RegionLayout& layout) {
  alignas(4096) static std::array<std::byte, kRegionBytes> copy;
  constexpr std::uint64_t kTableEnd = sizeof(wire::RawHeader) + 3 * sizeof(wire::RawChannel);
  const std::uint64_t readers_channel = layout.readers_offset - sizeof(wire::RawReadersHeader);
  if (std::min({layout.frames_offset, layout.cursor_offset, readers_channel}) < kTableEnd) return;
  write_region(copy, layout);
  std::memcpy(copy.data() + offsetof(wire::RawHeader, session), &layout.session, 8);
  const auto again = wire::parse_region(copy);
  require(again.has_value() && *again == layout, "parse(build(x)) is x");
}

std::size_t mapped_bytes(std::uint8_t options) {
  constexpr std::array<std::size_t, 4> sizes{kRegionBytes, kRegionBytes / 2, 300, 100};
  return sizes[options % sizes.size()];
}

void run(Input input) {
  static Playground playground;
  const std::size_t mapped = mapped_bytes(input.take<std::uint8_t>());
  while (!input.empty() && !playground.full()) playground.patch(input);
  const auto layout = wire::parse_region(Playground::region().first(mapped));
  if (layout) {
    check_layout(*layout, mapped);
    check_round_trip(*layout);
  }
  playground.undo();
}

}  // namespace
}  // namespace pierglass::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pierglass::fuzz::run({data, size});
  return 0;
}
