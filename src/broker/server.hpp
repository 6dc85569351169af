// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "broker/access.hpp"
#include "broker/log.hpp"
#include "broker/peer_store.hpp"
#include "ivshmem/message.hpp"
#include "loop/event_loop.hpp"
#include "loop/timer.hpp"

namespace pierglass::broker {

struct ServerLimits {
  std::size_t peers = 64;   // at a time; further ones are closed
  std::size_t vectors = 2;  // eventfds per peer, 1 to ivshmem::kMaxVectors
};

struct ServerSetup {
  std::string name;   // of the virtual machine, for the log
  int memory = -1;    // borrowed
  int listener = -1;  // a listening stream socket, non-blocking; borrowed
  ServerLimits limits;
  AccessRules access;
  PeerStore* store = nullptr;  // borrowed; null: nothing outlives this server
  IdState ids;                 // where the server before this one was
  LogSink log;
};

// The ivshmem server of one virtual machine, for QEMU and for Linux programs alike. On its loop's
// thread; never waits for a peer: who speaks, or lets its socket's buffer run full, is dropped, and
// the others are told. Only the store may block (PeerStore). Nobody hears of the same id twice.
class Server {
 public:
  // What is borrowed, and the loop, must outlive the server. `kept`: the peers of a server before
  // this one, over the same memory; they notice nothing.
  static Result<std::unique_ptr<Server>> create(loop::EventLoop& loop, ServerSetup setup,
                                                std::vector<KeptPeer> kept = {});
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() = default;  // closes every connection, which a store may hold open

  [[nodiscard]] std::size_t peers() const { return peers_.size(); }
  // Every connection that was let in or not, since the start; for tests.
  [[nodiscard]] std::uint64_t callers() const { return callers_; }

 private:
  struct Peer {
    ivshmem::PeerId id = 0;
    PeerNumber number = 0;
    PeerNumber oldest = 0;  // of whom it has heard
    Credentials who;
    Fd connection;
    loop::Registration registration;  // ends before connection closes
    std::vector<Fd> vectors;
    const char* fault = nullptr;  // why it must go; null: it stays
  };

  Server(loop::EventLoop& loop, ServerSetup setup);

  Result<void> listen();
  Result<void> start_timer();
  void rest();
  void on_callers();
  bool take_caller();
  void consider(Fd connection);
  Result<void> join(Fd connection, Credentials who);
  Result<void> greet(const Peer& newcomer) const;
  Result<void> watch(Peer& peer);
  void restore(KeptPeer kept);
  void on_ready(ivshmem::PeerId id);
  void tell_of_newcomer(Peer& newcomer);
  void tell_of_leave(const Peer& gone);
  void remove_faulty();
  void depart(Peer peer);
  [[nodiscard]] PeerNumber oldest_known() const;
  [[nodiscard]] Peer* find(ivshmem::PeerId id);

  loop::EventLoop& loop_;
  const ServerSetup setup_;
  PeerLog log_;            // who comes and goes
  PeerLog faults_;         // who may not, or must
  std::list<Peer> peers_;  // in the order in which they came
  std::optional<loop::Timer> timer_;
  loop::Registration callers_watch_;
  PeerNumber next_;
  std::uint64_t callers_ = 0;
};

// How many messages with a descriptor a peer that does not read can be sent before it is dropped,
// as this system's socket buffers have it; measured.
Result<std::size_t> buffered_messages();

}  // namespace pierglass::broker
