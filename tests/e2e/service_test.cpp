// SPDX-License-Identifier: GPL-2.0-or-later
// The guest as a service of (Wine's) Windows, from its installation to its removal.
#include <gtest/gtest.h>
#include <signal.h>

#include <csignal>
#include <string>

#include "tests/e2e/service_desk.hpp"

namespace pierglass::test {
namespace {

using guest::PatternMode;
using guest::PatternSpec;

constexpr Size kSize{640, 480};
constexpr PatternSpec kMoving{.size = kSize, .mode = PatternMode::Full};
constexpr const char* kMovingLines = "size = 640x480\nrate = 30\n";

class GuestService : public testing::Test {
 protected:
  void install_and_start(const std::string& lines) {
    ASSERT_TRUE(desk.say("install"));
    desk.configure(lines);
    ASSERT_TRUE(desk.say("start"));
  }
  // For failures.
  std::string logs() const {
    return "service: " + desk.log("service") + "\ncapture: " + desk.log("capture");
  }

  ServiceDesk desk{kSize};
};

TEST_F(GuestService, LivesFromInstallToUninstall) {
  Desk& client = desk.desk();
  client.start_client("shm");
  const auto installed = desk.say("install");
  ASSERT_TRUE(installed);
  EXPECT_NE(installed->find("note: no IVSHMEM device was found"), std::string::npos) << *installed;
  EXPECT_NE(installed->find("virtio-win"), std::string::npos) << *installed;
  desk.configure(kMovingLines);
  ASSERT_TRUE(desk.say("start"));
  EXPECT_EQ(desk.say("status"), "the service is running\n");
  ASSERT_TRUE(client.shows_moving(kMoving)) << logs();

  ASSERT_TRUE(desk.say("stop"));
  EXPECT_TRUE(desk.wait_for_none("service") && desk.wait_for_none("run"));
  EXPECT_TRUE(client.client_says("absent")) << "the capture process ended its session\n" << logs();
  const Finished stopped =
      desk.wine().run(client.lab().stage(guest_program()), {"status"}, kPatience);
  EXPECT_EQ(stopped.out, "the service is stopped\n");
  EXPECT_EQ(stopped.exit, Exit{.code = 1});

  ASSERT_TRUE(desk.say("uninstall"));
  EXPECT_FALSE(std::filesystem::exists(desk.data_folder()));
  desk.wine().end();
  EXPECT_EQ(desk.wine().registry().find("\\Services\\\\Pierglass"), std::string::npos);
  EXPECT_EQ(desk.wine().registry().find("Application\\\\Pierglass"), std::string::npos);
  client.expect_clean_end();
}

TEST_F(GuestService, StartsAnotherCaptureProcessForAKilledOne) {
  desk.desk().start_client("shm");
  install_and_start(kMovingLines);
  ASSERT_TRUE(desk.desk().shows_moving(kMoving)) << logs();
  std::optional<pid_t> capture = desk.wait_for_process("run");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(capture) << logs();
    ::kill(*capture, SIGKILL);
    capture = desk.wait_for_process("run", capture);
    ASSERT_TRUE(desk.desk().shows_moving(kMoving)) << logs();
  }
  desk.desk().expect_clean_end();
}

TEST_F(GuestService, CaptureEndsWithAServiceThatIsKilled) {
  desk.desk().start_client("shm");
  install_and_start(kMovingLines);
  ASSERT_TRUE(desk.desk().shows_moving(kMoving)) << logs();
  const auto service = desk.process("service");
  ASSERT_TRUE(service);
  ::kill(*service, SIGKILL);
  EXPECT_TRUE(desk.wait_for_none("run")) << logs();
  EXPECT_TRUE(desk.desk().client_says("absent")) << "in good order\n" << logs();
  desk.desk().expect_clean_end();
}

TEST_F(GuestService, FollowsItsConfigFileAndRefusesMistakes) {
  desk.desk().start_client("shm");
  install_and_start(kMovingLines);
  ASSERT_TRUE(desk.desk().shows_moving(kMoving)) << logs();
  const auto capture = desk.process("run");
  ASSERT_TRUE(capture);

  desk.configure("bogus = 1\n");
  ASSERT_TRUE(desk.wait_for_log("service", "there is no option \"bogus\": the last good"))
      << logs();
  EXPECT_EQ(desk.process("run"), capture) << "untouched";
  EXPECT_TRUE(desk.desk().shows_moving(kMoving));

  desk.configure("size = 640x480\nmode = still\n");
  const Picture still = pattern_picture({.size = kSize, .mode = PatternMode::Still}, 1);
  EXPECT_TRUE(desk.desk().shows(still, 0, "the new configuration")) << logs();
  EXPECT_NE(desk.process("run"), capture);
  desk.desk().expect_clean_end();
}

TEST_F(GuestService, StartsWithTheLastGoodConfigurationWhenTheFileIsBroken) {
  desk.desk().start_client("shm");
  install_and_start(kMovingLines);
  ASSERT_TRUE(desk.wait_for_process("run")) << logs();
  ASSERT_TRUE(desk.say("stop"));
  desk.configure("rate = fast\n");
  ASSERT_TRUE(desk.say("start"));
  EXPECT_TRUE(desk.desk().shows_moving(kMoving)) << logs();
  EXPECT_NE(desk.log("service").find("fast"), std::string::npos) << logs();
  desk.desk().expect_clean_end();
}

TEST_F(GuestService, SaysWhatToDoWhenItIsNotInstalled) {
  for (const char* word : {"start", "stop"}) {
    const Finished finished =
        desk.wine().run(desk.desk().lab().stage(guest_program()), {word}, kPatience);
    EXPECT_EQ(finished.exit, Exit{.code = 1});
    EXPECT_NE(finished.err.find("not installed: pierglass-guest install"), std::string::npos)
        << finished.err;
  }
}

}  // namespace
}  // namespace pierglass::test
