// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/geometry.hpp"
#include "input/events.hpp"
#include "input/guest.hpp"
#include "spice/messages.hpp"
#include "spice/motion_window.hpp"
#include "spice/wire.hpp"

// What this client says, as bytes. Pure.
namespace pierglass::spice {

// SPICE_MOUSE_BUTTON_*; the wheel is two of them.
enum class MouseButton : std::uint8_t {
  Left = 1,
  Middle = 2,
  Right = 3,
  WheelUp = 4,
  WheelDown = 5,
  Side = 6,
  Extra = 7,
};
using ButtonMask = std::uint16_t;  // SPICE_MOUSE_BUTTON_MASK_*, what is down after the event

MouseButton mouse_button(input::Button button);
ButtonMask mask_of(MouseButton button);

// First words on a connection; `session` is 0 on the main channel.
Packet link_message(ChannelKind kind, std::uint8_t id, std::uint32_t session);
// The password and, where the server asks, that it is one.
Packet ticket_message(bool selects_auth, std::span<const std::byte, 128> ticket);

Packet ack_sync(std::uint32_t generation);
Packet ack();
Packet pong(const Ping& ping);

Packet attach_channels();
Packet mouse_mode_request(input::PointerMode mode);

// `scan_codes`: bytes from the lowest on, until a zero.
Packet key_message(std::uint32_t scan_codes, bool down);
Packet key_modifiers(input::Locks locks);
Packet mouse_motion(Motion motion, ButtonMask buttons);
Packet mouse_position(Point position, ButtonMask buttons);
Packet mouse_button_message(MouseButton button, bool down, ButtonMask buttons);

}  // namespace pierglass::spice
