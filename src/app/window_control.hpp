// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/deadline.hpp"
#include "app/present_news.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "control/server.hpp"
#include "loop/event_loop.hpp"
#include "wl/activation.hpp"
#include "wl/window.hpp"

namespace pierglass::wl {
class Registry;
}

namespace pierglass::app {

class PresentThread;

// Puts the window on the desktop, in front of it, and off it, and answers whoever asked for that
// once it is so. Main thread.
class WindowControl {
 public:
  struct Parts {  // borrowed; must outlive this
    loop::EventLoop& loop;
    wl::Registry& registry;
    wl::Window& window;
    PresentThread& present;
  };
  struct Wishes {
    bool fullscreen = true;
    std::string output;  // name; empty, or of none that there is: the compositor chooses
  };

  static Result<std::unique_ptr<WindowControl>> create(const Parts& parts, Wishes wishes);

  // Seen by the user and in use: what the one key takes away.
  [[nodiscard]] bool in_front() const;

  // `token`: an activation token of who asked, empty for none. Done when the window is on the
  // desktop, with a picture. One that is there but not in front is activated, or where the desktop
  // does not do that (or there is no token), taken off and put on anew, which gets the focus on
  // every desktop. `output`, if not empty, replaces the wish.
  void show(const std::string& token, const std::string& output, control::Answer answer);
  // Done when the window is off the desktop.
  void hide(control::Answer answer);

  void toggle_fullscreen();

  void on_window();  // its state changed
  void on_news(const PresentNews& news);

 private:
  WindowControl(const Parts& parts, Wishes wishes);
  void put_on();
  void raise_anyway();
  [[nodiscard]] wl_output* output() const;
  void settle(std::vector<control::Answer>& answers);

  wl::Registry& registry_;
  wl::Window& window_;
  PresentThread& present_;
  Wishes wishes_;
  wl::Activation activation_;
  std::unique_ptr<Deadline> deadline_;
  std::optional<HostTime> raise_by_;  // activated, and not in front yet
  bool commit_asked_ = false;         // of the first picture after it was shown
  std::vector<control::Answer> shows_;
  std::vector<control::Answer> hides_;
};

}  // namespace pierglass::app
