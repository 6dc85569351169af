// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/wayland_parser.hpp"

#include <cstring>
#include <string_view>

namespace pierglass::test {
namespace {

constexpr std::size_t kHeaderBytes = 8;

// Fixed by the protocols: wl_display is object 1; opcodes count an interface's requests, and apart
// from those its events.
constexpr std::uint32_t kDisplayObject = 1;
constexpr std::uint32_t kDisplayGetRegistry = 1;
constexpr std::uint32_t kDisplayDeleteId = 1;
constexpr std::uint32_t kRegistryBind = 0;
constexpr std::uint32_t kCompositorCreateSurface = 0;
constexpr std::uint32_t kSurfaceDestroy = 0;
constexpr std::uint32_t kSurfaceCommit = 6;
constexpr std::uint32_t kSeatGetPointer = 0;
constexpr std::uint32_t kSeatGetKeyboard = 1;
constexpr std::uint32_t kGetRelativePointer = 1;
constexpr std::uint32_t kLockPointer = 1;
constexpr std::uint32_t kPointerMotion = 2;
constexpr std::uint32_t kPointerButton = 3;
constexpr std::uint32_t kKeyboardKey = 3;
constexpr std::uint32_t kRelativeMotion = 0;
constexpr std::uint32_t kLocked = 0;

std::uint32_t word_at(std::span<const std::byte> bytes, std::size_t offset) {
  std::uint32_t word = 0;
  if (offset + sizeof word <= bytes.size()) std::memcpy(&word, &bytes[offset], sizeof word);
  return word;
}

// Argument number `index` of a message whose arguments are a word each.
std::uint32_t argument(std::span<const std::byte> message, std::size_t index) {
  return word_at(message, kHeaderBytes + 4 * index);
}

std::uint32_t opcode_of(std::span<const std::byte> message) {
  return word_at(message, 4) & 0xffff;
}

WaylandInput input(WaylandInput::Kind kind, std::span<const std::byte> message, std::size_t first) {
  return {.kind = kind,
          .a = static_cast<std::int32_t>(argument(message, first)),
          .b = static_cast<std::int32_t>(argument(message, first + 1))};
}

}  // namespace

std::size_t WaylandParser::message_size(std::span<const std::byte> rest) {
  if (rest.size() < kHeaderBytes) return 0;
  const std::size_t size = word_at(rest, 4) >> 16;
  return size >= kHeaderBytes && size <= rest.size() ? size : 0;
}

std::optional<WaylandParser::Interface> WaylandParser::interface_of(std::uint32_t object) const {
  const auto found = objects_.find(object);
  return found == objects_.end() ? std::nullopt : std::optional(found->second);
}

std::uint32_t WaylandParser::request(std::span<const std::byte> message) {
  const std::uint32_t object = word_at(message, 0);
  const std::uint32_t opcode = opcode_of(message);
  const std::uint32_t made = argument(message, 0);
  if (object == kDisplayObject && opcode == kDisplayGetRegistry) {
    objects_[made] = Interface::Registry;
  }
  const auto interface = interface_of(object);
  if (!interface) return 0;
  switch (*interface) {
    case Interface::Registry:
      if (opcode == kRegistryBind) bind(message);
      break;
    case Interface::Compositor:
      if (opcode == kCompositorCreateSurface) objects_[made] = Interface::Surface;
      break;
    case Interface::Surface:
      if (opcode == kSurfaceCommit) return object;
      if (opcode == kSurfaceDestroy) objects_.erase(object);
      break;
    case Interface::Seat:
      if (opcode == kSeatGetPointer) objects_[made] = Interface::Pointer;
      if (opcode == kSeatGetKeyboard) objects_[made] = Interface::Keyboard;
      break;
    case Interface::RelativePointers:
      if (opcode == kGetRelativePointer) objects_[made] = Interface::RelativePointer;
      break;
    case Interface::Constraints:
      if (opcode == kLockPointer) objects_[made] = Interface::LockedPointer;
      break;
    default:
      break;
  }
  return 0;
}

// wl_registry.bind: name, interface as a string (length with its zero, padded to 4), version, id.
void WaylandParser::bind(std::span<const std::byte> message) {
  static const std::map<std::string_view, Interface> kKnown = {
      {"wl_compositor", Interface::Compositor},
      {"wl_seat", Interface::Seat},
      {"zwp_relative_pointer_manager_v1", Interface::RelativePointers},
      {"zwp_pointer_constraints_v1", Interface::Constraints}};
  constexpr std::size_t kLengthAt = kHeaderBytes + 4;
  const std::size_t length = word_at(message, kLengthAt);
  const std::size_t padded = (length + 3) & ~std::size_t{3};
  if (length == 0 || kLengthAt + 4 + padded + 8 > message.size()) return;
  const std::string_view name(reinterpret_cast<const char*>(message.subspan(kLengthAt + 4).data()),
                              length - 1);
  const auto known = kKnown.find(name);
  if (known != kKnown.end()) {
    objects_[word_at(message, kLengthAt + 4 + padded + 4)] = known->second;
  }
}

std::optional<WaylandInput> WaylandParser::event(std::span<const std::byte> message) {
  using Kind = WaylandInput::Kind;
  const std::uint32_t object = word_at(message, 0);
  const std::uint32_t opcode = opcode_of(message);
  if (object == kDisplayObject && opcode == kDisplayDeleteId) objects_.erase(argument(message, 0));
  const auto interface = interface_of(object);
  if (interface == Interface::Keyboard && opcode == kKeyboardKey) {
    return input(Kind::Key, message, 2);  // after serial and time
  }
  if (interface == Interface::Pointer && opcode == kPointerButton) {
    return input(Kind::Button, message, 2);
  }
  if (interface == Interface::Pointer && opcode == kPointerMotion) {
    return input(Kind::Motion, message, 1);  // after the time
  }
  if (interface == Interface::RelativePointer && opcode == kRelativeMotion) {
    return input(Kind::RelativeMotion, message, 4);  // after two of time and two accelerated
  }
  if (interface == Interface::LockedPointer && opcode == kLocked) {
    return WaylandInput{.kind = Kind::Locked};
  }
  return std::nullopt;
}

}  // namespace pierglass::test
