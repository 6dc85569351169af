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

  // Called once, or dropped when the control ends before it is so.
  using Done = std::move_only_function<void()>;

  static Result<std::unique_ptr<WindowControl>> create(const Parts& parts, Wishes wishes);

  // Seen by the user and in use: what the one key takes away.
  [[nodiscard]] bool in_front() const;

  // `token`: an activation token of who asked, empty for none. Done when the window is on the
  // desktop, with a picture. One that is there but not in front is activated, or where the desktop
  // does not do that (or there is no token), taken off and put on anew, which gets the focus on
  // every desktop. `output`, if not empty, replaces the wish.
  void show(const std::string& token, const std::string& output, Done done);
  // Done when the window is off the desktop.
  void hide(Done done);

  void toggle_fullscreen();

  // Its state changed. Before the present thread is woken for it: so a token counts from the first
  // picture on.
  void on_window();
  void on_news(const PresentNews& news);

 private:
  WindowControl(const Parts& parts, Wishes wishes);
  void put_on();
  void raise_anyway();
  [[nodiscard]] wl_output* output() const;
  void use_token();
  void settle(std::vector<Done>& all);

  wl::Registry& registry_;
  wl::Window& window_;
  PresentThread& present_;
  Wishes wishes_;
  wl::Activation activation_;
  std::unique_ptr<Deadline> deadline_;
  std::optional<HostTime> raise_by_;  // activated, and not in front yet
  bool commit_asked_ = false;         // of the first picture after it was shown
  std::string token_;                 // to be used once there is a window to use it for
  std::vector<Done> shows_;
  std::vector<Done> hides_;
};

}  // namespace pierglass::app
