// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/peer_store.hpp"
#include "broker/service_manager.hpp"

namespace pierglass::broker {

// What systemd handed over for one virtual machine.
struct Handed {
  Fd listener;
  Fd memory;
  Fd ids;
  std::vector<KeptPeer> peers;  // by id
};

// Takes what belongs to `vm` out of `descriptors`: a listening socket has the VM's own name, the
// rest was kept by a broker before us.
Handed take_handed(std::string_view vm, std::vector<NamedFd>& descriptors);

// One virtual machine's part of systemd's store. The manager must outlive it.
class KeptBySystemd final : public PeerStore {
 public:
  KeptBySystemd(std::string vm, ServiceManager& manager) : vm_(std::move(vm)), manager_(manager) {}

  // Goes on with the state that is in `kept`. Nothing, and it begins anew: that is empty, nonsense,
  // or of other peers.
  std::optional<IdState> open_ids(Fd kept, const std::vector<KeptPeer>& peers);
  void keep_memory(int memory);
  void forget_memory();
  void keep_ids(const IdState& ids) override;
  void keep_vectors(ivshmem::PeerId id, const std::vector<Fd>& vectors) override;
  void keep_connection(ivshmem::PeerId id, int connection) override;
  void forget(ivshmem::PeerId id, std::size_t vectors) override;

 private:
  std::string vm_;
  ServiceManager& manager_;
  Fd ids_;  // memory of a few bytes, of which the store has the other end
};

}  // namespace pierglass::broker
