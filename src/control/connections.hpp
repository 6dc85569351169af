// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"
#include "control/server.hpp"
#include "loop/event_loop.hpp"
#include "loop/timer.hpp"

namespace pierglass::control {

// The server's connections, shared with its answers. Everything on the loop's thread.
class Connections : public std::enable_shared_from_this<Connections> {
 public:
  Connections(loop::EventLoop& loop, int listener, Server::Handler handler, ServerLimits limits);
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  // Begins to listen; once, after construction.
  Result<void> start();
  // Ends the service; whoever waits for an answer is told so.
  void end() noexcept;

  // The answer to a request; nothing when that connection is gone.
  void answer(std::uint64_t id, const Reply& reply) noexcept;
  [[nodiscard]] bool waits(std::uint64_t id) const noexcept;
  [[nodiscard]] std::size_t count() const noexcept { return open_.size(); }

 private:
  struct Connection {
    std::uint64_t id = 0;
    Fd fd;
    loop::Registration registration;  // ends before fd closes
    HostTime deadline;                // of the request, then of the answer
    bool asked = false;
  };
  using Open = std::vector<std::unique_ptr<Connection>>;  // oldest first

  Result<void> listen();
  void pause() noexcept;
  void on_callers();
  bool take_caller();
  void add(Fd fd);
  bool make_room() noexcept;
  void on_ready(std::uint64_t id);
  void on_request(Connection& connection, std::span<const std::byte> record);
  Result<void> on_time();
  void arm() noexcept;
  [[nodiscard]] Open::const_iterator find(std::uint64_t id) const noexcept;

  loop::EventLoop& loop_;
  const int listener_;
  Server::Handler handler_;
  const ServerLimits limits_;
  std::optional<loop::Timer> timer_;
  loop::Registration callers_;
  std::optional<HostTime> resume_;  // while nobody can be let in
  std::uint64_t last_id_ = 0;
  Open open_;
};

}  // namespace pierglass::control
