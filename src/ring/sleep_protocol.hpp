// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstdint>

#include "wire/layout.hpp"

// Who has to ring whom: the whole of the lock-free part, over a `Words` type as slot_protocol.hpp.
//
// Sleeper: declare, fence, THEN look for news once more. Publisher: publish, fence, THEN look who
// declared. Of two fences one comes first, so at least one side sees the other: the sleeper its
// news, or the publisher a sleeper to ring.
namespace pierglass::ring::sleep {

// Reader. Look for news after this, and sleep when there are none.
template <class Words>
void reader_declares(Words& words, std::uint32_t reader) {
  words.flags(reader).fetch_or(wire::kReaderAsleep, std::memory_order_seq_cst);
  words.full_fence();
}

// Guest, between publishing and reader_sleeps().
template <class Words>
void published(Words& words) {
  words.full_fence();
}

template <class Words>
bool reader_sleeps(Words& words, std::uint32_t reader) {
  return (words.flags(reader).load(std::memory_order_acquire) & wire::kReaderAsleep) != 0;
}

// Guest. Look for requests after this, and sleep when there are none.
template <class Words>
void guest_declares(Words& words) {
  words.asleep().store(1, std::memory_order_seq_cst);
  words.full_fence();
}

// Reader, after it has asked something of the guest.
template <class Words>
bool guest_sleeps(Words& words) {
  words.full_fence();
  return words.asleep().load(std::memory_order_acquire) != 0;
}

}  // namespace pierglass::ring::sleep
