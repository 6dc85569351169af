// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstdint>

#include "guest/core/doorbell.hpp"
#include "guest/options.hpp"

namespace pierglass::test {

// A doorbell that loses rings: none, every second one, or all.
class UnsteadyDoorbell final : public guest::Doorbell {
 public:
  // `inner` outlives this.
  UnsteadyDoorbell(guest::Doorbell& inner, guest::Rings rings) : inner_(inner), rings_(rings) {}

  [[nodiscard]] ring::DoorbellAddress own() const override { return inner_.own(); }
  [[nodiscard]] bool hears() const override { return inner_.hears(); }
  void ring(ring::DoorbellAddress reader) noexcept override {
    if (rings_ == guest::Rings::Never) return;
    if (rings_ == guest::Rings::Half && count_.fetch_add(1, std::memory_order_relaxed) % 2 == 0)
      return;
    inner_.ring(reader);
  }

 private:
  guest::Doorbell& inner_;
  guest::Rings rings_;
  std::atomic<std::uint64_t> count_{0};
};

}  // namespace pierglass::test
