// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace pierglass::test {

// What the compositor told a client about keyboard and mouse.
struct WaylandInput {
  enum class Kind : std::uint8_t { Key, Motion, RelativeMotion, Button, Locked };
  Kind kind = Kind::Key;
  std::int32_t a = 0;  // Linux KEY_* or BTN_*; x or unaccelerated dx in 1/256 of a pixel
  std::int32_t b = 0;  // 1 down, 0 up; y or unaccelerated dy
  friend bool operator==(const WaylandInput&, const WaylandInput&) = default;
};

// Follows both ways of one Wayland connection just far enough to know its surfaces' commits and the
// input that it gets.
class WaylandParser {
 public:
  // Takes the next bytes that the client sent, cut anywhere; calls back for each
  // wl_surface.commit with the surface's object id.
  template <typename OnCommit>
  void requests(std::span<const std::byte> bytes, OnCommit on_commit) {
    feed(requests_, bytes, [&](std::span<const std::byte> message) {
      if (const std::uint32_t surface = request(message)) on_commit(surface);
    });
  }

  // The same of what the compositor sent; calls back with each WaylandInput.
  template <typename OnInput>
  void events(std::span<const std::byte> bytes, OnInput on_input) {
    feed(events_, bytes, [&](std::span<const std::byte> message) {
      if (const auto input = event(message)) on_input(*input);
    });
  }

 private:
  enum class Interface : std::uint8_t {
    Registry,
    Compositor,
    Surface,
    Seat,
    Pointer,
    Keyboard,
    RelativePointers,
    RelativePointer,
    Constraints,
    LockedPointer,
  };

  template <typename Handle>
  static void feed(std::vector<std::byte>& pending, std::span<const std::byte> bytes,
                   Handle handle) {
    pending.insert(pending.end(), bytes.begin(), bytes.end());
    std::size_t done = 0;
    while (const std::size_t size = message_size(std::span(pending).subspan(done))) {
      handle(std::span<const std::byte>(pending).subspan(done, size));
      done += size;
    }
    pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(done));
  }

  static std::size_t message_size(std::span<const std::byte> rest);  // 0: not whole yet
  std::uint32_t request(std::span<const std::byte> message);         // the surface, or 0
  std::optional<WaylandInput> event(std::span<const std::byte> message);
  void bind(std::span<const std::byte> message);
  std::optional<Interface> interface_of(std::uint32_t object) const;

  std::vector<std::byte> requests_;  // what is not whole
  std::vector<std::byte> events_;
  std::map<std::uint32_t, Interface> objects_;
};

}  // namespace pierglass::test
