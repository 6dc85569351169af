// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "compat/shared_words.hpp"

namespace pierglass::compat {

// How long to spin for a lock that the host or another reader may hold, dead or alive. Zero: a few
// attempts.
struct LgmpPatience {
  Nanoseconds subscribe = std::chrono::milliseconds(2);
  Nanoseconds message = std::chrono::microseconds(20);
};

// One of LGMP's spin locks: a word that is 0 when free and 1 when held, without an owner.
class LgmpLock {
 public:
  // Nothing is held yet. `words` outlives the lock; `offset` as SharedWords says.
  LgmpLock(SharedWords& words, std::uint64_t offset) : words_(&words), offset_(offset) {}
  ~LgmpLock();
  LgmpLock(const LgmpLock&) = delete;
  LgmpLock& operator=(const LgmpLock&) = delete;

  // Spins for at most `patience` (and once around); false when the lock was not to be had. Not
  // while it is held.
  [[nodiscard]] bool acquire(Nanoseconds patience);

  [[nodiscard]] bool held() const { return held_; }

 private:
  SharedWords* words_;
  std::uint64_t offset_;
  bool held_ = false;
};

}  // namespace pierglass::compat
