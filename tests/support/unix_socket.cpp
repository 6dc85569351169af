// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/unix_socket.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <system_error>

#include "base/unix_address_linux.hpp"

namespace pierglass::test {
namespace {

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_un address_of(const std::filesystem::path& path) {
  const auto address = unix_address(path.native());
  if (!address) {
    errno = ENAMETOOLONG;
    throw_errno("socket path");
  }
  return *address;
}

}  // namespace

Fd listen_at(const std::filesystem::path& path, std::optional<uid_t> owner) {
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const sockaddr_un address = address_of(path);
  if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd.get(), 4) != 0) {
    throw_errno("listen");
  }
  if (owner && ::chown(path.c_str(), *owner, static_cast<gid_t>(*owner)) != 0) {
    throw_errno("chown socket");
  }
  return fd;
}

Fd connect_to(const std::filesystem::path& path) {
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = address_of(path);
  if (!fd ||
      ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return {};
  }
  return fd;
}

std::int64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace pierglass::test
