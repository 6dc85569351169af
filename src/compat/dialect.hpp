// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <span>

// What differs between the versions of Looking Glass that can be read, as tables. LGMP is the
// transport (queues in shared memory), KVMFR what travels in it (frames, pointer). One dialect is
// one file; a reader of another version is another file.
namespace pierglass::compat {

// Bytes 'L' 'G' 'M' 'P'.
inline constexpr std::uint32_t kLgmpMagic = 0x504d474c;

// Byte offsets of the words in LGMP's header, from the start of the memory; 0 for a word that the
// version lacks, except where an offset 0 is possible.
struct LgmpHeaderLayout {
  std::uint32_t magic;           // u32, kLgmpMagic
  std::uint32_t version;         // u32
  std::uint32_t session;         // u32, another one after each start of the host
  std::uint32_t timestamp;       // u64, the host's milliseconds; moves while the host lives
  std::uint32_t queue_count;     // u32
  std::uint32_t next_client_id;  // u32, ids are handed out here; 0: readers choose at random
  std::uint32_t user_size;       // u32, bytes of the user data
  std::uint32_t user_data;
  std::uint32_t bytes;  // of the header; nothing else lies below
  // Stands in the timestamp's place once a host of another version has begun here, which leaves the
  // rest of this header alone: that one's magic number and version. 0: that cannot be.
  std::uint64_t foreign_timestamp = 0;
};

// Offsets from the start of a queue.
struct LgmpQueueLayout {
  std::uint32_t first;  // offset of queue 0 from the start of the memory
  std::uint32_t stride;
  std::uint32_t limit;            // how many fit the table
  std::uint32_t id;               // u32
  std::uint32_t ring_slots;       // u32, messages in the ring
  std::uint32_t ring;             // u32, where the ring lies, from the start of the memory
  std::uint32_t position;         // u32, slot that the host writes next
  std::uint32_t start;            // u32, oldest retained message
  std::uint32_t count;            // u32, retained messages
  std::uint32_t message_timeout;  // u64, host's clock
  std::uint32_t max_time;         // u32, milliseconds that a reader may hold a message
  std::uint32_t lock;             // u32, 0 or 1
  std::uint32_t subscribers;      // two masks in one word, the upper half ON, the lower BAD
  std::uint32_t new_subscribers;  // u32
  std::uint32_t client_ids;       // u32 each
  std::uint32_t timeouts;         // u64 each
  std::uint32_t subscriber_limit;
  std::uint32_t subscriber_bits;  // of each of the two masks: 32 or 16
  std::uint32_t spare_slots;      // of the ring, that no message ever fills
  bool ring_slots_power_of_two;
};

// Offsets from the start of a message in a ring.
struct LgmpMessageLayout {
  std::uint32_t bytes;
  std::uint32_t flags;        // the application's word
  std::uint32_t flags_bytes;  // 4 or 8
  std::uint32_t size;         // u32, of the payload's allocation
  std::uint32_t offset;       // u32, of the payload from the start of the memory
  std::uint32_t pending;      // u32, subscribers that have not finished with it
  std::uint32_t alignment;    // of the ring; enough for each of the words
};

// Offsets from the start of a queue, but for those marked.
struct LgmpMailboxLayout {
  std::uint32_t lock;            // u32
  std::uint32_t free;            // u32, free places
  std::uint32_t write_position;  // u32
  std::uint32_t write_serial;    // u32, messages ever queued
  std::uint32_t read_serial;     // u32, messages acted upon
  std::uint32_t first;
  std::uint32_t stride;
  std::uint32_t places;
  std::uint32_t size;       // u32, from the start of a place
  std::uint32_t client_id;  // u32, from the start of a place; 0: none
  std::uint32_t data;       // from the start of a place
  bool under_queue_lock;    // which is taken first
};

// Of the data in a place of the mailbox, in all versions.
inline constexpr std::uint32_t kMailboxDataBytes = 64;

struct LgmpLayout {
  std::uint32_t version;
  LgmpHeaderLayout header;
  LgmpQueueLayout queue;
  LgmpMessageLayout message;
  LgmpMailboxLayout mailbox;
  // Readers must change messages under the queue's lock only.
  bool finish_under_lock;
};

// Offsets from the start of a frame message's payload. What all versions have in common, the first
// 52 bytes, is in kvmfr_frame.cpp.
struct KvmfrFrameLayout {
  std::uint32_t bytes;
  std::uint32_t flags;
  std::uint32_t damage_count;
  std::uint32_t damage;     // x, y, width, height, u32 each
  std::uint32_t sdr_white;  // u32, cd/m2; 0: not told
  std::uint32_t hdr;        // primaries, white point, luminances; 0: not told
};

struct KvmfrCursorLayout {
  std::uint32_t bytes;               // the shape follows
  std::uint32_t visible_valid_flag;  // visibility counts only beside this flag; 0: always
};

struct KvmfrLayout {
  std::uint32_t version;
  KvmfrFrameLayout frame;
  KvmfrCursorLayout cursor;
};

struct Dialect {
  const char* name;  // for people, "release B7"
  LgmpLayout lgmp;
  KvmfrLayout kvmfr;
};

extern const Dialect kReleaseB7;  // KVMFR 20 over LGMP 6
extern const Dialect kKvmfr34;    // KVMFR 34 over LGMP 12: the development branch of August 2026

std::span<const Dialect* const> dialects();

// Queue ids, the same in all versions.
inline constexpr std::uint32_t kPointerQueue = 1;
inline constexpr std::uint32_t kFrameQueue = 2;

// A host whose timestamp stands still this long does not answer.
inline constexpr std::uint32_t kHeartbeatTimeoutMs = 1000;

}  // namespace pierglass::compat
