// SPDX-License-Identifier: GPL-2.0-or-later
// Sleeping until rung, the reader's side.
#include <algorithm>

#include "ring/reader_session.hpp"
#include "ring/shared_words.hpp"
#include "ring/sleep_protocol.hpp"

namespace pierglass::ring {

void ReaderSession::set_doorbell(DoorbellAddress own) {
  doorbell_.store(std::uint64_t{own.peer} << 32 | own.vector, std::memory_order_seq_cst);
  if (current() && member()) store_doorbell(block_.load(std::memory_order_seq_cst));
}

// Two threads may be here, one that claims a block and one that has another address: who comes
// last finds the newest.
void ReaderSession::store_doorbell(std::uint32_t block) {
  const std::uint64_t offset = layout_.reader_at(block);
  std::uint64_t stored = 0;
  do {
    stored = doorbell_.load(std::memory_order_seq_cst);
    word_at<std::uint32_t>(region_, offset + offsetof(wire::RawReader, doorbell_vector))
        .store(static_cast<std::uint32_t>(stored), std::memory_order_relaxed);
    word_at<std::uint32_t>(region_, offset + offsetof(wire::RawReader, doorbell_peer))
        .store(static_cast<std::uint32_t>(stored >> 32), std::memory_order_seq_cst);
  } while (doorbell_.load(std::memory_order_seq_cst) != stored);
}

DoorbellAddress ReaderSession::guest_doorbell() const {
  const auto load = [&](std::uint64_t field) {
    return word_at<std::uint32_t>(region_, field).load(std::memory_order_relaxed);
  };
  return {.peer = load(offsetof(wire::RawHeader, doorbell_peer)),
          .vector = load(offsetof(wire::RawHeader, doorbell_vector))};
}

bool ReaderSession::guest_asleep() const {
  const SharedWords words(region_, layout_);
  return sleep::guest_sleeps(words);
}

News ReaderSession::look() const {
  return {.newest = newest_sequence(),
          .cursor = word_at<std::uint32_t>(
                        region_, layout_.cursor_offset + offsetof(wire::RawCursorHeader, lock))
                        .load(std::memory_order_acquire),
          .state = guest_state()};
}

// The shared word is changed bit by bit: a whole store by the thread that says what is visible
// could take back what the thread that sleeps has declared.
void ReaderSession::change_flag(std::uint32_t flag, bool on) {
  const auto change = [&](auto&& word) {
    if (on) {
      word.fetch_or(flag, std::memory_order_seq_cst);
    } else {
      word.fetch_and(~flag, std::memory_order_seq_cst);
    }
  };
  change(flags_);
  if (!current() || !member()) return;  // claim() will do it
  change(SharedWords(region_, layout_).flags(block_.load(std::memory_order_seq_cst)));
}

bool ReaderSession::fall_asleep(const News& seen) {
  const auto own = static_cast<std::uint32_t>(doorbell_.load(std::memory_order_seq_cst) >> 32);
  if (own == wire::kNoPeer || !guest_doorbell().reachable() || look() != seen) return false;
  if (!current() || !member()) return false;
  flags_.fetch_or(wire::kReaderAsleep, std::memory_order_seq_cst);
  const SharedWords words(region_, layout_);
  sleep::reader_declares(words, block_.load(std::memory_order_seq_cst));
  // A thread that is claiming a block may have missed the flag.
  const bool claiming = claiming_.load(std::memory_order_seq_cst);
  if (!claiming && look() == seen && current() && member()) return true;
  change_flag(wire::kReaderAsleep, false);
  return false;
}

Result<void> ReaderSession::wake_up() {
  change_flag(wire::kReaderAsleep, false);
  return beat();
}

}  // namespace pierglass::ring
