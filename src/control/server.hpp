// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "control/protocol.hpp"
#include "loop/event_loop.hpp"

namespace pierglass::control {

class Connections;

// The duty to answer one request, at any time on the loop's thread. Nothing happens when the asker
// has left meanwhile, or the server has ended. Dropped without a word, it refuses.
class Answer {
 public:
  Answer(Answer&& other) noexcept;
  Answer& operator=(Answer&& other) noexcept;
  ~Answer();

  void done();
  // One sentence for the user, without full stop.
  void refuse(std::string_view sentence);
  // Somebody still waits for it.
  [[nodiscard]] bool wanted() const;

 private:
  friend class Connections;
  Answer(std::weak_ptr<Connections> connections, std::uint64_t id);
  void send(const Reply& reply);

  std::weak_ptr<Connections> connections_;
  std::uint64_t id_ = 0;
};

struct ServerLimits {
  std::size_t connections = 16;                   // at once; the longest silent one makes room
  Nanoseconds silence = std::chrono::seconds(2);  // until the request has come
  Nanoseconds answer = std::chrono::seconds(30);  // until the application has answered
};

// Serves the control socket on an event loop. Only processes of this user and of root are heard. A
// flood, garbage or silence costs bounded time and a bounded number of descriptors. One thread;
// nothing blocks. May end inside its own handler.
class Server {
 public:
  // Called for each request, which is well-formed; answer at once or later.
  using Handler = std::move_only_function<void(const Request&, Answer)>;

  // `listener`: a listening SOCK_SEQPACKET socket, non-blocking, such as Instance::listener(); it
  // and the loop must outlive the server.
  static Result<Server> create(loop::EventLoop& loop, int listener, Handler handler,
                               ServerLimits limits = {});
  Server(Server&&) noexcept;
  Server& operator=(Server&&) = delete;
  ~Server();  // who still waits is told that the program ended

  // Open now; for tests.
  [[nodiscard]] std::size_t connections() const;

 private:
  explicit Server(std::shared_ptr<Connections> connections);

  std::shared_ptr<Connections> connections_;
};

}  // namespace pierglass::control
