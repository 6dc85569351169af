// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/client.hpp"

#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "base/fd.hpp"
#include "base/unix_address_linux.hpp"
#include "base/vm_name.hpp"
#include "control/runtime_folder.hpp"

namespace pierglass::control {
namespace {

// Repeats what a signal interrupted, with what is left of the time. connect() obeys the time for
// sending, too: it waits for room in the listener's queue.
template <typename Call>
Result<ssize_t> call_until(const Fd& fd, int direction, HostTime deadline, const char* what,
                           Call call) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::microseconds>(deadline - HostClock::now());
    if (left <= left.zero()) return fail(ErrorCode::NotReady, what);
    const timeval limit{.tv_sec = left.count() / 1'000'000, .tv_usec = left.count() % 1'000'000};
    setsockopt(fd.get(), SOL_SOCKET, direction, &limit, sizeof limit);
    const ssize_t got = call();
    if (got >= 0) return got;
    if (errno == EAGAIN) return fail(ErrorCode::NotReady, what);
    if (errno == EPIPE || errno == ECONNRESET) return fail(ErrorCode::Lost, what);
    if (errno == ENOENT || errno == ECONNREFUSED) return fail(ErrorCode::NotFound, what);
    if (errno != EINTR) return fail_os(OsErrorKind::Errno, errno, what);
  }
}

Result<Fd> connect_to(std::string_view name, HostTime deadline) {
  const Fd folder = TRY(open_runtime_folder(Missing::Fail));
  Fd fd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!fd) return fail_os(OsErrorKind::Errno, errno, "socket");
  const auto address = unix_address(socket_path(folder, name));
  CHECK(address);
  (void)TRY(call_until(fd, SO_SNDTIMEO, deadline, "connect", [&] {
    return connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address);
  }));
  return fd;
}

}  // namespace

Result<Reply> send_request(std::string_view name, const Request& request, HostTime deadline) {
  if (!is_vm_name(name)) return fail(ErrorCode::InvalidArgument, "the name");
  const std::string record = encode(request);
  const Fd fd = TRY(connect_to(name, deadline));
  (void)TRY(call_until(fd, SO_SNDTIMEO, deadline, "send", [&] {
    return ::send(fd.get(), record.data(), record.size(), MSG_NOSIGNAL);
  }));
  std::array<std::byte, kMaxRecord + 1> reply;
  const ssize_t got = TRY(call_until(fd, SO_RCVTIMEO, deadline, "recv", [&] {
    return ::recv(fd.get(), reply.data(), reply.size(), 0);
  }));
  if (got == 0) return fail(ErrorCode::Lost, "recv");
  return parse_reply(std::span(reply).first(static_cast<std::size_t>(got)));
}

}  // namespace pierglass::control
