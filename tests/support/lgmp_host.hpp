// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace pierglass::test {

enum class LgmpVersion : std::uint32_t { V6 = 6, V12 = 12 };

// Where a version keeps its words. Header: from the start of the memory. Queue: from the start of a
// queue. Message: from the start of a ring's slot. Mail: from the start of a mailbox's place.
struct LgmpOffsets {
  std::uint32_t magic, version, session, timestamp, queue_count, user_size, user_data;
  std::uint32_t next_client_id;  // 0: version 6 has none
  std::uint32_t header_bytes;
  std::uint32_t first_queue, queue_bytes, queues;

  std::uint32_t id, slots, ring, position, start, count, message_timeout, max_time, lock;
  std::uint32_t readers;  // 64 bits in version 6, 32 in version 12; upper half ON, lower half BAD
  std::uint32_t reader_bits;  // of one half
  std::uint32_t new_readers, client_ids, timeouts, reader_places;
  std::uint32_t mail_lock, mail_free, mail_write, mail_write_serial, mail_read_serial;
  std::uint32_t mail, mail_bytes, mails;

  std::uint32_t message_bytes, flags, flags_bytes, size, offset, pending;
  std::uint32_t mail_size, mail_data;
  std::uint32_t mail_client;  // 0: version 6 has none
};

const LgmpOffsets& lgmp_offsets(LgmpVersion version);

// The producer's side of LGMP, for tests: keeps the rules of the real hosts, and lets a test break
// each. Any thread, one call at a time (a mutex); waits at most kLockPatienceMs for a lock in
// shared memory, then goes without that step. Throws std::runtime_error for what a test does wrong.
class LgmpHost {
 public:
  using Clock = std::function<std::uint64_t()>;  // milliseconds

  // As a Windows host counts: near 1 when the process starts.
  static Clock process_clock();

  struct Allocation {
    std::uint32_t offset = 0;  // from the start of the memory
    std::uint32_t bytes = 0;
  };
  struct Mail {
    std::uint32_t size = 0;       // as told, at most data.size() of it is copied
    std::uint32_t client_id = 0;  // version 12
    std::array<std::byte, 64> data{};
  };
  enum class Posted : std::uint8_t { Posted, NoReader, Full };
  static constexpr std::uint64_t kLockPatienceMs = 500;  // by the wall, not by Clock

  // Begins a session: header and user data, no queues. `claimed_version` is written in place of
  // the version's own number when not 0. `session`: its number, or the next when that one stands in
  // the memory already; none: a random one. The memory outlives the host.
  LgmpHost(std::span<std::byte> memory, LgmpVersion version, std::span<const std::byte> user_data,
           Clock clock = process_clock(), std::uint32_t claimed_version = 0,
           std::optional<std::uint32_t> session = std::nullopt);

  // A queue that holds `depth` messages (version 12: a power of two); its index in the table.
  std::size_t create_queue(std::uint32_t id, std::uint32_t depth, std::uint32_t max_time_ms = 1000);

  // Size and offset are rounded up to `alignment`, a power of two.
  Allocation allocate(std::uint32_t bytes, std::uint32_t alignment = 4);
  [[nodiscard]] std::uint32_t left() const { return bytes() - next_allocation_; }  // bytes

  // To every reader that is not BAD. Version 12 queues without readers too.
  Posted post(std::size_t queue, std::uint64_t flags, Allocation payload);

  // The heartbeat: timestamp, retirement of what all have finished, BAD marks.
  void process();

  std::uint32_t take_new_readers(std::size_t queue);       // since the last call
  [[nodiscard]] bool has_readers(std::size_t queue);       // BAD ones included
  [[nodiscard]] std::uint32_t pending(std::size_t queue);  // retained messages
  [[nodiscard]] std::uint32_t depth(std::size_t queue) const;
  [[nodiscard]] std::uint64_t readers_timed_out() const { return timed_out_; }

  // The mailbox: each message taken is acted upon, then acknowledged. At most its places in a row.
  // Version 12: mail of those who are no readers of the queue is dropped and acknowledged.
  std::optional<Mail> take_mail(std::size_t queue);
  void acknowledge(std::size_t queue);

  // ---- for tests that look at the words, or damage them ----
  [[nodiscard]] const LgmpOffsets& offsets() const { return at_; }
  [[nodiscard]] LgmpVersion version() const { return version_; }
  [[nodiscard]] std::span<std::byte> memory() const { return memory_; }
  [[nodiscard]] std::uint32_t bytes() const { return static_cast<std::uint32_t>(memory_.size()); }
  // From the start of the memory.
  [[nodiscard]] std::uint32_t queue_at(std::size_t queue) const;
  [[nodiscard]] std::uint32_t message_at(std::size_t queue, std::uint32_t slot) const;
  [[nodiscard]] std::uint32_t mail_at(std::size_t queue, std::uint32_t place) const;

  [[nodiscard]] std::uint32_t word(std::uint64_t offset) const;
  [[nodiscard]] std::uint64_t word64(std::uint64_t offset) const;
  void set_word(std::uint64_t offset, std::uint32_t value);
  void set_word64(std::uint64_t offset, std::uint64_t value);

  // Masks of one queue.
  [[nodiscard]] std::uint32_t readers_on(std::size_t queue) const;
  [[nodiscard]] std::uint32_t readers_bad(std::size_t queue) const;
  void set_readers(std::size_t queue, std::uint32_t on, std::uint32_t bad);

  // As if this host had been stopped inside its critical section.
  void hold_lock(std::size_t queue);
  void release_lock(std::size_t queue);
  void hold_mail_lock(std::size_t queue);
  void release_mail_lock(std::size_t queue);

 private:
  struct Queue {  // what the host believes, whatever stands in the memory
    std::uint32_t slots = 0;
    std::uint32_t ring = 0;
    std::uint32_t max_time = 0;
    std::uint32_t depth = 0;
    std::uint32_t position = 0;
    std::uint32_t next_mail = 0;
  };
  struct Subscribers {
    std::uint32_t on;
    std::uint32_t bad;
  };

  [[nodiscard]] std::uint32_t field(std::size_t queue, std::uint32_t offset) const;
  void set_field(std::size_t queue, std::uint32_t offset, std::uint32_t value);
  [[nodiscard]] Subscribers subscribers(std::size_t queue) const;
  bool lock(std::uint64_t offset);
  void unlock(std::uint64_t offset);
  [[nodiscard]] std::uint32_t started(std::size_t queue) const;
  [[nodiscard]] std::uint32_t counted(std::size_t queue) const;
  [[nodiscard]] bool is_reader(std::size_t queue, std::uint32_t client_id) const;
  std::optional<Mail> next_mail(std::size_t queue);
  void retire(std::size_t queue, std::uint64_t now, std::vector<std::uint32_t>& late);
  void trim(std::size_t queue, const Subscribers& readers);
  void mark_bad(std::size_t queue, Subscribers& readers, std::uint32_t who, std::uint64_t now,
                std::vector<std::uint32_t>& late);
  void mark_everywhere(std::span<const std::uint32_t> late, std::uint64_t now);
  void begin(std::span<const std::byte> user_data, std::uint32_t claimed_version,
             std::uint32_t session);

  std::span<std::byte> memory_;
  LgmpVersion version_;
  const LgmpOffsets& at_;
  Clock clock_;
  std::mutex mutex_;
  std::vector<Queue> queues_;
  std::uint32_t next_allocation_ = 0;
  std::uint64_t timed_out_ = 0;
};

}  // namespace pierglass::test
