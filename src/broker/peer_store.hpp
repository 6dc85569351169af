// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/fd.hpp"
#include "broker/peer_ids.hpp"
#include "ivshmem/message.hpp"

namespace pierglass::broker {

// A place that outlives the broker and holds its peers' descriptors meanwhile. All of it on the
// loop's thread, which blocks as long as systemd does not read what it is sent. What cannot be kept
// is lost with the broker, and nothing else.
//
// A newcomer's connection is kept last, when all have heard of it, and a peer is forgotten before
// the first hears that it is gone: a peer of which only a part is found must be announced as gone,
// and nobody hears that twice.
class PeerStore {
 public:
  virtual ~PeerStore() = default;
  // Before anybody hears of the newcomer with the number before `ids.next`.
  virtual void keep_ids(const IdState& ids) = 0;
  virtual void keep_vectors(ivshmem::PeerId id, const std::vector<Fd>& vectors) = 0;
  virtual void keep_connection(ivshmem::PeerId id, int connection) = 0;
  virtual void forget(ivshmem::PeerId id, std::size_t vectors) = 0;

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
