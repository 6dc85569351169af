// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "ivshmem/message.hpp"

namespace pierglass::ivshmem {

// One peer of an ivshmem server: whom it may ring, and what it is rung by. What came stays when the
// server goes: memory, own eventfds and those of peers go on working, since their other ends do.
// The server is not trusted: nonsense of it ends the connection, and what was good before stays.
//
// on_ready() and destruction on one thread; functions marked "any thread" beside them.
class Connection {
 public:
  enum class State : std::uint8_t {
    Greeting,    // not all of the following has come
    Introduced,  // own id, memory and the first own eventfd are here
    Lost,        // no more news: the server closed, or sent nonsense
  };

  // What one on_ready() found.
  struct Events {
    bool rung = false;           // one or more of the own vectors
    bool introduced = false;     // state() became Introduced
    bool peers_changed = false;  // one came or left, or own_vectors() grew
    bool lost = false;           // state() became Lost
    friend bool operator==(const Events&, const Events&) = default;
  };

  // Connects to the server's socket; never blocks. NotFound: no such file. PermissionDenied.
  // NotReady: a file, but nobody listens. Busy: try again. InvalidArgument: the path is too long.
  static Result<std::unique_ptr<Connection>> connect(const std::string& path);

  // Over a connected Unix stream socket.
  static Result<std::unique_ptr<Connection>> over(Fd socket);

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  [[nodiscard]] State state() const { return state_; }

  // Readable (POLLIN) when on_ready() has something to do. Stays the same as long as this lives;
  // after the server is lost it tells of rings only.
  [[nodiscard]] int poll_fd() const { return epoll_.get(); }

  // Takes what came, some hundred messages at most (poll_fd() is readable again then); never
  // blocks. Error: the server sent nonsense or the system refused; given once, the state is Lost.
  Result<Events> on_ready();

  // Given by the server's first words, whatever the state is now; the descriptor stays ours.
  [[nodiscard]] std::optional<PeerId> id() const { return id_; }
  [[nodiscard]] int memory() const { return memory_.get(); }  // -1: not yet; not looked at
  // Interrupts that this end can be rung at: [0, own_vectors()).
  [[nodiscard]] std::size_t own_vectors() const { return own_.size(); }

  // True while the server has announced that peer with that many vectors, and since the server is
  // lost, if it had. Never the own id. Any thread.
  [[nodiscard]] bool has_peer(std::uint32_t peer, std::uint32_t vector = 0) const;
  [[nodiscard]] std::size_t peer_count() const;  // any thread

  // Rings another peer; numbers that were not announced are ignored, and so is a peer that was rung
  // 2^64 - 2 times without looking. True: the ring was sent. Any thread; does not block (who could
  // make it all the same: eventfd.hpp).
  bool ring(std::uint32_t peer, std::uint32_t vector) const noexcept;

 private:
  using Vectors = std::vector<Fd>;

  Connection(Fd socket, Fd epoll);
  Result<void> watch(int fd, std::uint32_t events, std::uint64_t tag);
  Result<void> read_messages(Events& events);
  Result<void> take(Message message, Events& events);
  Result<void> take_greeting(Message message);
  Result<void> take_vector(std::int64_t peer, Fd descriptor);
  Result<void> take_own_vector(Fd descriptor);
  void take_leave(std::int64_t peer);
  void lose(Events& events);

  Fd epoll_;
  Fd socket_;
  MessageReader reader_;
  State state_ = State::Greeting;
  bool version_seen_ = false;
  std::optional<PeerId> id_;
  Fd memory_;
  Vectors own_;

  mutable std::mutex mutex_;  // held for a few system calls that do not block
  std::map<PeerId, Vectors> peers_;
  std::size_t event_fds_ = 0;  // in peers_
};

}  // namespace pierglass::ivshmem
