// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "input/router.hpp"
#include "tests/support/input_model.hpp"

namespace pierglass::test {

// Plays events of all kinds in any order on a router, also in orders that no compositor sends, and
// after each compares what reached the guest with a second statement of the rules. The bytes:
// {options, options}, then events {kind, arguments}, see step().
class InputScript {
 public:
  explicit InputScript(std::span<const std::uint8_t> bytes);

  // Names the first event that broke a rule, and the rule; empty: none.
  std::string play();

  // How often something happened that the rules speak of, so that a test can tell that it did.
  struct Seen {
    int pressed_in_guest = 0;
    int released_by_loss = 0;
    int captured = 0;
    int chords = 0;
    int taps = 0;
    int moves = 0;
  };
  [[nodiscard]] const Seen& seen() const { return seen_; }

 private:
  std::uint8_t byte();
  input::KeyCode any_key();
  input::Button any_button() { return static_cast<input::Button>(byte() % input::kButtonCount); }
  input::PointF any_place();
  input::Locks any_locks();

  void begin_as_usual();
  void step();
  void on_window();
  void on_keyboard_enter();
  void on_keyboard_leave();
  void on_key();
  void on_key(input::KeyCode key, bool down);
  void press_then_release(input::KeyCode key);
  void chord();
  void on_pointer_enter();
  void on_pointer_leave();
  void on_pointer_motion();
  void on_relative_motion();
  void on_button();
  void on_scroll();
  void on_locked(bool locked);
  void on_connection(bool connected);
  void on_tablet();
  void perform();
  void pass_time();

  void use_trigger(bool down);
  void expect_command(input::Command command);
  void lose_all();
  void follow();
  void check();
  void require(bool holds, const char* rule);

  [[nodiscard]] bool present() const { return facts_.mapped && !facts_.suspended; }
  [[nodiscard]] bool focused() const { return keyboard_ && present() && !deactivated_; }
  [[nodiscard]] bool captured() const { return locked_ && inside_ && present(); }
  [[nodiscard]] bool pointer_reaches() const;

  std::span<const std::uint8_t> rest_;
  bool usual_ = false;
  std::string wrong_;
  Seen seen_;

  ModelGuest guest_;
  ModelHost host_;
  input::RouterOptions options_;
  std::optional<input::Router> router_;

  // What the script told the router.
  input::WindowFacts facts_;
  Size picture_;
  bool keyboard_ = false;
  bool deactivated_ = false;
  bool inside_ = false;
  bool locked_ = false;
  std::set<input::KeyCode> foreign_;

  // What has to follow from that.
  struct Trigger {
    bool held = false;
    bool alone = false;
    HostTime since;
  } trigger_;
  std::set<input::KeyCode> swallowed_;
  std::set<input::KeyCode> keys_;  // that the guest believes pressed
  std::set<input::Button> buttons_;
  std::size_t ran_ = 0;  // commands for the program

  // Before the last event.
  bool was_wanted_ = false;
  bool was_captured_ = false;
  bool was_focused_ = false;
};

}  // namespace pierglass::test
