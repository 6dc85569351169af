// SPDX-License-Identifier: GPL-2.0-or-later
// A reader never writes pixels: another reader shows the same slot.
// expect: read-only|const
#include "ring/reader_session.hpp"

std::byte first(const pierglass::ring::FrameLease& lease) {
#ifdef WRONG
  lease.pixels()[0] = std::byte{0};
#endif
  return lease.pixels()[0];
}
