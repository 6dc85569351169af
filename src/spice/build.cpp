// SPDX-License-Identifier: GPL-2.0-or-later
#include "spice/build.hpp"

#include <spice/enums.h>
#include <spice/protocol.h>

#include <algorithm>

namespace pierglass::spice {
namespace {

static_assert(static_cast<int>(MouseButton::Left) == SPICE_MOUSE_BUTTON_LEFT);
static_assert(static_cast<int>(MouseButton::Middle) == SPICE_MOUSE_BUTTON_MIDDLE);
static_assert(static_cast<int>(MouseButton::Right) == SPICE_MOUSE_BUTTON_RIGHT);
static_assert(static_cast<int>(MouseButton::WheelUp) == SPICE_MOUSE_BUTTON_UP);
static_assert(static_cast<int>(MouseButton::WheelDown) == SPICE_MOUSE_BUTTON_DOWN);
static_assert(static_cast<int>(MouseButton::Side) == SPICE_MOUSE_BUTTON_SIDE);
static_assert(static_cast<int>(MouseButton::Extra) == SPICE_MOUSE_BUTTON_EXTRA);

constexpr std::uint32_t bit(unsigned number) {
  return std::uint32_t{1} << number;
}

template <typename... Fields>
Packet message(std::uint16_t type, Fields... fields) {
  Packet out;
  out.put(type).put(static_cast<std::uint32_t>((sizeof(Fields) + ... + 0)));
  (out.put(fields), ...);
  return out;
}

// Coordinates are unsigned on the wire; nothing lies left of or above the picture.
std::uint32_t coordinate(std::int32_t value) {
  return static_cast<std::uint32_t>(std::max(value, 0));
}

}  // namespace

MouseButton mouse_button(input::Button button) {
  switch (button) {
    case input::Button::Left:
      return MouseButton::Left;
    case input::Button::Middle:
      return MouseButton::Middle;
    case input::Button::Right:
      return MouseButton::Right;
    case input::Button::Side:
      return MouseButton::Side;
    case input::Button::Extra:
      return MouseButton::Extra;
  }
  std::unreachable();
}

ButtonMask mask_of(MouseButton button) {
  return static_cast<ButtonMask>(bit(static_cast<unsigned>(button) - 1));
}

Packet link_message(ChannelKind kind, std::uint8_t id, std::uint32_t session) {
  constexpr std::uint32_t kCommonCaps = bit(SPICE_COMMON_CAP_PROTOCOL_AUTH_SELECTION) |
                                        bit(SPICE_COMMON_CAP_AUTH_SPICE) |
                                        bit(SPICE_COMMON_CAP_MINI_HEADER);
  const bool main = kind == ChannelKind::Main;
  const std::uint32_t channel_caps = main ? bit(SPICE_MAIN_CAP_NAME_AND_UUID) : 0;
  constexpr std::uint32_t kFixed = sizeof(SpiceLinkMess);
  Packet out;
  out.put<std::uint32_t>(SPICE_MAGIC)
      .put<std::uint32_t>(SPICE_VERSION_MAJOR)
      .put<std::uint32_t>(SPICE_VERSION_MINOR)
      .put<std::uint32_t>(kFixed + 2 * sizeof(std::uint32_t));
  out.put(session)
      .put(static_cast<std::uint8_t>(main ? SPICE_CHANNEL_MAIN : SPICE_CHANNEL_INPUTS))
      .put(id)
      .put<std::uint32_t>(1)
      .put<std::uint32_t>(1)
      .put(kFixed)
      .put(kCommonCaps)
      .put(channel_caps);
  return out;
}

Packet ticket_message(bool selects_auth, std::span<const std::byte, 128> ticket) {
  Packet out;
  if (selects_auth) out.put<std::uint32_t>(SPICE_COMMON_CAP_AUTH_SPICE);
  out.put_bytes(ticket);
  return out;
}

Packet ack_sync(std::uint32_t generation) {
  return message(SPICE_MSGC_ACK_SYNC, generation);
}

Packet ack() {
  return message(SPICE_MSGC_ACK);
}

Packet pong(const Ping& ping) {
  return message(SPICE_MSGC_PONG, ping.id, ping.time);
}

Packet attach_channels() {
  return message(SPICE_MSGC_MAIN_ATTACH_CHANNELS);
}

Packet mouse_mode_request(input::PointerMode mode) {
  return message(
      SPICE_MSGC_MAIN_MOUSE_MODE_REQUEST,
      static_cast<std::uint16_t>(mode == input::PointerMode::Absolute ? SPICE_MOUSE_MODE_CLIENT
                                                                      : SPICE_MOUSE_MODE_SERVER));
}

Packet key_message(std::uint32_t scan_codes, bool down) {
  return message(down ? SPICE_MSGC_INPUTS_KEY_DOWN : SPICE_MSGC_INPUTS_KEY_UP, scan_codes);
}

Packet key_modifiers(input::Locks locks) {
  unsigned bits = 0;
  if (locks.scroll) bits |= SPICE_KEYBOARD_MODIFIER_FLAGS_SCROLL_LOCK;
  if (locks.num) bits |= SPICE_KEYBOARD_MODIFIER_FLAGS_NUM_LOCK;
  if (locks.caps) bits |= SPICE_KEYBOARD_MODIFIER_FLAGS_CAPS_LOCK;
  return message(SPICE_MSGC_INPUTS_KEY_MODIFIERS, static_cast<std::uint16_t>(bits));
}

Packet mouse_motion(Motion motion, ButtonMask buttons) {
  return message(SPICE_MSGC_INPUTS_MOUSE_MOTION, motion.dx, motion.dy, buttons);
}

Packet mouse_position(Point position, ButtonMask buttons) {
  return message(SPICE_MSGC_INPUTS_MOUSE_POSITION, coordinate(position.x), coordinate(position.y),
                 buttons, std::uint8_t{0});
}

Packet mouse_button_message(MouseButton button, bool down, ButtonMask buttons) {
  return message(down ? SPICE_MSGC_INPUTS_MOUSE_PRESS : SPICE_MSGC_INPUTS_MOUSE_RELEASE,
                 static_cast<std::uint8_t>(button), buttons);
}

}  // namespace pierglass::spice
