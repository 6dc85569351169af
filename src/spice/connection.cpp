// SPDX-License-Identifier: GPL-2.0-or-later
#include "spice/connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace pierglass::spice {
namespace {

// A TCP peer that does not answer for so long is gone.
constexpr int kTcpPatienceMs = 10'000;

std::unexpected<Error> fail_connect(int error) {
  const bool nobody = error == ENOENT || error == ECONNREFUSED || error == ENOTDIR;
  const bool forbidden = error == EACCES || error == EPERM;
  return fail_os(OsErrorKind::Errno, error, "connect",
                 nobody      ? ErrorCode::NotFound
                 : forbidden ? ErrorCode::PermissionDenied
                             : ErrorCode::OsCall);
}

std::unexpected<Error> fail_transfer(int error, const char* call) {
  const bool lost = error == EPIPE || error == ECONNRESET || error == ETIMEDOUT;
  return fail_os(OsErrorKind::Errno, error, call, lost ? ErrorCode::Lost : ErrorCode::OsCall);
}

bool try_again_later(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

Result<void> set_tcp_option(int fd, int option, int value) {
  if (setsockopt(fd, IPPROTO_TCP, option, &value, sizeof value) != 0)
    return fail_os(OsErrorKind::Errno, errno, "setsockopt");
  return {};
}

Result<Fd> make_socket(const Endpoint& endpoint) {
  Fd fd(socket(endpoint.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return fail_os(OsErrorKind::Errno, errno, "socket");
  if (endpoint.family() != AF_UNIX) {
    TRY(set_tcp_option(fd.get(), TCP_NODELAY, 1));
    TRY(set_tcp_option(fd.get(), TCP_USER_TIMEOUT, kTcpPatienceMs));
  }
  return fd;
}

}  // namespace

Result<Connection> Connection::open(loop::EventLoop& loop, const Endpoint& endpoint,
                                    Callback callback) {
  Fd fd = TRY(make_socket(endpoint));
  const bool established =
      connect(fd.get(), reinterpret_cast<const sockaddr*>(&endpoint.storage), endpoint.length) == 0;
  if (!established && errno != EINPROGRESS) return fail_connect(errno);
  Connection out(std::move(fd), established);
  out.registration_ = TRY(
      loop.watch(out.fd_.get(), loop::Interest::ReadWrite,
                 [callback = std::move(callback)](loop::Ready ready) mutable -> Result<loop::Next> {
                   callback(ready);
                   return loop::Next::Keep;
                 }));
  return out;
}

Result<void> Connection::establish() {
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &length) != 0)
    return fail_os(OsErrorKind::Errno, errno, "getsockopt");
  if (error != 0) return fail_connect(error);
  established_ = true;
  return {};
}

Result<std::size_t> Connection::receive(std::span<std::byte> into) {
  const ssize_t count = recv(fd_.get(), into.data(), into.size(), MSG_DONTWAIT);
  if (count > 0) return static_cast<std::size_t>(count);
  if (count == 0) return fail(ErrorCode::Lost, "the SPICE connection");
  if (try_again_later(errno)) return std::size_t{0};
  return fail_transfer(errno, "recv");
}

Result<std::size_t> Connection::send(std::span<const std::byte> bytes) {
  const ssize_t count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (try_again_later(errno)) return std::size_t{0};
  return fail_transfer(errno, "send");
}

Result<void> Connection::wait_writable(bool wait) {
  if (wait == waits_writable_) return {};
  TRY(registration_.set_interest(wait ? loop::Interest::ReadWrite : loop::Interest::Read));
  waits_writable_ = wait;
  return {};
}

}  // namespace pierglass::spice
