// SPDX-License-Identifier: GPL-2.0-or-later
// Who is rung and who has answered, the guest's side.
#include <utility>

#include "ring/guest_session.hpp"
#include "ring/shared_words.hpp"
#include "ring/sleep_protocol.hpp"

namespace pierglass::ring {
namespace {

// What a reader showed when it was rung: the ring is answered once it shows something else. Bit 0
// is set, so that 0 is "never rung"; 31 bits of the heartbeat; 32 of the token.
std::uint64_t make_mark(std::uint64_t token, std::uint64_t heartbeat) {
  return (token ^ token << 32) >> 32 << 32 | static_cast<std::uint32_t>(heartbeat << 1) | 1;
}

DoorbellAddress address_of(std::span<std::byte> region, const wire::RegionLayout& layout,
                           std::uint32_t reader) {
  const auto load = [&](std::uint64_t field) {
    return word_at<std::uint32_t>(region, layout.reader_at(reader) + field)
        .load(std::memory_order_relaxed);
  };
  return {.peer = load(offsetof(wire::RawReader, doorbell_peer)),
          .vector = load(offsetof(wire::RawReader, doorbell_vector))};
}

}  // namespace

void GuestSession::set_doorbell(DoorbellAddress own) {
  rings_.store(own.reachable(), std::memory_order_relaxed);
  const auto store = [&](std::uint64_t field, std::uint32_t value) {
    word_at<std::uint32_t>(region_, field).store(value, std::memory_order_relaxed);
  };
  store(offsetof(wire::RawHeader, doorbell_vector), own.vector);
  store(offsetof(wire::RawHeader, doorbell_peer), own.peer);
}

void GuestSession::set_asleep(bool asleep) {
  const SharedWords words(region_, layout_);
  if (asleep) {
    sleep::guest_declares(words);
  } else {
    words.asleep().store(0, std::memory_order_seq_cst);
  }
}

bool GuestSession::control_waits() const {
  const SharedWords words(region_, layout_);
  for (std::uint32_t reader = 0; reader < layout_.reader_count; ++reader) {
    const auto head = words.at<std::uint32_t>(layout_.reader_at(reader) +
                                              offsetof(wire::RawReader, control_head));
    if (head.load(std::memory_order_acquire) != control_tail_[reader]) return true;
  }
  return false;
}

bool GuestSession::sleeps(std::uint32_t reader) const {
  const SharedWords words(region_, layout_);
  // Beside a guest that rings nobody, nobody may sleep: the flag of one that does it says nothing.
  return rings_.load(std::memory_order_relaxed) && sleep::reader_sleeps(words, reader) &&
         address_of(region_, layout_, reader).reachable();
}

bool GuestSession::unanswered(std::uint32_t reader, std::uint64_t token,
                              std::uint64_t heartbeat) const {
  return marks_[reader].load(std::memory_order_acquire) == make_mark(token, heartbeat);
}

// The heartbeat is read after the flag: a reader whose flag we saw and whose beat we missed looks
// for news after that beat, and finds what we rang for. It is read after the mark, too: whoever set
// that had read the heartbeat before, so ours is no older, and one that is late does not replace a
// newer mark. Compared with the mark it may be anything: it is the reader's word.
void GuestSession::mark_rung(std::uint32_t reader, std::uint64_t token) {
  const auto heartbeat = word_at<std::uint64_t>(
      region_, layout_.reader_at(reader) + offsetof(wire::RawReader, heartbeat));
  std::atomic<std::uint64_t>& mark = marks_[reader];
  std::uint64_t old = mark.load(std::memory_order_acquire);
  std::uint64_t wanted = 0;
  do {
    wanted = make_mark(token, heartbeat.load(std::memory_order_acquire));
  } while (old != wanted && !mark.compare_exchange_weak(old, wanted, std::memory_order_acq_rel,
                                                        std::memory_order_acquire));
}

DoorbellList GuestSession::sleepers() {
  const SharedWords words(region_, layout_);
  sleep::published(words);
  DoorbellList list;
  for (std::uint32_t reader = 0; reader < layout_.reader_count; ++reader) {
    const std::uint64_t token = words.token(reader).load(std::memory_order_acquire);
    if (token == 0 || !sleeps(reader)) continue;
    mark_rung(reader, token);
    list.add(address_of(region_, layout_, reader));
  }
  return list;
}

bool GuestSession::watch(std::uint32_t reader, HostTime now) {
  const SharedWords words(region_, layout_);
  Watched& watched = watched_[reader];
  const std::uint64_t token = words.token(reader).load(std::memory_order_acquire);
  const auto heartbeat =
      words.at<std::uint64_t>(layout_.reader_at(reader) + offsetof(wire::RawReader, heartbeat))
          .load(std::memory_order_acquire);
  if (token == 0 || token != watched.token || heartbeat != watched.heartbeat) {
    watched = {.token = token,
               .heartbeat = heartbeat,
               .moved = now,
               .since = now,
               .greeted = token == watched.token && watched.greeted};
    return false;
  }
  const bool asleep = sleeps(reader);
  const bool rung = asleep && unanswered(reader, token, heartbeat);
  // A sleeper ages from the first look that finds it rung.
  if (asleep && !(rung && watched.rung)) watched.since = now;
  watched.rung = rung;
  return now - watched.since >= kReaderTimeout;
}

std::uint32_t GuestSession::retire_dead_readers(HostTime now) {
  SharedWords words(region_, layout_);
  std::uint32_t retired = 0;
  for (std::uint32_t reader = 0; reader < layout_.reader_count; ++reader) {
    if (!watch(reader, now)) continue;
    const DoorbellAddress address = address_of(region_, layout_, reader);
    std::uint64_t token = std::exchange(watched_[reader], {}).token;
    // Fails when the reader left and another took the block at this moment.
    if (!words.token(reader).compare_exchange_strong(token, 0, std::memory_order_seq_cst)) continue;
    retired_.add(address);
    ++retired;
  }
  return retired;
}

DoorbellList GuestSession::unanswered(HostTime now) {
  const SharedWords words(region_, layout_);
  DoorbellList list = std::exchange(retired_, {});
  bool full = true;
  for (std::uint32_t reader = 0; reader < layout_.reader_count; ++reader) {
    full = full && words.token(reader).load(std::memory_order_acquire) != 0;
  }
  for (std::uint32_t reader = 0; reader < layout_.reader_count; ++reader) {
    Watched& watched = watched_[reader];
    if (watched.token == 0 || !sleeps(reader)) continue;
    const bool greeted = std::exchange(watched.greeted, true);
    const bool doubted = full && now - watched.moved >= kReaderTimeout;
    const bool again = doubted || unanswered(reader, watched.token, watched.heartbeat);
    if (!again && greeted) continue;
    if (again) mark_rung(reader, watched.token);  // a greeting needs no answer
    list.add(address_of(region_, layout_, reader));
  }
  return list;
}

DoorbellList GuestSession::members(std::span<std::byte> region, const wire::RegionLayout& layout) {
  const SharedWords words(region, layout);
  DoorbellList list;
  for (std::uint32_t reader = 0; reader < layout.reader_count; ++reader) {
    if (words.token(reader).load(std::memory_order_acquire) == 0) continue;
    list.add(address_of(region, layout, reader));
  }
  return list;
}

DoorbellList GuestSession::end() {
  if (region_.empty() || !current()) return {};
  set_state(wire::GuestState::Stopping);
  SharedWords words(region_, layout_);
  std::uint64_t ours = layout_.session;
  if (!words.session().compare_exchange_strong(ours, 0, std::memory_order_release,
                                               std::memory_order_relaxed)) {
    return {};
  }
  sleep::published(words);
  return members(region_, layout_);
}

}  // namespace pierglass::ring
