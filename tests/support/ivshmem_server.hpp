// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <vector>

#include "base/fd.hpp"
#include "ivshmem/message.hpp"

namespace pierglass::test {

// A new eventfd, and a new memfd of zeros. Throw std::system_error.
Fd new_eventfd();
Fd new_memory(std::uint64_t bytes);
Fd copy_of(const Fd& fd);

// The count of an eventfd, which is 0 after that.
std::uint64_t take_count(const Fd& eventfd);

// A server of QEMU's ivshmem protocol that does what the test says, in the test's own thread.
// Peers may be clients of its socket, or only made up (a virtual machine).
class IvshmemServer {
 public:
  // Listens at `path`; every client gets a copy of `memory`.
  IvshmemServer(const std::filesystem::path& path, Fd memory);

  // Takes the next client that connects (waits 5 s at most; throws when none does) and greets it
  // as peer `id`; the other peers are told.
  void admit(ivshmem::PeerId id, std::size_t vectors = 2);

  // Takes the next client and says nothing to it; gives the own end.
  [[nodiscard]] Fd accept();

  // Whether a client waits to be taken.
  [[nodiscard]] bool is_called() const;

  // Makes a peer up, and tells all clients.
  void add_peer(ivshmem::PeerId id, std::size_t vectors = 2);

  // A peer leaves, client or made up.
  void remove_peer(ivshmem::PeerId id);

  // The eventfd that rings this peer.
  [[nodiscard]] const Fd& vector(ivshmem::PeerId id, std::size_t vector = 0) const;

 private:
  struct Peer {
    Fd socket;  // none: made up
    std::vector<Fd> vectors;
  };
  void announce(ivshmem::PeerId id, const Fd& to) const;

  Fd listener_;
  Fd memory_;
  std::map<ivshmem::PeerId, Peer> peers_;
};

}  // namespace pierglass::test
