// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <random>

#include "wire/build.hpp"

// Valid values of every kind, drawn over their whole range.
namespace pierglass::wire::test {

using Random = std::mt19937_64;

inline std::uint64_t draw(Random& random, std::uint64_t low, std::uint64_t high) {
  return std::uniform_int_distribution<std::uint64_t>(low, high)(random);
}
inline std::uint32_t draw32(Random& random, std::uint32_t low, std::uint32_t high) {
  return static_cast<std::uint32_t>(draw(random, low, high));
}

inline RegionSpec random_spec(Random& random) {
  return {.slot_count = draw32(random, kMinSlots, kMaxSlots),
          .shape_count = draw32(random, kMinShapeSlots, kMaxShapeSlots),
          .reader_count = draw32(random, 1, kMaxReaders),
          .guest_release = draw32(random, 0, ~0U),
          .guest_name = "a guest"};
}

inline PixelFormat random_format(Random& random) {
  constexpr PixelFormat all[] = {PixelFormat::Xrgb8888, PixelFormat::Xbgr8888,
                                 PixelFormat::Xbgr2101010, PixelFormat::Xbgr16161616f};
  return all[draw(random, 0, std::size(all) - 1)];
}

inline Rect random_rect_inside(Random& random, Size size) {
  const std::uint32_t x = draw32(random, 0, size.width - 1);
  const std::uint32_t y = draw32(random, 0, size.height - 1);
  return {x, y, draw32(random, 1, size.width - x), draw32(random, 1, size.height - y)};
}

inline FrameInfo random_info(Random& random) {
  FrameInfo info;
  info.sequence = draw(random, 1, kMaxSequence);
  info.format = random_format(random);
  info.size = {draw32(random, 1, kMaxDimension), draw32(random, 1, kMaxDimension)};
  info.pitch = pitch_for(info.size.width, info.format) + kPitchAlignment * draw32(random, 0, 3);
  info.rotation = static_cast<Rotation>(draw(random, 0, 3));
  info.colour_space = static_cast<ColourSpace>(draw(random, 1, 3));
  info.sdr_white_millinits = draw32(random, 0, ~0U);
  info.capture_ns = draw32(random, 0, ~0U);
  info.publish_before_ns = draw32(random, 0, ~0U);
  for (auto& primary : info.hdr.primaries) primary = static_cast<std::uint16_t>(random());
  info.hdr.max_luminance = draw32(random, 0, ~0U);
  info.hdr.min_luminance = draw32(random, 0, ~0U);
  info.hdr.max_content_light = static_cast<std::uint16_t>(random());
  info.hdr.max_frame_avg_light = static_cast<std::uint16_t>(random());
  return info;
}

inline FrameRecord random_frame(Random& random) {
  FrameRecord frame;
  frame.info = random_info(random);
  frame.damage_floor = draw(random, 0, frame.info.sequence);
  frame.damage_count = draw32(random, 0, kMaxDamageRects);
  for (std::uint32_t i = 0; i < frame.damage_count; ++i) {
    const auto oldest =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(frame.info.sequence, ~0U));
    frame.damage[i] = {.rect = random_rect_inside(random, frame.info.size),
                       .age = draw32(random, 0, oldest)};
  }
  return frame;
}

inline ShapeInfo random_shape(Random& random) {
  ShapeInfo shape;
  shape.sequence = draw(random, 1, kMaxSequence);
  shape.type = static_cast<CursorType>(draw(random, 1, 3));
  shape.size = {draw32(random, 1, kMaxCursorSide), draw32(random, 1, kMaxCursorSide)};
  shape.pitch = shape.type == CursorType::Monochrome
                    ? (shape.size.width + 7) / 8 + draw32(random, 0, 9)
                    : shape.size.width * 4 + 4 * draw32(random, 0, 9);
  shape.hot = {static_cast<std::int32_t>(draw(random, 0, shape.size.width - 1)),
               static_cast<std::int32_t>(draw(random, 0, shape.size.height - 1))};
  return shape;
}

inline ControlMessage random_message(Random& random) {
  ControlMessage message{};
  message.type = static_cast<ControlType>(draw(random, 1, 3));
  switch (message.type) {
    case ControlType::SetCursorPosition:
      message.position = {static_cast<std::int32_t>(draw(random, 0, kMaxDimension - 1)),
                          static_cast<std::int32_t>(draw(random, 0, kMaxDimension - 1))};
      break;
    case ControlType::SetMode:
      message.size = {draw32(random, 1, kMaxDimension), draw32(random, 1, kMaxDimension)};
      message.millihertz = draw32(random, 0, kMaxMillihertz);
      break;
    case ControlType::SetCapture:
      message.run = draw(random, 0, 1) == 1;
      break;
  }
  return message;
}

// The entries beyond damage_count mean nothing.
inline bool same_frame(const FrameRecord& a, const FrameRecord& b) {
  return a.info == b.info && a.damage_floor == b.damage_floor && a.damage_count == b.damage_count &&
         std::equal(a.damage.begin(), a.damage.begin() + a.damage_count, b.damage.begin());
}

}  // namespace pierglass::wire::test
