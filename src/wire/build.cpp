// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/build.hpp"

#include <algorithm>

#include "base/checked.hpp"

namespace pierglass::wire {
namespace {

constexpr Size kSmallestPicture{640, 480};
constexpr std::uint64_t kChannelAlignment = 4096;
constexpr std::uint32_t kShapeStride = sizeof(RawShape) + kMaxShapeBytes;
constexpr std::uint64_t kChannelsOffset = sizeof(RawHeader);
constexpr std::uint32_t kChannelCount = 3;

static_assert(kShapeStride % kCacheLine == 0);

Result<void> check_spec(const RegionSpec& spec) {
  if (spec.slot_count < kMinSlots || spec.slot_count > kMaxSlots) {
    return fail(ErrorCode::InvalidArgument, "slot_count", spec.slot_count, kMaxSlots);
  }
  if (spec.shape_count < kMinShapeSlots || spec.shape_count > kMaxShapeSlots) {
    return fail(ErrorCode::InvalidArgument, "shape_count", spec.shape_count, kMaxShapeSlots);
  }
  if (spec.reader_count < 1 || spec.reader_count > kMaxReaders) {
    return fail(ErrorCode::InvalidArgument, "reader_count", spec.reader_count, kMaxReaders);
  }
  return {};
}

// Everything but the slots' size: header, table and the three channels, each on its own page.
RegionLayout plan_channels(const RegionSpec& spec) {
  RegionLayout layout{};
  layout.guest_release = spec.guest_release;
  layout.layout_minor = kLayoutMinor;
  layout.guest_name = printable_name(spec.guest_name);

  layout.frames_offset = kChannelAlignment;
  layout.records_offset = layout.frames_offset + sizeof(RawFramesHeader);
  layout.record_stride = sizeof(RawFrameRecord);
  layout.slot_count = spec.slot_count;

  layout.cursor_offset = align_up(layout.record_at(layout.slot_count), kChannelAlignment);
  layout.shapes_offset = layout.cursor_offset + sizeof(RawCursorHeader);
  layout.shape_count = spec.shape_count;
  layout.shape_stride = kShapeStride;
  layout.shape_bytes = kMaxShapeBytes;

  layout.readers_offset =
      align_up(layout.shape_at(layout.shape_count), kChannelAlignment) + sizeof(RawReadersHeader);
  layout.reader_count = spec.reader_count;
  layout.reader_stride = sizeof(RawReader);

  layout.slots_offset = align_up(layout.reader_at(layout.reader_count), kSlotAlignment);
  return layout;
}

template <typename T>
void store(std::span<std::byte> region, std::uint64_t offset, const T& value) {
  write_shared(region.data() + offset, &value, sizeof value);
}

// The guest's own lines of the header. `session` is left out: it stays 0 until the caller says so.
void write_header(std::span<std::byte> region, const RegionLayout& layout) {
  RawHeader header{};
  header.magic = kMagic;
  header.layout_major = kLayoutMajor;
  header.layout_minor = layout.layout_minor;
  header.channel_count = kChannelCount;
  header.region_bytes = layout.region_bytes;
  header.features = layout.features;
  header.channels_offset = kChannelsOffset;
  header.guest_release = layout.guest_release;
  header.doorbell_peer = kNoPeer;
  std::ranges::copy(layout.guest_name, header.guest_name);
  store(region, 0, header);
}

std::uint64_t readers_channel(const RegionLayout& layout) {
  return layout.readers_offset - sizeof(RawReadersHeader);
}

void write_table(std::span<std::byte> region, const RegionLayout& layout) {
  const auto entry = [](ChannelType type, std::uint64_t begin, std::uint64_t end) {
    return RawChannel{.type = std::uint32_t(type),
                      .version = kChannelVersion,
                      .offset = begin,
                      .length = end - begin,
                      .reserved = 0};
  };
  const std::array<RawChannel, kChannelCount> table{
      entry(ChannelType::Frames, layout.frames_offset, layout.record_at(layout.slot_count)),
      entry(ChannelType::Cursor, layout.cursor_offset, layout.shape_at(layout.shape_count)),
      entry(ChannelType::Readers, readers_channel(layout), layout.reader_at(layout.reader_count))};
  store(region, kChannelsOffset, table);
}

void write_frames_channel(std::span<std::byte> region, const RegionLayout& layout) {
  RawFramesHeader header{};
  header.slot_count = layout.slot_count;
  header.record_stride = layout.record_stride;
  header.records_offset = layout.records_offset - layout.frames_offset;
  header.slots_offset = layout.slots_offset;
  header.slot_stride = layout.slot_stride;
  header.slot_bytes = layout.slot_bytes;
  store(region, layout.frames_offset, header);
  const RawFrameRecord empty{};
  for (std::uint32_t i = 0; i < layout.slot_count; ++i) store(region, layout.record_at(i), empty);
}

void write_cursor_channel(std::span<std::byte> region, const RegionLayout& layout) {
  RawCursorHeader header{};
  header.shape_count = layout.shape_count;
  header.shape_stride = layout.shape_stride;
  header.shapes_offset = layout.shapes_offset - layout.cursor_offset;
  header.shape_bytes = layout.shape_bytes;
  store(region, layout.cursor_offset, header);
  const RawShape empty{};
  for (std::uint32_t i = 0; i < layout.shape_count; ++i) store(region, layout.shape_at(i), empty);
}

void write_readers_channel(std::span<std::byte> region, const RegionLayout& layout) {
  RawReadersHeader header{};
  header.reader_count = layout.reader_count;
  header.reader_stride = layout.reader_stride;
  header.readers_offset = layout.readers_offset - readers_channel(layout);
  store(region, readers_channel(layout), header);
  RawReader empty{};
  empty.doorbell_peer = kNoPeer;
  for (std::uint32_t i = 0; i < layout.reader_count; ++i) {
    store(region, layout.reader_at(i), empty);
  }
}

RawFrameInfo make_raw_info(const FrameRecord& frame) {
  const FrameInfo& info = frame.info;
  RawFrameInfo raw{};
  raw.sequence = info.sequence;
  raw.fourcc = std::uint32_t(info.format);
  raw.width = info.size.width;
  raw.height = info.size.height;
  raw.pitch = info.pitch;
  raw.rotation = std::uint32_t(info.rotation);
  raw.colour_space = std::uint32_t(info.colour_space);
  raw.sdr_white_millinits = info.sdr_white_millinits;
  raw.damage_floor = frame.damage_floor;
  raw.damage_count = frame.damage_count;
  raw.capture_ns = info.capture_ns;
  raw.publish_before_ns = info.publish_before_ns;
  std::ranges::copy(info.hdr.primaries, raw.primaries);
  raw.max_luminance = info.hdr.max_luminance;
  raw.min_luminance = info.hdr.min_luminance;
  raw.max_content_light = info.hdr.max_content_light;
  raw.max_frame_avg_light = info.hdr.max_frame_avg_light;
  return raw;
}

}  // namespace

std::uint64_t region_bytes_for(const RegionSpec& spec, Size size, PixelFormat format) {
  const std::uint64_t stride = align_up(slot_bytes_for(size, format), kSlotAlignment);
  return plan_channels(spec).slots_offset + stride * spec.slot_count;
}

Result<RegionLayout> plan_region(std::uint64_t region_bytes, const RegionSpec& spec) {
  TRY(check_spec(spec));
  const std::uint64_t needed = region_bytes_for(spec, kSmallestPicture, PixelFormat::Xrgb8888);
  if (region_bytes < needed) return fail(ErrorCode::TooSmall, "region", region_bytes, needed);
  RegionLayout layout = plan_channels(spec);
  layout.region_bytes = region_bytes;
  const std::uint64_t share = (region_bytes - layout.slots_offset) / layout.slot_count;
  layout.slot_stride = share & ~(kSlotAlignment - 1);
  layout.slot_bytes = layout.slot_stride;
  return layout;
}

void write_region(std::span<std::byte> region, const RegionLayout& layout) {
  CHECK(region.size() >= layout.region_bytes);
  const std::uint64_t no_session = 0;
  store(region, offsetof(RawHeader, session), no_session);
  write_frames_channel(region, layout);
  write_cursor_channel(region, layout);
  write_readers_channel(region, layout);
  write_table(region, layout);
  write_header(region, layout);
}

void write_frame(std::span<std::byte> record, const FrameRecord& frame) {
  CHECK(record.size() >= sizeof(RawFrameRecord) && frame.damage_count <= kMaxDamageRects);
  store(record, offsetof(RawFrameRecord, info), make_raw_info(frame));
  for (std::uint32_t i = 0; i < frame.damage_count; ++i) {
    const auto& [rect, age] = frame.damage[i];
    const RawDamage raw{.age = age,
                        .x = std::uint16_t(rect.x),
                        .y = std::uint16_t(rect.y),
                        .width = std::uint16_t(rect.width),
                        .height = std::uint16_t(rect.height),
                        .reserved = 0};
    store(record, offsetof(RawFrameRecord, damage) + i * sizeof raw, raw);
  }
}

void write_shape(std::span<std::byte> shape, const ShapeInfo& info) {
  CHECK(shape.size() >= sizeof(RawShape));
  RawShape raw{};
  raw.type = std::uint32_t(info.type);
  raw.width = info.size.width;
  raw.height = info.size.height;
  raw.pitch = info.pitch;
  raw.hot_x = info.hot.x;
  raw.hot_y = info.hot.y;
  constexpr std::size_t skip = sizeof raw.sequence;
  write_shared(shape.data() + skip, reinterpret_cast<const std::byte*>(&raw) + skip,
               sizeof raw - skip);
}

RawControl make_control(const ControlMessage& message) {
  RawControl raw{};
  raw.type = std::uint32_t(message.type);
  switch (message.type) {
    case ControlType::SetCursorPosition:
      raw.a = message.position.x;
      raw.b = message.position.y;
      break;
    case ControlType::SetMode:
      raw.a = static_cast<std::int32_t>(message.size.width);
      raw.b = static_cast<std::int32_t>(message.size.height);
      raw.c = message.millihertz;
      break;
    case ControlType::SetCapture:
      raw.a = message.run ? 1 : 0;
      break;
  }
  return raw;
}

}  // namespace pierglass::wire
