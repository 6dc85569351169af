// SPDX-License-Identifier: GPL-2.0-or-later
// A frame record of any bytes must parse into a picture that fits its slot, or not at all.
// Input: options u8, log2 of the slot's bytes u8, then the record from `info` on. Option bit 0: the
// slot's first word disagrees with the caller; bit 1: the record's second copy of it does.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"
#include "wire/build.hpp"
#include "wire/parse.hpp"

namespace pierglass::fuzz {
namespace {

alignas(64) wire::RawFrameRecord record;

std::span<std::byte> bytes() {
  return std::as_writable_bytes(std::span(&record, 1));
}

void check_frame(const wire::FrameRecord& frame, std::uint64_t sequence, std::uint64_t slot_bytes) {
  const wire::FrameInfo& info = frame.info;
  const std::uint32_t row = info.size.width * wire::bytes_per_pixel(info.format);
  require(sequence != 0 && info.sequence == sequence, "sequence");
  require(wire::pixel_format_from(std::uint32_t(info.format)).has_value(), "format");
  require(info.size.width >= 1 && info.size.width <= wire::kMaxDimension, "width");
  require(info.size.height >= 1 && info.size.height <= wire::kMaxDimension, "height");
  require(info.pitch % wire::kPitchAlignment == 0 && info.pitch >= row, "pitch");
  require(info.bytes() <= slot_bytes, "picture fits the slot");
  require(std::uint32_t(info.rotation) <= 3, "rotation");
  require(std::uint32_t(info.colour_space) - 1 <= 2, "colour space");
  require(frame.damage_floor <= sequence, "floor");
  require(frame.damage_count <= wire::kMaxDamageRects, "damage count");
  for (std::uint32_t i = 0; i < frame.damage_count; ++i) {
    const wire::Damage& damage = frame.damage[i];
    require(!damage.rect.empty() && damage.rect.inside(info.size), "damage lies inside");
    require(damage.age <= sequence, "age");
  }
}

void check_round_trip(const wire::FrameRecord& frame, std::uint64_t slot_bytes) {
  write_frame(bytes(), frame);
  const auto again = wire::parse_frame(bytes(), frame.info.sequence, slot_bytes);
  require(again.has_value() && again->info == frame.info, "parse(build(x)) is x");
  require(again->damage_floor == frame.damage_floor && again->damage_count == frame.damage_count &&
              std::equal(frame.damage.begin(), frame.damage.begin() + frame.damage_count,
                         again->damage.begin()),
          "parse(build(damage)) is damage");
}

void run(Input input) {
  const auto options = input.take<std::uint8_t>();
  const std::uint64_t slot_bytes = std::uint64_t{1} << input.take<std::uint8_t>() % 34;
  record = {};
  input.take_into(&record.info, sizeof record.info);
  input.take_into(record.damage, sizeof record.damage);
  const std::uint64_t sequence = record.info.sequence;
  record.sequence = options & 1 ? sequence + 1 : sequence;
  if (options & 2) record.info.sequence ^= 1;
  const auto frame = wire::parse_frame(bytes(), sequence, slot_bytes);
  if (!frame) return;
  require((options & 3) == 0, "a torn record is refused");
  check_frame(*frame, sequence, slot_bytes);
  check_round_trip(*frame, slot_bytes);
}

}  // namespace
}  // namespace pierglass::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pierglass::fuzz::run({data, size});
  return 0;
}
