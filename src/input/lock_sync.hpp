// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "input/events.hpp"

namespace pierglass::input {

// Keeps the guest's lock keys like the desktop's. The state is set when the window gets the
// keyboard or the guest connects; from then on lock keys reach the guest as keys and it toggles by
// itself. Where both still differ a while after such a key, it is set once: a program in the guest
// may want it otherwise. What a function returns is to be set in the guest.
class LockSync {
 public:
  // A compositor tells the locks right after it gave the keyboard; else what was told before
  // counts.
  static constexpr Nanoseconds kEnter = std::chrono::milliseconds(50);
  static constexpr Nanoseconds kSettle = std::chrono::milliseconds(500);

  // The window got the keyboard, the desktop's locks are about to be told.
  void on_focus(HostTime now);
  void on_blur();
  [[nodiscard]] std::optional<Locks> on_connect();
  void on_disconnect();

  [[nodiscard]] std::optional<Locks> on_desktop(Locks locks, HostTime now);
  void on_guest(Locks locks) { guest_ = locks; }
  // One that the window saw.
  void on_lock_key(HostTime now);

  [[nodiscard]] std::optional<HostTime> deadline() const { return due_; }
  [[nodiscard]] std::optional<Locks> on_time(HostTime now);

 private:
  [[nodiscard]] std::optional<Locks> set_now() const;

  bool focused_ = false;
  bool connected_ = false;
  bool owed_ = false;  // not set since the focus came
  std::optional<Locks> desktop_;
  std::optional<Locks> guest_;
  std::optional<HostTime> due_;
};

}  // namespace pierglass::input
