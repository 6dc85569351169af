// SPDX-License-Identifier: GPL-2.0-or-later
// A message of the main channel, of any bytes, must be read as a second statement of the rules has
// it, and never beyond its end.
// Input: type u16, bytes that the body claims beyond those that follow u16, then the body.
#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <variant>

#include "spice/parse.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/spice_message.hpp"

namespace pierglass::fuzz {
namespace {

using namespace spice;

bool good_mode(std::uint64_t mode) {
  return mode == 1 || mode == 2;
}

void check_modes(const PointerModes& modes, std::uint64_t supported, std::uint64_t current) {
  require(
      modes.current == (current == 2 ? input::PointerMode::Absolute : input::PointerMode::Relative),
      "mode");
  require(modes.has(modes.current), "a mode in force is there");
  require(modes.relative == (((supported | current) & 1) != 0), "relative");
  require(modes.absolute == (((supported | current) & 2) != 0), "absolute");
}

void check_list(const FuzzMessage& message, const Result<MainMessage>& out) {
  const std::uint64_t count = message.number(0, 4);
  const bool good = message.kept >= 4 && count <= 256 && 4 + 2 * count <= message.kept;
  require(out.has_value() == good, "CHANNELS_LIST");
  if (!good) return;
  const auto inputs = std::get<ChannelsList>(*out).inputs;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (message.number(4 + 2 * i, 1) != 3) continue;
    require(inputs == message.number(5 + 2 * i, 1), "the first inputs channel");
    return;
  }
  require(!inputs, "none");
}

void check_name(const FuzzMessage& message, const Result<MainMessage>& out) {
  const bool good = message.kept >= 4 && message.number(0, 4) <= message.header.size - 4;
  require(out.has_value() == good, "NAME");
  if (!good) return;
  const std::string& name = std::get<MachineName>(*out).name;
  require(name.size() <= 256 && name.size() <= message.number(0, 4), "its length");
  require(std::ranges::all_of(name, [](char letter) { return letter >= ' ' && letter <= '~'; }),
          "nothing but letters");
}

void check(const FuzzMessage& message, const Result<MainMessage>& out) {
  const std::uint32_t size = message.header.size;
  switch (message.header.type) {
    case 103: {
      const bool good = size >= 32 && good_mode(message.number(12, 4));
      require(out.has_value() == good, "INIT");
      if (!good) return;
      const auto& init = std::get<MainInit>(*out);
      require(init.session == message.number(0, 4), "its session");
      return check_modes(init.modes, message.number(8, 4), message.number(12, 4));
    }
    case 104:
      return check_list(message, out);
    case 105: {
      const bool good = size >= 4 && good_mode(message.number(2, 2));
      require(out.has_value() == good, "MOUSE_MODE");
      if (good)
        check_modes(std::get<ModesChanged>(*out).modes, message.number(0, 2), message.number(2, 2));
      return;
    }
    case 113:
      return check_name(message, out);
    case 114:
      require(out.has_value() == (size >= 16), "UUID");
      if (out)
        require(std::memcmp(std::get<MachineUuid>(*out).uuid.data(), message.body.get(), 16) == 0,
                "its bytes");
      return;
    default:
      return check_common(message, out);
  }
}

}  // namespace
}  // namespace pierglass::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const pierglass::fuzz::FuzzMessage message({data, size});
  pierglass::fuzz::check(message, pierglass::spice::parse_main(message.header, message.span()));
  return 0;
}
