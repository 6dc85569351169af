// SPDX-License-Identifier: GPL-2.0-or-later
// Scripts of what peers may do, played on a real server. Two bytes a step: what, and who.
// Whatever they do, honest peers are told the truth, and in the end nothing is left.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <vector>

#include "broker/memory.hpp"
#include "broker/server.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/unit/broker/fake_store.hpp"
#include "tests/unit/broker/honest_peer.hpp"

using pierglass::Fd;
using pierglass::fuzz::Input;
using pierglass::fuzz::require;
using namespace pierglass;
using namespace pierglass::broker;

namespace {

constexpr std::size_t kPlaces = 8;
constexpr std::size_t kVectors = 2;
constexpr std::size_t kMostSteps = 200;
// Rounds in which everything happens that peers have begun, once all of them were seen.
constexpr int kSettled = 4;

// A listening socket without a file, one for all scripts.
struct Listener {
  Fd fd{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  socklen_t length = sizeof address;

  Listener() {
    const auto* plain = reinterpret_cast<const sockaddr*>(&address);
    // Linux chooses an abstract name.
    require(bind(fd.get(), plain, sizeof address.sun_family) == 0, "bind");
    require(listen(fd.get(), 256) == 0, "listen");
    getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &length);
  }
};

struct Stage {
  Listener listener;
  std::unique_ptr<loop::EventLoop> loop = loop::EventLoop::create().value();
  Memory memory = create_memory("fuzz", kMinMemoryBytes, Pages::Ordinary).value();
};

struct Play {
  Stage& stage;
  FakeStore store;
  std::unique_ptr<Server> server;
  std::vector<RawPeer> crowd;
  std::deque<HonestPeer> honest;
  std::uint64_t made = 0;  // connections
  std::uint64_t seen = 0;  // of them by servers before this one

  explicit Play(Stage& on) : stage(on) { start(); }

  void start() {
    if (server) seen += server->callers();
    server.reset();
    server = Server::create(*stage.loop,
                            {.name = "fuzz",
                             .memory = stage.memory.descriptor.get(),
                             .listener = stage.listener.fd.get(),
                             .limits = {.peers = kPlaces, .vectors = kVectors},
                             .access = {.self = geteuid(), .users = {}, .groups = {}},
                             .store = &store,
                             .ids = store.ids(),
                             .log = [](Level, std::string_view) {}},
                            store.copy())
                 .value();
  }

  RawPeer caller() {
    ++made;
    return RawPeer(stage.listener.address, stage.listener.length);
  }

  void step() {
    require(bool(stage.loop->step(Nanoseconds(0))), "the loop goes on");
    require(server->peers() <= kPlaces, "no more than there are places");
  }

  void settle() {
    while (seen + server->callers() < made) step();
    for (int i = 0; i < kSettled; ++i) step();
  }

  // Those who were let in are told nothing but the truth.
  void hear() {
    for (HonestPeer& one : honest) require(one.listen(), "an honest peer stays");
  }

  void greet_one() {
    HonestPeer visitor(caller(), kVectors);
    settle();
    if (visitor.listen() && visitor.greeted()) honest.push_back(std::move(visitor));
  }

  void ring(std::uint8_t who) {
    if (honest.size() < 2) return;
    settle();
    hear();
    const HonestPeer& from = honest[who % honest.size()];
    const HonestPeer& to = honest[(who / 16) % honest.size()];
    if (&from == &to) return;
    require(from.ring_other(to.id(), who % kVectors), "all know each other");
    require(to.rung(who % kVectors) == 1, "and ring whom they mean");
  }

  void act(std::uint8_t what, std::uint8_t who) {
    switch (what % 10) {
      case 0:
        if (crowd.size() < 2 * kPlaces) crowd.push_back(caller());
        return;
      case 1:
        return step();
      case 2:
        return greet_one();
      case 3:
        if (!honest.empty()) honest.erase(honest.begin() + who % static_cast<int>(honest.size()));
        return;
      case 4:
        return start();  // the server died and comes back
      case 5:
        return ring(who);
      default:
        return crowd_acts(what, who);
    }
  }

  void crowd_acts(std::uint8_t what, std::uint8_t who) {
    if (crowd.empty()) return;
    const std::size_t at = who % crowd.size();
    switch (what % 10) {
      case 6:
        (void)crowd[at].speak();
        return;
      case 7:
        return crowd[at].shut(who % 3);  // SHUT_RD, SHUT_WR, SHUT_RDWR
      case 8:
        return crowd[at].listen();
      default:
        crowd.erase(crowd.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }

  // Those who stay agree on who is there.
  void compare() {
    settle();
    hear();
    std::set<std::set<std::int64_t>> views;
    for (const HonestPeer& one : honest) {
      std::set<std::int64_t> view = one.others();
      view.insert(one.id());
      require(view.size() == server->peers(), "everybody is known");
      views.insert(std::move(view));
    }
    require(views.size() <= 1, "one truth");
  }

  void finish() {
    compare();
    crowd.clear();
    compare();
    honest.clear();
    settle();
    require(server->peers() == 0, "nobody is left");
    require(store.size() == 0, "and nothing of them");
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Stage stage;
  Play play(stage);
  Input input(data, size);
  for (std::size_t i = 0; i < kMostSteps && !input.empty(); ++i) {
    const auto what = input.take<std::uint8_t>();
    play.act(what, input.take<std::uint8_t>());
  }
  play.finish();
  return 0;
}
