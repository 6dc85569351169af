// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/deadline.hpp"
#include "app/panel_text.hpp"
#include "base/result.hpp"
#include "loop/event_loop.hpp"

namespace pierglass::app {

// The texts over the picture, told anew whenever they change. Main thread; must end before the
// loop.
class Panel {
 public:
  // All lines that are to be on the picture from now on; none: nothing is.
  using Show = std::move_only_function<void(const std::vector<std::string>& lines)>;

  static Result<std::unique_ptr<Panel>> create(loop::EventLoop& loop, Show show);

  void say(PanelText::Topic topic, std::string line, Nanoseconds span);
  void set_notice(std::string line);
  void set_status(std::vector<std::string> lines);
  void set_chords(std::vector<std::string> lines);

 private:
  explicit Panel(Show show) : show_(std::move(show)) {}
  void update(HostTime now);

  Show show_;
  PanelText text_;
  std::vector<std::string> shown_;
  std::unique_ptr<Deadline> passing_;
};

}  // namespace pierglass::app
