// SPDX-License-Identifier: GPL-2.0-or-later
// A cursor shape of any bytes must parse into an image that fits its slot, or not at all.
// Input: bytes of a shape slot u32, sequence that the caller expects u64, then the shape's header.
#include <cstddef>
#include <cstdint>
#include <span>

#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"
#include "wire/build.hpp"
#include "wire/parse.hpp"

namespace pierglass::fuzz {
namespace {

void check_shape(const wire::ShapeInfo& info, std::uint32_t shape_bytes) {
  const bool one_bit = info.type == wire::CursorType::Monochrome;
  const std::uint64_t row_bits = std::uint64_t{info.size.width} * (one_bit ? 1 : 32);
  const std::uint64_t rows = std::uint64_t{info.size.height} * (one_bit ? 2 : 1);
  require(std::uint32_t(info.type) - 1 <= 2, "type");
  require(info.size.width >= 1 && info.size.width <= wire::kMaxCursorSide, "width");
  require(info.size.height >= 1 && info.size.height <= wire::kMaxCursorSide, "height");
  require(std::uint64_t{info.pitch} * 8 >= row_bits, "a row fits the pitch");
  require(info.pitch * rows <= shape_bytes && info.bytes() == info.pitch * rows,
          "image fits the slot");
  require(info.hot.x >= 0 && std::uint32_t(info.hot.x) < info.size.width, "hot spot");
  require(info.hot.y >= 0 && std::uint32_t(info.hot.y) < info.size.height, "hot spot");
}

void run(Input input) {
  const auto shape_bytes = input.take<std::uint32_t>() % (wire::kMaxShapeBytes + 1);
  const auto sequence = input.take<std::uint64_t>();
  alignas(64) wire::RawShape raw{};
  input.take_into(&raw, sizeof raw);
  const auto bytes = std::as_writable_bytes(std::span(&raw, 1));
  const auto info = wire::parse_shape(bytes, sequence, shape_bytes);
  if (!info) return;
  require(sequence != 0 && raw.sequence == sequence && info->sequence == sequence, "sequence");
  check_shape(*info, shape_bytes);
  write_shape(bytes, *info);
  const auto again = wire::parse_shape(bytes, sequence, shape_bytes);
  require(again.has_value() && *again == *info, "parse(build(x)) is x");
}

}  // namespace
}  // namespace pierglass::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pierglass::fuzz::run({data, size});
  return 0;
}
