// SPDX-License-Identifier: GPL-2.0-or-later
#include "ivshmem/connection.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "base/unix_address_linux.hpp"
#include "ivshmem/eventfd.hpp"

namespace pierglass::ivshmem {
namespace {

// Of one on_ready(), so that a server that never stops cannot keep the caller.
constexpr int kMessagesAtOnce = 256;
constexpr std::uint64_t kSocketTag = 0;
constexpr std::uint64_t kFirstVectorTag = 1;

std::unexpected<Error> fail_connect(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return fail(ErrorCode::NotFound, "the broker's socket");
    case EACCES:
    case EPERM:
      return fail(ErrorCode::PermissionDenied, "the broker's socket");
    case ECONNREFUSED:
      return fail(ErrorCode::NotReady, "the broker");
    case EAGAIN:
      return fail(ErrorCode::Busy, "the broker");
    default:
      return fail_os(OsErrorKind::Errno, error, "connect");
  }
}

Result<Fd> connect_socket(const std::string& path) {
  const auto address = unix_address(path);
  if (!address) return fail(ErrorCode::InvalidArgument, "the broker's socket path");
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return fail_os(OsErrorKind::Errno, errno, "socket");
  // A Unix socket connects at once or not at all.
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return fail_connect(errno);
  }
  return socket;
}

std::uint64_t bits(std::int64_t value) {
  return static_cast<std::uint64_t>(value);
}

}  // namespace

Connection::Connection(Fd socket, Fd epoll)
    : epoll_(std::move(epoll)), socket_(std::move(socket)) {}

Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::connect(const std::string& path) {
  return over(TRY(connect_socket(path)));
}

Result<std::unique_ptr<Connection>> Connection::over(Fd socket) {
  Fd epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return fail_os(OsErrorKind::Errno, errno, "epoll_create1");
  std::unique_ptr<Connection> made(new Connection(std::move(socket), std::move(epoll)));
  TRY(made->watch(made->socket_.get(), EPOLLIN, kSocketTag));
  return made;
}

Result<void> Connection::watch(int fd, std::uint32_t events, std::uint64_t tag) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = tag;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    return fail_os(OsErrorKind::Errno, errno, "epoll_ctl");
  }
  return {};
}

Result<Connection::Events> Connection::on_ready() {
  Events events;
  std::array<epoll_event, 1 + kMaxVectors> ready{};
  const int count = epoll_wait(epoll_.get(), ready.data(), static_cast<int>(ready.size()), 0);
  bool spoken = false;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t tag = ready[static_cast<std::size_t>(i)].data.u64;
    if (tag == kSocketTag) {
      spoken = true;
    } else {
      events.rung = true;
      drain(own_[tag - kFirstVectorTag].get());
    }
  }
  if (!spoken) return events;
  if (const auto read = read_messages(events); !read) {
    lose(events);
    // The server's end is no error of ours or of its.
    if (read.error().code != ErrorCode::Lost) return std::unexpected(read.error());
  }
  return events;
}

Result<void> Connection::read_messages(Events& events) {
  for (int i = 0; i < kMessagesAtOnce; ++i) {
    std::optional<Message> message = TRY(reader_.next(socket_.get()));
    if (!message) return {};
    TRY(take(*std::move(message), events));
  }
  return {};
}

Result<void> Connection::take(Message message, Events& events) {
  if (!memory_) return take_greeting(std::move(message));
  if (message.value < 0 || message.value > kMaxPeerId) {
    return fail(ErrorCode::Corrupt, "a peer's id from the broker", bits(message.value));
  }
  events.peers_changed = true;
  if (!message.descriptor) {
    take_leave(message.value);
    return {};
  }
  TRY(take_vector(message.value, std::move(message.descriptor)));
  if (state_ == State::Greeting && !own_.empty()) {
    state_ = State::Introduced;
    events.introduced = true;
  }
  return {};
}

// Version, own id, memory, in this order, once.
Result<void> Connection::take_greeting(Message message) {
  if (id_) {
    if (message.value != kMemory || !message.descriptor) {
      return fail(ErrorCode::Corrupt, "the broker's message about the memory", bits(message.value));
    }
    memory_ = std::move(message.descriptor);
    return {};
  }
  if (message.descriptor) return fail(ErrorCode::Corrupt, "the broker's greeting");
  if (!version_seen_) {
    if (message.value != kProtocolVersion) {
      return fail(ErrorCode::VersionMismatch, "the broker's protocol", bits(message.value),
                  bits(kProtocolVersion));
    }
    version_seen_ = true;
    return {};
  }
  if (message.value < 0 || message.value > kMaxPeerId) {
    return fail(ErrorCode::Corrupt, "the own id from the broker", bits(message.value));
  }
  id_ = static_cast<PeerId>(message.value);
  return {};
}

Result<void> Connection::take_vector(std::int64_t peer, Fd descriptor) {
  TRY(accept_eventfd(descriptor.get()));
  if (id_ == peer) return take_own_vector(std::move(descriptor));
  const std::scoped_lock lock(mutex_);
  const auto id = static_cast<PeerId>(peer);
  if (event_fds_ >= kMaxEventFds) {
    return fail(ErrorCode::TooLarge, "number of the broker's interrupts", event_fds_ + 1,
                kMaxEventFds);
  }
  if (peers_.size() >= kMaxPeers && !peers_.contains(id)) {
    return fail(ErrorCode::TooLarge, "number of the broker's peers", peers_.size() + 1, kMaxPeers);
  }
  Vectors& vectors = peers_[id];
  if (vectors.size() >= kMaxVectors) {
    return fail(ErrorCode::Corrupt, "number of a peer's vectors", vectors.size() + 1);
  }
  vectors.push_back(std::move(descriptor));
  ++event_fds_;
  return {};
}

Result<void> Connection::take_own_vector(Fd descriptor) {
  if (own_.size() >= kMaxVectors) {
    return fail(ErrorCode::Corrupt, "number of own vectors", own_.size() + 1);
  }
  // Edge-triggered: each ring is told of once, whether the count can be taken or not.
  TRY(watch(descriptor.get(), EPOLLIN | EPOLLET, kFirstVectorTag + own_.size()));
  own_.push_back(std::move(descriptor));
  return {};
}

// A peer that was never announced may leave, too: one without vectors.
void Connection::take_leave(std::int64_t peer) {
  const std::scoped_lock lock(mutex_);
  const auto found = peers_.find(static_cast<PeerId>(peer));
  if (found == peers_.end()) return;
  event_fds_ -= found->second.size();
  peers_.erase(found);
}

void Connection::lose(Events& events) {
  state_ = State::Lost;
  events.lost = true;
  // Not by closing alone: another copy of the socket would keep it in the epoll.
  (void)epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket_.get(), nullptr);
  socket_.reset();
}

bool Connection::has_peer(std::uint32_t peer, std::uint32_t vector) const {
  if (peer > kMaxPeerId) return false;
  const std::scoped_lock lock(mutex_);
  const auto found = peers_.find(static_cast<PeerId>(peer));
  return found != peers_.end() && vector < found->second.size();
}

std::size_t Connection::peer_count() const {
  const std::scoped_lock lock(mutex_);
  return peers_.size();
}

bool Connection::ring(std::uint32_t peer, std::uint32_t vector) const noexcept {
  if (peer > kMaxPeerId) return false;
  const std::scoped_lock lock(mutex_);
  const auto found = peers_.find(static_cast<PeerId>(peer));
  if (found == peers_.end() || vector >= found->second.size()) return false;
  return ring_eventfd(found->second[vector].get());
}

}  // namespace pierglass::ivshmem
