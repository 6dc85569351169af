// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <string>

#include "base/fd.hpp"
#include "base/unix_address_linux.hpp"
#include "loop/event_loop.hpp"

namespace pierglass::control {

inline constexpr std::chrono::seconds kTestPatience(20);

// Somebody at the other end of the control socket who need not keep to its rules. Never blocks.
class Caller {
 public:
  explicit Caller(const std::string& path)
      : fd_(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    const sockaddr_un address = unix_address(path).value();
    const auto* plain = reinterpret_cast<const sockaddr*>(&address);
    error_ = connect(fd_.get(), plain, sizeof address) == 0 ? 0 : errno;
  }

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] int connect_error() const { return error_; }
  bool say(const std::string& record) const {
    return send(fd_.get(), record.data(), record.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(record.size());
  }
  // What has come: nothing yet, or a record; an empty one: the other side has closed.
  [[nodiscard]] std::optional<std::string> heard() const {
    std::array<char, 8192> text{};
    const ssize_t got = recv(fd_.get(), text.data(), text.size(), 0);
    if (got < 0) return errno == EAGAIN ? std::optional<std::string>() : std::string();
    return std::string(text.data(), static_cast<std::size_t>(got));
  }

 private:
  Fd fd_;
  int error_ = 0;
};

// Serves the loop until `condition` holds or too long.
template <typename Condition>
[[nodiscard]] bool serve_until(loop::EventLoop& loop, Condition condition) {
  const HostTime deadline = HostClock::now() + kTestPatience;
  while (!condition()) {
    if (HostClock::now() >= deadline || !loop.step(std::chrono::milliseconds(5))) return false;
  }
  return true;
}

// What the other side says to `caller` while the loop is served; empty: it closed without a word.
inline std::string answer_to(loop::EventLoop& loop, const Caller& caller) {
  std::optional<std::string> heard;
  EXPECT_TRUE(serve_until(loop, [&] { return (heard = caller.heard()).has_value(); }));
  return heard.value_or("nothing came");
}

}  // namespace pierglass::control
