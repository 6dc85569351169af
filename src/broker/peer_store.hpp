// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/fd.hpp"
#include "ivshmem/message.hpp"

namespace pierglass::broker {

// A place that outlives the broker and holds its peers' descriptors meanwhile. All of it on the
// loop's thread. What cannot be kept is lost with the broker, and nothing else.
//
// A peer is whole when its connection is kept: that comes last and goes first. One that is found
// without is not known to everybody, or not any more: the others must be told that it is gone.
class PeerStore {
 public:
  virtual ~PeerStore() = default;
  virtual void keep_vectors(ivshmem::PeerId id, const std::vector<Fd>& vectors) = 0;
  virtual void keep_connection(ivshmem::PeerId id, int connection) = 0;
  virtual void forget_connection(ivshmem::PeerId id) = 0;
  virtual void forget_vectors(ivshmem::PeerId id, std::size_t count) = 0;

 protected:
  PeerStore() = default;
  PeerStore(const PeerStore&) = default;
  PeerStore& operator=(const PeerStore&) = default;
};

// What was found there.
struct KeptPeer {
  ivshmem::PeerId id = 0;
  Fd connection;
  std::vector<Fd> vectors;  // those that are missing are empty

  [[nodiscard]] bool whole() const {
    return connection && !vectors.empty() &&
           std::ranges::all_of(vectors, [](const Fd& one) { return bool(one); });
  }
};

}  // namespace pierglass::broker
