// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/broker_link.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/describe.hpp"
#include "source/watched_memory.hpp"
#include "tests/support/ivshmem_server.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/unix_socket.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::source {
namespace {

constexpr std::uint64_t kBytes = 1 << 20;
constexpr ring::DoorbellAddress kGuest{.peer = 0, .vector = 0};

std::string in_words(const Error& error, std::span<const std::string> places) {
  return places.front() + ": " + describe(error);
}

bool readable(int fd) {
  pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
  return poll(&wait, 1, 0) == 1;
}

// A link and the brokers it meets, with a clock that the test moves.
class Link : public testing::Test {
 protected:
  Link() {
    auto link = BrokerLink::create({own_place(), other_place()}, in_words);
    EXPECT_TRUE(link);
    link_ = std::move(*link);
  }

  std::string own_place() const { return folder_.path() / "own.sock"; }
  std::string other_place() const { return folder_.path() / "other.sock"; }

  void start_broker(const std::string& place, Fd memory = test::new_memory(kBytes)) {
    broker_.reset();
    std::filesystem::remove(place);
    broker_ = std::make_unique<test::IvshmemServer>(place, std::move(memory));
  }
  void start_broker() { start_broker(own_place()); }

  void tick(Nanoseconds later = BrokerLink::kRetry) {
    now_ += later;
    link_->tick(now_);
  }
  // The link as a peer of the broker that runs.
  void join(ivshmem::PeerId id = 1) {
    tick();
    broker_->admit(id);
    tick();
  }

