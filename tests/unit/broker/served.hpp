// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/memory.hpp"
#include "broker/server.hpp"
#include "loop/unix_listener.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/broker/raw_peer.hpp"

namespace pierglass::broker {

inline constexpr std::chrono::seconds kTestPatience(20);

// Serves the loop until `condition` holds; false when that takes too long.
template <typename Condition>
[[nodiscard]] bool serve_until(loop::EventLoop& loop, Condition condition) {
  const HostTime deadline = HostClock::now() + kTestPatience;
  while (!condition()) {
    if (HostClock::now() >= deadline || !loop.step(std::chrono::milliseconds(5))) return false;
  }
  return true;
}

// What systemd's store does with descriptors, in the test's own process.
class FakeStore final : public PeerStore {
 public:
  void keep_vectors(ivshmem::PeerId id, const std::vector<Fd>& vectors) override {
    for (const Fd& vector : vectors) peers_[id].vectors.emplace_back(dup(vector.get()));
  }
  void keep_connection(ivshmem::PeerId id, int connection) override {
    peers_[id].connection.reset(dup(connection));
  }
  void forget_connection(ivshmem::PeerId id) override { peers_[id].connection.reset(); }
  void forget_vectors(ivshmem::PeerId id, std::size_t count) override {
    EXPECT_EQ(peers_[id].vectors.size(), count);
    peers_.erase(id);
  }

  [[nodiscard]] std::size_t size() const { return peers_.size(); }
  // What systemd hands over at the next start, and keeps.
  [[nodiscard]] std::vector<KeptPeer> copy() const {
    std::vector<KeptPeer> kept;
    for (const auto& [id, peer] : peers_) {
      kept.push_back({.id = id, .connection = Fd(dup(peer.connection.get())), .vectors = {}});
      for (const Fd& vector : peer.vectors) kept.back().vectors.emplace_back(dup(vector.get()));
    }
    return kept;
  }

 private:
  std::map<ivshmem::PeerId, KeptPeer> peers_;
};

// A real server at a real socket, and its loop.
struct Served {
  test::TempDir folder;
  std::filesystem::path path = folder.path() / "vm.sock";
  std::unique_ptr<loop::EventLoop> loop = loop::EventLoop::create().value();
  Memory memory = create_memory("vm", kMinMemoryBytes, Pages::Ordinary).value();
  Fd at{open(folder.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  Fd listener = loop::listen_at(at, "vm.sock", {.mode = 0666, .backlog = 64}).value();
  std::vector<std::string> lines;
  ServerSetup setup{.name = "vm",
                    .memory = memory.descriptor.get(),
                    .listener = listener.get(),
                    .limits = {},
                    .access = {.self = geteuid(), .users = {}, .groups = {}},
                    .store = nullptr,
                    .log = [this](Level, std::string_view line) { lines.emplace_back(line); }};
  std::unique_ptr<Server> server;

  void start(std::vector<KeptPeer> kept = {}) {
    server = Server::create(*loop, setup, std::move(kept)).value();
  }

  template <typename Condition>
  [[nodiscard]] bool until(Condition condition) {
    return serve_until(*loop, std::move(condition));
  }
  // A peer that was let in and has heard its greeting, `messages` long; what it heard is kept.
  [[nodiscard]] RawPeer join(std::size_t messages) {
    RawPeer peer(path);
    EXPECT_TRUE(until([&] { return peer.has_heard(messages); }));
    return peer;
  }
  [[nodiscard]] bool logged(std::string_view part) const {
    return std::ranges::any_of(lines, [&](const std::string& one) { return one.contains(part); });
  }
};

}  // namespace pierglass::broker
