// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "input/guest.hpp"
#include "input/host.hpp"

namespace pierglass::test {

// The router's clock in tests; set it, it never runs.
inline HostTime input_now;
inline HostTime input_clock() {
  return input_now;
}

// A virtual machine that keeps what it was sent and notices what must never be sent to one: the
// first such thing stands in `wrong`.
class ModelGuest final : public input::Guest {
 public:
  bool has_tablet = true;
  bool connected = false;

  std::set<input::KeyCode> keys;  // pressed
  std::set<input::Button> buttons;
  std::optional<input::PointerMode> mode;
  std::vector<std::string> log;  // "press 30", "move by 1 2"
  std::string wrong;

  // A new connection, or none any more.
  void connect(bool now);
  // The log so far, which begins anew.
  std::vector<std::string> take_log();

  void key(input::KeyCode key, bool down) override;
  void button(input::Button button, bool down) override;
  void scroll(input::Axis axis, std::int32_t notches) override;
  void move_by(std::int32_t dx, std::int32_t dy) override;
  void move_to(Point position) override;
  void set_locks(input::Locks locks) override;
  bool set_pointer_mode(input::PointerMode wanted) override;

 private:
  void note(std::string text);
  void require(bool holds, const std::string& what);
};

// A desktop that keeps what it was asked for.
class ModelHost final : public input::Host {
 public:
  bool can_place = false;
  std::optional<Point> pointer;  // of the guest

  bool lock_asked = false;
  bool inhibit_asked = false;
  bool list_shown = false;
  int mode_changes = 0;
  std::optional<input::PointF> reappear;  // of the last unlock
  std::vector<Point> placed;
  std::vector<input::Command> ran;
  std::string wrong;

  void lock_pointer() override;
  void unlock_pointer(std::optional<input::PointF> where) override;
  void inhibit_shortcuts(bool inhibit) override;
  std::optional<Point> guest_pointer() override { return pointer; }
  bool place_guest_pointer(Point position) override;
  void on_mode_changed() override { ++mode_changes; }
  void show_chords(bool show) override;
  void run(input::Command command) override { ran.push_back(command); }

 private:
  void require(bool holds, const char* what);
};

}  // namespace pierglass::test
