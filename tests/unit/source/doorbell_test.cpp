// SPDX-License-Identifier: GPL-2.0-or-later
// Our own reader behind a broker: it sleeps until rung, rings its guest, and outlives the broker.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/describe.hpp"
#include "ring/guest_session.hpp"
#include "shm/file_linux.hpp"
#include "source/live_source.hpp"
#include "source/region_source.hpp"
#include "tests/support/ivshmem_server.hpp"
#include "tests/support/temp_dir.hpp"

namespace pierglass::source {
namespace {

constexpr std::uint64_t kBytes = std::uint64_t{16} << 20;
constexpr Size kSize{64, 48};
constexpr ring::DoorbellAddress kGuest{.peer = 0, .vector = 0};
constexpr ivshmem::PeerId kReader = 1;

std::string in_words(const Error& error, std::span<const std::string> /*places*/) {
  return "broker: " + describe(error);
}

bool readable(int fd) {
  pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
  return poll(&wait, 1, 0) == 1;
}

// A guest in the memory of a broker, on a made-up peer's device, and our reader of it.
class Doorbells : public testing::Test {
 protected:
  Doorbells() {
    auto link = BrokerLink::create({place()}, in_words);
    EXPECT_TRUE(link);
    link_ = std::move(*link);
    source_ = RegionSource::over(WatchedMemory::behind(link_));
  }
  ~Doorbells() override {
    source_.reset();
    guest_.reset();
  }

  std::string place() const { return folder_.path() / "vm.sock"; }

  void start_broker() {
    broker_.reset();
    std::filesystem::remove(place());
    memory_ = test::new_memory(kBytes);
    broker_ = std::make_unique<test::IvshmemServer>(place(), test::copy_of(memory_));
  }
  void start_guest(std::uint64_t session = 1) {
    guest_.reset();
    auto memory = shm::map_fd(memory_.get());
    ASSERT_TRUE(memory);
    guest_memory_ = std::move(*memory);
    auto guest = ring::GuestSession::create(guest_memory_.bytes(), {}, session);
    ASSERT_TRUE(guest);
    guest_.emplace(std::move(*guest));
    guest_->set_doorbell(kGuest);
  }
  // All of it, with the reader attached and nothing left to do.
  void start() {
    start_broker();
    broker_->add_peer(kGuest.peer);
    start_guest();
    tick();
    broker_->admit(kReader);
    ASSERT_EQ(tick(), GuestStatus::Live);
    tick();
  }

  GuestStatus tick(Nanoseconds later = std::chrono::milliseconds(300)) {
    if (guest_ && beats_) guest_->beat();
    now_ += later;
    return source_->tick(now_);
  }

  void ring_sleepers() {
    for (const ring::DoorbellAddress& reader : guest_->sleepers()) {
      ASSERT_EQ(reader.peer, kReader);
      eventfd_write(broker_->vector(kReader, reader.vector).get(), 1);
    }
  }
  void publish() {
    publish_silently();
    ring_sleepers();
  }
  void publish_silently() {
    wire::FrameInfo info;
    info.size = kSize;
    info.format = wire::PixelFormat::Xrgb8888;
    info.pitch = wire::pitch_for(kSize.width, info.format);
    const std::vector<Rect> damage{full_rect(kSize)};
    auto ticket = guest_->frames().begin(info, damage);
    ASSERT_TRUE(ticket);
    guest_->frames().commit(*ticket, Nanoseconds(1));
  }
  void take_frame() {
    auto frame = source_->acquire();
    ASSERT_TRUE(frame);
    EXPECT_TRUE(frame->finish());
  }
  std::uint64_t rings_at_guest() const { return test::take_count(broker_->vector(kGuest.peer)); }

