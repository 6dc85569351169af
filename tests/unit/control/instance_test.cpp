// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/instance.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "control/client.hpp"
#include "control/runtime_folder.hpp"
#include "tests/support/runtime_dir.hpp"
#include "tests/support/wait_until.hpp"
#include "tests/unit/control/caller.hpp"

namespace pierglass::control {
namespace {

struct InstanceTest : testing::Test {
  test::RuntimeDir runtime;

  static ErrorCode failure(std::string_view name = "vm") {
    const auto instance = Instance::acquire(name);
    return instance ? ErrorCode{} : instance.error().code;
  }
};

TEST_F(InstanceTest, ANameThatNoFileMayHaveIsRefused) {
  EXPECT_EQ(failure("../vm"), ErrorCode::InvalidArgument);
}

TEST_F(InstanceTest, OneRunsAtATimeAndIsNamed) {
  const auto first = Instance::acquire("vm");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->name(), "vm");
  const auto second = Instance::acquire("vm");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::Busy);
  EXPECT_EQ(second.error().got, static_cast<std::uint64_t>(getpid()));
  EXPECT_TRUE(Instance::acquire("other"));
}

TEST_F(InstanceTest, TheFolderIsPrivate) {
  const auto instance = Instance::acquire("vm");
  ASSERT_TRUE(instance);
  struct stat status{};
  ASSERT_EQ(stat(runtime.folder().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0700U);
}

TEST_F(InstanceTest, ItsEndMakesRoomForTheNextAndRemovesTheSocket) {
  {
    auto first = Instance::acquire("vm");
    ASSERT_TRUE(first);
    const Instance moved = std::move(*first);
    EXPECT_TRUE(std::filesystem::exists(runtime.socket("vm")));
    EXPECT_EQ(failure(), ErrorCode::Busy);
  }
  EXPECT_FALSE(std::filesystem::exists(runtime.socket("vm")));
  EXPECT_TRUE(Instance::acquire("vm"));
}

TEST_F(InstanceTest, AKilledOneIsReplaced) {
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // The parent, which looks whether we run, is it for moments, too.
    for (;;) {
      const auto instance = Instance::acquire("vm");
      while (instance) pause();
    }
  }
  const bool ran = test::wait_until(
      [&] {
        const auto instance = Instance::acquire("vm");
        return !instance && instance.error().got == static_cast<std::uint64_t>(child) &&
               std::filesystem::exists(runtime.socket("vm"));
      },
      kTestPatience);
  kill(child, SIGKILL);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  ASSERT_TRUE(ran);
  EXPECT_TRUE(std::filesystem::exists(runtime.socket("vm"))) << "left over";
  const auto reply = send_request("vm", {.verb = "show"}, HostClock::now() + kTestPatience);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::NotFound);
  const auto next = Instance::acquire("vm");
  ASSERT_TRUE(next);
  EXPECT_EQ(Caller(runtime.socket("vm")).connect_error(), 0);
}

TEST_F(InstanceTest, OfManyAtOnceExactlyOneRuns) {
  for (int round = 0; round < 30; ++round) {
    const std::string name = "vm" + std::to_string(round);
    std::atomic<int> waiting = 0;
    std::array<std::optional<Instance>, 4> got;
    std::vector<std::thread> threads;
    for (auto& mine : got) {
      threads.emplace_back([&] {
        ++waiting;
        while (waiting < static_cast<int>(got.size())) std::this_thread::yield();
        if (auto instance = Instance::acquire(name)) mine.emplace(std::move(*instance));
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(std::ranges::count_if(got, [](const auto& one) { return one.has_value(); }), 1);
  }
}

TEST_F(InstanceTest, APathLongerThanASocketsAddressWorks) {
  const std::filesystem::path deep = runtime.path() / std::string(200, 'd');
  std::filesystem::create_directory(deep);
  const test::Variable variable("XDG_RUNTIME_DIR", deep.string());
  EXPECT_TRUE(Instance::acquire(std::string(64, 'n')));
  EXPECT_TRUE(std::filesystem::exists(deep / "pierglass"));
}

TEST_F(InstanceTest, WithoutARuntimeFolderThereIsNone) {
  const test::Variable variable("XDG_RUNTIME_DIR", std::nullopt);
  EXPECT_EQ(failure(), ErrorCode::Unsupported);
  EXPECT_FALSE(runtime_folder_path());
  variable.set("relative");
  EXPECT_EQ(failure(), ErrorCode::Unsupported);
  variable.set("/nonexistent/folder");
  EXPECT_EQ(failure(), ErrorCode::NotFound);
}

TEST_F(InstanceTest, AFolderThatOthersMayWriteToIsRefused) {
  ASSERT_EQ(chmod(runtime.path().c_str(), 01777), 0);
  EXPECT_EQ(failure(), ErrorCode::PermissionDenied);
  EXPECT_FALSE(std::filesystem::exists(runtime.folder()));
  ASSERT_EQ(chmod(runtime.path().c_str(), 0700), 0);
  std::filesystem::create_directory(runtime.folder());
  ASSERT_EQ(chmod(runtime.folder().c_str(), 0770), 0);
  EXPECT_EQ(failure(), ErrorCode::PermissionDenied);
  ASSERT_EQ(chmod(runtime.folder().c_str(), 0755), 0);
  EXPECT_EQ(failure(), ErrorCode{}) << "made by hand, for another socket in it";
}

TEST_F(InstanceTest, WhatStandsInTheFoldersPlaceIsRefused) {
  const std::filesystem::path elsewhere = runtime.path() / "elsewhere";
  std::filesystem::create_directory(elsewhere);
  std::filesystem::create_symlink(elsewhere, runtime.folder());
  EXPECT_EQ(failure(), ErrorCode::OsCall);
  EXPECT_TRUE(std::filesystem::is_empty(elsewhere));
  std::filesystem::remove(runtime.folder());
  std::ofstream(runtime.folder()).close();
  EXPECT_EQ(failure(), ErrorCode::OsCall);
}

TEST_F(InstanceTest, WhatStandsInTheLocksPlaceIsRefused) {
  std::filesystem::create_directory(runtime.folder());
  const std::filesystem::path lock = runtime.folder() / "vm.lock";
  const std::filesystem::path target = runtime.path() / "precious";
  std::ofstream(target) << "text";
  std::filesystem::create_symlink(target, lock);
  EXPECT_EQ(failure(), ErrorCode::OsCall);
  EXPECT_EQ(std::filesystem::file_size(target), 4U);
  std::filesystem::remove(lock);
  ASSERT_EQ(mkfifo(lock.c_str(), 0600), 0);
  EXPECT_EQ(failure(), ErrorCode::NotARegularFile);
}

}  // namespace
}  // namespace pierglass::control
