// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

// LGMP's records as they lie in shared memory, versions 6 and 12. Little-endian, naturally aligned.
// Written from the protocol's description alone and shared with nothing of the reader.
namespace pierglass::test::lgmp {

inline constexpr std::uint32_t kMagic = 0x504d474c;  // bytes 'L' 'G' 'M' 'P'

struct Mail6 {
  std::uint32_t size;
  std::uint8_t data[64];
};
static_assert(sizeof(Mail6) == 68);

struct Queue6 {
  static constexpr std::uint32_t kReaders = 32;
  static constexpr std::uint32_t kMails = 10;
  std::uint32_t id;
  std::uint32_t slots;
  std::uint32_t new_readers;
  std::uint32_t max_time;
  std::uint32_t position;
  std::uint32_t ring;
  std::uint64_t timeout[kReaders];
  std::uint32_t client_id[kReaders];
  std::uint32_t lock;
  std::uint32_t pad0;
  std::uint64_t readers;  // upper half ON, lower half BAD
  std::uint32_t start;
  std::uint32_t pad1;
  std::uint64_t message_timeout;
  std::uint32_t count;
  std::uint32_t mail_lock;
  std::uint32_t mail_free;
  std::uint32_t mail_write;
  std::uint32_t mail_write_serial;
  std::uint32_t mail_read_serial;
  Mail6 mail[kMails];
};
static_assert(sizeof(Queue6) == 1144 && alignof(Queue6) == 8);
static_assert(offsetof(Queue6, timeout) == 24 && offsetof(Queue6, client_id) == 280);
static_assert(offsetof(Queue6, lock) == 408 && offsetof(Queue6, readers) == 416);
static_assert(offsetof(Queue6, start) == 424 && offsetof(Queue6, message_timeout) == 432);
static_assert(offsetof(Queue6, count) == 440 && offsetof(Queue6, mail_read_serial) == 460);
static_assert(offsetof(Queue6, mail) == 464);

struct Header6 {
  static constexpr std::uint32_t kQueues = 5;
  std::uint32_t magic;
  std::uint32_t version;
  std::uint32_t session;
  std::uint32_t pad0;
  std::uint64_t timestamp;
  std::uint32_t queue_count;
  std::uint32_t pad1;
  Queue6 queue[kQueues];
  std::uint32_t user_size;
  std::uint8_t user[4];  // the user data starts here and goes on behind the header
};
static_assert(sizeof(Header6) == 5760 && offsetof(Header6, queue) == 32);
static_assert(offsetof(Header6, timestamp) == 16 && offsetof(Header6, queue_count) == 24);
static_assert(offsetof(Header6, user_size) == 5752 && offsetof(Header6, user) == 5756);

struct Message6 {
  std::uint32_t flags;
  std::uint32_t size;
  std::uint32_t offset;
  std::uint32_t pending;
};
static_assert(sizeof(Message6) == 16);

struct alignas(16) Mail12 {
  std::uint32_t size;
  std::uint32_t client_id;
  std::uint32_t pad[2];
  std::uint8_t data[64];
};
static_assert(sizeof(Mail12) == 80 && offsetof(Mail12, data) == 16);

struct alignas(64) Queue12 {
  static constexpr std::uint32_t kReaders = 8;
  static constexpr std::uint32_t kMails = 16;
  std::uint32_t position;
  std::uint32_t start;
  std::uint32_t count;
  std::uint32_t pad0;
  std::uint64_t message_timeout;
  std::uint8_t pad1[40];
  std::uint32_t lock;
  std::uint8_t pad2[60];
  std::uint32_t mail_lock;
  std::uint32_t mail_free;
  std::uint32_t mail_write;
  std::uint32_t mail_write_serial;
  std::uint32_t mail_read_serial;
  std::uint8_t pad3[44];
  std::uint32_t readers;  // upper half ON, lower half BAD
  std::uint32_t new_readers;
  std::uint32_t client_id[kReaders];
  std::uint64_t timeout[kReaders];
  std::uint32_t id;
  std::uint32_t slots;
  std::uint32_t ring;
  std::uint32_t max_time;
  std::uint8_t pad4[8];
  Mail12 mail[kMails];
};
static_assert(sizeof(Queue12) == 1600 && offsetof(Queue12, message_timeout) == 16);
static_assert(offsetof(Queue12, lock) == 64 && offsetof(Queue12, mail_lock) == 128);
static_assert(offsetof(Queue12, mail_read_serial) == 144 && offsetof(Queue12, readers) == 192);
static_assert(offsetof(Queue12, client_id) == 200 && offsetof(Queue12, timeout) == 232);
static_assert(offsetof(Queue12, id) == 296 && offsetof(Queue12, max_time) == 308);
static_assert(offsetof(Queue12, mail) == 320);

struct Header12 {
  static constexpr std::uint32_t kQueues = 6;
  std::uint64_t timestamp;
  std::uint32_t next_client_id;
  std::uint8_t pad0[52];
  Queue12 queue[kQueues];
  std::uint32_t magic;
  std::uint32_t version;
  std::uint32_t session;
  std::uint32_t queue_count;
  std::uint32_t user_size;
  std::uint8_t user[44];
};
static_assert(sizeof(Header12) == 9728 && offsetof(Header12, queue) == 64);
static_assert(offsetof(Header12, next_client_id) == 8 && offsetof(Header12, magic) == 9664);
static_assert(offsetof(Header12, queue_count) == 9676 && offsetof(Header12, user) == 9684);

struct alignas(16) Message12 {
  std::uint64_t flags;
  std::uint32_t size;
  std::uint32_t offset;
  std::uint32_t pending;
  std::uint32_t pad[3];
};
static_assert(sizeof(Message12) == 32 && offsetof(Message12, pending) == 16);

}  // namespace pierglass::test::lgmp
