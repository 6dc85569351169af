// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/deadline.hpp"
#include "app/pointer_look.hpp"
#include "app/present_news.hpp"
#include "base/result.hpp"
#include "input/host.hpp"
#include "input/router.hpp"
#include "loop/event_loop.hpp"
#include "source/frame_source.hpp"
#include "spice/session.hpp"
#include "wl/seat.hpp"

namespace pierglass::wl {
class Display;
class Registry;
class Window;
}  // namespace pierglass::wl

namespace pierglass::app {

class Panel;
class PresentThread;

// Keyboard and mouse between the window and the virtual machine: puts seat, router and SPICE
// session together, keeps the pointer's look right and tells the user what he must know. Main
// thread.
class InputControl final : private input::Host, private spice::SessionEvents {
 public:
  struct Parts {  // borrowed; must outlive this
    loop::EventLoop& loop;
    wl::Display& display;
    wl::Registry& registry;
    wl::Window& window;
    PresentThread& present;
    Panel& panel;
  };
  struct Setup {
    input::RouterOptions router;
    spice::SessionOptions session;  // without addresses there is a picture only
  };
  // What a chord asks for and is not about keyboard and mouse.
  using Run = std::move_only_function<void(input::Command)>;

  static Result<std::unique_ptr<InputControl>> create(const Parts& parts, Setup setup, Run run);
  // Everything that is pressed in the guest is released.
  ~InputControl();

  void on_window();  // its state changed
  // For after each read of the connection: the compositor may take requests again.
  void refresh() { look_->refresh(HostClock::now()); }
  void on_news(const PresentNews& news);
  void on_guest(source::GuestStatus status, const source::GuestDescription& description);

  void capture() { router_->capture(); }
  void release() { router_->release(); }
  void perform(input::Command command) { router_->perform(command); }
  [[nodiscard]] bool may_capture() const { return router_->may_capture(); }

 private:
  InputControl(const Parts& parts, Run run);
  Result<void> start(const Parts& parts, Setup setup);

  // input::Host
  void lock_pointer() override;
  void unlock_pointer(std::optional<input::PointF> reappear) override;
  void inhibit_shortcuts(bool inhibit) override { seat_->inhibit_shortcuts(inhibit); }
  std::optional<Point> guest_pointer() override;
  bool place_guest_pointer(Point position) override;
  void on_mode_changed() override;
  void show_chords(bool show) override;
  void run(input::Command command) override { run_(command); }

  // spice::SessionEvents
  void on_connected() noexcept override;
  void on_disconnected() noexcept override;
  void on_trouble(const spice::Trouble& trouble) noexcept override;
  void on_guest_locks(input::Locks locks) noexcept override { router_->on_guest_locks(locks); }
  void on_pointer_mode(input::PointerMode mode) noexcept override;

  void unlock_now();
  void look_at_guest();
  void tell_capture();
  void compare_machines();
  [[nodiscard]] std::string notice() const;

  wl::Window& window_;
  PresentThread& present_;
  Panel& panel_;
  Run run_;
  std::unique_ptr<spice::Session> session_;
  std::unique_ptr<input::Router> router_;
  std::unique_ptr<wl::Seat> seat_;
  std::unique_ptr<PointerLook> look_;
  std::unique_ptr<Deadline> deadline_;  // of router, look and unlock_by_

  std::optional<HostTime> unlock_by_;  // the pointer is free for the user, a commit is waited for
  bool placeable_ = true;              // the guest puts its pointer where it is told
  bool was_connected_ = false;
  bool told_captured_ = false;
  bool told_other_machine_ = false;  // of this connection
  std::string machine_of_picture_;   // UUID, as the guest tells; empty: unknown
};

}  // namespace pierglass::app
