// SPDX-License-Identifier: GPL-2.0-or-later
// A pointer shape of any description over any bytes becomes one that readers of the wire accept, or
// none. Input: type, width, height, pitch u32, hot spot 2 i32, then the image.
#include "guest/core/duplicated_shape.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"
#include "wire/build.hpp"
#include "wire/parse.hpp"

namespace pierglass::fuzz {
namespace {

void run(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kHead = 24;
  Input input(data, size);
  guest::DuplicatedShape shape;
  shape.type = input.take<std::uint32_t>();
  shape.width = input.take<std::uint32_t>();
  shape.height = input.take<std::uint32_t>();
  shape.pitch = input.take<std::uint32_t>();
  shape.hot = input.take<Point>();
  // Of exactly the right length, so that a read beyond it is found.
  const std::vector<std::byte> image(
      reinterpret_cast<const std::byte*>(data) + std::min(size, kHead),
      reinterpret_cast<const std::byte*>(data) + size);
  guest::CursorShape made;
  if (!guest::convert_shape(shape, image, made)) {
    require(made.image.empty(), "unchanged");
    return;
  }
  require(made.image.size() == made.info.bytes(), "as many bytes as it says");
  alignas(64) wire::RawShape raw{};
  const auto bytes = std::as_writable_bytes(std::span(&raw, 1));
  wire::write_shape(bytes, made.info);
  raw.sequence = 1;
  require(wire::parse_shape(bytes, 1, wire::kMaxShapeBytes).has_value(), "readers accept it");
}

}  // namespace
}  // namespace pierglass::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pierglass::fuzz::run(data, size);
  return 0;
}
