// SPDX-License-Identifier: GPL-2.0-or-later
// The byte tables of PROTOCOL.md, checked by every compiler that builds a side of the protocol.
#include <bit>
#include <type_traits>

#include "wire/layout.hpp"

namespace pierglass::wire {
namespace {

template <typename T>
constexpr bool plain = std::is_standard_layout_v<T> && std::is_trivially_copyable_v<T>;

static_assert(std::endian::native == std::endian::little);
static_assert(plain<RawHeader> && plain<RawChannel> && plain<RawFramesHeader> && plain<RawDamage> &&
              plain<RawFrameInfo> && plain<RawFrameRecord> && plain<RawCursorHeader> &&
              plain<RawShape> && plain<RawReadersHeader> && plain<RawControl> && plain<RawReader>);

#define AT(type, field, offset) static_assert(offsetof(type, field) == (offset))

static_assert(sizeof(RawHeader) == 256);
AT(RawHeader, magic, 0);
AT(RawHeader, layout_major, 8);
AT(RawHeader, layout_minor, 10);
AT(RawHeader, channel_count, 12);
AT(RawHeader, region_bytes, 16);
AT(RawHeader, session, 24);
AT(RawHeader, features, 32);
AT(RawHeader, channels_offset, 40);
AT(RawHeader, guest_release, 44);
AT(RawHeader, heartbeat, 64);
AT(RawHeader, state, 72);
AT(RawHeader, doorbell_peer, 128);
AT(RawHeader, doorbell_vector, 132);
AT(RawHeader, asleep, 136);
AT(RawHeader, guest_name, 192);

static_assert(sizeof(RawChannel) == 32);
AT(RawChannel, type, 0);
AT(RawChannel, version, 4);
AT(RawChannel, offset, 8);
AT(RawChannel, length, 16);

static_assert(sizeof(RawFramesHeader) == 128);
AT(RawFramesHeader, slot_count, 0);
AT(RawFramesHeader, record_stride, 4);
AT(RawFramesHeader, records_offset, 8);
AT(RawFramesHeader, slots_offset, 16);
AT(RawFramesHeader, slot_stride, 24);
AT(RawFramesHeader, slot_bytes, 32);
AT(RawFramesHeader, newest_started, 64);
AT(RawFramesHeader, newest_complete, 72);

static_assert(sizeof(RawDamage) == 16);
AT(RawDamage, age, 0);
AT(RawDamage, x, 4);
AT(RawDamage, y, 6);
AT(RawDamage, width, 8);
AT(RawDamage, height, 10);

static_assert(sizeof(RawFrameInfo) == 128);
AT(RawFrameInfo, sequence, 0);
AT(RawFrameInfo, fourcc, 8);
AT(RawFrameInfo, width, 12);
AT(RawFrameInfo, height, 16);
AT(RawFrameInfo, pitch, 20);
AT(RawFrameInfo, rotation, 24);
AT(RawFrameInfo, colour_space, 28);
AT(RawFrameInfo, flags, 32);
AT(RawFrameInfo, sdr_white_millinits, 36);
AT(RawFrameInfo, damage_floor, 40);
AT(RawFrameInfo, damage_count, 48);
AT(RawFrameInfo, capture_ns, 52);
AT(RawFrameInfo, primaries, 56);
AT(RawFrameInfo, max_luminance, 72);
AT(RawFrameInfo, min_luminance, 76);
AT(RawFrameInfo, max_content_light, 80);
AT(RawFrameInfo, max_frame_avg_light, 82);
AT(RawFrameInfo, publish_before_ns, 84);

static_assert(sizeof(RawFrameRecord) == 1280);
AT(RawFrameRecord, sequence, 0);
AT(RawFrameRecord, rows_complete, 8);
AT(RawFrameRecord, copy_ns, 12);
AT(RawFrameRecord, info, 64);
AT(RawFrameRecord, damage, 192);

static_assert(sizeof(RawCursorHeader) == 128);
AT(RawCursorHeader, shape_count, 0);
AT(RawCursorHeader, shape_stride, 4);
AT(RawCursorHeader, shapes_offset, 8);
AT(RawCursorHeader, shape_bytes, 16);
AT(RawCursorHeader, lock, 64);
AT(RawCursorHeader, visible, 68);
AT(RawCursorHeader, x, 72);
AT(RawCursorHeader, y, 76);
AT(RawCursorHeader, shape, 80);
AT(RawCursorHeader, acceleration, 88);
AT(RawCursorHeader, speed, 92);

static_assert(sizeof(RawShape) == 64);
AT(RawShape, sequence, 0);
AT(RawShape, type, 8);
AT(RawShape, width, 12);
AT(RawShape, height, 16);
AT(RawShape, pitch, 20);
AT(RawShape, hot_x, 24);
AT(RawShape, hot_y, 28);

static_assert(sizeof(RawReadersHeader) == 64);
AT(RawReadersHeader, reader_count, 0);
AT(RawReadersHeader, reader_stride, 4);
AT(RawReadersHeader, readers_offset, 8);

static_assert(sizeof(RawControl) == 32);
AT(RawControl, type, 0);
AT(RawControl, a, 4);
AT(RawControl, b, 8);
AT(RawControl, c, 12);

static_assert(sizeof(RawReader) == 768);
AT(RawReader, token, 0);
AT(RawReader, heartbeat, 8);
AT(RawReader, held, 16);
AT(RawReader, flags, 20);
AT(RawReader, doorbell_peer, 24);
AT(RawReader, doorbell_vector, 28);
AT(RawReader, wanted_width, 64);
AT(RawReader, wanted_height, 68);
AT(RawReader, wanted_millihertz, 72);
AT(RawReader, latch_serial, 76);
AT(RawReader, latch_in_ns, 80);
AT(RawReader, control_head, 128);
AT(RawReader, control_tail, 192);
AT(RawReader, control, 256);

#undef AT

// Hot words of different writers never share a cache line.
static_assert(offsetof(RawReader, control_head) / kCacheLine !=
              offsetof(RawReader, control_tail) / kCacheLine);
static_assert(offsetof(RawReader, token) / kCacheLine !=
              offsetof(RawReader, control_tail) / kCacheLine);

}  // namespace
}  // namespace pierglass::wire
