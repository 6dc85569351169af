// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <unistd.h>

#include <map>
#include <vector>

#include "base/result.hpp"
#include "broker/peer_store.hpp"

namespace pierglass::broker {

// What systemd's store does with descriptors, in the test's own process.
class FakeStore final : public PeerStore {
 public:
  void keep_vectors(ivshmem::PeerId id, const std::vector<Fd>& vectors) override {
    CHECK(!peers_.contains(id));
    for (const Fd& vector : vectors) peers_[id].vectors.emplace_back(dup(vector.get()));
  }
  void keep_connection(ivshmem::PeerId id, int connection) override {
    peers_[id].connection.reset(dup(connection));
  }
  void forget(ivshmem::PeerId id, std::size_t vectors) override {
    CHECK(peers_[id].vectors.size() == vectors);
    peers_.erase(id);
  }
  void keep_ids(const IdState& ids) override { ids_ = ids; }

  [[nodiscard]] const IdState& ids() const { return ids_; }
  [[nodiscard]] std::size_t size() const { return peers_.size(); }
  // What systemd hands over at the next start, and keeps.
  [[nodiscard]] std::vector<KeptPeer> copy() const {
    std::vector<KeptPeer> kept;
    for (const auto& [id, peer] : peers_) {
      kept.push_back({.id = id, .connection = {}, .vectors = {}});
      if (peer.connection) kept.back().connection.reset(dup(peer.connection.get()));
      for (const Fd& vector : peer.vectors) kept.back().vectors.emplace_back(dup(vector.get()));
    }
    return kept;
  }

 private:
  std::map<ivshmem::PeerId, KeptPeer> peers_;
  IdState ids_;
};

}  // namespace pierglass::broker
