// SPDX-License-Identifier: GPL-2.0-or-later
// The same as spice_main for the inputs channel.
#include <variant>

#include "spice/parse.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/spice_message.hpp"

namespace pierglass::fuzz {
namespace {

using namespace spice;

void check_locks(const input::Locks& locks, std::uint64_t bits) {
  require(locks.scroll == ((bits & 1) != 0), "scroll lock");
  require(locks.num == ((bits & 2) != 0), "num lock");
  require(locks.caps == ((bits & 4) != 0), "caps lock");
}

void check(const FuzzMessage& message, const Result<InputsMessage>& out) {
  const bool has_locks = message.header.size >= 2;
  switch (message.header.type) {
    case 101:
      require(out.has_value() == has_locks, "INIT");
      if (out) check_locks(std::get<InputsInit>(*out).locks, message.number(0, 2));
      return;
    case 102:
      require(out.has_value() == has_locks, "KEY_MODIFIERS");
      if (out) check_locks(std::get<LocksChanged>(*out).locks, message.number(0, 2));
      return;
    case 111:
      require(out && std::holds_alternative<MotionAck>(*out), "MOUSE_MOTION_ACK");
      return;
    default:
      return check_common(message, out);
  }
}

}  // namespace
}  // namespace pierglass::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const pierglass::fuzz::FuzzMessage message({data, size});
  pierglass::fuzz::check(message, pierglass::spice::parse_inputs(message.header, message.span()));
  return 0;
}
