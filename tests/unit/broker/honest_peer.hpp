// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "tests/unit/broker/raw_peer.hpp"

namespace pierglass::broker {

// A peer that keeps to the rules and notices when the server does not: a second statement of what
// is sent in which order.
class HonestPeer {
 public:
  HonestPeer(RawPeer raw, std::size_t vectors) : raw_(std::move(raw)), vectors_(vectors) {}

  // Takes what has come. False: something that no server may send, or that it closed.
  bool listen() {
    raw_.listen();
    for (ivshmem::Message& message : raw_.heard()) good_ = take(message) && good_;
    raw_.forget();
    return good_ && !raw_.ended();
  }
  [[nodiscard]] bool connected() const { return raw_.connected(); }
  [[nodiscard]] bool greeted() const { return own_.size() == vectors_; }
  [[nodiscard]] std::int64_t id() const { return id_.value_or(-1); }
  [[nodiscard]] const Fd& memory() const { return memory_; }
  // Of everybody else.
  [[nodiscard]] std::set<std::int64_t> others() const {
    std::set<std::int64_t> ids;
    for (const auto& [id, vectors] : others_) ids.insert(id);
    return ids;
  }
  // False: that one is not known to us with that vector.
  bool ring_other(std::int64_t id, std::size_t vector) const {
    const auto at = others_.find(id);
    return at != others_.end() && vector < at->second.size() && ring(at->second[vector]);
  }
  [[nodiscard]] std::uint64_t rung(std::size_t vector) const { return rings_of(own_[vector]); }

 private:
  bool take(ivshmem::Message& message) {
    switch (step_) {
      case 0:
        ++step_;
        return message.value == 0 && !message.descriptor;
      case 1:
        ++step_;
        id_ = message.value;
        return message.value >= 0 && message.value <= 65535 && !message.descriptor;
      case 2:
        ++step_;
        memory_ = std::move(message.descriptor);
        return message.value == -1 && memory_;
      default:
        return message.descriptor ? take_vector(message) : take_leave(message.value);
    }
  }

  bool take_vector(ivshmem::Message& message) {
    if (message.value == id_) {
      own_.push_back(std::move(message.descriptor));
      return own_.size() <= vectors_;
    }
    if (gone_.contains(message.value)) return false;  // QEMU would crash
    // The set of one peer is not mixed with others'.
    if (message.value != last_ && others_.contains(message.value)) return false;
    last_ = message.value;
    std::vector<Fd>& vectors = others_[message.value];
    vectors.push_back(std::move(message.descriptor));
    return vectors.size() <= vectors_;
  }

  bool take_leave(std::int64_t id) {
    const auto at = others_.find(id);
    if (at == others_.end() || at->second.size() != vectors_) return false;
    others_.erase(at);
    gone_.insert(id);
    return true;
  }

  RawPeer raw_;
  std::size_t vectors_;
  bool good_ = true;
  int step_ = 0;
  std::optional<std::int64_t> id_;
  std::int64_t last_ = -1;
  Fd memory_;
  std::vector<Fd> own_;
  std::map<std::int64_t, std::vector<Fd>> others_;
  std::set<std::int64_t> gone_;
};

}  // namespace pierglass::broker
