// SPDX-License-Identifier: GPL-2.0-or-later
// A held slot is given back once.
// expect: deleted
#include <utility>

#include "ring/reader_session.hpp"

pierglass::ring::FrameLease pass(pierglass::ring::FrameLease& lease) {
#ifdef WRONG
  return lease;
#else
  return std::move(lease);
#endif
}
