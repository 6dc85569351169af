// SPDX-License-Identifier: GPL-2.0-or-later
// A control message of any bytes must parse into arguments in range, into nothing, or not at all.
// Input: the message.
#include <cstddef>
#include <cstdint>
#include <span>

#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"
#include "wire/build.hpp"
#include "wire/parse.hpp"

namespace pierglass::fuzz {
namespace {

bool on_a_screen(std::int32_t place) {
  return place >= 0 && place < static_cast<std::int32_t>(wire::kMaxDimension);
}

bool is_side(std::uint32_t side) {
  return side >= 1 && side <= wire::kMaxDimension;
}

void check_message(const wire::ControlMessage& message) {
  switch (message.type) {
    case wire::ControlType::SetCursorPosition:
      require(on_a_screen(message.position.x) && on_a_screen(message.position.y), "position");
      return;
    case wire::ControlType::SetMode:
      require(is_side(message.size.width) && is_side(message.size.height), "mode");
      require(message.millihertz <= wire::kMaxMillihertz, "rate");
      return;
    case wire::ControlType::SetCapture:
      return;
  }
  require(false, "type");
}

void run(Input input) {
  const auto raw = input.take<wire::RawControl>();
  const auto message = wire::parse_control(std::as_bytes(std::span(&raw, 1)));
  if (!message) {
    require(raw.type >= 1 && raw.type <= 3, "only known types have impossible arguments");
    return;
  }
  require(message->has_value() == (raw.type >= 1 && raw.type <= 3), "unknown types are nothing");
  if (!message->has_value()) return;
  check_message(**message);
  const wire::RawControl built = wire::make_control(**message);
  const auto again = wire::parse_control(std::as_bytes(std::span(&built, 1)));
  require(again.has_value() && *again == *message, "parse(build(x)) is x");
}

}  // namespace
}  // namespace pierglass::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pierglass::fuzz::run({data, size});
  return 0;
}
