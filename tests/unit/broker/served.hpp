// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/memory.hpp"
#include "broker/server.hpp"
#include "loop/unix_listener.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/broker/fake_store.hpp"
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
