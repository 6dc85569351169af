// SPDX-License-Identifier: GPL-2.0-or-later
// The program itself, by itself and under a service manager that kills it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "tests/support/fake_systemd.hpp"
#include "tests/support/process.hpp"
#include "tests/support/wait_until.hpp"
#include "tests/unit/broker/raw_peer.hpp"

namespace pierglass::broker {
namespace {

using test::wait_until;
constexpr std::chrono::seconds kPatience{20};
constexpr uid_t kNobody = 65534;
constexpr const char* kProgram = PIERGLASS_BROKER_PROGRAM;

RawPeer join(const std::filesystem::path& path, std::size_t messages) {
  RawPeer peer(path);
  EXPECT_TRUE(wait_until([&] { return peer.has_heard(messages); }, kPatience)) << peer.words();
  return peer;
}

struct BrokerProgram : testing::Test {
  test::FakeSystemd systemd;
  std::filesystem::path folder = systemd.folder() / "sockets";
  std::filesystem::path socket = folder / "win11.sock";
  std::vector<std::string> words = {kProgram,        "win11", "--folder",
                                    folder.string(), "--for", "640x480"};

  test::Process run(std::vector<std::string> command) {
    return test::Process({.words = std::move(command),
                          .environment = {},
                          .user = {},
                          .log = systemd.folder() / "log"});
  }

