// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/panel.hpp"

#include <utility>

namespace pierglass::app {

Result<std::unique_ptr<Panel>> Panel::create(loop::EventLoop& loop, Show show) {
  std::unique_ptr<Panel> self(new Panel(std::move(show)));
  self->passing_ = TRY(Deadline::create(
      loop, [panel = self.get()] { return panel->text_.next(); },
      [panel = self.get()](HostTime now) { panel->update(now); }));
  return self;
}

void Panel::say(PanelText::Topic topic, std::string line, Nanoseconds span) {
  const HostTime now = HostClock::now();
  text_.say(topic, std::move(line), now, span);
  update(now);
}

void Panel::set_notice(std::string line) {
  text_.set_notice(std::move(line));
  update(HostClock::now());
}

void Panel::set_status(std::vector<std::string> lines) {
  text_.set_status(std::move(lines));
  update(HostClock::now());
}

void Panel::set_chords(std::vector<std::string> lines) {
  text_.set_chords(std::move(lines));
  update(HostClock::now());
}

void Panel::update(HostTime now) {
  std::vector<std::string> lines = text_.lines(now);
  if (lines == shown_) return;
  shown_ = std::move(lines);
  show_(shown_);
}

}  // namespace pierglass::app
