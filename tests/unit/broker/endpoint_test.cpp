// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/endpoint.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fstream>

#include "tests/support/temp_dir.hpp"
#include "tests/support/unix_socket.hpp"
#include "tests/unit/broker/raw_peer.hpp"

namespace pierglass::broker {
namespace {

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status{};
  return lstat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

struct BrokerEndpoint : testing::Test {
  test::TempDir dir;
  std::filesystem::path folder = dir.path() / "sockets";
  std::filesystem::path path = folder / "vm.sock";

  Result<Endpoint> create(const FileModes& modes = {}) {
    return Endpoint::create(path.string(), Folder::Ours, modes);
  }
};

TEST_F(BrokerEndpoint, MakesItsFolderAndSocketAndRemovesTheSocket) {
  {
    const auto endpoint = create();
    ASSERT_TRUE(endpoint);
    EXPECT_EQ(mode_of(folder), 0700U);
    EXPECT_EQ(mode_of(path), 0600U);
    EXPECT_TRUE(RawPeer(path).connected());
    EXPECT_FALSE(std::filesystem::exists(path.string() + ".new"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(BrokerEndpoint, OpensUpForAGroupAndNeverClosesAgain) {
  const FileModes group{.folder = 0750, .socket = 0660, .group = getegid()};
  const auto first = create(group);
  ASSERT_TRUE(first);
  EXPECT_EQ(mode_of(folder), 0750U);
  EXPECT_EQ(mode_of(path), 0660U);
  const auto second = Endpoint::create((folder / "b.sock").string(), Folder::Ours, {});
  ASSERT_TRUE(second);
  EXPECT_EQ(mode_of(folder), 0750U) << "another broker needs it so";
}

TEST_F(BrokerEndpoint, OfTwoGroupsLetsBothIn) {
  if (geteuid() != 0) return;  // only root can give folders to any group
  constexpr gid_t kOne = 12345;
  constexpr gid_t kOther = 54321;
  const auto first = create({.folder = 0750, .socket = 0660, .group = kOne});
  ASSERT_TRUE(first);
  const auto second = Endpoint::create((folder / "b.sock").string(), Folder::Ours,
                                       {.folder = 0750, .socket = 0660, .group = kOther});
  ASSERT_TRUE(second);
  struct stat status{};
  ASSERT_EQ(stat(folder.c_str(), &status), 0);
  EXPECT_EQ(status.st_gid, kOne);
  EXPECT_EQ(mode_of(folder), 0751U) << "the other group comes in as anybody";
  ASSERT_EQ(stat((folder / "b.sock").c_str(), &status), 0);
  EXPECT_EQ(status.st_gid, kOther);
  EXPECT_EQ(mode_of(folder / "b.sock"), 0660U);
}

TEST_F(BrokerEndpoint, OfALiveBrokerIsLeftAlone) {
  ASSERT_EQ(mkdir(folder.c_str(), 0700), 0);
  const auto first = create();
  ASSERT_TRUE(first);
  const auto second = create();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::Busy);
  EXPECT_EQ(second.error().got, static_cast<std::uint64_t>(getpid()));
  EXPECT_TRUE(RawPeer(path).connected());
}

TEST_F(BrokerEndpoint, OfADeadBrokerIsReplaced) {
  const pid_t child = fork();
  if (child == 0) {
    const auto endpoint = create();
    _exit(endpoint ? 0 : 1);  // as if killed: nothing is removed
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  ASSERT_TRUE(std::filesystem::is_socket(path));
  EXPECT_FALSE(RawPeer(path).connected());
  const auto endpoint = create();
  ASSERT_TRUE(endpoint);
  EXPECT_TRUE(RawPeer(path).connected());
}

// Such as systemd, which takes no lock.
TEST_F(BrokerEndpoint, DoesNotReplaceASocketThatSomebodyListensAt) {
  ASSERT_EQ(mkdir(folder.c_str(), 0700), 0);
  {
    const Fd other = test::listen_at(path, {});
    const auto endpoint = create();
    ASSERT_FALSE(endpoint);
    EXPECT_EQ(endpoint.error().code, ErrorCode::Busy);
    EXPECT_TRUE(RawPeer(path).connected()) << "with the other";
  }
  EXPECT_TRUE(create()) << "it is dead";
}

TEST_F(BrokerEndpoint, DoesNotReplaceAFile) {
  ASSERT_EQ(mkdir(folder.c_str(), 0700), 0);
  std::ofstream(path) << "precious";
  const auto endpoint = create();
  ASSERT_FALSE(endpoint);
  EXPECT_EQ(endpoint.error().code, ErrorCode::Busy);
  EXPECT_EQ(endpoint.error().got, 0U);
  EXPECT_EQ(std::filesystem::file_size(path), 8U);
}

TEST_F(BrokerEndpoint, NeedsAFolderThatOthersCannotWriteTo) {
  ASSERT_EQ(mkdir(folder.c_str(), 0700), 0);
  ASSERT_EQ(chmod(folder.c_str(), 0777), 0);
  const auto open_to_all = create();
  ASSERT_FALSE(open_to_all);
  EXPECT_EQ(open_to_all.error().code, ErrorCode::PermissionDenied);
  std::filesystem::remove(folder);
  ASSERT_EQ(symlink("/tmp", folder.c_str()), 0);
  EXPECT_FALSE(create());
  const auto nowhere = Endpoint::create((dir.path() / "a/b/vm.sock").string(), Folder::Ours, {});
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, ErrorCode::NotFound);
}

TEST_F(BrokerEndpoint, InAGivenFolderLeavesThatAsItIs) {
  const std::string given = (dir.path() / "any.socket").string();
  const mode_t before = mode_of(dir.path());
  const auto endpoint = Endpoint::create(given, Folder::Given, {.folder = 0711, .socket = 0666});
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(mode_of(dir.path()), before);
  EXPECT_EQ(mode_of(given), 0666U);
  EXPECT_FALSE(Endpoint::create("plain", Folder::Given, {}));
  EXPECT_FALSE(Endpoint::create("/tmp/", Folder::Given, {}));
  const std::string long_name = (dir.path() / std::string(120, 'x')).string();
  EXPECT_FALSE(Endpoint::create(long_name, Folder::Given, {}));
}

}  // namespace
}  // namespace pierglass::broker
