// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/lgmp_host.hpp"

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <random>
#include <stdexcept>

#include "tests/support/lgmp_host_raw.hpp"

namespace pierglass::test {
namespace {

constexpr std::uint64_t kTimestampRefreshMs = 250;  // version 12

using Word32 [[gnu::may_alias]] = std::uint32_t;
using Word64 [[gnu::may_alias]] = std::uint64_t;

Word32* word32_at(std::span<std::byte> memory, std::uint64_t offset) {
  if (offset % 4 != 0 || offset + 4 > memory.size()) throw std::runtime_error("no word there");
  return reinterpret_cast<Word32*>(memory.data() + offset);
}

Word64* word64_at(std::span<std::byte> memory, std::uint64_t offset) {
  if (offset % 8 != 0 || offset + 8 > memory.size()) throw std::runtime_error("no word there");
  return reinterpret_cast<Word64*>(memory.data() + offset);
}

template <typename Header, typename Queue, typename Mail, typename Message>
constexpr LgmpOffsets common_offsets() {
  LgmpOffsets at{};
  at.magic = offsetof(Header, magic);
  at.version = offsetof(Header, version);
  at.session = offsetof(Header, session);
  at.timestamp = offsetof(Header, timestamp);
  at.queue_count = offsetof(Header, queue_count);
  at.user_size = offsetof(Header, user_size);
  at.user_data = offsetof(Header, user);
  at.header_bytes = sizeof(Header);
  at.first_queue = offsetof(Header, queue);
  at.queue_bytes = sizeof(Queue);
  at.queues = Header::kQueues;
  at.id = offsetof(Queue, id);
  at.slots = offsetof(Queue, slots);
  at.ring = offsetof(Queue, ring);
  at.position = offsetof(Queue, position);
  at.start = offsetof(Queue, start);
  at.count = offsetof(Queue, count);
  at.message_timeout = offsetof(Queue, message_timeout);
  at.max_time = offsetof(Queue, max_time);
  at.lock = offsetof(Queue, lock);
  at.readers = offsetof(Queue, readers);
  at.reader_bits = sizeof(Queue::readers) * 4;
  at.new_readers = offsetof(Queue, new_readers);
  at.client_ids = offsetof(Queue, client_id);
  at.timeouts = offsetof(Queue, timeout);
  at.reader_places = Queue::kReaders;
  at.mail_lock = offsetof(Queue, mail_lock);
  at.mail_free = offsetof(Queue, mail_free);
  at.mail_write = offsetof(Queue, mail_write);
  at.mail_write_serial = offsetof(Queue, mail_write_serial);
  at.mail_read_serial = offsetof(Queue, mail_read_serial);
  at.mail = offsetof(Queue, mail);
  at.mail_bytes = sizeof(Mail);
  at.mails = Queue::kMails;
  at.message_bytes = sizeof(Message);
  at.flags = offsetof(Message, flags);
  at.flags_bytes = sizeof(Message::flags);
  at.size = offsetof(Message, size);
  at.offset = offsetof(Message, offset);
  at.pending = offsetof(Message, pending);
  at.mail_size = offsetof(Mail, size);
  at.mail_data = offsetof(Mail, data);
  return at;
}

constexpr LgmpOffsets kOffsets6 =
    common_offsets<lgmp::Header6, lgmp::Queue6, lgmp::Mail6, lgmp::Message6>();

constexpr LgmpOffsets kOffsets12 = [] {
  LgmpOffsets at = common_offsets<lgmp::Header12, lgmp::Queue12, lgmp::Mail12, lgmp::Message12>();
  at.next_client_id = offsetof(lgmp::Header12, next_client_id);
  at.mail_client = offsetof(lgmp::Mail12, client_id);
  return at;
}();

constexpr std::uint32_t aligned(std::uint32_t value, std::uint32_t alignment) {
  return (value + alignment - 1) & ~(alignment - 1);
}

}  // namespace

const LgmpOffsets& lgmp_offsets(LgmpVersion version) {
  return version == LgmpVersion::V6 ? kOffsets6 : kOffsets12;
}

LgmpHost::Clock LgmpHost::process_clock() {
  const auto began = std::chrono::steady_clock::now();
  return [began] {
    const auto passed = std::chrono::steady_clock::now() - began;
    const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(passed);
    return static_cast<std::uint64_t>(whole.count()) + 1;
  };
}

LgmpHost::LgmpHost(std::span<std::byte> memory, LgmpVersion version,
                   std::span<const std::byte> user_data, Clock clock, std::uint32_t claimed_version,
                   std::optional<std::uint32_t> session)
    : memory_(memory), version_(version), at_(lgmp_offsets(version)), clock_(std::move(clock)) {
  if (memory.size() < at_.header_bytes + user_data.size() || memory.size() > 0xffffffffU)
    throw std::runtime_error("the memory is too small for the header, or over 4 GiB");
  begin(user_data, claimed_version, session ? *session : std::random_device()());
}

void LgmpHost::begin(std::span<const std::byte> user_data, std::uint32_t claimed_version,
                     std::uint32_t session) {
  if (session == word(at_.session)) ++session;
  // Version 6 lets readers see a header that is half made: the magic number comes first.
  const bool magic_first = version_ == LgmpVersion::V6;
  set_word(at_.magic, 0);
  set_word(at_.session, session);
  if (at_.next_client_id != 0) set_word(at_.next_client_id, 0);
  if (magic_first) set_word(at_.magic, lgmp::kMagic);
  set_word64(at_.timestamp, clock_());
  set_word(at_.version,
           claimed_version != 0 ? claimed_version : static_cast<std::uint32_t>(version_));
  set_word(at_.queue_count, 0);
  const auto user_size = static_cast<std::uint32_t>(user_data.size());
  set_word(at_.user_size, user_size);
  std::ranges::copy(user_data, memory_.begin() + at_.user_data);
  next_allocation_ = aligned(at_.header_bytes + user_size, 4);
  if (!magic_first) set_word(at_.magic, lgmp::kMagic);
}

std::size_t LgmpHost::create_queue(std::uint32_t id, std::uint32_t depth,
                                   std::uint32_t max_time_ms) {
  const bool v6 = version_ == LgmpVersion::V6;
  const std::size_t index = queues_.size();
  if (index >= at_.queues) throw std::runtime_error("no more queues fit");
  if (depth == 0 || (!v6 && (depth < 2 || (depth & (depth - 1)) != 0)))
    throw std::runtime_error("no such depth");
  Queue queue{.slots = v6 ? depth + 1 : depth, .ring = 0, .max_time = max_time_ms, .depth = depth};
  queue.ring = allocate(queue.slots * at_.message_bytes, v6 ? 4 : 64).offset;
  queues_.push_back(queue);
  for (const auto& [offset, value] :
       std::initializer_list<std::pair<std::uint32_t, std::uint32_t>>{{at_.id, id},
                                                                      {at_.slots, queue.slots},
                                                                      {at_.new_readers, 0},
                                                                      {at_.max_time, max_time_ms},
                                                                      {at_.position, 0},
                                                                      {at_.ring, queue.ring},
                                                                      {at_.lock, 0},
                                                                      {at_.start, 0},
                                                                      {at_.count, 0},
                                                                      {at_.mail_lock, 0},
                                                                      {at_.mail_free, at_.mails},
                                                                      {at_.mail_write, 0},
                                                                      {at_.mail_write_serial, 0},
                                                                      {at_.mail_read_serial, 0}})
    set_field(index, offset, value);
  set_readers(index, 0, 0);
  set_word64(queue_at(index) + at_.message_timeout, 0);
  set_word(at_.queue_count, static_cast<std::uint32_t>(queues_.size()));
  return index;
}

LgmpHost::Allocation LgmpHost::allocate(std::uint32_t bytes, std::uint32_t alignment) {
  const std::uint64_t offset = aligned(next_allocation_, alignment);
  const std::uint32_t whole = aligned(bytes, alignment);
  if (offset + whole > memory_.size()) throw std::runtime_error("the memory is too small");
  next_allocation_ = static_cast<std::uint32_t>(offset) + whole;
  return {.offset = static_cast<std::uint32_t>(offset), .bytes = whole};
}

LgmpHost::Posted LgmpHost::post(std::size_t index, std::uint64_t flags, Allocation payload) {
  const std::scoped_lock guard(mutex_);
  Queue& queue = queues_[index];
  const std::uint64_t lock_at = queue_at(index) + at_.lock;
  if (!lock(lock_at)) return Posted::Full;
  const Subscribers readers = subscribers(index);
  const std::uint32_t recipients = readers.on & ~readers.bad;
  Posted result = Posted::NoReader;
  if (counted(index) == queue.depth) {
    result = recipients == 0 && version_ == LgmpVersion::V6 ? Posted::NoReader : Posted::Full;
  } else if (recipients != 0 || version_ == LgmpVersion::V12) {
    const std::uint64_t slot = message_at(index, queue.position);
    if (at_.flags_bytes == 8) {
      set_word64(slot + at_.flags, flags);
    } else {
      set_word(slot + at_.flags, static_cast<std::uint32_t>(flags));
    }
    set_word(slot + at_.size, payload.bytes);
    set_word(slot + at_.offset, payload.offset);
    set_word(slot + at_.pending, recipients);
    if (counted(index) == 0)
      set_word64(queue_at(index) + at_.message_timeout, clock_() + queue.max_time);
    __atomic_fetch_add(word32_at(memory_, queue_at(index) + at_.count), 1U, __ATOMIC_SEQ_CST);
    queue.position = (queue.position + 1) % queue.slots;
    set_field(index, at_.position, queue.position);
    result = recipients == 0 ? Posted::NoReader : Posted::Posted;
  }
  unlock(lock_at);
  return result;
}

void LgmpHost::process() {
  const std::scoped_lock guard(mutex_);
  const std::uint64_t now = clock_();
  const bool v12 = version_ == LgmpVersion::V12;
  if (!v12 || now - word64(at_.timestamp) >= kTimestampRefreshMs) set_word64(at_.timestamp, now);
  for (std::size_t index = 0; index < queues_.size(); ++index) {
    if (counted(index) == 0) continue;
    const std::uint64_t lock_at = queue_at(index) + at_.lock;
    if (!lock(lock_at)) continue;
    std::vector<std::uint32_t> late;
    retire(index, now, late);
    unlock(lock_at);
    if (v12) mark_everywhere(late, now);
  }
}

// Under the queue's lock, as the rest down to trim().
void LgmpHost::retire(std::size_t index, std::uint64_t now, std::vector<std::uint32_t>& late) {
  const Queue& queue = queues_[index];
  Subscribers readers = subscribers(index);
  const std::uint64_t timeout_at = queue_at(index) + at_.message_timeout;
  for (std::uint32_t left = counted(index); left != 0; --left) {
    const std::uint32_t start = started(index);
    const std::uint64_t pending_at = message_at(index, start) + at_.pending;
    std::uint32_t pend = word(pending_at) & readers.on;
    if ((pend & ~readers.bad) != 0 && now > word64(timeout_at)) {
      mark_bad(index, readers, pend & ~readers.bad, now, late);
      set_word(pending_at, 0);
      pend = 0;
    }
    if ((pend & ~readers.bad) != 0) break;
    set_field(index, at_.start, (start + 1) % queue.slots);
    set_field(index, at_.count, left - 1);
    if (left > 1) set_word64(timeout_at, now + queue.max_time);
  }
  if (version_ == LgmpVersion::V12) trim(index, readers);
}

// Messages at the tail that all have finished make room again: the position moves back.
void LgmpHost::trim(std::size_t index, const Subscribers& readers) {
  Queue& queue = queues_[index];
  for (std::uint32_t left = counted(index); left != 0; --left) {
    const std::uint32_t last = (queue.position + queue.slots - 1) % queue.slots;
    const std::uint32_t pend = word(message_at(index, last) + at_.pending) & readers.on;
    if ((pend & ~readers.bad) != 0) return;
    queue.position = last;
    set_field(index, at_.position, last);
    set_field(index, at_.count, left - 1);
  }
}

void LgmpHost::mark_bad(std::size_t index, Subscribers& readers, std::uint32_t who,
                        std::uint64_t now, std::vector<std::uint32_t>& late) {
  readers.bad |= who;
  set_readers(index, readers.on, readers.bad);
  for (std::uint32_t place = 0; place < at_.reader_places; ++place) {
    if ((who >> place & 1) == 0) continue;
    set_word64(queue_at(index) + at_.timeouts + 8 * std::uint64_t{place},
               now + queues_[index].max_time);
    late.push_back(field(index, at_.client_ids + 4 * place));
    ++timed_out_;
  }
}

// Version 12: who is too late in one queue is dropped from all.
void LgmpHost::mark_everywhere(std::span<const std::uint32_t> late, std::uint64_t now) {
  if (late.empty()) return;
  for (std::size_t index = 0; index < queues_.size(); ++index) {
    const std::uint64_t lock_at = queue_at(index) + at_.lock;
    if (!lock(lock_at)) continue;
    Subscribers readers = subscribers(index);
    std::uint32_t who = 0;
    for (std::uint32_t place = 0; place < at_.reader_places; ++place) {
      const std::uint32_t id = field(index, at_.client_ids + 4 * place);
      if (std::ranges::find(late, id) != late.end()) who |= 1U << place;
    }
    who &= readers.on & ~readers.bad;
    std::vector<std::uint32_t> again;
    if (who != 0) {
      mark_bad(index, readers, who, now, again);
      timed_out_ -= again.size();
    }
    unlock(lock_at);
  }
}

std::uint32_t LgmpHost::take_new_readers(std::size_t index) {
  return __atomic_exchange_n(word32_at(memory_, queue_at(index) + at_.new_readers), 0U,
                             __ATOMIC_SEQ_CST);
}

bool LgmpHost::has_readers(std::size_t index) {
  return subscribers(index).on != 0;
}

std::uint32_t LgmpHost::pending(std::size_t index) {
  return counted(index);
}

std::uint32_t LgmpHost::depth(std::size_t index) const {
  return queues_[index].depth;
}

std::optional<LgmpHost::Mail> LgmpHost::take_mail(std::size_t index) {
  const std::scoped_lock guard(mutex_);
  for (std::uint32_t i = 0; i < at_.mails; ++i) {
    const auto mail = next_mail(index);
    if (!mail || version_ == LgmpVersion::V6 || is_reader(index, mail->client_id)) return mail;
    acknowledge(index);
  }
  return std::nullopt;
}

bool LgmpHost::is_reader(std::size_t index, std::uint32_t client_id) const {
  const Subscribers readers = subscribers(index);
  for (std::uint32_t place = 0; place < at_.reader_places; ++place) {
    const bool live = (readers.on & ~readers.bad & 1U << place) != 0;
    if (live && field(index, at_.client_ids + 4 * place) == client_id) return true;
  }
  return false;
}

std::optional<LgmpHost::Mail> LgmpHost::next_mail(std::size_t index) {
  if (field(index, at_.mail_free) >= at_.mails) return std::nullopt;
  const std::uint64_t queue_lock = queue_at(index) + at_.lock;
  const std::uint64_t mail_lock = queue_at(index) + at_.mail_lock;
  const bool both = version_ == LgmpVersion::V12;
  if (both && !lock(queue_lock)) return std::nullopt;
  std::optional<Mail> mail;
  if (lock(mail_lock)) {
    std::uint32_t& next = queues_[index].next_mail;
    const std::uint32_t place = mail_at(index, next);
    mail.emplace();
    mail->size = word(place + at_.mail_size);
    if (at_.mail_client != 0) mail->client_id = word(place + at_.mail_client);
    std::memcpy(mail->data.data(), memory_.data() + place + at_.mail_data,
                std::min<std::size_t>(mail->size, mail->data.size()));
    next = (next + 1) % at_.mails;
    __atomic_fetch_add(word32_at(memory_, queue_at(index) + at_.mail_free), 1U, __ATOMIC_SEQ_CST);
    unlock(mail_lock);
  }
  if (both) unlock(queue_lock);
  return mail;
}

void LgmpHost::acknowledge(std::size_t index) {
  __atomic_fetch_add(word32_at(memory_, queue_at(index) + at_.mail_read_serial), 1U,
                     __ATOMIC_SEQ_CST);
}

std::uint32_t LgmpHost::queue_at(std::size_t index) const {
  return at_.first_queue + at_.queue_bytes * static_cast<std::uint32_t>(index);
}

std::uint32_t LgmpHost::message_at(std::size_t index, std::uint32_t slot) const {
  return queues_[index].ring + slot * at_.message_bytes;
}

std::uint32_t LgmpHost::mail_at(std::size_t index, std::uint32_t place) const {
  return queue_at(index) + at_.mail + place * at_.mail_bytes;
}

std::uint32_t LgmpHost::word(std::uint64_t offset) const {
  return __atomic_load_n(word32_at(memory_, offset), __ATOMIC_SEQ_CST);
}

std::uint64_t LgmpHost::word64(std::uint64_t offset) const {
  return __atomic_load_n(word64_at(memory_, offset), __ATOMIC_SEQ_CST);
}

void LgmpHost::set_word(std::uint64_t offset, std::uint32_t value) {
  __atomic_store_n(word32_at(memory_, offset), value, __ATOMIC_SEQ_CST);
}

void LgmpHost::set_word64(std::uint64_t offset, std::uint64_t value) {
  __atomic_store_n(word64_at(memory_, offset), value, __ATOMIC_SEQ_CST);
}

std::uint32_t LgmpHost::readers_on(std::size_t index) const {
  return subscribers(index).on;
}

std::uint32_t LgmpHost::readers_bad(std::size_t index) const {
  return subscribers(index).bad;
}

void LgmpHost::set_readers(std::size_t index, std::uint32_t on, std::uint32_t bad) {
  const std::uint64_t at = queue_at(index) + at_.readers;
  if (at_.reader_bits == 32) {
    set_word64(at, std::uint64_t{on} << 32 | bad);
  } else {
    set_word(at, on << 16 | (bad & 0xffff));
  }
}

void LgmpHost::hold_lock(std::size_t index) {
  if (!lock(queue_at(index) + at_.lock)) throw std::runtime_error("the lock is held");
}

void LgmpHost::release_lock(std::size_t index) {
  unlock(queue_at(index) + at_.lock);
}

void LgmpHost::hold_mail_lock(std::size_t index) {
  if (!lock(queue_at(index) + at_.mail_lock)) throw std::runtime_error("the lock is held");
}

void LgmpHost::release_mail_lock(std::size_t index) {
  unlock(queue_at(index) + at_.mail_lock);
}

std::uint32_t LgmpHost::field(std::size_t index, std::uint32_t offset) const {
  return word(std::uint64_t{queue_at(index)} + offset);
}

void LgmpHost::set_field(std::size_t index, std::uint32_t offset, std::uint32_t value) {
  set_word(std::uint64_t{queue_at(index)} + offset, value);
}

LgmpHost::Subscribers LgmpHost::subscribers(std::size_t index) const {
  const std::uint64_t at = std::uint64_t{queue_at(index)} + at_.readers;
  if (at_.reader_bits == 32) {
    const std::uint64_t both = word64(at);
    return {.on = static_cast<std::uint32_t>(both >> 32), .bad = static_cast<std::uint32_t>(both)};
  }
  const std::uint32_t both = word(at);
  return {.on = both >> 16, .bad = both & 0xffff};
}

bool LgmpHost::lock(std::uint64_t offset) {
  Word32* word = word32_at(memory_, offset);
  const auto take = [word] {
    std::uint32_t expected = 0;
    return __atomic_compare_exchange_n(word, &expected, 1U, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
  };
  if (take()) return true;
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kLockPatienceMs);
  while (std::chrono::steady_clock::now() <= until) {
    sched_yield();
    if (take()) return true;
  }
  return false;
}

void LgmpHost::unlock(std::uint64_t offset) {
  set_word(offset, 0);
}

// The two words that readers write too, made harmless.
std::uint32_t LgmpHost::started(std::size_t index) const {
  return field(index, at_.start) % queues_[index].slots;
}

std::uint32_t LgmpHost::counted(std::size_t index) const {
  return std::min(field(index, at_.count), queues_[index].depth);
}

}  // namespace pierglass::test