  // The build's own folder may be closed to that user.
  bool start_as_nobody(std::vector<std::string> arguments) {
    const std::filesystem::path copy = systemd.folder() / "program";
    std::filesystem::copy_file(kProgram, copy);
    arguments.insert(arguments.begin(), copy.string());
    return systemd.start(arguments, geteuid() == 0 ? std::optional<uid_t>(kNobody) : std::nullopt);
  }
};

TEST_F(BrokerProgram, ServesUntilSigtermAndRemovesItsSocket) {
  test::Process program = run(words);
  ASSERT_TRUE(wait_until([&] { return std::filesystem::is_socket(socket); }, kPatience));
  RawPeer peer = join(socket, 5);
  EXPECT_EQ(program.stop(kPatience), (test::Exit{.code = 0, .signal = 0})) << program.err();
  EXPECT_TRUE(peer.ended());
  EXPECT_FALSE(std::filesystem::exists(socket));
}

// Standard error that is a pipe, of which the test has this end.
Fd pipe_as_log(const std::filesystem::path& path, int flags) {
  EXPECT_EQ(mkfifo(path.c_str(), 0600), 0);
  return Fd(open(path.c_str(), flags | O_NONBLOCK | O_CLOEXEC));
}

TEST_F(BrokerProgram, OutlivesTheReaderOfItsLog) {
  Fd reader = pipe_as_log(systemd.folder() / "log.err", O_RDONLY);
  test::Process program = run(words);
  ASSERT_TRUE(wait_until([&] { return std::filesystem::is_socket(socket); }, kPatience));
  reader.reset();
  RawPeer first = join(socket, 5);
  RawPeer second = join(socket, 7);
  second.leave();
  ASSERT_TRUE(wait_until([&] { return first.has_heard(8); }, kPatience));
  EXPECT_EQ(program.stop(kPatience), (test::Exit{.code = 0, .signal = 0}));
}

TEST_F(BrokerProgram, NeverWaitsForTheReaderOfItsLog) {
  const Fd reader = pipe_as_log(systemd.folder() / "log.err", O_RDWR);
  std::string text(4096, '.');
  while (write(reader.get(), text.data(), text.size()) > 0) {
  }
  test::Process program = run(words);
  ASSERT_TRUE(wait_until([&] { return std::filesystem::is_socket(socket); }, kPatience));
  RawPeer first = join(socket, 5);
  while (read(reader.get(), text.data(), text.size()) > 0) {
  }
  RawPeer second = join(socket, 7);
  std::string lines;
  ASSERT_TRUE(wait_until(
      [&] {
        const ssize_t got = read(reader.get(), text.data(), text.size());
        if (got > 0) lines.append(text, 0, static_cast<std::size_t>(got));
        return lines.contains("peer 1 joined");
      },
      kPatience))
      << lines;
  EXPECT_TRUE(lines.contains("lines were left out")) << lines;
  EXPECT_EQ(program.stop(kPatience), (test::Exit{.code = 0, .signal = 0}));
}

TEST_F(BrokerProgram, LeavesALiveOneAlone) {
  ASSERT_TRUE(systemd.start(words)) << systemd.err();
  const test::Finished second = test::run_to_end(
      {.words = words, .environment = {}, .user = {}, .log = systemd.folder() / "second"},
      kPatience);
  EXPECT_EQ(second.exit, (test::Exit{.code = 1, .signal = 0}));
  EXPECT_TRUE(second.err.contains("serves " + socket.string() + " already: end it first"))
      << second.err;
  RawPeer peer = join(socket, 5);
}

TEST_F(BrokerProgram, SaysWhatIsWrong) {
  struct Case {
    std::vector<std::string> arguments;
    std::string sentence;
    int status;
  };
  const Case cases[] = {
      {{"a", "--folder", "/nowhere/at/all"}, "there is no folder for /nowhere/at/all", 1},
      {{"a", "--folder", "/etc/passwd"}, "/etc/passwd/a.sock cannot be made", 1},
      {{}, "name the virtual machine to serve", 2},
  };
  for (const Case& one : cases) {
    std::vector<std::string> command = {kProgram};
    command.insert(command.end(), one.arguments.begin(), one.arguments.end());
    const test::Finished ended = test::run_to_end({.words = std::move(command),
                                                   .environment = {},
                                                   .user = {},
                                                   .log = systemd.folder() / "wrong"},
                                                  kPatience);
    EXPECT_EQ(ended.exit, (test::Exit{.code = one.status, .signal = 0})) << ended.err;
    EXPECT_TRUE(ended.err.contains(one.sentence)) << ended.err;
    EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
  }
}

TEST_F(BrokerProgram, KilledAndStartedAgainGoesOnWithMemoryAndPeers) {
  ASSERT_TRUE(systemd.start(words)) << systemd.err();
  RawPeer machine = join(socket, 5);
  RawPeer reader = join(socket, 7);
  ASSERT_TRUE(wait_until([&] { return machine.has_heard(7); }, kPatience));
  // The connection of the last one is kept after it was greeted.
  ASSERT_TRUE(wait_until(
      [&] {
        systemd.receive();
        return systemd.store().contains("win11/peer/1/connection");
      },
      kPatience));
  EXPECT_EQ(systemd.store().size(), 2U + 2 * 3);
  for (int deaths = 0; deaths < 3; ++deaths) {
    systemd.kill();
    EXPECT_FALSE(machine.ended());
    EXPECT_FALSE(reader.ended());
    ASSERT_TRUE(systemd.start(words)) << systemd.err();
  }

  RawPeer newcomer = join(socket, 9);
  EXPECT_EQ(newcomer.words(), "0 2 -1+ 0+ 0+ 1+ 1+ 2+ 2+ ");
  EXPECT_EQ(file_of(newcomer.heard()[2].descriptor), file_of(machine.heard()[2].descriptor));
  ASSERT_TRUE(wait_until([&] { return machine.has_heard(9); }, kPatience));
  EXPECT_TRUE(ring(newcomer.heard()[3].descriptor));
  EXPECT_EQ(rings_of(machine.heard()[3].descriptor), 1U);
  EXPECT_TRUE(ring(machine.heard()[8].descriptor));
  EXPECT_EQ(rings_of(newcomer.heard()[8].descriptor), 1U);

  reader.leave();
  ASSERT_TRUE(wait_until([&] { return machine.has_heard(10); }, kPatience));
  EXPECT_EQ(machine.heard().back().value, 1);
  EXPECT_EQ(systemd.terminate(), 0);
  EXPECT_EQ(systemd.store().size(), 2U + 2 * 3) << "memory, ids, machine and newcomer";
}

// The store comes to hold so much.
bool holds(test::FakeSystemd& systemd, std::size_t size) {
  return wait_until(
      [&] {
        systemd.receive();
        return systemd.store().size() == size;
      },
      kPatience);
}

TEST_F(BrokerProgram, DismissesPeersWhoseIdsNobodyKnows) {
  words = {kProgram, "win11", "--folder", folder.string(), "--size", "1M"};
  for (const bool nonsense : {false, true}) {
    ASSERT_TRUE(systemd.start(words)) << systemd.err();
    RawPeer machine = join(socket, 5);
    RawPeer reader = join(socket, 7);
    const auto file = file_of(machine.heard()[2].descriptor);
    ASSERT_TRUE(holds(systemd, 2 + 2 * 3));
    systemd.kill();
    if (nonsense) {
      const Fd& ids = systemd.store().at("win11/ids");
      const std::uint64_t next = 1;  // too few for the second
      ASSERT_EQ(pwrite(ids.get(), &next, sizeof next, 0), static_cast<ssize_t>(sizeof next));
    } else {
      systemd.lose("win11/ids");
    }
    ASSERT_TRUE(systemd.start(words)) << systemd.err();
    EXPECT_TRUE(wait_until([&] { return machine.ended() && reader.ended(); }, kPatience));
    EXPECT_TRUE(systemd.err().contains("its peers must leave")) << systemd.err();
    {
      RawPeer again = join(socket, 5);
      EXPECT_EQ(again.words(), "0 0 -1+ 0+ 0+ ");
      EXPECT_EQ(file_of(again.heard()[2].descriptor), file) << "the memory stays";
    }
    ASSERT_TRUE(holds(systemd, 2)) << "memory and new ids";
    EXPECT_EQ(systemd.terminate(), 0);
  }
}

TEST_F(BrokerProgram, TakesSocketsFromTheServiceManagerByName) {
  const std::filesystem::path first = systemd.folder() / "first";
  const std::filesystem::path second = systemd.folder() / "second";
  systemd.listen("win11", first);
  systemd.listen("linux", second);
  ASSERT_TRUE(systemd.start({kProgram, "win11", "linux", "--size", "1M"})) << systemd.err();
  RawPeer one = join(first, 5);
  RawPeer two = join(second, 5);
  EXPECT_NE(file_of(one.heard()[2].descriptor), file_of(two.heard()[2].descriptor));
  EXPECT_EQ(systemd.terminate(), 0);
  EXPECT_TRUE(std::filesystem::is_socket(first)) << "it is the service manager's";
}

// As systemd's DynamicUser= has it: neither root nor somebody with a folder for sockets.
TEST_F(BrokerProgram, NeedsNoFolderWhenItsSocketIsHandedOver) {
  const std::filesystem::path given = systemd.folder() / "given";
  systemd.listen("win11", given);
  ASSERT_TRUE(start_as_nobody({"win11", "--size", "1M"})) << systemd.err();
  RawPeer peer = join(given, 5);
  EXPECT_TRUE(systemd.err().contains("of memory at " + given.string() + ",")) << systemd.err();
  EXPECT_EQ(systemd.terminate(), 0);
}

TEST_F(BrokerProgram, SaysThatNobodyNamedAFolder) {
  EXPECT_FALSE(start_as_nobody({"win11", "--size", "1M"}));
  EXPECT_TRUE(systemd.err().contains("XDG_RUNTIME_DIR is not set: name the folder"))
      << systemd.err();
}

TEST_F(BrokerProgram, ForgetsWhatIsNoMachinesAnyMore) {
  ASSERT_TRUE(
      systemd.start({kProgram, "win11", "old", "--folder", folder.string(), "--size", "1M"}))
      << systemd.err();
  RawPeer stays = join(socket, 5);
  RawPeer old = join(folder / "old.sock", 5);
  ASSERT_TRUE(wait_until(
      [&] {
        systemd.receive();
        return systemd.store().size() == 10;
      },
      kPatience));
  systemd.kill();
  words = {kProgram, "win11", "--folder", folder.string(), "--size", "1M"};
  ASSERT_TRUE(systemd.start(words)) << systemd.err();
  ASSERT_TRUE(wait_until(
      [&] {
        systemd.receive();
        return systemd.store().size() == 5;
      },
      kPatience));
  EXPECT_TRUE(wait_until([&] { return old.ended(); }, kPatience));
  EXPECT_FALSE(stays.ended());
}

TEST_F(BrokerProgram, KeepsItsMemoryWhileItIsUsedAndTakesOtherAfterwards) {
  words = {kProgram, "win11", "--folder", folder.string(), "--size", "1M"};
  ASSERT_TRUE(systemd.start(words)) << systemd.err();
  RawPeer machine = join(socket, 5);
  const auto file = file_of(machine.heard()[2].descriptor);
  ASSERT_TRUE(wait_until(
      [&] {
        systemd.receive();
        return systemd.store().size() == 5;
      },
      kPatience));
  systemd.kill();
  words.back() = "2M";
  ASSERT_TRUE(systemd.start(words)) << systemd.err();
  {
    RawPeer reader = join(socket, 7);
    EXPECT_EQ(file_of(reader.heard()[2].descriptor), file);
  }
  EXPECT_TRUE(systemd.err().contains("stays at 1 MiB, not 2 MiB")) << systemd.err();
  machine.leave();
  ASSERT_TRUE(wait_until(
      [&] {
        systemd.receive();
        return systemd.store().size() == 2;
      },
      kPatience));
  systemd.kill();
  ASSERT_TRUE(systemd.start(words)) << systemd.err();
  RawPeer again = join(socket, 5);
  struct stat status{};
  ASSERT_EQ(fstat(again.heard()[2].descriptor.get(), &status), 0);
  EXPECT_EQ(status.st_size, 2 << 20);
}

}  // namespace
}  // namespace pierglass::broker