  test::TempDir folder_;
  Fd memory_;
  std::unique_ptr<test::IvshmemServer> broker_;
  shm::SharedMemory guest_memory_;
  std::optional<ring::GuestSession> guest_;
  std::shared_ptr<BrokerLink> link_;
  std::unique_ptr<FrameSource> source_;
  bool beats_ = true;
  HostTime now_ = HostTime(std::chrono::hours(1));
};

TEST_F(Doorbells, AreNotThereForMemoryInAFile) {
  auto memory = shm::create_memfd(kBytes);
  ASSERT_TRUE(memory);
  source_ = RegionSource::over(WatchedMemory::over(std::move(*memory)));
  tick();
  EXPECT_EQ(source_->doorbell(), -1);
  EXPECT_FALSE(source_->guest_rings());
  EXPECT_FALSE(source_->fall_asleep());
}

TEST_F(Doorbells, AreWaitedForUntilThereIsABroker) {
  EXPECT_EQ(tick(), GuestStatus::Absent);
  EXPECT_NE(source_->error(), "");
  EXPECT_GE(source_->doorbell(), 0);
  EXPECT_FALSE(source_->guest_rings());
  start();
  EXPECT_EQ(source_->error(), "");
  EXPECT_TRUE(source_->guest_rings());
}

TEST_F(Doorbells, EndASleepForEachFrame) {
  start();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(source_->fall_asleep());
    EXPECT_FALSE(readable(source_->doorbell()));
    publish();
    ASSERT_TRUE(readable(source_->doorbell()));
    EXPECT_TRUE(source_->wake_up());
    EXPECT_FALSE(readable(source_->doorbell()));
    tick();
    ASSERT_TRUE(source_->has_new_frame());
    take_frame();
  }
}

TEST_F(Doorbells, EndASleepForThePointer) {
  start();
  ASSERT_TRUE(source_->fall_asleep());
  guest_->cursor().move({.position = {3, 4}, .visible = true});
  ring_sleepers();
  EXPECT_TRUE(readable(source_->doorbell()));
  EXPECT_TRUE(source_->wake_up());
  EXPECT_FALSE(source_->fall_asleep()) << "the pointer has not been looked at";
  (void)source_->cursor();
  EXPECT_TRUE(source_->fall_asleep());
}

TEST_F(Doorbells, EndASleepForTheEndOfTheSession) {
  start();
  ASSERT_TRUE(source_->fall_asleep());
  for (const ring::DoorbellAddress& reader : guest_->end()) {
    eventfd_write(broker_->vector(kReader, reader.vector).get(), 1);
  }
  EXPECT_TRUE(source_->wake_up());
  guest_.reset();
  EXPECT_EQ(tick(), GuestStatus::Absent);
}

TEST_F(Doorbells, AreNotSleptOnWhileThereIsNews) {
  start();
  publish();
  EXPECT_FALSE(source_->fall_asleep());
  EXPECT_EQ(guest_->sleepers().size(), 0u);
  auto frame = source_->acquire();
  ASSERT_TRUE(frame);
  EXPECT_FALSE(source_->fall_asleep()) << "the frame is held, and not shown yet";
  EXPECT_TRUE(frame->finish());
  EXPECT_TRUE(source_->fall_asleep());
}

TEST_F(Doorbells, WakeAReaderThatNobodySeesForWhatComesNext) {
  start();
  publish();
  source_->set_visible(false);
  ASSERT_TRUE(source_->fall_asleep());
  EXPECT_FALSE(readable(source_->doorbell()));
  publish();
  EXPECT_TRUE(readable(source_->doorbell()));
  EXPECT_TRUE(source_->wake_up());
}

TEST_F(Doorbells, ThatRangBeforeASleepDoNotEndIt) {
  start();
  eventfd_write(broker_->vector(kReader).get(), 1);
  ASSERT_TRUE(source_->fall_asleep());
  EXPECT_FALSE(readable(source_->doorbell()));
  EXPECT_FALSE(source_->wake_up());
}

TEST_F(Doorbells, AreNotSleptOnWhileTheBrokerHasNews) {
  start();
  broker_->add_peer(9);
  EXPECT_FALSE(source_->fall_asleep()) << "a tick is due";
  EXPECT_EQ(guest_->sleepers().size(), 0u);
  tick();
  EXPECT_TRUE(source_->fall_asleep());
}

TEST_F(Doorbells, KeepASleeperInItsPlaceWithoutABeat) {
  start();
  ASSERT_TRUE(source_->fall_asleep());
  EXPECT_EQ(guest_->retire_dead_readers(now_), 0u);
  EXPECT_EQ(guest_->retire_dead_readers(now_ + std::chrono::seconds(30)), 0u);
  EXPECT_EQ(guest_->demand().readers, 1u);
}

TEST_F(Doorbells, AreNotBelievedOfAGuestWhoseDeviceNobodyAnnounced) {
  start();
  guest_->set_doorbell({.peer = 7, .vector = 0});
  EXPECT_FALSE(source_->guest_rings());
  guest_->set_doorbell({.peer = kGuest.peer, .vector = 2});
  EXPECT_FALSE(source_->guest_rings());
  guest_->set_doorbell({.peer = kReader, .vector = 0});
  EXPECT_FALSE(source_->guest_rings()) << "that is the reader itself";
  guest_->set_doorbell({.peer = 0x10000, .vector = 0});
  EXPECT_FALSE(source_->guest_rings());
  EXPECT_FALSE(source_->fall_asleep());
  guest_->set_doorbell({});
  EXPECT_FALSE(source_->guest_rings());
  guest_->set_doorbell(kGuest);
  EXPECT_TRUE(source_->guest_rings());
}

TEST_F(Doorbells, TellAtOnceThatTheMachineIsGone) {
  start();
  ASSERT_TRUE(source_->fall_asleep());
  broker_->remove_peer(kGuest.peer);
  EXPECT_TRUE(readable(source_->doorbell()));
  EXPECT_FALSE(source_->wake_up()) << "nobody rang";
  EXPECT_FALSE(source_->guest_rings());
  EXPECT_FALSE(source_->fall_asleep());
  beats_ = false;
  EXPECT_EQ(tick(std::chrono::milliseconds(1)), GuestStatus::Live) << "one beat is waited for";
  EXPECT_EQ(tick(RegionSource::kGrace), GuestStatus::Silent);
}

TEST_F(Doorbells, AreNotNeededToLive) {
  start();
  broker_->remove_peer(kGuest.peer);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(tick(), GuestStatus::Live) << "it beats";
}

TEST_F(Doorbells, LetAGuestLiveThatBeatWhileNobodyLooked) {
  start();
  ASSERT_TRUE(source_->fall_asleep());
  guest_->beat();
  now_ += std::chrono::minutes(10);
  (void)source_->wake_up();
  EXPECT_EQ(source_->tick(now_), GuestStatus::Live);
}

TEST_F(Doorbells, FindAGuestSilentThatStoodStillOverALongSleep) {
  start();
  beats_ = false;
  ASSERT_TRUE(source_->fall_asleep());
  now_ += std::chrono::milliseconds(2100);
  EXPECT_FALSE(source_->wake_up());
  EXPECT_EQ(source_->tick(now_), GuestStatus::Silent);
}

TEST_F(Doorbells, LetAMachineGoOnThatWasPausedWhileItsReaderSlept) {
  start();
  beats_ = false;
  ASSERT_TRUE(source_->fall_asleep());
  now_ += std::chrono::hours(1);
  publish();
  EXPECT_TRUE(source_->wake_up());
  EXPECT_EQ(source_->tick(now_), GuestStatus::Live) << "its ring came before its beat";
  take_frame();
  EXPECT_EQ(tick(RegionSource::kGrace / 2), GuestStatus::Live);
  eventfd_write(broker_->vector(kReader).get(), 1);
  EXPECT_EQ(tick(RegionSource::kGrace), GuestStatus::Silent) << "rings alone are no life";
}

TEST_F(Doorbells, RingAGuestThatSleepsForAllThatAReaderAsks) {
  start();
  EXPECT_EQ(rings_at_guest(), 0u) << "it was awake";
  guest_->set_asleep(true);
  EXPECT_TRUE(source_->move_pointer({1, 2}));
  EXPECT_EQ(rings_at_guest(), 1u);
  source_->set_visible(false);
  EXPECT_EQ(rings_at_guest(), 0u) << "nothing to do for it";
  source_->set_visible(true);
  EXPECT_EQ(rings_at_guest(), 1u);
  guest_->set_asleep(false);
  EXPECT_TRUE(source_->move_pointer({1, 2}));
  EXPECT_EQ(rings_at_guest(), 0u);
}

TEST_F(Doorbells, RingAGuestThatSleepsWhenAReaderComes) {
  start_broker();
  broker_->add_peer(kGuest.peer);
  tick();
  broker_->admit(kReader);
  start_guest();
  guest_->set_asleep(true);
  ASSERT_EQ(tick(), GuestStatus::Live);
  EXPECT_EQ(rings_at_guest(), 1u);
  EXPECT_EQ(guest_->demand().readers, 1u);
}

TEST_F(Doorbells, RingNobodyWhoWasNotAnnounced) {
  start();
  guest_->set_asleep(true);
  guest_->set_doorbell({.peer = 9, .vector = 0});
  EXPECT_TRUE(source_->move_pointer({1, 2}));
  guest_->set_doorbell({.peer = kGuest.peer, .vector = 70000});
  EXPECT_TRUE(source_->move_pointer({1, 2}));
  EXPECT_EQ(rings_at_guest(), 0u);
}

TEST_F(Doorbells, GoOnWhenTheBrokerIsGone) {
  start();
  const Fd reader = test::copy_of(broker_->vector(kReader));
  broker_.reset();
  EXPECT_TRUE(readable(source_->doorbell()));
  EXPECT_EQ(tick(), GuestStatus::Live);
  EXPECT_EQ(source_->error(), "");
  EXPECT_TRUE(source_->guest_rings());
  tick(Nanoseconds(1));
  ASSERT_TRUE(source_->fall_asleep());
  ASSERT_EQ(guest_->sleepers().size(), 1u);
  eventfd_write(reader.get(), 1);
  EXPECT_TRUE(source_->wake_up());
}

TEST_F(Doorbells, AreOthersOverAnotherConnection) {
  start();
  const std::uint64_t serial = source_->doorbell_serial();
  tick();
  EXPECT_EQ(source_->doorbell_serial(), serial);
  const Fd memory = test::copy_of(memory_);
  broker_.reset();
  std::filesystem::remove(place());
  broker_ = std::make_unique<test::IvshmemServer>(place(), test::copy_of(memory));
  tick();
  broker_->admit(kReader);
  tick();
  EXPECT_EQ(source_->doorbell_serial(), serial) << "the guest stays with the old one";
  broker_->add_peer(8);
  guest_->set_doorbell({.peer = 8, .vector = 0});
  tick();
  EXPECT_NE(source_->doorbell_serial(), serial) << "though the own number is the same";
  EXPECT_TRUE(source_->guest_rings());
}

TEST_F(Doorbells, MoveToOtherMemoryWhenTheOldGuestIsGone) {
  start();
  publish();
  start_broker();
  tick();
  tick();
  broker_->admit(5);
  EXPECT_EQ(tick(), GuestStatus::Live);
  EXPECT_TRUE(source_->has_new_frame()) << "the picture is that of the old memory still";
  beats_ = false;
  EXPECT_EQ(tick(std::chrono::seconds(3)), GuestStatus::Silent);
  EXPECT_EQ(tick(), GuestStatus::Absent);
  EXPECT_FALSE(source_->has_new_frame());
  start_guest(2);
  EXPECT_EQ(tick(), GuestStatus::Live);
}

// Guest and broker died at once, so nobody told; both are there again.
TEST_F(Doorbells, DoNotWaitForADeadGuestWhileItsSuccessorLives) {
  start();
  publish();
  auto dead = std::make_pair(std::move(guest_memory_), std::move(*guest_));
  guest_.reset();
  start_broker();
  tick();
  broker_->admit(5);
  start_guest(2);
  const HostTime began = now_;
  while (source_->has_new_frame() && now_ - began < std::chrono::seconds(2)) {
    tick(BrokerLink::kRetry);
  }
  EXPECT_LT(now_ - began, std::chrono::seconds(1));
  EXPECT_EQ(tick(), GuestStatus::Live);
  publish_silently();
  EXPECT_TRUE(source_->has_new_frame()) << "of the second";
}

TEST_F(Doorbells, StayWithALivingGuestWhoeverLivesInANewBrokersMemory) {
  start();
  publish();
  auto first = std::make_pair(std::move(guest_memory_), std::move(*guest_));
  guest_.reset();
  start_broker();
  tick();
  broker_->admit(5);
  start_guest(2);
  for (int i = 0; i < 20; ++i) {
    first.second.beat();
    EXPECT_EQ(tick(BrokerLink::kRetry), GuestStatus::Live);
    EXPECT_TRUE(source_->has_new_frame()) << "of the first";
  }
}

// It is told by its timer when to look.
TEST_F(Doorbells, WakeAReaderWhileANewBrokerWaits) {
  start();
  start_broker();
  tick();
  broker_->admit(5);
  tick();
  pollfd wait{.fd = source_->doorbell(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(poll(&wait, 1, 10'000), 1);
}

TEST_F(Doorbells, HaveTheReadersNewAddressOnceItHasOne) {
  start_broker();
  start_guest();
  tick();
  const Fd client = broker_->accept();
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{kReader}}) {
    ASSERT_TRUE(ivshmem::send_message(client.get(), value));
  }
  ASSERT_TRUE(ivshmem::send_message(client.get(), ivshmem::kMemory, memory_.get()));
  const Fd guest = test::new_eventfd();
  ASSERT_TRUE(ivshmem::send_message(client.get(), kGuest.peer, guest.get()));
  EXPECT_EQ(tick(), GuestStatus::Live) << "pictures need no doorbell";
  EXPECT_FALSE(source_->guest_rings());
  const Fd own = test::new_eventfd();
  ASSERT_TRUE(ivshmem::send_message(client.get(), kReader, own.get()));
  tick();
  tick();
  EXPECT_TRUE(source_->guest_rings());
  ASSERT_TRUE(source_->fall_asleep());
  ASSERT_EQ(guest_->sleepers().size(), 1u);
  EXPECT_EQ(*guest_->sleepers().begin(), (ring::DoorbellAddress{.peer = kReader, .vector = 0}));
}

TEST_F(Doorbells, ReachTheReaderThatIsShown) {
  std::vector<std::unique_ptr<FrameSource>> readers;
  readers.push_back(std::move(source_));
  readers.push_back(RegionSource::over(WatchedMemory::behind(link_)));
  source_ = std::make_unique<LiveSource>(std::move(readers));
  start();
  EXPECT_TRUE(source_->guest_rings());
  ASSERT_TRUE(source_->fall_asleep());
  publish();
  EXPECT_TRUE(readable(source_->doorbell()));
  EXPECT_TRUE(source_->wake_up());
}

}  // namespace
}  // namespace pierglass::source
