// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/input_control.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "app/panel.hpp"
#include "app/present_thread.hpp"
#include "base/uuid.hpp"
#include "wl/registry.hpp"
#include "wl/window.hpp"

namespace pierglass::app {
namespace {

using namespace std::chrono_literals;
using enum PanelText::Topic;

constexpr Nanoseconds kShowTrouble = 8s;
constexpr Nanoseconds kShowCapture = 3s;
// A present thread that a driver holds back does not keep the user's pointer.
constexpr Nanoseconds kUnlockAnyway = 100ms;

std::optional<HostTime> earlier(std::optional<HostTime> a, std::optional<HostTime> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

}  // namespace

Result<std::unique_ptr<InputControl>> InputControl::create(const Parts& parts, Setup setup,
                                                           Run run) {
  std::unique_ptr<InputControl> self(new InputControl(parts, std::move(run)));
  TRY(self->start(parts, std::move(setup)));
  return self;
}

InputControl::InputControl(const Parts& parts, Run run)
    : window_(parts.window), present_(parts.present), panel_(parts.panel), run_(std::move(run)) {}

InputControl::~InputControl() = default;

Result<void> InputControl::start(const Parts& parts, Setup setup) {
  session_ = TRY(spice::Session::create(parts.loop, std::move(setup.session), *this));
  router_ =
      std::make_unique<input::Router>(setup.router, *session_, static_cast<input::Host&>(*this));
  seat_ = std::make_unique<wl::Seat>(parts.registry, window_, *router_);
  look_ = std::make_unique<PointerLook>(parts.display, seat_->pointer_image(), present_);
  deadline_ = TRY(Deadline::create(
      parts.loop,
      [this] { return earlier(router_->deadline(), earlier(look_->deadline(), unlock_by_)); },
      [this](HostTime now) {
        if (unlock_by_ && now >= *unlock_by_) unlock_now();
        look_->refresh(now);
        router_->on_time(now);
      }));
  on_window();
  return {};
}

void InputControl::on_window() {
  const wl::WindowState& state = window_.state();
  look_->set_window(state);
  router_->on_window({.mapped = !state.hidden,
                      .activated = state.activated,
                      .fullscreen = state.fullscreen,
                      .suspended = state.suspended,
                      .logical = state.logical});
}

void InputControl::on_news(const PresentNews& news) {
  if (news.pointer_image) look_->set_image(*news.pointer_image);
  if (news.pointer_changed) look_at_guest();
  if (news.committed != 0 && unlock_by_) unlock_now();
  // Busy and NotReady pass; what cannot be done is moved by the mouse.
  if (news.placed && !*news.placed && news.placed->error().code == ErrorCode::Unsupported) {
    placeable_ = false;
  }
}

void InputControl::look_at_guest() {
  const GuestPointer guest = present_.pointer();
  look_->set_guest(guest);
  router_->on_picture(guest.picture);
  if (guest.picture.area() != 0) router_->on_guest_pointer(guest.position);
}

void InputControl::on_guest(source::GuestStatus status,
                            const source::GuestDescription& description) {
  if (status != source::GuestStatus::Live) placeable_ = true;  // the next may be of another kind
  machine_of_picture_ = description.uuid;
  compare_machines();
}

// A lock that is still to be given back would be kept, and a kept one is not answered.
void InputControl::lock_pointer() {
  if (unlock_by_) unlock_now();
  seat_->lock_pointer();
}

void InputControl::unlock_pointer(std::optional<input::PointF> reappear) {
  if (!reappear || !seat_->pointer_locked() || window_.state().hidden) return unlock_now();
  seat_->set_pointer_hint(*reappear);
  present_.request_commit();
  unlock_by_ = HostClock::now() + kUnlockAnyway;
}

void InputControl::unlock_now() {
  unlock_by_.reset();
  seat_->unlock_pointer();
}

std::optional<Point> InputControl::guest_pointer() {
  const GuestPointer guest = present_.pointer();
  if (guest.picture.area() == 0) return std::nullopt;
  return guest.position;
}

bool InputControl::place_guest_pointer(Point position) {
  if (placeable_) present_.place_pointer(position);
  return placeable_;
}

void InputControl::on_mode_changed() {
  using Place = PointerLook::Place;
  if (router_->captured()) {
    look_->set_place(Place::Captured);
  } else {
    look_->set_place(router_->pointer_reaches_guest() ? Place::Over : Place::Elsewhere);
  }
  present_.watch_pointer(router_->follows());
  panel_.set_notice(notice());
  tell_capture();
}

void InputControl::tell_capture() {
  const bool captured = router_->captured();
  if (std::exchange(told_captured_, captured) == captured) return;
  const auto trigger = router_->bindings().trigger();
  if (captured && trigger) {
    panel_.say(Capture, "Captured: " + std::string(input::key_label(*trigger)) + " releases",
               kShowCapture);
  } else {
    panel_.say(Capture, {}, {});
  }
}

std::string InputControl::notice() const {
  switch (router_->notice()) {
    case input::Notice::None:
      return {};
    case input::Notice::NoConnection:
      return was_connected_ ? "Keyboard and mouse do not reach the guest; trying again" : "";
    case input::Notice::PointerFree:
      return "The desktop does not hold the pointer here: it can leave the window";
    case input::Notice::ShortcutsDenied:
      return "The desktop keeps its own shortcuts; allow pierglass to inhibit them";
  }
  return {};
}

void InputControl::show_chords(bool show) {
  panel_.set_chords(show ? router_->bindings().lines(router_->may_capture())
                         : std::vector<std::string>());
}

void InputControl::on_connected() noexcept {
  spdlog::info("keyboard and mouse are connected to {}", spice::to_text(session_->address()));
  was_connected_ = true;
  told_other_machine_ = false;
  panel_.say(Connection, {}, {});
  router_->on_guest_connected();
  compare_machines();
}

void InputControl::on_disconnected() noexcept {
  spdlog::warn("the connection for keyboard and mouse is lost; trying again");
  router_->on_guest_disconnected();
}

void InputControl::on_trouble(const spice::Trouble& trouble) noexcept {
  const std::string sentence = spice::trouble_sentence(trouble);
  spdlog::warn("no keyboard and mouse: {}", sentence);
  panel_.say(Connection, "No keyboard and mouse: " + sentence, kShowTrouble);
}

void InputControl::on_pointer_mode(input::PointerMode /*mode*/) noexcept {
  router_->on_guest_devices_changed();
}

// Keys that go to another machine than the one on the screen are worse than none.
void InputControl::compare_machines() {
  const auto& uuid = session_->machine().uuid;
  const std::string machine = uuid ? uuid_text(*uuid) : std::string();
  if (machine.empty() || machine_of_picture_.empty() || machine == machine_of_picture_) return;
  if (std::exchange(told_other_machine_, true)) return;
  spdlog::warn(
      "keyboard and mouse go to machine {}, but the picture is of {}: name the right "
      "server with --spice",
      machine, machine_of_picture_);
  panel_.say(Connection, "Keyboard and mouse go to another machine than the picture's: see --spice",
             kShowTrouble);
}

}  // namespace pierglass::app
