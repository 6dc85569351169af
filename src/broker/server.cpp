// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/server.hpp"

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/describe.hpp"

namespace pierglass::broker {
namespace {

using ivshmem::PeerId;
using ivshmem::send_message;

// More callers than this are let in in the next round of the loop.
constexpr int kCallersPerRound = 16;
// How long to rest when the system has no descriptor left for a caller.
constexpr Nanoseconds kRest = std::chrono::milliseconds(100);
// Asked for a peer's messages; the kernel gives what net.core.wmem_max allows, twice.
constexpr int kSendBuffer = 1 << 20;

void enlarge_buffer(int socket) {
  // Without it there is room for fewer messages, which buffered_messages() counts.
  (void)setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &kSendBuffer, sizeof kSendBuffer);
}

Result<std::vector<Fd>> new_vectors(std::size_t count) {
  std::vector<Fd> vectors;
  vectors.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    Fd fd(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    if (!fd) return fail_os(OsErrorKind::Errno, errno, "eventfd");
    vectors.push_back(std::move(fd));
  }
  return vectors;
}

Result<void> send_vectors(int connection, PeerId id, const std::vector<Fd>& vectors) {
  for (const Fd& vector : vectors) TRY(send_message(connection, id, vector.get()));
  return {};
}

constexpr const char* kLeft = "left";
constexpr const char* kNotAnnounced =
    "could not be announced: the system has no memory left, or too many descriptors under way";

// Null: it is not the peer that failed but the system, which has no memory left, or too many
// descriptors that were sent and not yet taken.
const char* fault_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::Busy:
      return "does not read what it is sent";
    case ErrorCode::Lost:
      return kLeft;
    default:
      return nullptr;
  }
}

std::string person(const Credentials& who) {
  return "uid " + std::to_string(who.uid) + ", pid " + std::to_string(who.pid);
}

}  // namespace

Server::Server(loop::EventLoop& loop, ServerSetup setup)
    : loop_(loop),
      setup_(std::move(setup)),
      log_(setup_.log),
      faults_(setup_.log),
      next_(setup_.ids.next) {}

Result<std::unique_ptr<Server>> Server::create(loop::EventLoop& loop, ServerSetup setup,
                                               std::vector<KeptPeer> kept) {
  CHECK(setup.limits.vectors >= 1 && setup.limits.vectors <= ivshmem::kMaxVectors);
  CHECK(setup.limits.peers >= 1 && setup.limits.peers <= ivshmem::kMaxPeerId);
  std::unique_ptr<Server> server(new Server(loop, std::move(setup)));
  TRY(server->start_timer());
  for (KeptPeer& peer : kept) server->restore(std::move(peer));
  server->remove_faulty();
  TRY(server->listen());
  return server;
}

Result<void> Server::start_timer() {
  auto fire = [this](std::uint64_t) -> Result<loop::Next> {
    TRY(listen());
    return loop::Next::Keep;
  };
  timer_.emplace(TRY(loop::Timer::create(loop_, std::move(fire))));
  return {};
}

Result<void> Server::listen() {
  auto call = [this](loop::Ready) -> Result<loop::Next> {
    on_callers();
    return loop::Next::Keep;
  };
  callers_watch_ = TRY(loop_.watch(setup_.listener, loop::Interest::Read, std::move(call)));
  return {};
}

void Server::rest() {
  callers_watch_.reset();
  if (timer_) (void)timer_->arm_at(HostClock::now() + kRest);
}

void Server::on_callers() {
  for (int i = 0; i < kCallersPerRound && take_caller(); ++i) {
  }
  remove_faulty();
}

