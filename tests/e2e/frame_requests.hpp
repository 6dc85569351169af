// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

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

  // Until the client has not run for `still`, within twice that and kPatience. Where the guest was
  // stopped between a frame and its ring, that counts as a ring lost: then more frames must earn
  // trust before the client sleeps.
  [[nodiscard]] testing::AssertionResult until_asleep(std::chrono::nanoseconds still) {
    constexpr int kFrames = 40;
    const auto deadline = std::chrono::steady_clock::now() + 2 * still + kPatience;
    const auto left = [&] { return deadline - std::chrono::steady_clock::now(); };
    if (desk_.client_falls_asleep(still, still + 2 * kStill)) return testing::AssertionSuccess();
    for (int frame = 0; frame < kFrames; ++frame) {
      if (const auto result = next(left()); !result) return result;
    }
    if (desk_.client_falls_asleep(still, left())) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "the client does not fall asleep";
  }

 private:
  BrokerDesk& desk_;
  std::uint32_t frame_;
  std::function<void()> ask_;
};

}  // namespace pierglass::test
