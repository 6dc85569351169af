// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstdint>

#include "wire/layout.hpp"

// Who may touch a slot: the whole of the lock-free algorithm, over a `Words` type that gives the
// shared words (SharedWords in the product, a simulated weak memory in the model test). A word has
// load(order), store(value, order) and compare_exchange_strong(expected, desired, order), as
// std::atomic_ref.
//
// It is a hazard pointer. Guest: mark the slot unreadable, THEN look for holders. Reader: mark the
// slot held, THEN look whether it is still readable. The four accesses are sequentially
// consistent, so at least one side sees the other; the guest gives way by restoring the mark, the
// reader by taking its bit back.
namespace pierglass::ring::slots {

inline constexpr std::uint32_t kSlotBits = 0xffff;
static_assert(wire::kMaxSlots <= 16);

// The upper half of a reader's `held` word: taken from its token, so that a reader that was
// suspended, lost its block to another and wakes up in the middle of an update changes nothing.
constexpr std::uint32_t held_tag(std::uint64_t token) {
  return static_cast<std::uint32_t>(token & 0xffff) << 16;
}

template <class Words>
bool held_by_any(Words& words, std::uint32_t slot) {
  for (std::uint32_t reader = 0; reader < words.readers(); ++reader) {
    if (words.token(reader).load(std::memory_order_seq_cst) == 0) continue;
    if ((words.held(reader).load(std::memory_order_seq_cst) >> slot & 1u) != 0) return true;
  }
  return false;
}

// Guest. True: the slot is ours to write and no reader can begin to read it. False: a reader holds
// it, and it is as before. `content` is the sequence that its record shows now, 0 for none.
template <class Words>
bool claim(Words& words, std::uint32_t slot, std::uint64_t content) {
  if (held_by_any(words, slot)) return false;
  words.sequence(slot).store(0, std::memory_order_seq_cst);
  if (!held_by_any(words, slot)) return true;
  words.sequence(slot).store(content, std::memory_order_release);
  return false;
}

// Guest. The record of a claimed slot is written; readers may hold the slot and follow its rows.
template <class Words>
void announce_started(Words& words, std::uint32_t slot, std::uint64_t sequence) {
  words.rows(slot).store(0, std::memory_order_relaxed);
  words.sequence(slot).store(sequence, std::memory_order_release);
  words.newest_started().store(wire::make_ticket(sequence, slot), std::memory_order_release);
}

template <class Words>
void announce_rows(Words& words, std::uint32_t slot, std::uint32_t rows) {
  words.store_fence();
  words.rows(slot).store(rows, std::memory_order_release);
}

template <class Words>
void announce_complete(Words& words, std::uint32_t slot, std::uint64_t sequence,
                       std::uint32_t rows) {
  announce_rows(words, slot, rows);
  words.newest_complete().store(wire::make_ticket(sequence, slot), std::memory_order_release);
}

// Guest. A started frame is given up: its slot shows nothing until claimed again. `newest` is the
// ticket of the newest complete frame.
template <class Words>
void announce_aborted(Words& words, std::uint32_t slot, std::uint64_t newest) {
  words.sequence(slot).store(0, std::memory_order_seq_cst);
  words.newest_started().store(newest, std::memory_order_release);
}

enum class Hold : std::uint8_t {
  Held,       // the slot shows the sequence and stays so until drop()
  Overtaken,  // the guest has begun to rewrite it: look for a newer ticket
  Evicted,    // the block is no longer ours: claim one
};

// Reader. Takes the bit of `slot` back; `mask` is what the reader holds besides.
template <class Words>
void drop(Words& words, std::uint32_t reader, std::uint64_t token, std::uint32_t mask,
          std::uint32_t slot) {
  std::uint32_t expected = held_tag(token) | mask | 1u << slot;
  // Failure means that the block is another's by now: then there is nothing of ours in it.
  words.held(reader).compare_exchange_strong(expected, held_tag(token) | mask,
                                             std::memory_order_seq_cst);
}

// Reader. Holds the slot that a ticket named. `mask` is what the reader holds already, which may
// include `slot`.
template <class Words>
Hold hold(Words& words, std::uint32_t reader, std::uint64_t token, std::uint32_t mask,
          std::uint32_t slot, std::uint64_t sequence) {
  const std::uint32_t bit = 1u << slot;
  std::uint32_t expected = held_tag(token) | mask;
  if (!words.held(reader).compare_exchange_strong(expected, held_tag(token) | mask | bit,
                                                  std::memory_order_seq_cst)) {
    return Hold::Evicted;
  }
  const bool readable = words.sequence(slot).load(std::memory_order_seq_cst) == sequence;
  const bool member = words.token(reader).load(std::memory_order_seq_cst) == token;
  if (readable && member) return Hold::Held;
  if ((mask & bit) == 0) drop(words, reader, token, mask, slot);
  return member ? Hold::Overtaken : Hold::Evicted;
}

}  // namespace pierglass::ring::slots
