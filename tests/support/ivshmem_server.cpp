// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/ivshmem_server.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "tests/support/unix_socket.hpp"

namespace pierglass::test {
namespace {

void check(bool good, const char* what) {
  if (!good) throw std::system_error(errno, std::generic_category(), what);
}

// To nobody when the client has gone, as it may at any time.
void say(const Fd& socket, std::int64_t value, int descriptor = -1) {
  (void)ivshmem::send_message(socket.get(), value, descriptor);
}

std::vector<Fd> eventfds(std::size_t count) {
  std::vector<Fd> made(count);
  for (Fd& fd : made) fd = new_eventfd();
  return made;
}

}  // namespace

Fd new_eventfd() {
  Fd fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  check(static_cast<bool>(fd), "eventfd");
  return fd;
}

Fd new_memory(std::uint64_t bytes) {
  Fd fd(memfd_create("memory", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  check(fd && ftruncate(fd.get(), static_cast<off_t>(bytes)) == 0, "memfd");
  return fd;
}

Fd copy_of(const Fd& fd) {
  Fd copy(fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
  check(static_cast<bool>(copy), "dup");
  return copy;
}

std::uint64_t take_count(const Fd& eventfd) {
  std::uint64_t count = 0;
  return read(eventfd.get(), &count, sizeof count) == sizeof count ? count : 0;
}

IvshmemServer::IvshmemServer(const std::filesystem::path& path, Fd memory)
    : listener_(listen_at(path, {})), memory_(std::move(memory)) {}

Fd IvshmemServer::accept() {
  pollfd waiting{.fd = listener_.get(), .events = POLLIN, .revents = 0};
  check(poll(&waiting, 1, 5000) == 1, "no client came");
  Fd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  check(static_cast<bool>(client), "accept");
  return client;
}

bool IvshmemServer::is_called() const {
  pollfd waiting{.fd = listener_.get(), .events = POLLIN, .revents = 0};
  return poll(&waiting, 1, 0) == 1;
}

void IvshmemServer::admit(ivshmem::PeerId id, std::size_t vectors) {
  const Fd& client =
      peers_.insert_or_assign(id, Peer{accept(), eventfds(vectors)}).first->second.socket;
  say(client, ivshmem::kProtocolVersion);
  say(client, id);
  say(client, ivshmem::kMemory, memory_.get());
  for (const auto& [other, peer] : peers_) {
    if (other == id) continue;
    announce(other, client);
    if (peer.socket) announce(id, peer.socket);
  }
  announce(id, client);
}

void IvshmemServer::add_peer(ivshmem::PeerId id, std::size_t vectors) {
  peers_.insert_or_assign(id, Peer{{}, eventfds(vectors)});
  for (const auto& [other, peer] : peers_) {
    if (peer.socket) announce(id, peer.socket);
  }
}

void IvshmemServer::remove_peer(ivshmem::PeerId id) {
  peers_.erase(id);
  for (const auto& [other, peer] : peers_) {
    if (peer.socket) say(peer.socket, id);
  }
}

const Fd& IvshmemServer::vector(ivshmem::PeerId id, std::size_t vector) const {
  return peers_.at(id).vectors.at(vector);
}

void IvshmemServer::announce(ivshmem::PeerId id, const Fd& to) const {
  for (const Fd& vector : peers_.at(id).vectors) say(to, id, vector.get());
}

}  // namespace pierglass::test
