// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/window_control.hpp"

#include <utility>

#include "app/present_thread.hpp"
#include "wl/outputs.hpp"
#include "wl/registry.hpp"

namespace pierglass::app {
namespace {

// Compositors that follow a token do so within their next repaint.
constexpr Nanoseconds kActivation = std::chrono::milliseconds(250);

}  // namespace

Result<std::unique_ptr<WindowControl>> WindowControl::create(const Parts& parts, Wishes wishes) {
  std::unique_ptr<WindowControl> self(new WindowControl(parts, std::move(wishes)));
  self->deadline_ = TRY(Deadline::create(
      parts.loop, [control = self.get()] { return control->raise_by_; },
      [control = self.get()](HostTime) { control->raise_anyway(); }));
  return self;
}

WindowControl::WindowControl(const Parts& parts, Wishes wishes)
    : registry_(parts.registry),
      window_(parts.window),
      present_(parts.present),
      wishes_(std::move(wishes)),
      activation_(registry_, window_) {}

bool WindowControl::in_front() const {
  return window_.shown() && !window_.state().hidden && window_.state().activated;
}

void WindowControl::show(const std::string& token, const std::string& output, Done done) {
  if (!output.empty()) wishes_.output = output;
  if (!token.empty()) token_ = token;
  settle(hides_);  // overtaken
  shows_.push_back(std::move(done));
  if (!window_.shown()) {
    put_on();
  } else if (window_.state().hidden || window_.state().activated) {
    on_window();
  } else if (token.empty()) {
    raise_anyway();
  } else {
    use_token();
    raise_by_ = HostClock::now() + kActivation;
  }
}

void WindowControl::put_on() {
  commit_asked_ = false;
  window_.show({.fullscreen = wishes_.fullscreen, .output = output()});
}

void WindowControl::raise_anyway() {
  raise_by_.reset();
  window_.hide();
  put_on();
}

void WindowControl::use_token() {
  if (!token_.empty()) activation_.activate(std::exchange(token_, {}));
}

void WindowControl::hide(Done done) {
  raise_by_.reset();
  token_.clear();
  settle(shows_);  // overtaken
  if (!window_.shown()) return done();
  hides_.push_back(std::move(done));
  window_.hide();
}

void WindowControl::toggle_fullscreen() {
  wishes_.fullscreen = !window_.is_fullscreen();
  window_.toggle_fullscreen(output());
}

// By name: screens come and go.
wl_output* WindowControl::output() const {
  const wl::Output* found = registry_.outputs().find(wishes_.output);
  return found == nullptr ? nullptr : found->proxy();
}

void WindowControl::on_window() {
  const wl::WindowState& state = window_.state();
  if (state.hidden) return;
  use_token();
  if (shows_.empty()) return;
  if (raise_by_ && !state.activated) return;
  raise_by_.reset();
  if (!std::exchange(commit_asked_, true)) present_.request_commit();
}

void WindowControl::on_news(const PresentNews& news) {
  if (news.unmapped) {
    window_.on_unmapped(*news.unmapped);
    if (!window_.shown()) settle(hides_);
  }
  if (news.committed != 0 && commit_asked_) {
    commit_asked_ = false;
    settle(shows_);
  }
}

void WindowControl::settle(std::vector<Done>& all) {
  for (Done& one : std::exchange(all, {})) one();
}

}  // namespace pierglass::app
