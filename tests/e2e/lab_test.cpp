// SPDX-License-Identifier: GPL-2.0-or-later
// The lab itself, without a client: the injector in Sway and the guest in QEMU.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/injector.hpp"
#include "tests/support/qemu.hpp"
#include "tests/support/sway.hpp"

namespace pierglass::test {
namespace {

unsigned capabilities(HeadlessSway& sway) {
  return nlohmann::json::parse(sway.query("get_seats")).at(0).at("capabilities").get<unsigned>();
}

TEST(TheInjector, GivesSwaysSeatAPointerAndAKeyboardAsLongAsItLives) {
  Lab lab;
  HeadlessSway sway(lab, Size{640, 480});
  EXPECT_EQ(capabilities(sway), 0U);
  {
    Injector injector(sway.display());
    EXPECT_EQ(capabilities(sway), 3U);
    for (int i = 0; i < 100'000; ++i) injector.move(1, i % 2 == 0 ? 1 : -1);
    injector.sync();
  }
  EXPECT_TRUE(sway.process().running());
}

std::vector<std::string> names(const InputLog& log) {
  std::vector<std::string> result;
  for (const auto& [number, name] : log.devices()) result.push_back(name);
  return result;
}

TEST(TheGuestInQemu, StartsHasItsDevicesAndNothingPressedAndStartsAgain) {
  Lab lab;
  QemuGuest guest(lab, {.devices = InputDevices::Tablet});
  const std::vector<std::string> devices = names(guest.log());
  EXPECT_EQ(devices.size(), 3U);
  for (const char* name : {"AT Translated Set 2 keyboard", "QEMU QEMU USB Tablet"}) {
    EXPECT_NE(std::ranges::find(devices, name), devices.end()) << name;
  }
  EXPECT_EQ(guest.log().state(), GuestState{});
  EXPECT_TRUE(std::filesystem::is_socket(guest.socket()));
  guest.kill();
  guest.start();
  EXPECT_EQ(guest.log().state(), GuestState{});
}

TEST(TheGuestInQemu, HasWhatItIsGiven) {
  Lab lab;
  QemuGuest guest(lab, {.devices = InputDevices::Virtio, .ticket = "secret"});
  EXPECT_EQ(guest.log().devices().size(), 4U);
}

}  // namespace
}  // namespace pierglass::test
