// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/desktop.hpp"

#include <utility>

#include "wl/display.hpp"
#include "wl/window.hpp"

namespace pierglass::app {

Desktop::Desktop(wl::Display& display, wl::Registry& registry, wl::Window& window)
    : display_(display),
      window_(window),
      inhibitor_(registry, window),
      activation_(registry, window),
      title_(window_title({}, {})),
      shown_title_(title_) {}

void Desktop::on_guest(const GuestNews& news) {
  title_ = window_title(news.description, news.notice);
  const bool live = news.status == source::GuestStatus::Live;
  keep_screen_on_ = live && news.wishes.keep_screen_on;
  moving_ = live && news.moving;
  const std::uint32_t before = std::exchange(attention_, news.wishes.attention);
  if (attention_ > before) calling_ = true;
  if (!live) calling_ = false;
  refresh();
}

// A window that nobody sees needs no lit screen. A game on the whole screen does, also when its
// player's hands are on a controller, of which the desktop knows nothing.
bool Desktop::keeps_screen_on() const {
  const wl::WindowState& state = window_.state();
  if (state.suspended || state.hidden) return false;
  return keep_screen_on_ || (moving_ && state.fullscreen);
}

void Desktop::refresh() {
  if (title_ == shown_title_ && keeps_screen_on() == inhibitor_.wanted() && !calling_) return;
  if (!display_.flush()) return;
  if (title_ != shown_title_) window_.set_title(title_.c_str());
  shown_title_ = title_;
  inhibitor_.set(keeps_screen_on());
  if (std::exchange(calling_, false)) activation_.request();
}

}  // namespace pierglass::app
