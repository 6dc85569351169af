// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "base/geometry.hpp"
#include "input/awaited.hpp"
#include "input/bindings.hpp"
#include "input/events.hpp"
#include "input/follower.hpp"
#include "input/guest.hpp"
#include "input/host.hpp"
#include "input/hotkey.hpp"
#include "input/ledger.hpp"
#include "input/lock_sync.hpp"
#include "input/motion.hpp"
#include "input/placement.hpp"
#include "input/seat_events.hpp"
#include "input/tablet_scale.hpp"
#include "input/wheel.hpp"

namespace pierglass::input {

enum class CaptureWhen : std::uint8_t {
  Manual,      // only when asked
  Fullscreen,  // also when a fullscreen window gets the focus or the focused one goes fullscreen
  Never,       // not even when asked
};

struct RouterOptions {
  CaptureWhen when = CaptureWhen::Manual;
  std::optional<Button> capture_button;  // toggles capture and is not for the guest
  bool accelerated = false;              // see Motion, as the following
  double sensitivity = 1;
  Bindings bindings;
};

// What the compositor last said of the window.
struct WindowFacts {
  bool mapped = false;
  bool activated = false;
  bool fullscreen = false;
  bool suspended = false;
  Size logical;
  friend bool operator==(const WindowFacts&, const WindowFacts&) = default;
};

// What the user ought to be told, the most important first.
enum class Notice : std::uint8_t {
  None,
  NoConnection,     // keyboard and mouse reach no guest
  PointerFree,      // capture is wanted, but the desktop does not hold the pointer (yet)
  ShortcutsDenied,  // captured, but the desktop keeps its key bindings
};

// Decides what of the desktop's keyboard and mouse reaches the guest.
//
// Desktop mode: keys go to the guest while the window has the keyboard, its pointer is under the
// desktop's. Captured: the pointer is locked and only its movements count, and the desktop's key
// bindings are asked for. Whenever keyboard or pointer go away, everything pressed is released.
//
// One thread. Allocates nothing; each event costs a bounded time. `guest` and `host` outlive it and
// are called from inside the functions below; they may call back.
class Router final : public SeatEvents {
 public:
  using Clock = HostTime (*)();

  Router(const RouterOptions& options, Guest& guest, Host& host, Clock now = &HostClock::now);
  // Releases everything in the guest.
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  void on_window(const WindowFacts& facts);
  // The guest's picture as shown, in the pixels that its pointer counts; empty: none.
  void on_picture(Size size);

  // A connection begins with nothing pressed in the guest.
  void on_guest_connected();
  void on_guest_disconnected();
  // The machine got or lost a tablet: the pointer's mode is asked for again.
  void on_guest_devices_changed();
  void on_guest_locks(Locks locks);
  // Where the guest's pointer is, from its pictures; at any rate, and needed only while follows().
  void on_guest_pointer(Point position);

  // Wishes, granted as soon as window and desktop allow.
  void capture();
  void release();
  // Also those commands that Host::run() does not see.
  void perform(Command command);

  [[nodiscard]] bool may_capture() const { return options_.when != CaptureWhen::Never; }
  [[nodiscard]] bool capture_wanted() const { return wanted_; }
  // The pointer is locked and moves the guest's by distances: no pointer of the desktop is visible.
  [[nodiscard]] bool captured() const {
    return wanted_ && lock_.granted() && pointer_inside_ && present();
  }
  // The desktop's pointer, or the mouse while captured, is over the picture and moves the guest's.
  [[nodiscard]] bool pointer_reaches_guest() const;
  // Where the guest's pointer is has to be looked at: it is led by distances, or by places that are
  // not known to be the picture's.
  [[nodiscard]] bool follows() const {
    return pointer_reaches_guest() && !captured() && !(tablet_ && tablet_scale_.settled());
  }
  [[nodiscard]] Notice notice() const;
  [[nodiscard]] const Bindings& bindings() const { return options_.bindings; }

  // When on_time() is to be called at the latest; ask after each call of anything else. None:
  // never.
  [[nodiscard]] std::optional<HostTime> deadline() const;
  void on_time(HostTime now);

  // SeatEvents
  void on_keyboard_enter(std::span<const KeyCode> held) noexcept override;
  void on_keyboard_leave() noexcept override;
  void on_key(KeyCode key, bool down) noexcept override;
  void on_locks(Locks locks) noexcept override;
  void on_pointer_enter(PointF position) noexcept override;
  void on_pointer_leave() noexcept override;
  void on_pointer_motion(PointF position) noexcept override;
  void on_button(Button button, bool down) noexcept override;
  void on_scroll(Scroll scroll) noexcept override;
  void on_relative_motion(RelativeMotion motion) noexcept override;
  void on_pointer_locked() noexcept override;
  void on_pointer_unlocked() noexcept override;
  void on_shortcuts_inhibited(bool inhibited) noexcept override;

 private:
  // What the host hears of; see Host::on_mode_changed().
  struct Mode {
    bool wanted = false;
    bool captured = false;
    bool over = false;
    bool follows = false;
    Notice notice = Notice::NoConnection;
    friend bool operator==(const Mode&, const Mode&) = default;
  };

  [[nodiscard]] bool present() const { return window_.mapped && !window_.suspended; }
  // Where there is none of ours, the desktop keeps its shortcuts, which are the only one then.
  [[nodiscard]] bool has_way_out() const {
    return options_.bindings.trigger() || options_.capture_button;
  }
  void begin_capture(bool by_fullscreen);
  void end_capture();
  void toggle_capture();
  void update_placement();
  void update_focus();
  void gain_focus();
  void lose_focus();
  void settle();
  void choose_pointer_mode();
  void press_in_guest(KeyCode key);
  void release_in_guest(KeyCode key);
  void release_everything();
  void send_ctrl_alt(KeyCode key);
  void point_at(PointF position);
  void show_list();
  void set_locks(std::optional<Locks> locks);

  RouterOptions options_;
  Guest& guest_;
  Host& host_;
  Clock now_;

  WindowFacts window_;
  Placement placement_;
  Size picture_;
  bool connected_ = false;
  bool keyboard_ = false;     // entered
  bool deactivated_ = false;  // since the keyboard entered
  bool focused_ = false;      // what update_focus() made of these
  bool pointer_inside_ = false;
  std::optional<PointF> pointer_;  // where the desktop's is; none: outside, locked or not known

  bool wanted_ = false;
  bool by_fullscreen_ = false;  // wanted only as long as the window is fullscreen
  Awaited lock_;
  Awaited shortcuts_;
  std::optional<PointerMode> pointer_mode_;  // in force; none: not connected
  bool tablet_ = false;                      // absolute mode is in force, else the follower moves
  bool was_captured_ = false;                // when everything was settled last
  Mode told_;
  bool list_told_ = false;

  Ledger ledger_;
  std::bitset<kKeyCount> foreign_;  // down, but pressed before the window had the keyboard
  Hotkey hotkey_;
  Motion motion_;
  Wheel wheel_;
  Follower follower_;
  TabletScale tablet_scale_;
  LockSync locks_;
};

}  // namespace pierglass::input
