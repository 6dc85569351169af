// SPDX-License-Identifier: GPL-2.0-or-later
#include "ivshmem/message.hpp"

#include <endian.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace pierglass::ivshmem {
namespace {

// Room for more descriptors than any message has, so that those too many are seen and closed.
constexpr std::size_t kMostDescriptors = 8;

struct Control {
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(kMostDescriptors * sizeof(int))> bytes{};
};

std::unexpected<Error> fail_send(int error) {
  if (error == EAGAIN || error == EWOULDBLOCK) return fail(ErrorCode::Busy, "the peer");
  if (error == EPIPE || error == ECONNRESET) return fail(ErrorCode::Lost, "the peer");
  return fail_os(OsErrorKind::Errno, error, "sendmsg");
}

// Takes over every descriptor that came; the first is given, the others are closed. Corrupt when
// there was another than `first` (which may hold one already), or the kernel dropped some.
Result<void> take_descriptors(msghdr& header, Fd& first) {
  bool good = (header.msg_flags & MSG_CTRUNC) == 0;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(part) + i * sizeof number, sizeof number);
      Fd fd(number);
      if (first) {
        good = false;
      } else {
        first = std::move(fd);
      }
    }
  }
  if (!good) return fail(ErrorCode::Corrupt, "descriptors of a message");
  return {};
}

}  // namespace

Result<void> send_message(int socket, std::int64_t value, int descriptor) {
  std::uint64_t bytes = htole64(static_cast<std::uint64_t>(value));
  iovec data{.iov_base = &bytes, .iov_len = sizeof bytes};
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int))> control{};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  if (descriptor >= 0) {
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    cmsghdr* part = CMSG_FIRSTHDR(&header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(part), &descriptor, sizeof descriptor);
  }
  const ssize_t sent = sendmsg(socket, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0) return fail_send(errno);
  // Linux queues so few bytes whole or not at all.
  if (sent != static_cast<ssize_t>(sizeof bytes)) return fail(ErrorCode::Lost, "the peer");
  return {};
}

Result<std::optional<Message>> MessageReader::next(int socket) {
  while (filled_ < kMessageBytes) {
    iovec data{.iov_base = bytes_ + filled_, .iov_len = kMessageBytes - filled_};
    Control control;
    msghdr header{};
    header.msg_iov = &data;
    header.msg_iovlen = 1;
    header.msg_control = control.bytes.data();
    header.msg_controllen = control.bytes.size();
    const ssize_t got = recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::nullopt;
    if (got < 0 && errno != ECONNRESET) return fail_os(OsErrorKind::Errno, errno, "recvmsg");
    if (got <= 0) return fail(ErrorCode::Lost, "the connection to the broker");
    TRY(take_descriptors(header, descriptor_));
    filled_ += static_cast<std::size_t>(got);
  }
  filled_ = 0;
  std::uint64_t value = 0;
  std::memcpy(&value, bytes_, sizeof value);
  return Message{.value = static_cast<std::int64_t>(le64toh(value)),
                 .descriptor = std::exchange(descriptor_, Fd())};
}

}  // namespace pierglass::ivshmem
