// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/line_socket.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>

#include "base/unix_address_linux.hpp"

namespace pierglass::test {

bool LineSocket::connect(const std::filesystem::path& socket) {
  const auto address = unix_address(socket.native());
  if (!address) throw std::runtime_error("too long a path: " + socket.string());
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) throw std::runtime_error("no socket");
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return false;
  }
  fd_ = std::move(fd);
  return true;
}

void LineSocket::receive() {
  std::array<char, 65536> bytes;
  ssize_t count = 0;
  while ((count = ::recv(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT)) > 0) {
    pending_.append(bytes.data(), static_cast<std::size_t>(count));
  }
  if (count == 0 || errno != EAGAIN) throw std::runtime_error("QEMU has ended");
}

bool LineSocket::wait_for_bytes(std::chrono::steady_clock::time_point deadline) const {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  pollfd watched{.fd = fd_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, std::max(0, static_cast<int>(left.count()))) > 0;
}

void LineSocket::send(const std::string& text) {
  if (::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(text.size())) {
    throw std::runtime_error("QEMU takes nothing");
  }
}

}  // namespace pierglass::test
