// SPDX-License-Identifier: GPL-2.0-or-later
// A pointer message of any bytes must parse into a shape inside its payload of which a picture can
// be made, or not at all.
// Input: dialect u8 (even: 20, odd: 34), flags u64, bytes of the payload u32, then the message's
// first 24 bytes.
#include "compat/kvmfr_cursor.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "pixel/cursor.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"

namespace pierglass::fuzz {
namespace {

constexpr std::uint32_t kMaxPayload = 28 + compat::kMaxCursorBytes + 4;

// Ends where the heap block does, so that the address sanitizer sees what lies behind.
std::span<std::byte> payload_of(std::uint32_t bytes) {
  static const auto block = [] {
    auto made = std::make_unique<std::byte[]>(kMaxPayload);
    for (std::uint32_t i = 0; i < kMaxPayload; ++i) made[i] = static_cast<std::byte>(i * 37 >> 3);
    return made;
  }();
  return {block.get() + (kMaxPayload - bytes), bytes};
}

void check_shape(const compat::KvmfrCursor& cursor, std::span<const std::byte> payload,
                 std::uint32_t header) {
  const wire::ShapeInfo& shape = cursor.shape;
  const bool one_bit = shape.type == wire::CursorType::Monochrome;
  const std::uint64_t row_bits = std::uint64_t{shape.size.width} * (one_bit ? 1 : 32);
  const std::uint64_t rows = std::uint64_t{shape.size.height} * (one_bit ? 2 : 1);
  require(shape.size.width >= 1 && shape.size.width <= pixel::kMaxPointerSide, "width");
  require(shape.size.height >= 1 && shape.size.height <= pixel::kMaxPointerSide, "height");
  require(std::uint64_t{shape.pitch} * 8 >= row_bits, "a row fits the pitch");
  require(shape.bytes() == shape.pitch * rows && shape.bytes() <= compat::kMaxCursorBytes, "bytes");
  require(cursor.shape_offset == header, "the shape follows the header");
  require(cursor.shape_offset + shape.bytes() <= payload.size(), "it lies in the payload");
  std::vector<std::byte> copied;
  const wire::ShapeInfo packed = compat::copy_kvmfr_shape(cursor, payload, copied);
  require(packed.bytes() == copied.size() && packed.size == shape.size, "the copy is packed");
  const auto image = pixel::make_cursor_image(packed, copied);
  require(image.has_value(), "a picture can be made");
  require(image->size == shape.size && image->blend.size() == shape.size.area(), "picture");
  require(image->hot.x >= 0 && std::uint32_t(image->hot.x) < shape.size.width, "hot spot");
  require(image->hot.y >= 0 && std::uint32_t(image->hot.y) < shape.size.height, "hot spot");
}

void run(Input input) {
  const compat::Dialect& dialect =
      input.take<std::uint8_t>() % 2 == 0 ? compat::kReleaseB7 : compat::kKvmfr34;
  const auto flags = input.take<std::uint64_t>();
  const std::span<std::byte> payload = payload_of(input.take<std::uint32_t>() % (kMaxPayload + 1));
  std::array<std::byte, 24> header{};
  input.take_into(header.data(), header.size());
  std::memcpy(payload.data(), header.data(), std::min(header.size(), payload.size()));
  const auto cursor = compat::parse_kvmfr_cursor(payload, flags, dialect.kvmfr.cursor);
  if (!cursor) {
    require(cursor.error().code == ErrorCode::Corrupt, "nothing else can be wrong");
    return;
  }
  require(cursor->corner.has_value() == ((flags & 1) != 0), "position is flagged");
  require(cursor->has_shape == ((flags & 4) != 0), "shape is flagged");
  if (cursor->has_shape) check_shape(*cursor, payload, dialect.kvmfr.cursor.bytes);
}

}  // namespace
}  // namespace pierglass::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pierglass::fuzz::run({data, size});
  return 0;
}