  test::TempDir folder_;
  std::unique_ptr<test::IvshmemServer> broker_;
  std::shared_ptr<BrokerLink> link_;
  HostTime now_ = HostTime(std::chrono::hours(1));
};

TEST_F(Link, KnowsNothingAtFirst) {
  EXPECT_EQ(link_->generation(), 0u);
  EXPECT_FALSE(link_->trouble());
  EXPECT_TRUE(link_->waiting());
  EXPECT_FALSE(link_->own().reachable());
  EXPECT_FALSE(readable(link_->doorbell()));
}

TEST_F(Link, WaitsForABrokerThatIsNotThereYet) {
  tick();
  ASSERT_TRUE(link_->trouble());
  EXPECT_EQ(link_->trouble()->code, ErrorCode::NotFound);
  EXPECT_TRUE(link_->waiting());
  start_broker();
  join();
  EXPECT_FALSE(link_->trouble());
  EXPECT_EQ(link_->generation(), 1u);
  EXPECT_EQ(link_->own(), (ring::DoorbellAddress{.peer = 1, .vector = 0}));
}

TEST_F(Link, TakesTheSecondPlaceWhenTheFirstHasNone) {
  start_broker(other_place());
  join();
  EXPECT_EQ(link_->generation(), 1u);
}

TEST_F(Link, LooksAgainAtTheEndOfAnInterval) {
  tick();
  start_broker();
  tick(BrokerLink::kRetry - std::chrono::milliseconds(1));
  EXPECT_EQ(link_->trouble()->code, ErrorCode::NotFound);
  tick(std::chrono::milliseconds(1));
  broker_->admit(1);
  tick();
  EXPECT_FALSE(link_->trouble());
}

TEST_F(Link, WakesWhoSleepsToLookForABroker) {
  tick();
  ASSERT_TRUE(
      test::wait_until([&] { return readable(link_->doorbell()); }, std::chrono::seconds(10)));
  EXPECT_FALSE(link_->take_ring());
  EXPECT_TRUE(link_->needs_tick());
  start_broker();
  join();
  tick();
  EXPECT_FALSE(link_->needs_tick());
}

TEST_F(Link, IsRefusedByABrokerThatClosesAtOnce) {
  start_broker();
  tick();
  (void)broker_->accept();
  tick(std::chrono::milliseconds(1));
  ASSERT_TRUE(link_->trouble());
  EXPECT_EQ(link_->trouble()->code, ErrorCode::Lost);
  EXPECT_FALSE(link_->waiting());
  join();
  EXPECT_FALSE(link_->trouble()) << "one that lets it in later is found";
}

TEST_F(Link, IsNotHeldByABrokerThatSaysNothing) {
  start_broker();
  tick();
  const Fd silent = broker_->accept();
  tick(BrokerLink::kPatience - std::chrono::milliseconds(1));
  EXPECT_FALSE(link_->trouble());
  tick(std::chrono::milliseconds(1));
  ASSERT_TRUE(link_->trouble());
  EXPECT_EQ(link_->trouble()->code, ErrorCode::Busy);
  EXPECT_TRUE(link_->waiting());
}

TEST_F(Link, SaysThatAnotherProgramIsNoBroker) {
  start_broker();
  tick();
  const Fd other = broker_->accept();
  ASSERT_TRUE(ivshmem::send_message(other.get(), 77));
  tick(std::chrono::milliseconds(1));
  ASSERT_TRUE(link_->trouble());
  EXPECT_EQ(link_->trouble()->code, ErrorCode::VersionMismatch);
  EXPECT_FALSE(link_->waiting());
}

TEST_F(Link, RingsAndIsRung) {
  start_broker();
  broker_->add_peer(kGuest.peer);
  join();
  EXPECT_FALSE(link_->take_ring());
  EXPECT_TRUE(link_->knows(kGuest));
  link_->ring(kGuest);
  EXPECT_EQ(test::take_count(broker_->vector(kGuest.peer)), 1u);
  ASSERT_FALSE(readable(link_->doorbell()));
  eventfd_write(broker_->vector(1).get(), 1);
  EXPECT_TRUE(readable(link_->doorbell()));
  EXPECT_TRUE(link_->take_ring());
  EXPECT_FALSE(link_->take_ring());
  EXPECT_FALSE(readable(link_->doorbell()));
}

TEST_F(Link, WakesWhoSleepsWhenAPeerLeaves) {
  start_broker();
  broker_->add_peer(kGuest.peer);
  join();
  tick();
  ASSERT_FALSE(link_->needs_tick());
  broker_->remove_peer(kGuest.peer);
  EXPECT_TRUE(readable(link_->doorbell()));
  EXPECT_FALSE(link_->take_ring());
  EXPECT_TRUE(link_->needs_tick());
  EXPECT_FALSE(link_->knows(kGuest));
}

TEST_F(Link, KeepsItsDoorbellsWhenTheBrokerDies) {
  start_broker();
  broker_->add_peer(kGuest.peer);
  const Fd guest = test::copy_of(broker_->vector(kGuest.peer));
  join();
  const Fd own = test::copy_of(broker_->vector(1));
  broker_.reset();
  std::filesystem::remove(own_place());
  EXPECT_TRUE(readable(link_->doorbell()));
  tick();
  EXPECT_TRUE(link_->trouble());
  EXPECT_TRUE(link_->waiting());
  EXPECT_GE(link_->memory(), 0);
  EXPECT_TRUE(link_->knows(kGuest));
  link_->ring(kGuest);
  EXPECT_EQ(test::take_count(guest), 1u);
  eventfd_write(own.get(), 1);
  EXPECT_TRUE(link_->take_ring());
}

TEST_F(Link, TakesANewBrokersMemoryWhenNobodyLivesInTheOld) {
  start_broker();
  join();
  start_broker();
  tick();
  join(9);
  EXPECT_EQ(link_->generation(), 2u);
  EXPECT_EQ(link_->own().peer, 9u);
  EXPECT_FALSE(link_->trouble());
}

TEST_F(Link, StaysWithTheOldMemoryWhileAGuestLivesInIt) {
  start_broker();
  join();
  link_->count_living(1);
  start_broker();
  tick();
  join(9);
  tick();
  EXPECT_EQ(link_->generation(), 1u);
  EXPECT_EQ(link_->own().peer, 1u);
  EXPECT_GE(link_->next_memory(), 0);
  link_->follow(kGuest);
  EXPECT_EQ(link_->own().peer, 1u) << "nobody follows a guest into other memory";
  link_->count_living(-1);
  tick();
  EXPECT_EQ(link_->generation(), 2u);
  EXPECT_EQ(link_->own().peer, 9u);
}

TEST_F(Link, StaysWithTheOldMemoryWhenTheNewBrokerDiesToo) {
  start_broker();
  join();
  link_->count_living(1);
  start_broker();
  tick();
  join(9);
  broker_.reset();
  tick();
  link_->count_living(-1);
  tick();
  EXPECT_EQ(link_->generation(), 1u);
  start_broker();
  join(4);
  EXPECT_EQ(link_->generation(), 2u);
  EXPECT_EQ(link_->own().peer, 4u);
}

TEST_F(Link, FollowsALivingGuestToANewBrokerOfTheSameMemory) {
  Fd memory = test::new_memory(kBytes);
  start_broker(own_place(), test::copy_of(memory));
  broker_->add_peer(kGuest.peer);
  join();
  link_->count_living(1);
  start_broker(own_place(), test::copy_of(memory));
  tick();
  join(9);
  EXPECT_LT(link_->next_memory(), 0) << "there is no other";
  link_->follow(kGuest);
  EXPECT_EQ(link_->own().peer, 1u) << "the guest is not there, and was here";
  broker_->add_peer(kGuest.peer);
  tick();
  link_->follow(kGuest);
  EXPECT_EQ(link_->own().peer, 1u) << "that is another peer with the guest's number";
  broker_->add_peer(5);
  tick();
  link_->follow({.peer = 5, .vector = 0});
  EXPECT_EQ(link_->own().peer, 9u);
  EXPECT_EQ(link_->generation(), 1u);
}

TEST_F(Link, LeavesABrokerAloneForLongWhoseWordsAreOfNoUse) {
  start_broker();
  tick();
  ASSERT_TRUE(ivshmem::send_message(broker_->accept().get(), 77));
  tick();
  ASSERT_EQ(link_->trouble()->code, ErrorCode::VersionMismatch);
  HostTime tried = now_;
  while (now_ - tried < BrokerLink::kLongRetry - BrokerLink::kRetry) {
    tick();
    ASSERT_FALSE(broker_->is_called()) << describe(*link_->trouble());
    ASSERT_EQ(link_->trouble()->code, ErrorCode::VersionMismatch);
  }
  tick();
  tick();
  join();
  EXPECT_FALSE(link_->trouble());
}

TEST_F(Link, LeavesABrokerAloneForLongThatTurnsOutToBeOfNoUseLater) {
  start_broker();
  tick();
  const Fd client = broker_->accept();
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{1}}) {
    ASSERT_TRUE(ivshmem::send_message(client.get(), value));
  }
  const Fd memory = test::new_memory(kBytes);
  ASSERT_TRUE(ivshmem::send_message(client.get(), ivshmem::kMemory, memory.get()));
  tick();
  EXPECT_EQ(link_->generation(), 1u);
  ASSERT_TRUE(ivshmem::send_message(client.get(), 3, memory.get()));
  for (int i = 0; i < 8; ++i) tick();
  EXPECT_FALSE(broker_->is_called());
  ASSERT_TRUE(link_->trouble());
  EXPECT_EQ(link_->trouble()->code, ErrorCode::Corrupt);
  EXPECT_GE(link_->memory(), 0);
}

