// SPDX-License-Identifier: GPL-2.0-or-later
#include "ivshmem/connection.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <fstream>
#include <thread>

#include "tests/support/ivshmem_server.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/unix_socket.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::ivshmem {
namespace {

using Events = Connection::Events;
using State = Connection::State;

constexpr std::uint64_t kMemoryBytes = 1 << 20;

bool readable(int fd) {
  pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
  return poll(&wait, 1, 0) == 1;
}

// A connection whose server is the test, word by word.
class Served : public testing::Test {
 protected:
  Served() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    server_.reset(ends[1]);
    auto connection = Connection::over(Fd(ends[0]));
    EXPECT_TRUE(connection);
    connection_ = std::move(*connection);
  }

  void say(std::int64_t value, int descriptor = -1) {
    ASSERT_TRUE(send_message(server_.get(), value, descriptor));
  }
  void say_with_eventfd(std::int64_t value) { say(value, test::new_eventfd().get()); }

  // What on_ready() gives until there is nothing more.
  Result<Events> take_all() {
    Events all;
    while (readable(connection_->poll_fd())) {
      const Events events = TRY(connection_->on_ready());
      all.rung |= events.rung;
      all.introduced |= events.introduced;
      all.peers_changed |= events.peers_changed;
      all.lost |= events.lost;
    }
    return all;
  }

  // Own id 3, peer 1 with two vectors, two own vectors.
  void introduce() {
    say(kProtocolVersion);
    say(3);
    say(kMemory, test::new_memory(kMemoryBytes).get());
    for (Fd& fd : theirs_) say(1, (fd = test::new_eventfd()).get());
    for (Fd& fd : own_) say(3, (fd = test::new_eventfd()).get());
    const auto events = take_all();
    ASSERT_TRUE(events);
    EXPECT_TRUE(events->introduced);
  }

  void expect_refused(ErrorCode code, std::uint64_t most = 0) {
    const auto events = take_all();
    ASSERT_FALSE(events);
    EXPECT_EQ(events.error().code, code);
    EXPECT_EQ(events.error().want, most);
    EXPECT_EQ(connection_->state(), State::Lost);
    EXPECT_FALSE(readable(connection_->poll_fd()));
  }

  Fd server_;
  std::array<Fd, 2> theirs_;
  std::array<Fd, 2> own_;
  std::unique_ptr<Connection> connection_;
};

TEST_F(Served, IsIntroducedOnceAllIsThere) {
  EXPECT_FALSE(readable(connection_->poll_fd()));
  say(kProtocolVersion);
  say(3);
  ASSERT_EQ(*take_all(), Events{});
  EXPECT_EQ(connection_->id(), 3);
  EXPECT_EQ(connection_->memory(), -1);
  say(kMemory, test::new_memory(kMemoryBytes).get());
  say_with_eventfd(1);
  EXPECT_EQ(*take_all(), Events{.peers_changed = true});
  EXPECT_EQ(connection_->state(), State::Greeting);
  say_with_eventfd(3);
  EXPECT_EQ(*take_all(), (Events{.introduced = true, .peers_changed = true}));
  EXPECT_EQ(connection_->state(), State::Introduced);
  EXPECT_EQ(connection_->own_vectors(), 1u);
  say_with_eventfd(3);
  EXPECT_EQ(*take_all(), Events{.peers_changed = true});
  EXPECT_EQ(connection_->own_vectors(), 2u);
  struct stat status{};
  ASSERT_EQ(fstat(connection_->memory(), &status), 0);
  EXPECT_EQ(status.st_size, static_cast<off_t>(kMemoryBytes));
}

TEST_F(Served, IsRungAtEachOfItsVectors) {
  introduce();
  for (const Fd& vector : own_) {
    for (int i = 0; i < 3; ++i) {
      eventfd_write(vector.get(), 1);
      ASSERT_TRUE(readable(connection_->poll_fd()));
      EXPECT_EQ(*connection_->on_ready(), Events{.rung = true});
      EXPECT_FALSE(readable(connection_->poll_fd()));
      EXPECT_EQ(test::take_count(vector), 0u);
    }
  }
}

TEST_F(Served, IsRungOnceForManyRings) {
  introduce();
  eventfd_write(own_[0].get(), 1);
  eventfd_write(own_[0].get(), 5);
  eventfd_write(own_[1].get(), 1);
  EXPECT_EQ(*connection_->on_ready(), Events{.rung = true});
  EXPECT_EQ(*connection_->on_ready(), Events{});
}

TEST_F(Served, IsNotHeldUpByAVectorThatAnotherHolderEmptied) {
  introduce();
  eventfd_write(own_[0].get(), 1);
  ASSERT_TRUE(readable(connection_->poll_fd()));
  fcntl(own_[0].get(), F_SETFL, 0);  // would block a plain read
  EXPECT_EQ(test::take_count(own_[0]), 1u);
  ASSERT_TRUE(connection_->on_ready());
  EXPECT_FALSE(readable(connection_->poll_fd()));
}

