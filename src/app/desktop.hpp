// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "app/guest_news.hpp"
#include "wl/activation.hpp"
#include "wl/idle_inhibitor.hpp"

namespace pierglass::wl {
class Display;
class Registry;
class Window;
}  // namespace pierglass::wl

namespace pierglass::app {

// What the user's desktop learns of the guest: the window's title, a screen that stays on, a window
// that wants attention. Main thread; must end before the window.
//
// A guest may change its mind as often as it likes; a compositor that does not read meanwhile is
// sent nothing, and the newest state once it does.
class Desktop {
 public:
  Desktop(wl::Display& display, wl::Registry& registry, wl::Window& window);

  void on_guest(const GuestNews& news);

  // Tells what is not told yet. Cheap; for after each read of the connection (the compositor may
  // take requests again) and each change of the window's state.
  void refresh();

 private:
  [[nodiscard]] bool keeps_screen_on() const;

  wl::Display& display_;
  wl::Window& window_;
  wl::IdleInhibitor inhibitor_;
  wl::Activation activation_;
  std::string title_;
  std::string shown_title_;
  bool keep_screen_on_ = false;  // wished by a guest that lives
  bool moving_ = false;          // its pictures change
  std::uint32_t attention_ = 0;  // last heard
  bool calling_ = false;         // wished and not sent yet
};

}  // namespace pierglass::app
