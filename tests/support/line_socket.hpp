// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <concepts>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {

// The host's end of a virtio port of a guest in QEMU, over which lines of text go. One thread;
// nothing waits but where it says so. Throws std::runtime_error when the machine goes away.
class LineSocket {
 public:
  // Waits for the socket, which QEMU makes, for as long as `alive` holds.
  template <std::predicate Alive>
  LineSocket(const std::filesystem::path& socket, Alive alive, std::chrono::nanoseconds timeout) {
    const bool there = wait_until([&] { return connect(socket) || !alive(); }, timeout);
    if (!there || !fd_) throw std::runtime_error("QEMU opened no socket " + socket.string());
  }

  // Calls `take` with each line that has arrived, without its end.
  template <std::invocable<std::string_view> Take>
  void read(Take take) {
    receive();
    std::size_t done = 0;
    for (std::size_t end = 0; (end = pending_.find('\n', done)) != std::string::npos;
         done = end + 1) {
      take(std::string_view(pending_).substr(done, end - done));
    }
    pending_.erase(0, done);
  }

  // Reads until `condition` holds; each time something arrives it is asked again.
  template <std::invocable<std::string_view> Take, std::predicate Condition>
  [[nodiscard]] bool wait(Take take, Condition condition, std::chrono::nanoseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    for (read(take); !condition(); read(take)) {
      if (!wait_for_bytes(deadline)) return condition();
    }
    return true;
  }

  void send(const std::string& text);

 private:
  bool connect(const std::filesystem::path& socket);
  void receive();
  [[nodiscard]] bool wait_for_bytes(std::chrono::steady_clock::time_point deadline) const;

  Fd fd_;
  std::string pending_;
};

}  // namespace pierglass::test
