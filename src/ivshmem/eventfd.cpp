// SPDX-License-Identifier: GPL-2.0-or-later
#include "ivshmem/eventfd.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <string_view>

namespace pierglass::ivshmem {
namespace {

// What the kernel calls it; nothing that has a path can be called so.
constexpr std::string_view kEventFdName = "anon_inode:[eventfd]";

bool is_eventfd(int fd) {
  std::array<char, 32> link{};
  std::array<char, 64> name{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link.data(), name.data(), name.size());
  return length > 0 &&
         std::string_view(name.data(), static_cast<std::size_t>(length)) == kEventFdName;
}

}  // namespace

Result<void> accept_eventfd(int fd) {
  if (!is_eventfd(fd)) return fail(ErrorCode::Corrupt, "a descriptor that should be an eventfd");
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || ((flags & O_NONBLOCK) == 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)) {
    return fail_os(OsErrorKind::Errno, errno, "fcntl");
  }
  return {};
}

bool ring_eventfd(int fd) noexcept {
  pollfd room{.fd = fd, .events = POLLOUT, .revents = 0};
  if (poll(&room, 1, 0) != 1 || (room.revents & POLLOUT) == 0) return false;
  const std::uint64_t one = 1;
  return write(fd, &one, sizeof one) == sizeof one;
}

void drain(int fd) noexcept {
  std::uint64_t count = 0;
  iovec into{.iov_base = &count, .iov_len = sizeof count};
  // The call's own flag, which no other holder can take back.
  (void)preadv2(fd, &into, 1, -1, RWF_NOWAIT);
}

}  // namespace pierglass::ivshmem
