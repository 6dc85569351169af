// SPDX-License-Identifier: GPL-2.0-or-later
// The guest as a service of (Wine's) Windows, from its installation to its removal.
#include <gtest/gtest.h>
#include <signal.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/e2e/service_desk.hpp"
#include "tests/support/wait_until.hpp"

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
  const Finished stopped = desk.run({"status"});
  EXPECT_EQ(stopped.out, "the service is stopped\n");
  EXPECT_EQ(stopped.exit, Exit{.code = 1});

  ASSERT_TRUE(desk.say("uninstall"));
  EXPECT_FALSE(std::filesystem::exists(desk.data_folder()));
  desk.wine().end();
  const std::string registry = desk.wine().registry();
  EXPECT_NE(registry.find("\\Services\\\\"), std::string::npos);
  EXPECT_EQ(registry.find("\\Services\\\\Pierglass"), std::string::npos);
  EXPECT_EQ(registry.find("Application\\\\Pierglass"), std::string::npos);
  client.expect_clean_end();
}

TEST_F(GuestService, AFileInThePlaceOfItsFolderIsMovedAside) {
  std::ofstream(desk.data_folder()) << "somebody else's";
  ASSERT_TRUE(desk.say("install"));
  EXPECT_TRUE(std::filesystem::is_directory(desk.data_folder() / "logs"));
  std::size_t aside = 0;
  for (const auto& entry : std::filesystem::directory_iterator(desk.data_folder().parent_path()))
    aside += entry.path().filename().string().starts_with("Pierglass.foreign-") ? 1 : 0;
  EXPECT_EQ(aside, 1U);
}

TEST_F(GuestService, StartsAnotherCaptureProcessForAKilledOne) {
  desk.desk().start_client("shm");
  install_and_start(kMovingLines);
  std::optional<std::uint32_t> number = desk.desk().shows_moving(kMoving);
  ASSERT_TRUE(number) << logs();
  for (std::size_t round = 1; round <= 3; ++round) {
    const std::optional<pid_t> capture = desk.process("run");
    ASSERT_TRUE(capture) << logs();
    ::kill(*capture, SIGKILL);
    EXPECT_TRUE(desk.wait_for_process("run", capture)) << logs();
    // A Windows program that is killed while Wine still makes it may take its maker along.
    ASSERT_TRUE(wait_until([&] { return desk.captures() > round; }, kPatience)) << logs();
    for (int i = 0; i < 2; ++i) {
      number = desk.desk().shows_moving(kMoving, number);
      ASSERT_TRUE(number) << logs();
    }
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
    const Finished finished = desk.run({word});
    EXPECT_EQ(finished.exit, Exit{.code = 1});
    EXPECT_NE(finished.err.find("not installed: pierglass-guest install"), std::string::npos)
        << finished.err;
  }
}

class GuestDiagnose : public GuestService {
 protected:
  // Which says what Wine lacks, and so ends with 1.
  std::string report() {
    const Finished finished = desk.run({"diagnose"});
    EXPECT_EQ(finished.exit, Exit{.code = 1}) << finished.out << finished.err;
    return finished.out;
  }
  // How the report judges the subject, and what it says.
  static std::string line_about(const std::string& report, const std::string& subject) {
    const std::size_t at = report.find("  " + subject + "  ");
    if (at == std::string::npos) return {};
    const std::size_t begin = report.rfind('\n', at) + 1;
    return report.substr(begin, report.find('\n', at) - begin);
  }
};

TEST_F(GuestDiagnose, SaysWhatWineLacks) {
  const std::string said = report();
  EXPECT_NE(line_about(said, "Windows").find("in truth Wine"), std::string::npos) << said;
  EXPECT_NE(line_about(said, "service").find("not installed"), std::string::npos) << said;
  EXPECT_EQ(line_about(said, "IVSHMEM device").find("BAD "), 0U) << said;
  EXPECT_NE(line_about(said, "IVSHMEM device").find("virtio-win"), std::string::npos) << said;
  EXPECT_EQ(line_about(said, "graphics").find("BAD "), 0U) << "no display\n" << said;
  EXPECT_EQ(line_about(said, "copy engine").find("-   "), 0U) << said;
  EXPECT_EQ(line_about(said, "capture").find("BAD "), 0U) << said;
  EXPECT_NE(said.find("\nNot all is well"), std::string::npos) << said;
}

TEST_F(GuestDiagnose, MeasuresMemoryAndCaptureAsTheConfigFileSays) {
  ASSERT_TRUE(desk.say("install"));
  desk.configure(kMovingLines);
  const std::string said = report();
  EXPECT_EQ(line_about(said, "config file").find("ok  "), 0U) << said;
  EXPECT_NE(line_about(said, "memory file").find("64 MiB"), std::string::npos) << said;
  EXPECT_NE(line_about(said, "memory speed").find(" GB/s"), std::string::npos) << said;
  EXPECT_EQ(line_about(said, "capture").find("ok  "), 0U) << said;
  EXPECT_NE(line_about(said, "capture").find("640x480"), std::string::npos) << said;

  desk.configure("bogus = 1\n");
  const std::string mistaken = report();
  EXPECT_EQ(line_about(mistaken, "config file").find("BAD "), 0U) << mistaken;
  EXPECT_NE(line_about(mistaken, "config file").find("bogus"), std::string::npos) << mistaken;
}

TEST_F(GuestDiagnose, LeavesARunningServiceAlone) {
  desk.desk().start_client("shm");
  install_and_start(kMovingLines);
  ASSERT_TRUE(desk.desk().shows_moving(kMoving)) << logs();
  const std::string said = report();
  EXPECT_EQ(line_about(said, "memory speed").find("-   "), 0U) << said;
  EXPECT_TRUE(desk.desk().shows_moving(kMoving)) << logs();
  desk.desk().expect_clean_end();
}

}  // namespace
}  // namespace pierglass::test