// False when there is no further one for now.
bool Server::take_caller() {
  Fd connection(accept4(setup_.listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (connection) {
    ++callers_;
    consider(std::move(connection));
    return true;
  }
  if (errno == ECONNABORTED || errno == EINTR) return true;
  if (errno == EAGAIN) return false;
  const auto refusal = fail_os(OsErrorKind::Errno, errno, "accept");
  faults_.write(Level::Warning,
                setup_.name + ": nobody can be let in for now (" + describe(refusal.error()) +
                    "), until files are closed: raise their limit (ulimit -Hn, LimitNOFILE= in "
                    "systemd's unit; sysctl fs.file-max for all programs together)");
  rest();
  return false;
}

void Server::consider(Fd connection) {
  auto who = credentials_of(connection.get());
  if (!who) return;
  if (!is_allowed(setup_.access, *who)) {
    return faults_.write(Level::Warning, setup_.name + ": refused " + person(*who) +
                                             ": that user is not allowed to connect");
  }
  const std::string caller = person(*who);
  if (peers_.size() >= setup_.limits.peers) {
    return faults_.write(Level::Warning, setup_.name + ": refused " + caller + ": there are " +
                                             std::to_string(peers_.size()) + " peers already");
  }
  if (const auto joined = join(std::move(connection), std::move(*who)); !joined) {
    faults_.write(Level::Warning,
                  setup_.name + ": refused " + caller + ": " + describe(joined.error()));
  }
}

// An error: nobody has heard of it.
Result<void> Server::join(Fd connection, Credentials who) {
  const auto id = next_id({.next = next_, .oldest = oldest_known()});
  if (!id) return fail(ErrorCode::Busy, "every id, until those who came first have left,");
  Peer newcomer{.id = *id,
                .number = next_,
                .oldest = next_,
                .who = std::move(who),
                .connection = std::move(connection),
                .registration = {},
                .vectors = TRY(new_vectors(setup_.limits.vectors))};
  for (const Peer& other : peers_) newcomer.oldest = std::min(newcomer.oldest, other.number);
  enlarge_buffer(newcomer.connection.get());
  TRY(watch(newcomer));
  TRY(greet(newcomer));
  ++next_;
  Peer& peer = peers_.emplace_back(std::move(newcomer));
  if (setup_.store != nullptr) {
    setup_.store->keep_ids({.next = next_, .oldest = oldest_known()});
    setup_.store->keep_vectors(peer.id, peer.vectors);
  }
  tell_of_newcomer(peer);
  if (peer.fault != nullptr) return {};
  if (setup_.store != nullptr) setup_.store->keep_connection(peer.id, peer.connection.get());
  log_.write(Level::Info, setup_.name + ": peer " + std::to_string(peer.id) + " joined (" +
                              person(peer.who) + ")");
  return {};
}

// Everything that QEMU waits for, in the order in which it does.
Result<void> Server::greet(const Peer& newcomer) const {
  const int connection = newcomer.connection.get();
  TRY(send_message(connection, ivshmem::kProtocolVersion));
  TRY(send_message(connection, newcomer.id));
  TRY(send_message(connection, ivshmem::kMemory, setup_.memory));
  for (const Peer& other : peers_) {
    if (other.fault == nullptr) TRY(send_vectors(connection, other.id, other.vectors));
  }
  return send_vectors(connection, newcomer.id, newcomer.vectors);
}

Result<void> Server::watch(Peer& peer) {
  auto call = [this, id = peer.id](loop::Ready) -> Result<loop::Next> {
    on_ready(id);
    return loop::Next::Keep;
  };
  peer.registration =
      TRY(loop_.watch(peer.connection.get(), loop::Interest::Read, std::move(call)));
  return {};
}

void Server::restore(KeptPeer kept) {
  const bool whole = kept.whole();
  Peer peer{.id = kept.id,
            .number = number_of(kept.id, next_),
            .oldest = setup_.ids.oldest,
            .who = credentials_of(kept.connection.get()).value_or(Credentials{}),
            .connection = std::move(kept.connection),
            .registration = {},
            .vectors = std::move(kept.vectors)};
  if (!whole || !watch(peer)) peer.fault = "left while no broker ran";
  peers_.push_back(std::move(peer));
}

// A peer has nothing to say: whatever comes from it ends it.
void Server::on_ready(PeerId id) {
  Peer* peer = find(id);
  if (peer == nullptr) return;
  char byte = 0;
  const ssize_t got = recv(peer->connection.get(), &byte, 1, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  peer->fault = got > 0 ? "spoke, which no peer may" : kLeft;
  remove_faulty();
}

// When the system fails it is the newcomer that must go: those who are here may never come back.
void Server::tell_of_newcomer(Peer& newcomer) {
  for (Peer& other : peers_) {
    if (other.id == newcomer.id || other.fault != nullptr) continue;
    const auto told = send_vectors(other.connection.get(), newcomer.id, newcomer.vectors);
    if (told) continue;
    other.fault = fault_of(told.error());
    if (other.fault != nullptr) continue;
    newcomer.fault = kNotAnnounced;
    return;
  }
}

// Who cannot be told because the system fails stays, and rings into the void: while it is here its
// ids are not given again.
void Server::tell_of_leave(const Peer& gone) {
  for (Peer& other : peers_) {
    if (other.fault != nullptr) continue;
    const auto told = send_message(other.connection.get(), gone.id);
    if (!told) other.fault = fault_of(told.error());
  }
}

// One that leaves may show that another does not read; so until none is left to remove.
void Server::remove_faulty() {
  for (;;) {
    const auto at = std::ranges::find_if(peers_, [](const Peer& one) { return one.fault; });
    if (at == peers_.end()) return;
    Peer peer = std::move(*at);
    peers_.erase(at);
    depart(std::move(peer));
  }
}

void Server::depart(Peer peer) {
  peer.registration.reset();
  // The store may hold a copy: only this ends the connection for the peer.
  if (peer.connection) shutdown(peer.connection.get(), SHUT_RDWR);
  if (setup_.store != nullptr) setup_.store->forget(peer.id, peer.vectors.size());
  tell_of_leave(peer);
  const std::string line = setup_.name + ": peer " + std::to_string(peer.id) + " (" +
                           person(peer.who) + ") is gone: it " + peer.fault;
  if (peer.fault == kLeft) return log_.write(Level::Info, line);
  faults_.write(Level::Warning, line);
}

// The first of whom anybody here has ever heard; the next one when nobody is here.
PeerNumber Server::oldest_known() const {
  PeerNumber oldest = next_;
  for (const Peer& peer : peers_) oldest = std::min(oldest, peer.oldest);
  return oldest;
}

Server::Peer* Server::find(PeerId id) {
  const auto at = std::ranges::find(peers_, id, &Peer::id);
  return at == peers_.end() ? nullptr : &*at;
}

Result<std::size_t> buffered_messages() {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    return fail_os(OsErrorKind::Errno, errno, "socketpair");
  const Fd sender(pair[0]);
  const Fd receiver(pair[1]);
  enlarge_buffer(sender.get());
  const std::vector<Fd> vectors = TRY(new_vectors(1));
  std::size_t count = 0;
  while (send_message(sender.get(), 0, vectors[0].get())) ++count;
  return count;
}

}  // namespace pierglass::broker
