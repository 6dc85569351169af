// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/panel.hpp"

#include <utility>

#include "app/present_thread.hpp"

namespace pierglass::app {

Result<std::unique_ptr<Panel>> Panel::create(loop::EventLoop& loop, PresentThread& present) {
  std::unique_ptr<Panel> self(new Panel(present));
  self->passing_ = TRY(Deadline::create(
      loop, [panel = self.get()] { return panel->text_.next(); },
      [panel = self.get()](HostTime now) { panel->show(now); }));
  return self;
}

void Panel::say(PanelText::Topic topic, std::string line, Nanoseconds span) {
  const HostTime now = HostClock::now();
  text_.say(topic, std::move(line), now, span);
  show(now);
}

void Panel::set_notice(std::string line) {
  text_.set_notice(std::move(line));
  show(HostClock::now());
}

void Panel::set_status(std::vector<std::string> lines) {
  text_.set_status(std::move(lines));
  show(HostClock::now());
}

void Panel::set_chords(std::vector<std::string> lines) {
  text_.set_chords(std::move(lines));
  show(HostClock::now());
}

void Panel::show(HostTime now) {
  std::vector<std::string> lines = text_.lines(now);
  if (lines == shown_) return;
  shown_ = std::move(lines);
  present_.set_panel(shown_);
}

}  // namespace pierglass::app
