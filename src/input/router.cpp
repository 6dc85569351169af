// SPDX-License-Identifier: GPL-2.0-or-later
#include "input/router.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace pierglass::input {

Router::Router(const RouterOptions& options, Guest& guest, Host& host, Clock now)
    : options_(options),
      guest_(guest),
      host_(host),
      now_(now),
      hotkey_(options_.bindings),
      motion_(options.accelerated, options.sensitivity),
      follower_(guest, host) {}

Router::~Router() {
  release_everything();
}

// ---- window and guest -----------------------------------------------------------------------

void Router::on_window(const WindowFacts& facts) {
  const WindowFacts before = std::exchange(window_, facts);
  const bool deactivated = before.activated && !facts.activated;
  if (deactivated) deactivated_ = true;
  if (facts.activated) deactivated_ = false;
  if (deactivated || !present()) release_everything();
  update_placement();
  update_focus();
  const bool automatic = options_.when == CaptureWhen::Fullscreen;
  if (automatic && focused_ && facts.fullscreen && !before.fullscreen) begin_capture(true);
  if (by_fullscreen_ && !facts.fullscreen) end_capture();
  settle();
}

void Router::on_picture(Size size) {
  picture_ = size;
  update_placement();
  settle();
}

void Router::update_placement() {
  const Placement placement(picture_, window_.logical);
  if (std::exchange(placement_, placement) == placement) return;
  if (!pointer_reaches_guest()) ledger_.release_buttons(guest_);
  if (pointer_) point_at(*pointer_);
}

void Router::on_guest_connected() {
  ledger_.forget();
  connected_ = true;
  pointer_mode_.reset();
  set_locks(locks_.on_connect());
  settle();
}

void Router::on_guest_disconnected() {
  ledger_.forget();
  connected_ = false;
  pointer_mode_.reset();
  locks_.on_disconnect();
  settle();
}

void Router::on_guest_devices_changed() {
  pointer_mode_.reset();
  settle();
}

void Router::on_guest_locks(Locks locks) {
  locks_.on_guest(locks);
}

void Router::on_guest_pointer(Point position) {
  if (tablet_) {
    tablet_scale_.report(position, now_());
  } else {
    follower_.report(position, now_());
  }
}

// ---- capture --------------------------------------------------------------------------------

void Router::capture() {
  begin_capture(false);
}

void Router::release() {
  end_capture();
}

void Router::toggle_capture() {
  if (wanted_) {
    end_capture();
  } else {
    begin_capture(false);
  }
}

void Router::begin_capture(bool by_fullscreen) {
  if (options_.when == CaptureWhen::Never) return;
  by_fullscreen_ = by_fullscreen && (by_fullscreen_ || !wanted_);
  if (wanted_) return;
  wanted_ = true;
  const HostTime now = now_();
  lock_.ask(focused_, now);
  host_.lock_pointer();
  if (has_way_out()) {
    shortcuts_.ask(focused_, now);
    host_.inhibit_shortcuts(true);
  }
  settle();
}

void Router::end_capture() {
  if (!wanted_) return;
  std::optional<PointF> reappear;
  if (captured() && !placement_.empty()) {
    const std::optional<Point> guest = host_.guest_pointer();
    if (guest) reappear = placement_.to_window(*guest);
  }
  wanted_ = false;
  by_fullscreen_ = false;
  lock_.cancel();
  shortcuts_.cancel();
  release_everything();
  host_.unlock_pointer(reappear);
  if (has_way_out()) host_.inhibit_shortcuts(false);
  settle();
}

void Router::on_pointer_locked() noexcept {
  if (!wanted_) return;  // its release was on the way
  lock_.grant();
  settle();
}

void Router::on_pointer_unlocked() noexcept {
  if (!lock_.granted()) return;
  release_everything();
  lock_.ask(focused_, now_());
  settle();
}

void Router::on_shortcuts_inhibited(bool inhibited) noexcept {
  if (!wanted_) return;
  if (inhibited) {
    shortcuts_.grant();
  } else {
    shortcuts_.refuse();
  }
  settle();
}

Notice Router::notice() const {
  if (!connected_) return Notice::NoConnection;
  if (!wanted_ || !focused_) return Notice::None;
  if (lock_.refused()) return Notice::PointerFree;
  return shortcuts_.refused() ? Notice::ShortcutsDenied : Notice::None;
}

// ---- focus ----------------------------------------------------------------------------------

void Router::update_focus() {
  const bool focused = keyboard_ && present() && !deactivated_;
  if (std::exchange(focused_, focused) == focused) return;
  if (focused) {
    gain_focus();
  } else {
    lose_focus();
  }
}

void Router::gain_focus() {
  const HostTime now = now_();
  lock_.on_focus(now);
  shortcuts_.on_focus(now);
  locks_.on_focus(now);
  if (options_.when == CaptureWhen::Fullscreen && window_.fullscreen) begin_capture(true);
}

void Router::lose_focus() {
  hotkey_.reset();
  show_list();
  release_everything();
  lock_.on_blur();
  shortcuts_.on_blur();
  locks_.on_blur();
  // A question about the shortcuts takes the focus, and gives it back.
  if (!window_.fullscreen && !shortcuts_.owed()) end_capture();
}

// ---- what follows from all of it --------------------------------------------------------------

void Router::settle() {
  if (captured()) pointer_.reset();
  choose_pointer_mode();
  if (!pointer_reaches_guest()) {
    follower_.reset();
    tablet_scale_.reset();
  }
  const Mode mode{.wanted = wanted_,
                  .captured = captured(),
                  .over = pointer_reaches_guest(),
                  .follows = follows(),
                  .notice = notice()};
  if (std::exchange(told_, mode) != mode) host_.on_mode_changed();
}

void Router::choose_pointer_mode() {
  if (!connected_) return;
  const PointerMode mode = captured() ? PointerMode::Relative : PointerMode::Absolute;
  if (std::exchange(pointer_mode_, mode) == mode) return;
  tablet_ = guest_.set_pointer_mode(mode) && mode == PointerMode::Absolute;
  if (!tablet_ && mode == PointerMode::Absolute) guest_.set_pointer_mode(PointerMode::Relative);
  follower_.reset();
  tablet_scale_.reset();
  if (pointer_) point_at(*pointer_);
}

std::optional<HostTime> Router::deadline() const {
  std::optional<HostTime> first;
  for (const auto& due :
       std::array{hotkey_.deadline(), lock_.deadline(), shortcuts_.deadline(), follower_.deadline(),
                  tablet_scale_.deadline(), locks_.deadline()}) {
    if (due && (!first || *due < *first)) first = due;
  }
  return first;
}

void Router::on_time(HostTime now) {
  hotkey_.on_time(now);
  show_list();
  lock_.on_time(now);
  shortcuts_.on_time(now);
  follower_.on_time(now);
  if (const auto again = tablet_scale_.on_time(now)) guest_.move_to(*again);
  set_locks(locks_.on_time(now));
  settle();
}

void Router::show_list() {
  const bool shown = hotkey_.list_shown();
  if (std::exchange(list_told_, shown) != shown) host_.show_chords(shown);
}

}  // namespace pierglass::input
