// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

#include "pace/doorbell_trust.hpp"
#include "tests/e2e/broker_desk.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {

// Frames that a guest with --on-request shows one by one when it is asked.
class FrameRequests {
 public:
  // The guest, whom `ask` reaches, has shown or will show frame `first` by itself.
  FrameRequests(BrokerDesk& desk, std::uint32_t first, std::function<void()> ask)
      : desk_(desk), frame_(first), ask_(std::move(ask)) {}

  // Asks for the next frame; it is on the screen within `patience`.
  [[nodiscard]] testing::AssertionResult next(std::chrono::nanoseconds patience) {
    ++frame_;
    ask_();
    return shown(patience);
  }

  // The last frame that the guest has published is on the screen within `patience`.
  [[nodiscard]] testing::AssertionResult shown(std::chrono::nanoseconds patience) {
    const Picture expected = pattern_picture(desk_.pattern(), frame_);
    Picture last;
    const bool same = wait_until(
        [&] {
          last = desk_.desk().screenshot();
          return last.size == expected.size && compare(last, expected, 0).pixels == 0;
        },
        patience);
    if (same) return testing::AssertionSuccess();
    return same_picture(last, expected, 0, "frame on request") << "\nnot within the time";
  }

  // Until the client has not run for `still`. Where the guest was stopped between a frame and its
  // ring, that counts as a ring lost: then more frames must earn trust before the client sleeps. A
  // machine that stops it again and again is waited for.
  [[nodiscard]] testing::AssertionResult until_asleep(std::chrono::nanoseconds still) {
    constexpr std::uint32_t kFrames = pace::DoorbellTrust::kEarnMin << 3;  // after three misses
    const auto deadline = std::chrono::steady_clock::now() + still + std::chrono::minutes(2);
    const auto sleeps = [&] { return desk_.client_falls_asleep(still, still + 2 * kStill); };
    if (sleeps()) return testing::AssertionSuccess();
    while (std::chrono::steady_clock::now() < deadline) {
      for (std::uint32_t frame = 0; frame < kFrames; ++frame) {
        if (const auto result = next(kPatience); !result) return result;
      }
      if (sleeps()) return testing::AssertionSuccess();
    }
    return testing::AssertionFailure() << "the client does not fall asleep\n"
                                       << desk_.desk().client().process().err();
  }

 private:
  BrokerDesk& desk_;
  std::uint32_t frame_;
  std::function<void()> ask_;
};

}  // namespace pierglass::test
