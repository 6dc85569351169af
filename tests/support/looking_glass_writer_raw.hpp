// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

// KVMFR's records as they lie in a message's payload, versions 20 and 34. Little-endian, naturally
// aligned. Written from the protocol's description alone and shared with nothing of the reader.
namespace pierglass::test::kvmfr {

struct UserData {
  char magic[8];  // "KVMFR---"
  std::uint32_t version;
  char release[32];
  std::uint32_t features;  // bit 0: SETCURSORPOS
};
static_assert(sizeof(UserData) == 48 && offsetof(UserData, release) == 12);

struct Record {
  std::uint8_t type;
  std::uint8_t pad[3];
  std::uint32_t bytes;  // of what follows
};
static_assert(sizeof(Record) == 8);
inline constexpr std::uint8_t kVmInfo = 1;
inline constexpr std::uint8_t kOsInfo = 2;

struct VmInfo {  // the processor's name follows, with its zero
  std::uint8_t uuid[16];
  char capture[32];
  std::uint8_t threads;
  std::uint8_t cores;
  std::uint8_t sockets;
};
static_assert(sizeof(VmInfo) == 51 && offsetof(VmInfo, capture) == 16);

inline constexpr std::uint32_t kDamageRects = 64;
struct Damage {
  std::uint32_t x, y, width, height;
};

// What both versions begin with.
struct FrameStart {
  std::uint32_t format_version;
  std::uint32_t serial;
  std::uint32_t type;
  std::uint32_t screen_width, screen_height;
  std::uint32_t data_width, data_height;
  std::uint32_t frame_width, frame_height;
  std::uint32_t rotation;
  std::uint32_t stride;  // texels
  std::uint32_t pitch;   // bytes
  std::uint32_t offset;  // of the write position, from the payload's start; the pixels follow it
};
static_assert(sizeof(FrameStart) == 52 && offsetof(FrameStart, data_width) == 20);
static_assert(offsetof(FrameStart, rotation) == 36 && offsetof(FrameStart, offset) == 48);

struct Frame20 {
  FrameStart start;
  std::uint32_t damage_count;
  Damage damage[kDamageRects];
  std::uint32_t flags;
};
static_assert(sizeof(Frame20) == 1084 && offsetof(Frame20, damage) == 56);
static_assert(offsetof(Frame20, flags) == 1080);

struct Frame34 {
  FrameStart start;
  std::uint32_t flags;
  std::uint32_t damage_count;
  std::uint32_t sdr_white;  // cd/m2
  std::uint64_t times[6];   // capture, post-processing, copy, ready, hold, lead; ns
  std::uint32_t timing_serial;
  std::uint32_t timing_valid;
  std::uint32_t timing_flags;
  std::uint32_t pad0;
  std::uint16_t primaries[6];  // Rx Ry Gx Gy Bx By, units of 0.00002
  std::uint16_t white_point[2];
  std::uint32_t max_luminance;  // cd/m2
  std::uint32_t min_luminance;  // 0.0001 cd/m2
  std::uint32_t max_content_light;
  std::uint32_t max_frame_average_light;
  std::uint32_t schedule[3];
  std::uint8_t pad1[20];
  Damage damage[kDamageRects];
};
static_assert(sizeof(Frame34) == 1216 && offsetof(Frame34, flags) == 52);
static_assert(offsetof(Frame34, times) == 64 && offsetof(Frame34, timing_serial) == 112);
static_assert(offsetof(Frame34, primaries) == 128 && offsetof(Frame34, white_point) == 140);
static_assert(offsetof(Frame34, max_frame_average_light) == 156);
static_assert(offsetof(Frame34, damage) == 192);

// Of a frame.
inline constexpr std::uint32_t kBlockScreensaver = 0x01;
inline constexpr std::uint32_t kRequestActivation = 0x02;
inline constexpr std::uint32_t kTruncated = 0x04;
inline constexpr std::uint32_t kHdr = 0x08;
inline constexpr std::uint32_t kHdrPq = 0x10;
inline constexpr std::uint32_t kHdrMetadata = 0x20;  // version 34

struct Cursor {  // the shape follows, in version 34 after another 4 bytes, the white level
  std::int16_t x, y;
  std::uint32_t type;
  std::int8_t hot_x, hot_y;
  std::uint8_t pad[2];
  std::uint32_t width;
  std::uint32_t height;  // doubled for monochrome
  std::uint32_t pitch;
};
static_assert(sizeof(Cursor) == 24 && offsetof(Cursor, width) == 12);
inline constexpr std::uint32_t kCursorBytes20 = 24;
inline constexpr std::uint32_t kCursorBytes34 = 28;

// Of a pointer message.
inline constexpr std::uint64_t kPosition = 1;
inline constexpr std::uint64_t kVisible = 2;
inline constexpr std::uint64_t kShape = 4;
inline constexpr std::uint64_t kVisibleValid = 16;  // version 34

inline constexpr std::uint32_t kShapeBytes = 512 * 512 * 4;

struct SetCursorPosition {
  std::uint32_t type;  // 0
  std::int32_t x, y;
};
static_assert(sizeof(SetCursorPosition) == 12);

inline constexpr std::uint32_t kPointerQueue = 1;
inline constexpr std::uint32_t kFrameQueue = 2;

}  // namespace pierglass::test::kvmfr
