// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/looking_glass_writer.hpp"

namespace pierglass::compat {

// What is damaged, and when.
enum class Place : std::uint8_t {
  Frame,             // payload of a frame that has just been posted
  FrameRing,         // its message
  LiveHeader,        // LGMP's header under a session in use
  LiveQueue,         // the frame queue in use
  SubscribedHeader,  // LGMP's header before the reader subscribes again
  SubscribedQueue,   // the frame queue before the reader subscribes again
  StartedHeader,     // LGMP's header and user data before a session is found
  Pointer,           // payload of a shape that has just been posted
  PointerRing,       // its message
  Mailbox,           // words of the pointer queue before the reader sends
};

enum class Reaction : std::uint8_t {
  Shown,         // taken as it is, with its damage
  ShownWhole,    // all of it damaged
  ShownClipped,  // with damage that was cut
  FewerRows,     // shown with less rows than it has
  Incomplete,    // never all written: not good
  Rejected,      // given back; nothing shown
  Unnoticed,     // nothing came
  Unaffected,    // frames go on as if nothing were
  Followed,      // frames go on after a moment
  Dropped,       // no session any more
  Unreadable,    // named to the user
  Unsubscribed,  // no place in the queue, and tried again
  Busy,          // move_pointer()'s error
  NotReady,      // move_pointer()'s error
  Sent,          // move_pointer() works
};

// One word of 32 bits, overwritten.
struct Corruption {
  std::string name;
  Place place;
  std::uint32_t offset;  // from the start of the place, the memory for the headers
  std::uint32_t value;
  Reaction reaction;
};

// Of an honest 64x48 frame of BGRA with damage {1, 2, 3, 4}, pitch 256, and a 32x32 colour shape.
std::vector<Corruption> frame_corruptions(test::GlassProtocol protocol);
std::vector<Corruption> ring_corruptions(const test::LookingGlassWriter& writer);
std::vector<Corruption> live_corruptions(test::GlassProtocol protocol);
std::vector<Corruption> subscribe_corruptions(test::GlassProtocol protocol, std::uint32_t memory);
std::vector<Corruption> start_corruptions(test::GlassProtocol protocol, std::uint32_t memory);
std::vector<Corruption> pointer_corruptions(const test::LookingGlassWriter& writer);
std::vector<Corruption> mailbox_corruptions(test::GlassProtocol protocol);

}  // namespace pierglass::compat