TEST_F(Served, RingsPeersAtTheVectorsThatTheyHave) {
  introduce();
  EXPECT_TRUE(connection_->has_peer(1));
  EXPECT_TRUE(connection_->has_peer(1, 1));
  EXPECT_FALSE(connection_->has_peer(1, 2));
  EXPECT_TRUE(connection_->ring(1, 0));
  EXPECT_TRUE(connection_->ring(1, 1));
  EXPECT_TRUE(connection_->ring(1, 1));
  EXPECT_EQ(test::take_count(theirs_[0]), 1u);
  EXPECT_EQ(test::take_count(theirs_[1]), 2u);
}

TEST_F(Served, RingsNobodyElse) {
  introduce();
  for (const std::uint32_t peer : {0u, 2u, 3u, 65535u, 65537u, 0xffffffffu}) {
    EXPECT_FALSE(connection_->has_peer(peer)) << peer;
    EXPECT_FALSE(connection_->ring(peer, 0)) << peer;
  }
  for (const std::uint32_t vector : {2u, 64u, 65536u, 0xffffffffu}) {
    EXPECT_FALSE(connection_->ring(1, vector)) << vector;
  }
  EXPECT_EQ(test::take_count(theirs_[0]), 0u);
}

TEST_F(Served, DoesNotWaitForAPeerThatNeverLooked) {
  introduce();
  eventfd_write(theirs_[0].get(), UINT64_MAX - 1);
  fcntl(theirs_[0].get(), F_SETFL, 0);
  EXPECT_FALSE(connection_->ring(1, 0));
}

TEST_F(Served, LosesAPeerThatLeft) {
  introduce();
  say(1);
  EXPECT_EQ(*take_all(), Events{.peers_changed = true});
  EXPECT_FALSE(connection_->has_peer(1));
  EXPECT_FALSE(connection_->ring(1, 0));
  EXPECT_EQ(connection_->peer_count(), 0u);
  say(1);  // and nothing happens when it leaves twice
  EXPECT_TRUE(take_all());
  say_with_eventfd(1);
  EXPECT_TRUE(take_all());
  EXPECT_TRUE(connection_->has_peer(1));
  EXPECT_FALSE(connection_->has_peer(1, 1));
}

TEST_F(Served, KeepsAllWhenTheServerIsGone) {
  introduce();
  server_.reset();
  EXPECT_EQ(*take_all(), Events{.lost = true});
  EXPECT_EQ(connection_->state(), State::Lost);
  EXPECT_FALSE(readable(connection_->poll_fd()));
  EXPECT_TRUE(connection_->ring(1, 0));
  EXPECT_GE(connection_->memory(), 0);
  eventfd_write(own_[0].get(), 1);
  EXPECT_TRUE(readable(connection_->poll_fd()));
  EXPECT_EQ(*connection_->on_ready(), Events{.rung = true});
}

TEST_F(Served, RefusesAnotherVersion) {
  say(1);
  expect_refused(ErrorCode::VersionMismatch);
}

TEST_F(Served, RefusesADescriptorWithVersionOrNumber) {
  say_with_eventfd(kProtocolVersion);
  expect_refused(ErrorCode::Corrupt);
}

TEST_F(Served, RefusesOwnNumbersOutOfRange) {
  say(kProtocolVersion);
  say(kMaxPeerId + 1);
  expect_refused(ErrorCode::Corrupt);
}

TEST_F(Served, RefusesAPeerBeforeTheMemory) {
  say(kProtocolVersion);
  say(3);
  say_with_eventfd(1);
  expect_refused(ErrorCode::Corrupt);
}

TEST_F(Served, RefusesMemoryWithoutADescriptor) {
  say(kProtocolVersion);
  say(3);
  say(kMemory);
  expect_refused(ErrorCode::Corrupt);
}

TEST_F(Served, KeepsWhatWasGoodWhenNonsenseFollows) {
  introduce();
  say(kMemory, test::new_memory(kMemoryBytes).get());
  expect_refused(ErrorCode::Corrupt);
  EXPECT_TRUE(connection_->ring(1, 0));
  EXPECT_EQ(test::take_count(theirs_[0]), 1u);
  EXPECT_EQ(connection_->id(), 3);
  eventfd_write(own_[1].get(), 1);
  EXPECT_EQ(*connection_->on_ready(), Events{.rung = true});
}

TEST_F(Served, RefusesPeersOutOfRange) {
  introduce();
  say_with_eventfd(kMaxPeerId + 1);
  expect_refused(ErrorCode::Corrupt);
}

