// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

// The bytes of the shared region as they lie there: layout major 1. PROTOCOL.md is the
// specification; layout_asserts.cpp pins every offset under each compiler. All fields are
// little-endian. Words that two processes use concurrently are plain integers here and are only
// touched through atomics, in ring/. Everything read from these structs is hostile until parse.hpp
// has made a checked value of it.
namespace pierglass::wire {

inline constexpr std::uint64_t kMagic = 0x53414c4752454950;  // "PIERGLAS" in memory order
inline constexpr std::uint16_t kLayoutMajor = 1;
inline constexpr std::uint16_t kLayoutMinor = 1;

inline constexpr std::size_t kCacheLine = 64;
inline constexpr std::uint64_t kSlotAlignment =
    std::uint64_t{64} * 1024;                          // placed D3D12 resources need 64 KiB
inline constexpr std::uint32_t kPitchAlignment = 256;  // what every GPU's importer takes
inline constexpr std::uint32_t kRowAlignment = 16;     // rows are padded for GPU import
inline constexpr std::uint32_t kMaxDimension = 16384;  // pixels a side
inline constexpr std::uint32_t kMaxChannels = 32;
inline constexpr std::uint32_t kMinSlots = 3;
inline constexpr std::uint32_t kMaxSlots = 16;
inline constexpr std::uint32_t kMaxDamageRects = 64;
inline constexpr std::uint32_t kMaxCursorSide = 256;
inline constexpr std::uint32_t kMinShapeSlots = 2;  // a new shape never replaces the current one
inline constexpr std::uint32_t kMaxShapeSlots = 16;
inline constexpr std::uint32_t kMaxShapeBytes = kMaxCursorSide * kMaxCursorSide * 4;
inline constexpr std::uint32_t kMaxReaders = 16;
inline constexpr std::uint32_t kControlEntries = 16;
inline constexpr std::uint32_t kMaxMillihertz = 1'000'000;

enum class ChannelType : std::uint32_t { Frames = 1, Cursor = 2, Readers = 3 };

// The version of every channel type that this layout major speaks.
inline constexpr std::uint32_t kChannelVersion = 1;

// "Nobody to ring": the doorbell address of a side that cannot be interrupted.
inline constexpr std::uint32_t kNoPeer = 0xffffffff;

struct RawHeader {
  // Line 0: the guest, once, before `session`.
  std::uint64_t magic;
  std::uint16_t layout_major;
  std::uint16_t layout_minor;
  std::uint32_t channel_count;
  std::uint64_t region_bytes;
  std::uint64_t session;  // random, never 0 while valid; written last, with release
  std::uint64_t features;
  std::uint32_t channels_offset;
  std::uint32_t guest_release;  // major << 16 | minor << 8 | patch
  std::uint64_t reserved0[2];
  // Line 1: the guest, while it runs.
  std::uint64_t heartbeat;
  std::uint32_t state;  // GuestState
  std::uint32_t reserved1[13];
  // Line 2: the guest. Where a reader rings to wake it.
  std::uint32_t doorbell_peer;
  std::uint32_t doorbell_vector;
  std::uint32_t asleep;  // 1 while a doorbell is wanted
  std::uint32_t reserved2[13];
  // Line 3: the guest, once. UTF-8, ends with a zero byte or at the end of the field.
  char guest_name[64];
};

struct RawChannel {
  std::uint32_t type;  // ChannelType; unknown ones are skipped
  std::uint32_t version;
  std::uint64_t offset;  // from the start of the region, a multiple of 64
  std::uint64_t length;
  std::uint64_t reserved;
};

struct RawFramesHeader {
  // Line 0: the guest, once.
  std::uint32_t slot_count;
  std::uint32_t record_stride;
  std::uint64_t records_offset;  // from the start of the channel
  std::uint64_t slots_offset;    // from the start of the region, a multiple of 64 KiB
  std::uint64_t slot_stride;     // bytes between slots, a multiple of 64 KiB
  std::uint64_t slot_bytes;      // bytes usable in one slot, at most slot_stride
  std::uint64_t reserved0[3];
  // Line 1: the guest, per frame. Tickets: see make_ticket().
  std::uint64_t newest_started;
  std::uint64_t newest_complete;
  std::uint64_t reserved1[6];
};

struct RawDamage {
  std::uint32_t age;  // the area last changed `age` frames before the record's own sequence
  std::uint16_t x;
  std::uint16_t y;
  std::uint16_t width;
  std::uint16_t height;
  std::uint32_t reserved;
};

struct RawFrameInfo {
  std::uint64_t sequence;  // repeats the record's word; a mismatch means a torn read
  std::uint32_t fourcc;
  std::uint32_t width;
  std::uint32_t height;
  std::uint32_t pitch;     // bytes, a multiple of 256
  std::uint32_t rotation;  // Rotation
  std::uint32_t colour_space;
  std::uint32_t flags;
  std::uint32_t sdr_white_millinits;  // 0: unknown
  std::uint64_t damage_floor;         // the list holds every change after this sequence
  std::uint32_t damage_count;
  std::uint32_t capture_ns;           // duration, saturating; 0: unknown
  std::uint16_t primaries[8];         // r, g, b, white as x, y; units of 1/50000 (DXGI's)
  std::uint32_t max_luminance;        // 1/10000 cd/m2
  std::uint32_t min_luminance;        // 1/10000 cd/m2
  std::uint16_t max_content_light;    // cd/m2
  std::uint16_t max_frame_avg_light;  // cd/m2
  std::uint32_t publish_before_ns;    // duration, of the frame before this one; 0: unknown
  std::uint32_t reserved[10];
};

struct RawFrameRecord {
  // Line 0: the guest. `sequence` is 0 while the slot's content is not to be read.
  std::uint64_t sequence;
  std::uint32_t rows_complete;
  std::uint32_t copy_ns;  // duration of the copy, valid once the frame is complete
  std::uint64_t reserved0[6];
  // Immutable while `sequence` stands.
  RawFrameInfo info;
  RawDamage damage[kMaxDamageRects];
  std::uint64_t reserved1[8];
};

struct RawCursorHeader {
  // Line 0: the guest, once.
  std::uint32_t shape_count;
  std::uint32_t shape_stride;   // bytes between shapes, a multiple of 64
  std::uint64_t shapes_offset;  // from the start of the channel
  std::uint32_t shape_bytes;    // image bytes one shape can hold
  std::uint32_t reserved0[11];
  // Line 1: the guest, per motion, under the sequence lock: odd while being written.
  std::uint32_t lock;
  std::uint32_t visible;
  std::int32_t x;  // hot spot, in pixels of the frame; may lie outside
  std::int32_t y;
  std::uint64_t shape;  // ticket of the current shape, 0: none yet
  // The guest's own pointer settings, for exact motion.
  std::uint32_t acceleration;  // 1: "enhance pointer precision" is on
  std::uint32_t speed;         // SPI_GETMOUSESPEED, 1..20; 0: unknown
  std::uint64_t reserved1[4];
};

struct RawShape {
  std::uint64_t sequence;  // 0 while the content is not to be read
  std::uint32_t type;      // CursorType
  std::uint32_t width;
  std::uint32_t height;
  std::uint32_t pitch;  // bytes
  std::int32_t hot_x;
  std::int32_t hot_y;
  std::uint64_t reserved[4];
  // `shape_bytes` of image follow
};

struct RawReadersHeader {
  std::uint32_t reader_count;
  std::uint32_t reader_stride;   // bytes between blocks, a multiple of 64
  std::uint64_t readers_offset;  // from the start of the channel
  std::uint64_t reserved[6];
};

struct RawControl {
  std::uint32_t type;  // ControlType; unknown ones are skipped
  std::int32_t a;
  std::int32_t b;
  std::uint32_t c;
  std::uint64_t reserved[2];
};

struct RawReader {
  // Line 0: the reader that owns the token; the guest only takes a dead reader's token away.
  std::uint64_t token;  // 0: free
  std::uint64_t heartbeat;
  std::uint32_t held;   // bit i < 16: slot i is being read; bits 16..31: the token's low 16 bits
  std::uint32_t flags;  // ReaderFlag
  std::uint32_t doorbell_peer;
  std::uint32_t doorbell_vector;
  std::uint64_t reserved0[4];
  // Line 1: the reader. What it wants, and when it will next take a frame.
  std::uint32_t wanted_width;  // 0: as the guest likes
  std::uint32_t wanted_height;
  std::uint32_t wanted_millihertz;  // 0: as fast as frames come
  std::uint32_t latch_serial;       // grows with each new latch_in_ns
  std::uint64_t latch_in_ns;        // from the moment of writing; 0: unknown
  std::uint64_t reserved1[5];
  // Line 2: the reader. Control messages written so far, modulo 2^32.
  std::uint32_t control_head;
  std::uint32_t reserved2[15];
  // Line 3: the guest. Control messages taken so far, modulo 2^32.
  std::uint32_t control_tail;
  std::uint32_t reserved3[15];
  RawControl control[kControlEntries];
};

enum ReaderFlag : std::uint32_t {
  kReaderVisible = 1u << 0,  // wants frames; without it the guest need not copy for this reader
  kReaderAsleep = 1u << 1,   // wants a doorbell
};

enum class ControlType : std::uint32_t {
  SetCursorPosition = 1,  // a, b: hot spot in pixels of the frame
  SetMode = 2,            // a, b: width and height in pixels; c: millihertz, 0 = any
  SetCapture = 3,         // a: 1 resume, 0 stop
};

// A ticket names a slot and what it holds in one word: sequence << 8 | slot. 0 names nothing.
inline constexpr std::uint64_t kMaxSequence = (std::uint64_t{1} << 56) - 1;
constexpr std::uint64_t make_ticket(std::uint64_t sequence, std::uint32_t slot) {
  return sequence << 8 | slot;
}
constexpr std::uint64_t ticket_sequence(std::uint64_t ticket) {
  return ticket >> 8;
}
constexpr std::uint32_t ticket_slot(std::uint64_t ticket) {
  return static_cast<std::uint32_t>(ticket & 0xff);
}

}  // namespace pierglass::wire
