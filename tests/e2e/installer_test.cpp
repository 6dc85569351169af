// SPDX-License-Identifier: GPL-2.0-or-later
// The installer, silently: onto a clean (Wine's) Windows, over itself, and away again.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>

#include "tests/e2e/service_desk.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using guest::PatternMode;
using guest::PatternSpec;

constexpr Size kSize{640, 480};
constexpr PatternSpec kMoving{.size = kSize, .mode = PatternMode::Full};
constexpr const char* kInstalled = "C:\\Program Files\\Pierglass\\pierglass-guest.exe";

class Installer : public testing::Test {
 protected:
  void run_setup() {
    const Finished finished =
        desk.wine().run(desk.desk().lab().stage(setup_program()), {"/S"}, kPatience);
    ASSERT_EQ(finished.exit, Exit{.code = 0}) << finished.out << finished.err;
  }
  void run_uninstaller() {
    const Finished finished =
        desk.wine().run("C:\\Program Files\\Pierglass\\uninstall.exe", {"/S"}, kPatience);
    ASSERT_EQ(finished.exit, Exit{.code = 0}) << finished.out << finished.err;
    // It goes on as a copy of itself, which can remove it.
    ASSERT_TRUE(wait_until([&] { return !std::filesystem::exists(folder()); }, kPatience));
  }
  std::filesystem::path folder() { return desk.wine().disk() / "Program Files" / "Pierglass"; }

  // Every file on the disk, but for Windows' and NSIS' copy of itself, which goes at a restart.
  std::set<std::string> files() {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(desk.wine().disk())) {
      const std::string path = entry.path().string();
      if (path.find("/Temp/") == std::string::npos) found.insert(path);
    }
    return found;
  }

  ServiceDesk desk{kSize, kInstalled};
};

TEST_F(Installer, InstallsUpgradesAndLeavesNothing) {
  const auto before = files();
  ASSERT_NO_FATAL_FAILURE(run_setup());
  EXPECT_EQ(desk.say("status"), "the service is running\n");
  EXPECT_NE(read_text(desk.data_folder() / "pierglass-guest.conf").find("ivshmem-cache"),
            std::string::npos)
      << "the annotated sample";

  desk.desk().start_client("shm");
  desk.configure("size = 640x480\nrate = 30\n");
  ASSERT_TRUE(desk.desk().shows_moving(kMoving)) << desk.log("service") << desk.log("capture");
  const auto first = desk.process("service");

  ASSERT_NO_FATAL_FAILURE(run_setup());
  EXPECT_EQ(desk.say("status"), "the service is running\n");
  EXPECT_TRUE(desk.wait_for_process("service", first)) << "stopped, replaced, started";
  EXPECT_TRUE(desk.desk().shows_moving(kMoving)) << "by the same configuration";

  ASSERT_NO_FATAL_FAILURE(run_uninstaller());
  EXPECT_TRUE(desk.wait_for_none("service") && desk.wait_for_none("run"));
  EXPECT_TRUE(desk.desk().client_says("absent"));
  EXPECT_EQ(files(), before);
  desk.wine().end();
  const std::string registry = desk.wine().registry();
  EXPECT_NE(registry.find("\\Services\\\\"), std::string::npos);
  EXPECT_EQ(registry.find("ierglass"), std::string::npos);
  desk.desk().expect_clean_end();
}

TEST_F(Installer, ReplacesAProgramThatIsOlder) {
  ASSERT_NO_FATAL_FAILURE(run_setup());
  ASSERT_TRUE(desk.say("stop"));
  std::ofstream(folder() / "pierglass-guest.exe", std::ios::app) << "other bytes";
  ASSERT_TRUE(desk.say("start"));
  ASSERT_NO_FATAL_FAILURE(run_setup());
  EXPECT_EQ(read_text(folder() / "pierglass-guest.exe"), read_text(guest_program()));
}

}  // namespace
}  // namespace pierglass::test
