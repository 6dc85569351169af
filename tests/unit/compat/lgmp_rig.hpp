// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compat/dialect.hpp"
#include "compat/lgmp_header.hpp"
#include "compat/lgmp_queue.hpp"
#include "tests/support/lgmp_host.hpp"

namespace pierglass::compat::test {

using pierglass::test::LgmpHost;
using pierglass::test::LgmpOffsets;
using pierglass::test::LgmpVersion;
using Standing = LgmpQueue::Standing;

// A host with one queue in memory of its own, whose clock the test turns.
class LgmpRig : public testing::TestWithParam<const Dialect*> {
 protected:
  static constexpr std::uint32_t kId = 7;  // of the queue
  static constexpr std::size_t kQueue = 0;
  static constexpr std::uint32_t kMaxTimeMs = 1000;
  static constexpr std::uint32_t kMe = 0x1111;
  static constexpr std::uint32_t kOther = 0x2222;
  static constexpr std::size_t kMemoryBytes = 64 * 1024;

  LgmpRig() : LgmpRig(4) {}
  explicit LgmpRig(std::uint32_t depth) : depth_(depth) { start_host(); }

  void start_host() {
    host_.emplace(memory(), version(), memory().first(0), [this] { return now_ms_; });
    host_->create_queue(kId, depth_, kMaxTimeMs);
    payload_ = host_->allocate(256, 64);
  }

  [[nodiscard]] std::span<std::byte> memory() const { return {memory_.get(), kMemoryBytes}; }
  [[nodiscard]] const LgmpLayout& layout() const { return GetParam()->lgmp; }
  [[nodiscard]] LgmpVersion version() const { return LgmpVersion{layout().version}; }
  [[nodiscard]] bool is_v6() const { return version() == LgmpVersion::V6; }
  [[nodiscard]] const LgmpOffsets& at() const { return host_->offsets(); }
  [[nodiscard]] LgmpHost& host() { return *host_; }

  [[nodiscard]] Result<LgmpQueue> try_subscribe(std::uint32_t client = kMe,
                                                LgmpPatience patience = {}) {
    return LgmpQueue::subscribe(memory(), layout(), kId, client, patience);
  }
  [[nodiscard]] LgmpQueue subscribe(std::uint32_t client = kMe, LgmpPatience patience = {}) {
    auto queue = try_subscribe(client, patience);
    EXPECT_TRUE(queue) << (queue ? "" : queue.error().what);
    return std::move(*queue);
  }

  LgmpHost::Posted post(std::uint64_t flags = 0) { return host_->post(kQueue, flags, payload_); }

  void pass_ms(std::uint64_t ms) {
    now_ms_ += ms;
    host_->process();
  }

  [[nodiscard]] static std::vector<LgmpMessage> messages(LgmpQueue& queue) {
    std::vector<LgmpMessage> list(LgmpQueue::kMaxRingSlots);
    list.resize(queue.messages(list));
    return list;
  }
  [[nodiscard]] static std::vector<std::uint64_t> flags(LgmpQueue& queue) {
    std::vector<std::uint64_t> all;
    for (const LgmpMessage& message : messages(queue)) all.push_back(message.flags);
    return all;
  }

  // Words of the queue, of a slot of its ring, of the header; by the host's own offsets.
  [[nodiscard]] std::uint32_t field(std::uint32_t offset) {
    return host_->word(host_->queue_at(kQueue) + offset);
  }
  void set_field(std::uint32_t offset, std::uint32_t value) {
    host_->set_word(host_->queue_at(kQueue) + offset, value);
  }
  [[nodiscard]] std::uint32_t pending(std::uint32_t slot) {
    return host_->word(host_->message_at(kQueue, slot) + at().pending);
  }
  void set_pending(std::uint32_t slot, std::uint32_t readers) {
    host_->set_word(host_->message_at(kQueue, slot) + at().pending, readers);
  }
  [[nodiscard]] std::uint32_t slots() { return field(at().slots); }
  [[nodiscard]] std::uint32_t owner(std::uint32_t place) {
    return field(at().client_ids + 4 * place);
  }
  [[nodiscard]] std::uint64_t deadline() {
    return host_->word64(host_->queue_at(kQueue) + at().message_timeout);
  }

  std::uint64_t now_ms_ = 1;
  std::uint32_t depth_;
  LgmpHost::Allocation payload_;

 private:
  struct Free {
    void operator()(std::byte* bytes) const { std::free(bytes); }
  };
  static std::byte* cleared_pages() {
    auto* bytes = static_cast<std::byte*>(std::aligned_alloc(4096, kMemoryBytes));
    std::fill_n(bytes, kMemoryBytes, std::byte{});
    return bytes;
  }

  std::unique_ptr<std::byte, Free> memory_{cleared_pages()};
  std::optional<LgmpHost> host_;
};

inline std::string dialect_name(const testing::TestParamInfo<const Dialect*>& info) {
  return "Lgmp" + std::to_string(info.param->lgmp.version);
}

// NOLINTNEXTLINE: what GoogleTest makes of it
#define PIERGLASS_FOR_EACH_DIALECT(suite)   \
  INSTANTIATE_TEST_SUITE_P(Dialects, suite, \
                           testing::ValuesIn(dialects().begin(), dialects().end()), dialect_name)

}  // namespace pierglass::compat::test
