// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/deadline.hpp"
#include "app/panel_text.hpp"
#include "base/result.hpp"
#include "loop/event_loop.hpp"

namespace pierglass::app {

class PresentThread;

// The texts over the picture, kept on the screen as they change. Main thread; must end before the
// present thread and the loop.
class Panel {
 public:
  static Result<std::unique_ptr<Panel>> create(loop::EventLoop& loop, PresentThread& present);

  void say(PanelText::Topic topic, std::string line, Nanoseconds span);
  void set_notice(std::string line);
  void set_status(std::vector<std::string> lines);
  void set_chords(std::vector<std::string> lines);

 private:
  explicit Panel(PresentThread& present) : present_(present) {}
  void show(HostTime now);

  PresentThread& present_;
  PanelText text_;
  std::vector<std::string> shown_;
  std::unique_ptr<Deadline> passing_;
};

}  // namespace pierglass::app
