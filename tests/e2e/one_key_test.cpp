// SPDX-License-Identifier: GPL-2.0-or-later
// `pierglass toggle` and `pierglass send` as programs, beside a client on a real compositor.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/lab.hpp"
#include "tests/support/process.hpp"
#include "tests/support/sway.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using std::chrono::milliseconds;
constexpr std::chrono::seconds kPatience(30);

// From the key to the end of `pierglass toggle`: a person takes 50 ms for at once.
#if defined(__SANITIZE_ADDRESS__)
constexpr milliseconds kAtOnce(1000);
#else
constexpr milliseconds kAtOnce(50);
#endif

struct OneKey : testing::Test {
  Lab lab;
  MemoryFile memory{lab, std::uint64_t{64} << 20};
  HeadlessSway sway{lab, Size{640, 480}};

  Command pierglass(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), lab.stage(client_program()).string());
    Command command = lab.command("client", std::move(arguments));
    command.environment.emplace_back("WAYLAND_DISPLAY", sway.display());
    return command;
  }
  Finished run(std::vector<std::string> arguments) {
    return run_to_end(pierglass(std::move(arguments)), kPatience);
  }
  // The client's window has been given its first picture.
  [[nodiscard]] bool shown() {
    return wait_until(
        [&] {
          return sway.query("get_tree").find("\"app_id\": \"pierglass\"") != std::string::npos;
        },
        kPatience);
  }
};

TEST_F(OneKey, StartsAClientThatSendReachesAndEnds) {
  EXPECT_EQ(run({"send", "--name", "vm", "quit"}).exit, Exit{.code = 1});
  Process client(pierglass({"toggle", "--name", "vm", "--memory", memory.path()}));
  ASSERT_TRUE(shown()) << client.err();

  const Finished second = run({"--name", "vm", "--memory", memory.path()});
  EXPECT_EQ(second.exit, Exit{.code = 1});
  EXPECT_NE(second.err.find("(process " + std::to_string(client.pid()) + ")"), std::string::npos)
      << second.err;

  const Finished quit = run({"send", "--name", "vm", "quit"});
  EXPECT_EQ(quit.exit, Exit{.code = 0}) << quit.err;
  EXPECT_EQ(client.wait(kPatience), Exit{.code = 0}) << client.err();
  EXPECT_FALSE(std::filesystem::exists(lab.home().parent_path() / "run/pierglass/vm.sock"));
}

TEST_F(OneKey, ReachesARunningClientAtOnce) {
  Process client(pierglass({"--memory", memory.path()}));
  ASSERT_TRUE(shown()) << client.err();
  std::vector<std::chrono::nanoseconds> times;
  for (int i = 0; i < 11; ++i) {
    Command command = pierglass({"send", "--memory", memory.path(), "toggle-fullscreen"});
    const auto begin = std::chrono::steady_clock::now();
    const Finished done = run_to_end(std::move(command), kPatience);
    times.push_back(std::chrono::steady_clock::now() - begin);
    ASSERT_EQ(done.exit, Exit{.code = 0}) << done.err;
  }
  std::ranges::sort(times);
  EXPECT_LT(times[times.size() / 2], kAtOnce);
  RecordProperty("median_us", std::to_string(times[times.size() / 2].count() / 1000));
  EXPECT_EQ(client.stop(kPatience), Exit{.code = 0}) << client.err();
}

}  // namespace
}  // namespace pierglass::test
