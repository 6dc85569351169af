// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/geometry.hpp"
#include "input/events.hpp"
#include "tests/support/fake_compositor.hpp"

namespace pierglass::test {

// The image that a client gave the pointer.
struct FakePointerImage {
  std::uint32_t serial = 0;  // of the last set_cursor or set_shape
  std::uint32_t shape = 0;   // the desktop's own, by wp_cursor_shape_device_v1's number; 0: none
  bool shown = false;        // with a surface that has a buffer
  Point hot_spot;            // logical
  Size buffer;               // pixels
  Size destination;          // viewport destination; 0x0: none
  std::int32_t scale = 1;    // buffer_scale
  std::vector<std::uint32_t> pixels;
  std::size_t commits = 0;  // of its surface
};

// A seat as the compositor sees it.
struct SeatState {
  // Living objects of clients.
  std::size_t keyboards = 0;
  std::size_t pointers = 0;
  std::size_t relative_pointers = 0;
  std::size_t locks = 0;
  std::size_t inhibitors = 0;
  FakePointerImage image;
  // Of the last lock that ended: the hint that a commit had made effective.
  std::optional<input::PointF> reappeared;
};

// Events of one wl_pointer.axis frame; each is left out for a client whose wl_pointer lacks it.
struct FakeScroll {
  std::uint32_t axis = 0;
  double distance = 0;
  std::int32_t notches = 0;   // axis_discrete; 0: not sent. Not for version 8 and later
  std::int32_t value120 = 0;  // 0: not sent
  std::optional<std::uint32_t> source;
};

// The text of a keymap of the system's, such as of the layout "us".
std::string xkb_keymap_text(const std::string& layout);

// Input on command, from one seat of the fake compositor. As there: any thread but its own, and the
// events are sent when a function returns. Enter and leave are for the toplevel's surface.
class FakeSeat {
 public:
  FakeSeat(FakeCompositor::Server& server, std::string name)
      : server_(server), name_(std::move(name)) {}

  [[nodiscard]] SeatState state();

  void set_capabilities(bool keyboard, bool pointer);
  void remove();

  // ---- keyboard ----
  // For keyboards that there are and those to come. `size` 0: that of the text and its end.
  void keymap(const std::string& text, std::uint32_t size = 0, std::uint32_t format = 1);
  void keyboard_enter(std::vector<std::uint32_t> held = {});
  void keyboard_leave();
  void key(std::uint32_t code, std::uint32_t state);
  void modifiers(std::uint32_t depressed, std::uint32_t latched, std::uint32_t locked,
                 std::uint32_t group);

  // ---- pointer ----
  // Gives the serial. `surface` is the number of another surface of the client.
  std::uint32_t pointer_enter(input::PointF position, std::uint32_t surface = 0);
  void pointer_leave(std::uint32_t surface = 0);
  void pointer_motion(input::PointF position);
  void button(std::uint32_t code, bool down);
  void scroll(const FakeScroll& scroll);
  void scroll_without_frame(const FakeScroll& scroll);
  void frame();
  void relative_motion(input::PointF accelerated, input::PointF raw);

  // ---- what is asked for ----
  void lock_pointer();  // all locks there are
  void unlock_pointer();
  void set_inhibited(bool active);

 private:
  FakeCompositor::Server& server_;
  std::string name_;
};

}  // namespace pierglass::test
