// SPDX-License-Identifier: GPL-2.0-or-later
// A handle has one owner.
// expect: deleted
#include <utility>

#include "base/handle.hpp"

struct Traits {
  using Value = int;
  static constexpr int invalid() { return -1; }
  static void close(int) noexcept {}
};

pierglass::Handle<Traits> pass(pierglass::Handle<Traits> handle) {
#ifdef WRONG
  pierglass::Handle<Traits> other = handle;
#else
  pierglass::Handle<Traits> other = std::move(handle);
#endif
  return other;
}
