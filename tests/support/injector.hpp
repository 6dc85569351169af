// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

namespace pierglass::test {

enum class WheelAxis : std::uint8_t { Vertical, Horizontal };

// A keyboard (US layout) and a mouse plugged into a wlroots compositor, which its seat has as long
// as this lives. Every few requests it waits for the compositor, whose buffers never overflow.
// Throws std::runtime_error when the compositor ends or lacks the protocols. One thread.
class Injector {
 public:
  explicit Injector(const std::filesystem::path& display);
  Injector(const Injector&) = delete;
  Injector& operator=(const Injector&) = delete;
  ~Injector();

  void key(std::uint32_t code, bool down);           // Linux KEY_*; lock keys lock
  void button(std::uint32_t button, bool down);      // Linux BTN_*
  void move(double dx, double dy);                   // logical pixels
  void place(std::uint32_t x, std::uint32_t y);      // in the layout, whose size is set_layout()'s
  void wheel(WheelAxis axis, std::int32_t notches);  // positive is down or right

  // What place() counts in; 1920x1080 before.
  void set_layout(std::uint32_t width, std::uint32_t height);

  // Hands over what was asked for, and does not wait.
  void flush();
  // Until the compositor has taken everything.
  void sync();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pierglass::test
