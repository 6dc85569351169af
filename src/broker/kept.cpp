// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/kept.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <utility>

#include "broker/kept_name.hpp"

namespace pierglass::broker {
namespace {

using Kind = KeptName::Kind;

struct Parts {
  Fd connection;
  std::map<std::size_t, Fd> vectors;
};

KeptPeer assemble(ivshmem::PeerId id, Parts parts) {
  KeptPeer peer{.id = id, .connection = std::move(parts.connection), .vectors = {}};
  if (!parts.vectors.empty()) peer.vectors.resize(parts.vectors.rbegin()->first + 1);
  for (auto& [vector, fd] : parts.vectors) peer.vectors[vector] = std::move(fd);
  return peer;
}

// The first of a name counts.
void put(Fd& place, Fd fd) {
  if (!place) place = std::move(fd);
}

}  // namespace

Handed take_handed(std::string_view vm, std::vector<NamedFd>& descriptors) {
  Handed handed;
  std::map<ivshmem::PeerId, Parts> peers;
  for (NamedFd& one : descriptors) {
    if (one.name == vm) {
      put(handed.listener, std::move(one.fd));
      continue;
    }
    const auto name = parse_kept_name(one.name);
    if (!name || name->vm != vm) continue;
    if (name->kind == Kind::Memory) put(handed.memory, std::move(one.fd));
    if (name->kind == Kind::Ids) put(handed.ids, std::move(one.fd));
    if (name->kind == Kind::Connection) put(peers[name->peer].connection, std::move(one.fd));
    if (name->kind == Kind::Vector) put(peers[name->peer].vectors[name->vector], std::move(one.fd));
    one.fd.reset();
  }
  std::erase_if(descriptors, [](const NamedFd& one) { return !one.fd; });
  for (auto& [id, parts] : peers) handed.peers.push_back(assemble(id, std::move(parts)));
  return handed;
}

std::optional<IdState> KeptBySystemd::open_ids(Fd kept, const std::vector<KeptPeer>& peers) {
  IdState ids;
  ids_ = std::move(kept);
  if (ids_ && pread(ids_.get(), &ids, sizeof ids, 0) == static_cast<ssize_t>(sizeof ids) &&
      ids.oldest <= ids.next &&
      std::ranges::all_of(peers, [&](const KeptPeer& one) { return may_have(ids, one.id); }))
    return ids;
  ids_.reset(memfd_create("pierglass-ids", MFD_CLOEXEC));
  const std::string name = to_text({.vm = vm_, .kind = Kind::Ids});
  manager_.remove(name);  // a name may be kept more than once, and the first counts
  if (ids_) manager_.keep(name, ids_.get());
  return std::nullopt;
}

void KeptBySystemd::keep_ids(const IdState& ids) {
  // Into memory: there is nothing that could go wrong.
  (void)!pwrite(ids_.get(), &ids, sizeof ids, 0);
}

void KeptBySystemd::keep_memory(int memory) {
  manager_.keep(to_text({.vm = vm_, .kind = Kind::Memory}), memory);
}

void KeptBySystemd::forget_memory() {
  manager_.remove(to_text({.vm = vm_, .kind = Kind::Memory}));
}

void KeptBySystemd::keep_vectors(ivshmem::PeerId id, const std::vector<Fd>& vectors) {
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    manager_.keep(to_text({.vm = vm_, .kind = Kind::Vector, .peer = id, .vector = i}),
                  vectors[i].get());
  }
}

void KeptBySystemd::keep_connection(ivshmem::PeerId id, int connection) {
  manager_.keep(to_text({.vm = vm_, .kind = Kind::Connection, .peer = id}), connection);
}

void KeptBySystemd::forget(ivshmem::PeerId id, std::size_t vectors) {
  for (std::size_t i = 0; i < vectors; ++i) {
    manager_.remove(to_text({.vm = vm_, .kind = Kind::Vector, .peer = id, .vector = i}));
  }
  manager_.remove(to_text({.vm = vm_, .kind = Kind::Connection, .peer = id}));
}

}  // namespace pierglass::broker
