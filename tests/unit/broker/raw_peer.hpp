// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.hpp"
#include "base/unix_address_linux.hpp"
#include "ivshmem/message.hpp"

namespace pierglass::broker {

// Adds one to an eventfd; false when it was full.
inline bool ring(const Fd& eventfd) {
  const std::uint64_t one = 1;
  return write(eventfd.get(), &one, sizeof one) == static_cast<ssize_t>(sizeof one);
}

// How often an eventfd was rung since it was asked.
inline std::uint64_t rings_of(const Fd& eventfd) {
  std::uint64_t count = 0;
  return read(eventfd.get(), &count, sizeof count) == static_cast<ssize_t>(sizeof count) ? count
                                                                                         : 0;
}

// Which file a descriptor is of.
inline std::pair<dev_t, ino_t> file_of(const Fd& fd) {
  struct stat status{};
  return fstat(fd.get(), &status) == 0 ? std::pair(status.st_dev, status.st_ino)
                                       : std::pair<dev_t, ino_t>();
}

// Somebody at the other end of a broker's socket, who need not keep to its rules. Never blocks.
class RawPeer {
 public:
  explicit RawPeer(const std::filesystem::path& path) {
    connect_to(unix_address(path.native()).value(), sizeof(sockaddr_un));
  }
  RawPeer(const sockaddr_un& address, socklen_t length) { connect_to(address, length); }

  // False: nobody listens, or too many wait already.
  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] int fd() const { return socket_.get(); }

  // Takes what has come into heard().
  void listen() {
    while (!ended_) {
      auto message = reader_.next(socket_.get());
      if (!message) ended_ = true;
      if (!message || !*message) return;
      heard_.push_back(std::move(**message));
    }
  }
  // As listen(), and true when `count` messages have come in all.
  [[nodiscard]] bool has_heard(std::size_t count) {
    listen();
    return heard_.size() >= count;
  }
  [[nodiscard]] std::vector<ivshmem::Message>& heard() { return heard_; }
  // The server has closed; after listen().
  [[nodiscard]] bool ended() {
    listen();
    return ended_;
  }

  bool speak() const {
    const char byte = 'x';
    return send(socket_.get(), &byte, 1, MSG_NOSIGNAL) == 1;
  }
  void shut(int how) const { shutdown(socket_.get(), how); }
  void leave() { socket_.reset(); }

  // Values of what was heard, and whether a descriptor came along: "1+" for a vector of peer 1.
  [[nodiscard]] std::string words() {
    listen();
    std::string text;
    for (const ivshmem::Message& one : heard_) {
      text += std::to_string(one.value) + (one.descriptor ? "+ " : " ");
    }
    if (ended_) text += "end ";
    return text;
  }
  void forget() { heard_.clear(); }

 private:
  void connect_to(const sockaddr_un& address, socklen_t length) {
    connected_ = connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), length) == 0;
  }

  Fd socket_{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  ivshmem::MessageReader reader_;
  std::vector<ivshmem::Message> heard_;
  bool connected_ = false;
  bool ended_ = false;
};

}  // namespace pierglass::broker
