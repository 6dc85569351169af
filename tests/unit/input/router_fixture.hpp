// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "input/router.hpp"
#include "tests/support/input_model.hpp"

namespace pierglass::input {

inline constexpr HostTime kStart{std::chrono::hours(3)};
inline constexpr KeyCode kTrigger = key::kRightCtrl;
inline constexpr KeyCode kA = 30;
inline constexpr KeyCode kW = 17;
inline constexpr KeyCode kF = 33;
inline constexpr Size kWindow{800, 600};
inline constexpr Size kPicture{1600, 1200};  // a logical pixel is two of the guest's

class RouterTest : public testing::Test {
 protected:
  RouterTest() { test::input_now = kStart; }
  ~RouterTest() override {
    router_.reset();
    EXPECT_TRUE(guest_.keys.empty() && guest_.buttons.empty()) << "left pressed in the guest";
    EXPECT_EQ(guest_.wrong, "");
    EXPECT_EQ(host_.wrong, "");
  }

  // A mapped and activated window with a picture and a connected guest; keyboard and pointer are
  // elsewhere.
  Router& start(RouterOptions options = {}) {
    router_.emplace(options, guest_, host_, &test::input_clock);
    router_->on_window(facts_);
    router_->on_picture(kPicture);
    connect();
    return *router_;
  }
  // The same with both in the window.
  Router& enter(RouterOptions options = {}) {
    start(options);
    focus();
    router_->on_pointer_enter({400, 300});
    guest_.take_log();
    return *router_;
  }
  Router& enter_captured(RouterOptions options = {}) {
    enter(options);
    router_->capture();
    router_->on_shortcuts_inhibited(true);
    router_->on_pointer_locked();
    EXPECT_TRUE(router_->captured());
    guest_.take_log();
    return *router_;
  }

  void focus(std::vector<KeyCode> held = {}) { router_->on_keyboard_enter(held); }
  void connect() {
    guest_.connect(true);
    router_->on_guest_connected();
  }
  void disconnect() {
    guest_.connect(false);
    router_->on_guest_disconnected();
  }
  void press(KeyCode key) { router_->on_key(key, true); }
  void release(KeyCode key) { router_->on_key(key, false); }
  void type(KeyCode key) {
    press(key);
    release(key);
  }
  void chord(KeyCode key) {
    press(kTrigger);
    type(key);
    release(kTrigger);
  }
  void pass(Nanoseconds time) {
    const HostTime end = test::input_now + time;
    for (auto due = router_->deadline(); due && *due <= end; due = router_->deadline()) {
      test::input_now = std::max(test::input_now, *due);
      router_->on_time(test::input_now);
    }
    test::input_now = end;
  }
  std::vector<std::string> sent() { return guest_.take_log(); }

  WindowFacts facts_{.mapped = true, .activated = true, .logical = kWindow};
  test::ModelGuest guest_;
  test::ModelHost host_;
  std::optional<Router> router_;
};

inline WindowFacts fullscreen(WindowFacts facts) {
  facts.fullscreen = true;
  return facts;
}

}  // namespace pierglass::input
