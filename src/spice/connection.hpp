// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "loop/event_loop.hpp"
#include "spice/address.hpp"

namespace pierglass::spice {

// One stream socket on a loop, and nothing of SPICE. No call blocks. The loop's thread.
class Connection {
 public:
  // Called whenever the socket is ready for what is waited for; may end the connection.
  using Callback = std::move_only_function<void(loop::Ready)>;

  // Begins to connect. Errors: NotFound when nobody listens there, PermissionDenied, OsCall.
  static Result<Connection> open(loop::EventLoop& loop, const Endpoint& endpoint,
                                 Callback callback);
  Connection(Connection&&) noexcept = default;
  Connection& operator=(Connection&&) = delete;

  [[nodiscard]] bool established() const { return established_; }
  // The socket became writable: it has connected, or has not, with the errors of open().
  Result<void> establish();

  // How many bytes came; 0: none at the moment. Lost when the peer has closed.
  Result<std::size_t> receive(std::span<std::byte> into);
  // How many bytes the system took; it sends them at once. Lost when the peer has closed.
  Result<std::size_t> send(std::span<const std::byte> bytes);
  // Whether to be called when more can be sent; besides when something came, which always is.
  Result<void> wait_writable(bool wait);

 private:
  Connection(Fd fd, bool established) : fd_(std::move(fd)), established_(established) {}

  Fd fd_;
  loop::Registration registration_;  // ends before fd_ closes
  bool established_;
  bool waits_writable_ = true;
};

}  // namespace pierglass::spice
