// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/display.hpp"

#include <poll.h>
#include <wayland-client.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "wl/peer_program.hpp"
#include "wl/proxy.hpp"

namespace pierglass::wl {

namespace {

constexpr const char* kSubject = "Wayland display";

std::unexpected<Error> connect_error(int error) {
  switch (error) {
    case ENOENT:
    case ECONNREFUSED:  // a socket that a dead compositor left behind
    case ENOTSOCK:
      return fail_os(OsErrorKind::Errno, error, kSubject, ErrorCode::NotFound);
    case EACCES:
    case EPERM:
      return fail_os(OsErrorKind::Errno, error, kSubject, ErrorCode::PermissionDenied);
    default:
      return fail_os(OsErrorKind::Errno, error, kSubject);
  }
}

// libwayland would complain on the standard error output by itself.
bool runtime_dir_missing(const char* name) {
  if (name == nullptr) name = std::getenv("WAYLAND_DISPLAY");
  const bool absolute = name != nullptr && name[0] == '/';
  return !absolute && std::getenv("WAYLAND_SOCKET") == nullptr &&
         std::getenv("XDG_RUNTIME_DIR") == nullptr;
}

int milliseconds_until(HostTime deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - HostClock::now());
  return static_cast<int>(std::clamp<long long>(left.count(), 0, 60'000));
}

struct SyncDone {
  bool done = false;
  void on_done(std::uint32_t) noexcept { done = true; }
};

constexpr wl_callback_listener kSync{.done = on<&SyncDone::on_done>};

}  // namespace

void Display::DisplayTraits::close(Value display) noexcept {
  wl_display_disconnect(display);
}

Display::~Display() = default;

Result<std::unique_ptr<Display>> Display::connect(const char* name) {
  if (runtime_dir_missing(name)) return connect_error(ENOENT);
  DisplayHandle display(wl_display_connect(name));
  if (!display) return connect_error(errno);
  return std::unique_ptr<Display>(new Display(std::move(display)));
}

Result<std::unique_ptr<Display>> Display::adopt(Fd socket) {
  // Closes the socket itself when it fails.
  DisplayHandle display(wl_display_connect_to_fd(socket.release()));
  if (!display) return connect_error(errno);
  return std::unique_ptr<Display>(new Display(std::move(display)));
}

Result<void> Display::roundtrip(Nanoseconds limit) {
  SyncDone sync;
  const Proxy<wl_callback> callback(wl_display_sync(native()));
  wl_callback_add_listener(callback.get(), &kSync, &sync);
  return dispatch_until([&sync] { return sync.done; }, limit);
}

Result<void> Display::dispatch_until(std::move_only_function<bool()> done, Nanoseconds limit) {
  const HostTime deadline = HostClock::now() + limit;
  for (;;) {
    TRY(prepare_read());
    const bool finished = done();
    if (finished || HostClock::now() >= deadline) {
      wl_display_cancel_read(native());
      send_all();  // what the last callbacks asked for
      if (finished) return {};
      return fail(ErrorCode::NotReady, kSubject);
    }
    pollfd socket{.fd = wl_display_get_fd(native()), .events = POLLIN, .revents = 0};
    if (!send_all()) socket.events |= POLLOUT;
    const bool ready = poll(&socket, 1, milliseconds_until(deadline)) > 0;
    if (ready && (socket.revents & ~POLLOUT) != 0) {
      TRY(read_and_dispatch());
    } else {
      wl_display_cancel_read(native());
    }
  }
}

Result<void> Display::attach(loop::EventLoop& loop) {
  unflushed_.emplace(TRY(loop::Wakeup::create(loop, [] { return loop::Next::Keep; })));
  registration_ =
      TRY(loop.watch_with_hook(wl_display_get_fd(native()), loop::Interest::Read, *this));
  return {};
}

bool Display::flush() noexcept {
  if (send_all()) return true;
  if (unflushed_) unflushed_->notify();
  return false;
}

std::string Display::loss() const {
  const int error = wl_display_get_error(native());
  if (error == 0) return {};
  if (error == EPROTO) {
    const Error reason = this->error();
    return "protocol error " + std::to_string(reason.os) + " of " + reason.what;
  }
  if (error == EPIPE || error == ECONNRESET) return "it closed the socket";
  return std::strerror(error);
}

std::string Display::compositor_program() const {
  return peer_program(wl_display_get_fd(display_.get()));
}

Error Display::error() const {
  const int error = wl_display_get_error(native());
  if (error != EPROTO) return fail_os(OsErrorKind::Errno, error, kSubject, ErrorCode::Lost).error();
  const wl_interface* interface = nullptr;
  std::uint32_t id = 0;
  const std::uint32_t code = wl_display_get_protocol_error(native(), &interface, &id);
  // No interface: the object was already gone.
  const char* name = interface == nullptr ? "an ended object" : interface->name;
  return fail_os(OsErrorKind::Wayland, code, name, ErrorCode::Lost).error();
}

Result<void> Display::before_wait() {
  TRY(prepare_read());
  const bool full = !send_all();
  if (full == writing_) return {};
  writing_ = full;
  const auto interest = full ? loop::Interest::ReadWrite : loop::Interest::Read;
  Result<void> changed = registration_.set_interest(interest);
  if (!changed) wl_display_cancel_read(native());
  return changed;
}

Result<void> Display::after_wait(loop::Ready ready) {
  if (ready.readable || ready.hung_up) return read_and_dispatch();
  wl_display_cancel_read(native());
  return {};
}

Result<void> Display::prepare_read() {
  while (wl_display_prepare_read(native()) != 0)
    if (wl_display_dispatch_pending(native()) < 0) return std::unexpected(error());
  return {};
}

bool Display::send_all() noexcept {
  // Other failures show when reading, which also brings the protocol error that caused them.
  return wl_display_flush(native()) >= 0 || errno != EAGAIN;
}

Result<void> Display::read_and_dispatch() {
  const bool read = wl_display_read_events(native()) == 0;
  read_();
  if (!read || wl_display_dispatch_pending(native()) < 0) return std::unexpected(error());
  return {};
}

}  // namespace pierglass::wl
