// SPDX-License-Identifier: GPL-2.0-or-later
// Hosts that come, go, freeze, are replaced, and are not to be understood.
#include <gmock/gmock.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <vector>

#include "tests/unit/compat/glass_bench.hpp"

namespace pierglass::compat {
namespace {

using source::GuestStatus;
using test::GlassProtocol;

class GlassHost : public Glass {};
PIERGLASS_BOTH_PROTOCOLS(GlassHost);

TEST_P(GlassHost, IsAbsentInEmptyMemoryAndFoundWhenItComes) {
  EXPECT_FALSE(LookingGlassSource::recognises(bytes()));
  EXPECT_EQ(pass(3000), GuestStatus::Absent);
  EXPECT_FALSE(source().has_new_frame());
  EXPECT_FALSE(source().acquire());
  EXPECT_EQ(source().cursor().image, nullptr);
  EXPECT_EQ(source().description(), source::GuestDescription{});
  connect();
  EXPECT_TRUE(LookingGlassSource::recognises(bytes()));
  EXPECT_TRUE(source().error().empty());
}

TEST_P(GlassHost, IsFoundWithinTwoLooksOfItsFirstHeartbeat) {
  start_host(options());
  pass(50);
  EXPECT_EQ(pass(300), GuestStatus::Live);
}

TEST_P(GlassHost, TellsWhatItIs) {
  auto with = options();
  with.release = "B7-test";
  with.capture = "D12";
  with.system_name = "Windows 11";
  with.processor = "Ryzen";
  with.threads = 16;
  with.cores = 8;
  with.uuid = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 1, 2, 3, 4, 5, 6, 7, 8};
  connect_to(with);
  EXPECT_EQ(source().description(),
            (source::GuestDescription{.program = "Looking Glass host B7-test",
                                      .system = "Windows 11",
                                      .machine = "8 cores, 16 threads, Ryzen",
                                      .capture = "D12",
                                      .uuid = "01234567-89ab-cdef-0102-030405060708"}));
}

TEST_P(GlassHost, ThatDiedLongAgoIsSilentAndNeverLive) {
  start_host(options()).heartbeat();
  kill_host();
  EXPECT_EQ(pass(900), GuestStatus::Absent);
  EXPECT_EQ(pass(500), GuestStatus::Silent);
  EXPECT_TRUE(LookingGlassSource::recognises(bytes()));
  EXPECT_EQ(pass(10'000), GuestStatus::Silent);
  EXPECT_FALSE(source().acquire());
}

TEST_P(GlassHost, ThatFreezesIsSilentAndGoesOnAfterwards) {
  connect();
  post(1);
  EXPECT_EQ(show(), 1u);
  freeze_host(true);
  EXPECT_EQ(pass(900), GuestStatus::Live);
  EXPECT_EQ(pass(2100), GuestStatus::Silent);
  freeze_host(false);
  EXPECT_EQ(pass(300), GuestStatus::Live);
  post(2);
  EXPECT_EQ(show(), 2u);
  EXPECT_EQ(writer().host().readers_timed_out(), 0u);
}

TEST_P(GlassHost, ThatRestartsIsFollowedWithinTwoSeconds) {
  connect();
  post(1);
  EXPECT_EQ(show(), 1u);
  for (unsigned i = 2; i < 30; ++i) {
    kill_host();
    if (i % 3 == 0) pass(1500);
    start_host(options());
    const Size size{64 + i, 48};
    post(i, {.size = size});
    EXPECT_EQ(show_soon(), i);
    EXPECT_EQ(shown().size, size);
    EXPECT_TRUE(damage_is_full());
  }
}

TEST_P(GlassHost, OfTheOtherVersionIsFollowedInTheSameMemory) {
  connect();
  post(1);
  EXPECT_EQ(show(), 1u);
  for (unsigned i = 2; i < 8; ++i) {
    kill_host();
    const bool other = (GetParam() == GlassProtocol::Kvmfr20) == (i % 2 == 0);
    start_host({.protocol = other ? GlassProtocol::Kvmfr34 : GlassProtocol::Kvmfr20});
    post(i);
    EXPECT_EQ(show_soon(), i);
  }
}

// Where a new host's header would be, an old one has pixels of pointers.
class OldHost : public GlassBench, public testing::Test {
 public:
  void leave_behind(std::uint32_t version) {
    const auto& at = test::lgmp_offsets(test::LgmpVersion::V12);
    writer().host().set_word(at.magic, 0x504d474c);
    writer().host().set_word(at.version, version);
  }
};

TEST_F(OldHost, IsShownBesideWhatANewerOneLeftBehind) {
  for (const std::uint32_t version : {12u, 13u}) {
    start_host();
    leave_behind(version);
    EXPECT_EQ(pass(600), GuestStatus::Live);
    post(7);
    EXPECT_EQ(show_soon(), 7u);
    EXPECT_EQ(pass(3000), GuestStatus::Live);
    freeze_host(true);
    EXPECT_EQ(pass(3000), GuestStatus::Silent) << "what was there before is not the reason";
    EXPECT_TRUE(source().error().empty());
    freeze_host(false);
    EXPECT_EQ(pass(300), GuestStatus::Live);
  }
}

TEST_F(OldHost, ThatFellSilentIsForgottenForAStrangerThatCame) {
  start_host();
  EXPECT_EQ(pass(600), GuestStatus::Live);
  kill_host();
  EXPECT_EQ(pass(2000), GuestStatus::Silent);
  start_host();
  freeze_host(true);
  leave_behind(13);
  EXPECT_EQ(pass(2000), GuestStatus::Unreadable);
  EXPECT_THAT(source().error(), testing::HasSubstr("LGMP 13"));
  freeze_host(false);
  EXPECT_EQ(pass(300), GuestStatus::Live);
  EXPECT_TRUE(source().error().empty());
}

TEST_P(GlassHost, WhoseMagicNumberVanishesIsGoneAtOnce) {
  connect();
  post(1);
  const auto& at = writer().host().offsets();
  const std::uint32_t magic = writer().host().word(at.magic);
  writer().host().set_word(at.magic, 0);
  EXPECT_EQ(pass(50), GuestStatus::Absent);
  EXPECT_FALSE(source().acquire());
  EXPECT_EQ(source().description(), source::GuestDescription{});
  writer().host().set_word(at.magic, magic);
  EXPECT_EQ(show_soon(), 1u);
}

TEST_P(GlassHost, ThatDiedWithALockHeldCostsNothingButItsFrames) {
  start_host(options()).host().hold_lock(0);
  writer().host().hold_lock(1);
  pass(600);
  EXPECT_EQ(pass(2000), GuestStatus::Live);
  EXPECT_FALSE(source().has_new_frame());
  EXPECT_EQ(source().move_pointer({1, 1}).error().code, ErrorCode::NotReady);
  kill_host();
  start_host(options());
  post(3);
  EXPECT_EQ(show_soon(), 3u);
}

TEST_P(GlassHost, WhoseLockIsHeldIsTriedAgainFourTimesASecond) {
  connect();
  source().set_visible(false);
  freeze_host(true);
  writer().host().hold_lock(1);
  source().set_visible(true);
  pass(50);
  writer().host().release_lock(1);
  pass(200);
  EXPECT_EQ(writer().host().readers_on(1), 0u);
  EXPECT_EQ(writer().host().readers_on(0), 1u) << "each queue has a lock of its own";
  pass(100);
  EXPECT_EQ(writer().host().readers_on(1), 1u);
}

TEST_P(GlassHost, WithoutQueuesIsWaitedFor) {
  connect();
  const auto& at = writer().host().offsets();
  const std::uint32_t queues = writer().host().word(at.queue_count);
  kill_host();
  start_host(options());
  writer().host().set_word(at.queue_count, 0);
  EXPECT_EQ(pass(1500), GuestStatus::Live);
  EXPECT_FALSE(writer().has_readers());
  writer().host().set_word(at.queue_count, queues);
  post(4);
  EXPECT_EQ(show_soon(), 4u);
}

TEST_P(GlassHost, IsLeftWithItsPointerWhenNobodyLooks) {
  connect();
  EXPECT_EQ(writer().host().readers_on(1), 1u);
  source().set_visible(false);
  EXPECT_EQ(writer().host().readers_on(1), 0u);
  EXPECT_EQ(pass(3000), GuestStatus::Live);
  EXPECT_EQ(writer().host().readers_on(1), 0u);
  EXPECT_EQ(writer().host().readers_on(0), 1u) << "frames tell of the guest's wishes";
  source().set_visible(true);
  pass(50);
  EXPECT_EQ(writer().host().readers_on(1), 1u);
  drop_source();
}

TEST_P(GlassHost, IsLeftInOrderByASourceThatEnds) {
  // The memory must outlive the source to be looked at.
  auto memory = shm::create_memfd(kBenchBytes).value();
  const auto folder =
      std::filesystem::path("/dev/shm") / ("pierglass-end-" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  const std::string path = folder / "memory";
  auto file = shm::create_file(path, kBenchBytes);
  ASSERT_TRUE(file);
  std::uint64_t clock = 1;
  auto with = options();
  with.clock = [&] { return clock; };
  test::LookingGlassWriter writer(file->bytes(), with);
  {
    LookingGlassSource looking(source::WatchedMemory::open(path).value());
    for (int i = 0; i < 20; ++i) {
      clock += 50;
      writer.heartbeat();
      looking.tick(HostTime(std::chrono::milliseconds(clock)));
    }
    EXPECT_TRUE(writer.has_readers());
  }
  EXPECT_FALSE(writer.has_readers());
  std::filesystem::remove_all(folder);
}

TEST_P(GlassHost, OfAnotherKvmfrIsNamedWithBothVersions) {
  auto with = options();
  with.release = "B6";
  with.claimed_kvmfr = 18;
  start_host(with);
  EXPECT_EQ(pass(400), GuestStatus::Unreadable);
  const std::string lgmp = GetParam() == GlassProtocol::Kvmfr20 ? "6" : "12";
  EXPECT_EQ(source().error(),
            "the Looking Glass host B6 speaks KVMFR 18 over LGMP " + lgmp +
                "; pierglass reads KVMFR 20 over LGMP 6 (release B7) and KVMFR 34 over LGMP 12 "
                "(development of August 2026): install release B7 in the virtual machine");
  EXPECT_EQ(pass(3000), GuestStatus::Unreadable);
  EXPECT_FALSE(source().acquire());
  start_host(options());
  post(5);
  EXPECT_EQ(show_soon(), 5u);
  EXPECT_TRUE(source().error().empty());
}

TEST_P(GlassHost, OverAnotherLgmpIsNamedWithBothVersions) {
  auto with = options();
  with.release = "B5";
  with.claimed_kvmfr = 17;
  for (const std::uint32_t lgmp : {1u, 4u, 7u, 13u, 0xffff'ffffu}) {
    with.claimed_lgmp = lgmp;
    start_host(with);
    EXPECT_EQ(pass(400), GuestStatus::Unreadable);
    EXPECT_THAT(source().error(),
                testing::HasSubstr("host B5 speaks KVMFR 17 over LGMP " + std::to_string(lgmp)));
  }
  start_host(options());
  post(6);
  EXPECT_EQ(show_soon(), 6u);
}

TEST_P(GlassHost, ThatIsNotLookingGlassIsNamedToo) {
  start_host(options());
  const auto& at = writer().host().offsets();
  std::memset(bytes().data() + at.user_data, 'x', 8);
  EXPECT_EQ(pass(400), GuestStatus::Unreadable);
  EXPECT_THAT(source().error(), testing::HasSubstr("is not known as Looking Glass's"));
}

TEST_P(GlassHost, SeenWhileItWritesItsHeaderIsNotCalledUnreadable) {
  connect();
  const auto& at = writer().host().offsets();
  // A new session whose user data is not there yet.
  writer().host().set_word(at.session, writer().host().word(at.session) + 1);
  const std::uint32_t size = writer().host().word(at.user_size);
  writer().host().set_word(at.user_size, 0);
  for (int i = 0; i < 2; ++i) EXPECT_NE(pass(50), GuestStatus::Unreadable);
  writer().host().set_word(at.user_size, size);
  EXPECT_EQ(pass(600), GuestStatus::Live);
}

TEST_P(GlassHost, IsReadByTwoAtOnce) {
  connect();
  const auto folder =
      std::filesystem::path("/dev/shm") / ("pierglass-two-" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  const std::string path = folder / "memory";
  auto file = shm::create_file(path, kBenchBytes);
  ASSERT_TRUE(file);
  std::uint64_t clock = 1;
  auto with = options();
  with.clock = [&] { return clock; };
  test::LookingGlassWriter host(file->bytes(), with);
  LookingGlassSource one(source::WatchedMemory::open(path).value());
  LookingGlassSource two(source::WatchedMemory::open(path).value());
  const auto pass_time = [&](int rounds) {
    for (int i = 0; i < rounds; ++i) {
      clock += 50;
      host.heartbeat();
      const HostTime time(std::chrono::milliseconds{clock});
      one.tick(time);
      two.tick(time);
    }
  };
  pass_time(12);
  const std::vector<std::byte> stored(64 * 48 * 4, std::byte{9});
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(host.post_frame({.size = {64, 48}}, stored), test::LgmpHost::Posted::Posted);
    for (LookingGlassSource* each : {&one, &two}) {
      auto frame = each->acquire();
      ASSERT_TRUE(frame);
      EXPECT_TRUE(frame->finish());
    }
    pass_time(1);
  }
  EXPECT_EQ(host.host().readers_timed_out(), 0u);
  std::filesystem::remove_all(folder);
}

// ---- the file ---------------------------------------------------------------------------------

class GlassFile : public testing::TestWithParam<GlassProtocol> {
 public:
  GlassFile() {
    char name[] = "/dev/shm/pierglass-glass-XXXXXX";
    folder_ = mkdtemp(name);
    path_ = folder_ + "/memory";
    host_memory_ = shm::create_file(path_, kBenchBytes).value();
    source_.emplace(source::WatchedMemory::open(path_).value());
  }
  ~GlassFile() override {
    source_.reset();
    std::filesystem::remove_all(folder_);
  }

  void start_host(std::uint64_t bytes) {
    host_.reset();
    host_memory_ = shm::open_file(path_).value();
    ASSERT_EQ(host_memory_.bytes().size(), bytes);
    const std::uint64_t began = now_;
    host_ = std::make_unique<test::LookingGlassWriter>(
        host_memory_.bytes(), test::GlassOptions{.protocol = GetParam(), .clock = [this, began] {
                                                   return now_ - began + 1;
                                                 }});
  }
  void replace(std::uint64_t bytes) {
    ASSERT_EQ(unlink(path_.c_str()), 0);
    ASSERT_TRUE(shm::create_file(path_, bytes));
  }

  source::GuestStatus pass(std::uint64_t ms) {
    source::GuestStatus status{};
    for (const std::uint64_t end = now_ + ms; now_ < end;) {
      now_ += 50;
      if (host_) host_->heartbeat();
      if (host_) host_->serve_new_readers();
      status = source_->tick(HostTime(std::chrono::milliseconds(now_)));
    }
    return status;
  }
  // A new frame is shown within two seconds.
  bool shows(unsigned value) {
    const std::vector<std::byte> stored(64 * 48 * 4, static_cast<std::byte>(value));
    host_->post_frame({.size = {64, 48}}, stored);
    for (int i = 0; i < 40; ++i) {
      if (auto frame = source_->acquire()) {
        const bool same = *frame->image().row(0) == static_cast<std::byte>(value);
        if (frame->finish() && same) return true;
      }
      pass(50);
    }
    return false;
  }

  std::string folder_;
  std::string path_;
  shm::SharedMemory host_memory_;
  std::unique_ptr<test::LookingGlassWriter> host_;
  std::optional<LookingGlassSource> source_;
  std::uint64_t now_ = 100'000;
};
PIERGLASS_BOTH_PROTOCOLS(GlassFile);

TEST_P(GlassFile, ReplacedGrownAndTruncatedIsFollowed) {
  start_host(kBenchBytes);
  EXPECT_TRUE(shows(1));
  for (unsigned round = 2; round < 20; round += 3) {
    replace(kBenchBytes);
    start_host(kBenchBytes);
    EXPECT_TRUE(shows(round)) << "replaced";

    host_.reset();
    std::filesystem::resize_file(path_, 2 * kBenchBytes);
    start_host(2 * kBenchBytes);
    EXPECT_TRUE(shows(round + 1)) << "grown";

    host_.reset();
    host_memory_ = {};
    std::filesystem::resize_file(path_, 0);
    pass(600);
    EXPECT_FALSE(source_->has_new_frame());
    std::filesystem::resize_file(path_, kBenchBytes);
    start_host(kBenchBytes);
    EXPECT_TRUE(shows(round + 2)) << "truncated";
  }
}

TEST_P(GlassFile, TruncatedToNothingSaysSoAndIsPickedUpAgain) {
  start_host(kBenchBytes);
  EXPECT_TRUE(shows(1));
  host_.reset();
  host_memory_ = {};
  std::filesystem::resize_file(path_, 0);
  EXPECT_EQ(pass(1000), GuestStatus::Unreadable);
  EXPECT_FALSE(source_->error().empty());
  EXPECT_FALSE(source_->acquire());
  EXPECT_EQ(source_->cursor().image, nullptr);
  std::filesystem::resize_file(path_, kBenchBytes);
  start_host(kBenchBytes);
  EXPECT_TRUE(shows(2));
  EXPECT_TRUE(source_->error().empty());
}

TEST_P(GlassFile, ReplacedWhileAFrameIsHeldLeavesItsPixelsInPlace) {
  start_host(kBenchBytes);
  EXPECT_TRUE(shows(1));
  const std::vector<std::byte> stored(64 * 48 * 4, std::byte{2});
  host_->post_frame({.size = {64, 48}}, stored);
  auto frame = source_->acquire();
  ASSERT_TRUE(frame);
  replace(kBenchBytes);
  pass(500);
  EXPECT_EQ(*frame->image().row(47), std::byte{2});
  frame->finish();
  start_host(kBenchBytes);
  EXPECT_TRUE(shows(3));
}

TEST_P(GlassFile, TruncatedWhileAFrameIsHeldReadsAsZeros) {
  start_host(kBenchBytes);
  EXPECT_TRUE(shows(1));
  const std::vector<std::byte> stored(64 * 48 * 4, std::byte{2});
  host_->post_frame({.size = {64, 48}}, stored);
  auto frame = source_->acquire();
  ASSERT_TRUE(frame);
  host_.reset();
  host_memory_ = {};
  std::filesystem::resize_file(path_, 0);
  pass(500);
  EXPECT_EQ(*frame->image().row(47), std::byte{0});
  EXPECT_FALSE(frame->finish());
}

// LGMP 6 overwrites of LGMP 12's header nothing but the timestamp.
TEST(GlassTakeOver, WhatAnOlderVersionsHostLaidOutIsNotWrittenToByTheOldSubscription) {
  GlassBench bench;
  bench.start_host({.protocol = test::GlassProtocol::Kvmfr34});
  ASSERT_EQ(bench.pass(600), GuestStatus::Live);
  bench.post(1);
  auto held = bench.source().acquire();
  ASSERT_TRUE(held);
  bench.start_host({.protocol = test::GlassProtocol::Kvmfr20});
  bench.post(2);
  const std::vector<std::byte> before(bench.bytes().begin(), bench.bytes().end());
  EXPECT_FALSE(held->finish());
  bench.source().set_visible(false);
  EXPECT_TRUE(std::ranges::equal(before, bench.bytes()));
  bench.source().set_visible(true);
  held.reset();
  bench.pass(600);
  bench.post(3);
  EXPECT_EQ(bench.show_soon(), 3u);
}

}  // namespace
}  // namespace pierglass::compat
