// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"
#include "loop/event_loop.hpp"
#include "loop/wakeup.hpp"
#include "wl/listener.hpp"

struct wl_display;

namespace pierglass::wl {

// The connection. The main thread owns it and is the only one of ours that reads its socket; other
// threads send requests, flush() and dispatch queues of their own. Because a second reader would
// have to be waited for by the first (libwayland's read protocol), they learn through on_read()
// that events may have come for them.
//
// Once the connection is lost every call fails with ErrorCode::Lost: `os_kind` Wayland with the
// code of a protocol error in `os` and the interface's name in `what`, or `os_kind` Errno.
class Display final : private loop::WaitHook, Pinned {
 public:
  // `name` null: WAYLAND_DISPLAY, else "wayland-0", in XDG_RUNTIME_DIR. Fails with NotFound (no
  // such socket, or the environment names none), PermissionDenied or OsCall; `what` is "Wayland
  // display".
  static Result<std::unique_ptr<Display>> connect(const char* name = nullptr);
  // Takes over a connected socket.
  static Result<std::unique_ptr<Display>> adopt(Fd socket);
  ~Display();

  // The compositor's program, see peer_program().
  [[nodiscard]] std::string compositor_program() const;

  [[nodiscard]] wl_display* native() const { return display_.get(); }

  // Waits until the compositor has answered all requests, at most `limit` (then NotReady).
  // Dispatches the main queue. For start-up: not from a callback.
  Result<void> roundtrip(Nanoseconds limit = std::chrono::seconds(5));

  // Dispatches the main queue until `done()` holds, at most until `limit` passed (then NotReady).
  // For start-up: not from a callback.
  Result<void> dispatch_until(std::move_only_function<bool()> done,
                              Nanoseconds limit = std::chrono::seconds(5));

  // From now on the loop dispatches the main queue; run() ends with Lost when the connection does.
  // The loop must outlive this object. Once.
  Result<void> attach(loop::EventLoop& loop);

  // `callback` runs on the main thread after each read, to wake threads that
  // dispatch queues of their own. One receiver.
  void on_read(std::move_only_function<void() noexcept> callback) { read_ = std::move(callback); }

  // Sends what is buffered. Any thread, never blocks. False: the socket is full because the
  // compositor does not read; the main thread will send the rest. Make no more requests than needed
  // until it is true again: libwayland 1.21 aborts the process when its own buffer of 4 KiB
  // overflows as well. A lost connection is not told here, only where it is read.
  bool flush() noexcept;

  // Why the connection ended, as every failing call reports it. Any thread.
  [[nodiscard]] Error error() const;

  // Why the compositor ended the connection, for people, to follow a colon: "protocol error 3 of
  // xdg_wm_base", "it closed the socket". Empty while the connection stands.
  [[nodiscard]] std::string loss() const;

 private:
  struct DisplayTraits {
    using Value = wl_display*;
    static constexpr Value invalid() { return nullptr; }
    static void close(Value display) noexcept;
  };
  using DisplayHandle = Handle<DisplayTraits>;

  explicit Display(DisplayHandle display) : display_(std::move(display)) {}
  Result<void> before_wait() override;
  Result<void> after_wait(loop::Ready ready) override;
  Result<void> prepare_read();
  bool send_all() noexcept;  // false: the socket is full
  Result<void> read_and_dispatch();

  DisplayHandle display_;
  std::move_only_function<void() noexcept> read_ = []() noexcept {};
  loop::Registration registration_;
  std::optional<loop::Wakeup>
      unflushed_;         // notified by other threads whose flush found a full socket
  bool writing_ = false;  // the loop watches for writability
};

}  // namespace pierglass::wl