TEST_F(Served, RefusesDescriptorsThatAreNoEventfds) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
  const Fd out(pipe[0]);
  const Fd in(pipe[1]);
  introduce();
  say(1, in.get());
  expect_refused(ErrorCode::Corrupt);
  EXPECT_EQ(fcntl(in.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(Served, RefusesAFileThatIsCalledLikeAnEventfd) {
  const test::TempDir folder;
  const auto path = folder.path() / "anon_inode:[eventfd]";
  const Fd file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  introduce();
  say(1, file.get());
  expect_refused(ErrorCode::Corrupt);
}

TEST_F(Served, RefusesMoreVectorsThanAnyDriverKnows) {
  introduce();
  for (std::size_t i = 2; i < kMaxVectors; ++i) say_with_eventfd(1);
  EXPECT_TRUE(take_all());
  EXPECT_TRUE(connection_->has_peer(1, kMaxVectors - 1));
  say_with_eventfd(1);
  expect_refused(ErrorCode::Corrupt);
}

TEST_F(Served, RefusesMorePeersThanAnyMachineHas) {
  introduce();
  for (std::int64_t id = 100; id < 100 + static_cast<std::int64_t>(kMaxPeers) - 1; ++id) {
    say_with_eventfd(id);
    ASSERT_TRUE(take_all());
  }
  EXPECT_EQ(connection_->peer_count(), kMaxPeers);
  say_with_eventfd(5000);
  expect_refused(ErrorCode::TooLarge, kMaxPeers);
}

TEST_F(Served, RefusesMoreEventfdsThanAProgramCanAfford) {
  introduce();
  ASSERT_TRUE(take_all());
  std::size_t sent = theirs_.size();
  for (std::int64_t id = 100; sent < kMaxEventFds; ++id) {
    for (std::size_t i = 0; i < kMaxVectors && sent < kMaxEventFds; ++i, ++sent) {
      say_with_eventfd(id);
      ASSERT_TRUE(take_all());
    }
  }
  say_with_eventfd(99);
  expect_refused(ErrorCode::TooLarge, kMaxEventFds);
}

TEST_F(Served, ReturnsFromAServerThatNeverStops) {
  introduce();
  while (send_message(server_.get(), 7)) {
  }
  ASSERT_TRUE(connection_->on_ready());
  EXPECT_TRUE(readable(connection_->poll_fd()));
}

TEST_F(Served, RingsFromOtherThreadsWhileThePeerComesAndGoes) {
  introduce();
  std::atomic<bool> stop = false;
  std::thread ringer([&] {
    while (!stop) (void)connection_->ring(1, 0);
  });
  for (int i = 0; i < 200; ++i) {
    say(1);
    ASSERT_TRUE(take_all());
    say_with_eventfd(1);
    ASSERT_TRUE(take_all());
  }
  stop = true;
  ringer.join();
}

TEST(Connect, SaysWhyItFailed) {
  const test::TempDir folder;
  const auto code_at = [](const std::string& path) {
    const auto connection = Connection::connect(path);
    return connection ? ErrorCode::OsCall : connection.error().code;
  };
  EXPECT_EQ(code_at(folder.path() / "none"), ErrorCode::NotFound);
  EXPECT_EQ(code_at(std::string(200, 'x')), ErrorCode::InvalidArgument);
  EXPECT_EQ(code_at(""), ErrorCode::InvalidArgument);
  (void)test::listen_at(folder.path() / "left", {});
  EXPECT_EQ(code_at(folder.path() / "left"), ErrorCode::NotReady);
  const Fd full = test::listen_at(folder.path() / "full", {});
  std::vector<std::unique_ptr<Connection>> waiting;
  ErrorCode last = ErrorCode::OsCall;
  for (int i = 0; i < 100 && last == ErrorCode::OsCall; ++i) {
    auto connection = Connection::connect(folder.path() / "full");
    if (connection) {
      waiting.push_back(std::move(*connection));
    } else {
      last = connection.error().code;
    }
  }
  EXPECT_EQ(last, ErrorCode::Busy);
}

TEST(Connect, FindsTheServerAtAPath) {
  const test::TempDir folder;
  const auto path = folder.path() / "vm.sock";
  test::IvshmemServer server(path, test::new_memory(kMemoryBytes));
  server.add_peer(0);
  auto connection = Connection::connect(path);
  ASSERT_TRUE(connection);
  server.admit(1);
  const auto introduced = [&] { return (*connection)->on_ready()->introduced; };
  ASSERT_TRUE(test::wait_until(introduced, std::chrono::seconds(5)));
  EXPECT_TRUE((*connection)->ring(0, 1));
  EXPECT_EQ(test::take_count(server.vector(0, 1)), 1u);
  server.remove_peer(0);
  ASSERT_TRUE((*connection)->on_ready());
  EXPECT_FALSE((*connection)->has_peer(0));
}

}  // namespace
}  // namespace pierglass::ivshmem
