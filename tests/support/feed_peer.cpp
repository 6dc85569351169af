// SPDX-License-Identifier: GPL-2.0-or-later
#include <optional>
#include <utility>

#include "ivshmem/address.hpp"
#include "ivshmem/connection.hpp"
#include "shm/file_linux.hpp"
#include "tests/support/feed_memory.hpp"

namespace pierglass::test {
namespace {

using ivshmem::Connection;

class PeerDoorbell final : public guest::Doorbell {
 public:
  explicit PeerDoorbell(const Connection& connection) : connection_(connection) {}
  [[nodiscard]] ring::DoorbellAddress own() const override {
    return {.peer = *connection_.id(), .vector = 0};
  }
  [[nodiscard]] bool hears() const override { return true; }
  void ring(ring::DoorbellAddress reader) noexcept override {
    connection_.ring(reader.peer, reader.vector);
  }

 private:
  const Connection& connection_;
};

// What one broker gave.
struct Place {
  std::unique_ptr<Connection> connection;
  shm::SharedMemory memory;
  std::unique_ptr<PeerDoorbell> doorbell;
};

class PeerMemory final : public FeedMemory {
 public:
  explicit PeerMemory(std::vector<std::string> sockets) : sockets_(std::move(sockets)) {}

  [[nodiscard]] std::span<std::byte> bytes() const override { return here_.memory.bytes(); }
  [[nodiscard]] guest::Doorbell* doorbell() override { return here_.doorbell.get(); }

  [[nodiscard]] std::vector<int> descriptors() const override {
    std::vector<int> result;
    for (const Place* place : {&here_, &there_}) {
      if (place->connection) result.push_back(place->connection->poll_fd());
    }
    return result;
  }

  News look() override {
    News news;
    if (here_.connection) {
      const auto events = here_.connection->on_ready();
      news.rung = events && events->rung;
    }
    if (!here_.connection || here_.connection->state() == Connection::State::Lost) go_on();
    news.moved = !there_.memory.bytes().empty();
    return news;
  }

  void move() override {
    here_.doorbell.reset();
    here_ = std::exchange(there_, {});
  }

 private:
  // One step towards the next broker.
  void go_on() {
    for (std::size_t i = 0; i < sockets_.size() && !there_.connection; ++i) {
      if (auto made = Connection::connect(sockets_[i])) there_.connection = *std::move(made);
    }
    if (!there_.connection || !there_.memory.bytes().empty()) return;
    const auto events = there_.connection->on_ready();
    if (!events || there_.connection->state() == Connection::State::Lost) {
      there_ = {};
      return;
    }
    if (there_.connection->state() != Connection::State::Introduced) return;
    auto memory = shm::map_fd(there_.connection->memory());
    if (!memory) {
      there_ = {};
      return;
    }
    there_.memory = *std::move(memory);
    there_.doorbell = std::make_unique<PeerDoorbell>(*there_.connection);
  }

  std::vector<std::string> sockets_;
  Place here_;   // published in; its broker may be gone
  Place there_;  // of a later broker
};

}  // namespace

Result<std::unique_ptr<FeedMemory>> open_feed_peer(const std::string& address) {
  return std::make_unique<PeerMemory>(TRY(ivshmem::socket_places(address)));
}

}  // namespace pierglass::test