TEST_F(Link, ABrokerOfNoUseDoesNotHideThatOfTheNextPlace) {
  test::IvshmemServer useless(own_place(), test::new_memory(kBytes));
  tick();
  ASSERT_TRUE(ivshmem::send_message(useless.accept().get(), 77));
  tick();
  EXPECT_EQ(link_->trouble()->code, ErrorCode::VersionMismatch);
  tick();
  EXPECT_EQ(link_->trouble()->code, ErrorCode::VersionMismatch)
      << "that is what the user must know";
  start_broker(other_place());
  join();
  EXPECT_FALSE(link_->trouble());
  EXPECT_EQ(link_->generation(), 1u);
}

TEST_F(Link, ABrokerThatNeverGreetsDoesNotHideThatOfTheNextPlace) {
  const test::IvshmemServer silent(own_place(), test::new_memory(kBytes));
  start_broker(other_place());
  tick();
  tick(BrokerLink::kPatience);
  join();
  EXPECT_FALSE(link_->trouble());
  EXPECT_EQ(link_->generation(), 1u);
}

TEST_F(Link, ABrokerThatLetsNobodyInDoesNotHideThatOfTheNextPlace) {
  test::IvshmemServer closed(own_place(), test::new_memory(kBytes));
  start_broker(other_place());
  tick();
  (void)closed.accept();
  tick(std::chrono::milliseconds(1));
  EXPECT_EQ(link_->trouble()->code, ErrorCode::Lost);
  join();
  EXPECT_EQ(link_->generation(), 1u);
}

