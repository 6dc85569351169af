// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/lgmp_lock.hpp"

#include <optional>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace pierglass::compat {
namespace {

constexpr std::uint32_t kFree = 0;
constexpr std::uint32_t kHeld = 1;

// Attempts between two looks at the clock: 1 to 2 us.
constexpr int kAttempts = 32;

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  _mm_pause();
#endif
}

}  // namespace

LgmpLock::~LgmpLock() {
  if (held_) words_->store32(offset_, kFree);
}

bool LgmpLock::acquire(Nanoseconds patience) {
  std::optional<HostTime> deadline;
  for (;;) {
    for (int i = 0; i < kAttempts; ++i) {
      held_ = words_->load32(offset_) == kFree && words_->compare_exchange32(offset_, kFree, kHeld);
      if (held_) return true;
      pause();
    }
    if (patience <= Nanoseconds::zero()) return false;
    const HostTime now = HostClock::now();
    if (!deadline) deadline = now + patience;
    if (now >= *deadline) return false;
  }
}

}  // namespace pierglass::compat
