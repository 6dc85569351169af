// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/access.hpp"

#include <grp.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "base/unix_address_linux.hpp"
#include "tests/unit/broker/served.hpp"

namespace pierglass::broker {
namespace {

constexpr uid_t kOther = 65534;
constexpr gid_t kGroup = 61234;

Credentials person(uid_t uid, gid_t gid, std::vector<gid_t> groups = {}) {
  return {.pid = 1, .uid = uid, .gid = gid, .groups = std::move(groups)};
}

TEST(Access, IsForTheOwnUserRootAndWhoIsNamed) {
  const AccessRules nobody_else{.self = 1000, .users = {}, .groups = {}};
  EXPECT_TRUE(is_allowed(nobody_else, person(1000, 1000)));
  EXPECT_TRUE(is_allowed(nobody_else, person(0, 0)));
  EXPECT_FALSE(is_allowed(nobody_else, person(1001, 1000, {0, 1000})));

  const AccessRules rules{.self = 1000, .users = {64055, 7}, .groups = {36, 200}};
  EXPECT_TRUE(is_allowed(rules, person(64055, 64055)));
  EXPECT_TRUE(is_allowed(rules, person(1001, 36)));
  EXPECT_TRUE(is_allowed(rules, person(1001, 1001, {5, 200})));
  EXPECT_FALSE(is_allowed(rules, person(1001, 1001, {5, 201, 64055})));
  EXPECT_FALSE(is_allowed(rules, person(36, 7)));
}

TEST(Access, FileModesAreAsNarrowAsTheyCanBe) {
  EXPECT_EQ(modes_for({.self = 1, .users = {}, .groups = {}}), (FileModes{0700, 0600}));
  EXPECT_EQ(modes_for({.self = 1, .users = {}, .groups = {36}}), (FileModes{0750, 0660, 36}));
  EXPECT_EQ(modes_for({.self = 1, .users = {2}, .groups = {}}), (FileModes{0711, 0666}));
  EXPECT_EQ(modes_for({.self = 1, .users = {2}, .groups = {36}}), (FileModes{0711, 0666}));
}

TEST(Access, TheKernelSaysWhoIsAtTheOtherEnd) {
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
  const Fd one(pair[0]);
  const Fd other(pair[1]);
  const auto peer = credentials_of(one.get());
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->pid, getpid());
  EXPECT_EQ(peer->uid, geteuid());
  EXPECT_EQ(peer->gid, getegid());
  EXPECT_EQ(peer->groups.size(), static_cast<std::size_t>(getgroups(0, nullptr)));
  EXPECT_FALSE(credentials_of(-1));
}

// What a stranger hears first; needs root to become one.
enum class Heard : int { Nothing = 10, Greeting = 11, Failed = 12 };

[[noreturn]] void be_a_stranger(const char* path, gid_t group) {
  const gid_t groups[] = {group};
  if (setgroups(1, groups) != 0 || setresgid(kOther, kOther, kOther) != 0 ||
      setresuid(kOther, kOther, kOther) != 0) {
    _exit(static_cast<int>(Heard::Failed));
  }
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = unix_address(path).value();
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    _exit(static_cast<int>(Heard::Failed));
  char byte = 0;
  const ssize_t got = recv(fd, &byte, 1, 0);
  _exit(static_cast<int>(got == 0 ? Heard::Nothing : got == 1 ? Heard::Greeting : Heard::Failed));
}

struct AnotherUser : testing::Test, Served {
  // Serves until the stranger has ended.
  Heard connects() {
    start();
    const pid_t child = fork();
    if (child == 0) be_a_stranger(path.c_str(), kGroup);
    int status = 0;
    EXPECT_TRUE(until([&] { return waitpid(child, &status, WNOHANG) == child; }));
    return WIFEXITED(status) ? static_cast<Heard>(WEXITSTATUS(status)) : Heard::Failed;
  }
};

TEST_F(AnotherUser, IsRefusedBeforeAnythingIsSent) {
  if (geteuid() == 0) {
    EXPECT_EQ(connects(), Heard::Nothing);
  } else {
    // Nobody else's rights are at hand: so we are the stranger.
    setup.access.self = geteuid() + 1;
    start();
    RawPeer peer(path);
    EXPECT_TRUE(until([&] { return peer.ended(); }));
    EXPECT_EQ(peer.words(), "end ");
  }
  EXPECT_TRUE(logged("refused uid"));
  EXPECT_TRUE(logged("not allowed"));
  EXPECT_EQ(server->peers(), 0U);
}

TEST_F(AnotherUser, IsLetInWhenNamed) {
  if (geteuid() == 0) {
    setup.access.users = {kOther};
    EXPECT_EQ(connects(), Heard::Greeting);
  } else {
    setup.access = {.self = geteuid() + 1, .users = {geteuid()}, .groups = {}};
    start();
    RawPeer peer = join(5);
  }
}

TEST_F(AnotherUser, IsLetInWhenOneOfItsGroupsIsNamed) {
  if (geteuid() == 0) {
    setup.access.groups = {kGroup};
    EXPECT_EQ(connects(), Heard::Greeting);
  } else {
    setup.access = {.self = geteuid() + 1, .users = {}, .groups = {getegid()}};
    start();
    RawPeer peer = join(5);
  }
}

}  // namespace
}  // namespace pierglass::broker