TEST_F(Link, BeginsWithTheFirstPlaceAgainAfterTheNext) {
  auto silent = std::make_unique<test::IvshmemServer>(own_place(), test::new_memory(kBytes));
  tick();
  tick(BrokerLink::kPatience);
  silent.reset();
  start_broker();
  join();
  EXPECT_EQ(link_->generation(), 1u) << "there is nothing at the next one";
}

TEST_F(Link, SharedByReadersOffersMemoryThatEachMapsByItself) {
  WatchedMemory one = WatchedMemory::behind(link_);
  WatchedMemory two = WatchedMemory::behind(link_);
  EXPECT_FALSE(one.changed());
  EXPECT_FALSE(one.intact());
  one.tick(now_ += BrokerLink::kRetry);
  EXPECT_NE(one.error(), "");
  EXPECT_TRUE(one.waiting());
  start_broker();
  join();
  for (WatchedMemory* memory : {&one, &two}) {
    memory->tick(now_);
    ASSERT_TRUE(memory->changed());
    memory->reopen();
    EXPECT_TRUE(memory->intact());
    EXPECT_FALSE(memory->changed());
    EXPECT_EQ(memory->bytes().size(), kBytes);
    EXPECT_EQ(memory->error(), "");
  }
  one.bytes()[5] = std::byte{7};
  EXPECT_EQ(two.bytes()[5], std::byte{7});
}

TEST_F(Link, CountsReadersWhoseGuestsLiveOnceEach) {
  std::optional<WatchedMemory> one = WatchedMemory::behind(link_);
  std::optional<WatchedMemory> two = WatchedMemory::behind(link_);
  start_broker();
  join();
  one->set_guest_lives(true);
  one->set_guest_lives(true);
  two->set_guest_lives(true);
  start_broker();
  tick();
  join(9);
  const WatchedMemory moved = *std::move(one);
  one.reset();
  two->set_guest_lives(false);
  tick();
  EXPECT_EQ(link_->generation(), 1u);
  two.reset();
  tick();
  EXPECT_EQ(link_->generation(), 1u);
}

TEST_F(Link, SaysWhatIsWrongWithTheMemory) {
  WatchedMemory memory = WatchedMemory::behind(link_);
  start_broker(own_place(), test::new_memory(100));
  join();
  ASSERT_TRUE(memory.changed());
  memory.reopen();
  memory.tick(now_ += BrokerLink::kRetry);
  EXPECT_TRUE(memory.bytes().empty());
  EXPECT_NE(memory.error().find("too small"), std::string::npos) << memory.error();
  EXPECT_FALSE(memory.waiting());
  EXPECT_FALSE(memory.changed());
}

TEST_F(Link, MapsMemoryAgainThatShrankUnderIt) {
  WatchedMemory memory = WatchedMemory::behind(link_);
  const Fd file = test::new_memory(kBytes);
  start_broker(own_place(), test::copy_of(file));
  join();
  memory.reopen();
  ASSERT_EQ(ftruncate(file.get(), kBytes / 2), 0);
  memory.bytes().back() = std::byte{1};
  EXPECT_FALSE(memory.intact());
  ASSERT_TRUE(memory.changed());
  memory.reopen();
  EXPECT_TRUE(memory.intact());
  EXPECT_EQ(memory.bytes().size(), kBytes / 2);
}

TEST_F(Link, RefusesSomethingElseForMemory) {
  WatchedMemory memory = WatchedMemory::behind(link_);
  start_broker(own_place(), test::new_eventfd());
  join();
  memory.reopen();
  EXPECT_TRUE(memory.bytes().empty());
  EXPECT_NE(memory.error(), "");
}

}  // namespace
}  // namespace pierglass::source
