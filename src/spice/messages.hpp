// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "input/events.hpp"
#include "input/guest.hpp"

// What a server said, checked. Numbers are from spice/enums.h and spice/protocol.h.
namespace pierglass::spice {

enum class ChannelKind : std::uint8_t { Main, Inputs };
inline constexpr std::size_t kChannelCount = 2;

inline constexpr std::size_t kPublicKeyBytes = 162;
using PublicKey = std::array<std::byte, kPublicKeyBytes>;

// The answer to our first words.
struct LinkReply {
  PublicKey key{};
  bool selects_auth = false;  // wants to hear how we prove ourselves before we do
};

struct MessageHeader {
  std::uint16_t type = 0;
  std::uint32_t size = 0;  // of the body
};

// ---- both channels -----------------------------------------------------------------------------

struct Ignored {};
struct SetAck {
  std::uint32_t generation = 0;
  std::uint32_t window = 0;
};
struct Ping {
  std::uint32_t id = 0;
  std::uint64_t time = 0;
};
struct Disconnecting {
  std::uint32_t reason = 0;
};

// ---- main channel ------------------------------------------------------------------------------

// Which ways of moving the pointer the machine has, and which is in force.
struct PointerModes {
  bool relative = false;
  bool absolute = false;
  input::PointerMode current = input::PointerMode::Relative;
  friend bool operator==(const PointerModes&, const PointerModes&) = default;

  [[nodiscard]] bool has(input::PointerMode mode) const {
    return mode == input::PointerMode::Relative ? relative : absolute;
  }
};
struct MainInit {
  std::uint32_t session = 0;
  PointerModes modes;
};
struct ModesChanged {
  PointerModes modes;
};
struct ChannelsList {
  std::optional<std::uint8_t> inputs;  // the id of the first inputs channel
};
struct MachineName {
  std::string name;  // ASCII; other bytes are '?'
};
struct MachineUuid {
  std::array<std::byte, 16> uuid{};
};

using MainMessage = std::variant<Ignored, SetAck, Ping, Disconnecting, MainInit, ModesChanged,
                                 ChannelsList, MachineName, MachineUuid>;

// ---- inputs channel ----------------------------------------------------------------------------

struct InputsInit {
  input::Locks locks;
};
struct LocksChanged {
  input::Locks locks;
};
struct MotionAck {};

using InputsMessage =
    std::variant<Ignored, SetAck, Ping, Disconnecting, InputsInit, LocksChanged, MotionAck>;

// What a server tells of its machine; both are optional.
struct Machine {
  std::string name;
  std::optional<std::array<std::byte, 16>> uuid;
};

}  // namespace pierglass::spice
