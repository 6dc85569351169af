// SPDX-License-Identifier: GPL-2.0-or-later
// One memory, two kinds of guests in turn.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/open_source.hpp"
#include "ring/guest_session.hpp"
#include "shm/file_linux.hpp"
#include "tests/support/looking_glass_writer.hpp"
#include "wire/build.hpp"

namespace pierglass::app {
namespace {

using source::GuestStatus;

constexpr std::uint64_t kBytes = std::uint64_t{16} << 20;
constexpr Size kSize{64, 48};
constexpr Nanoseconds kTick = std::chrono::milliseconds(50);
// Either kind is given up after this long without a heartbeat.
constexpr Nanoseconds kSilentAfter = std::chrono::seconds(2);
constexpr Nanoseconds kFoundWithin = std::chrono::seconds(2);

class TakeOver : public testing::TestWithParam<test::GlassProtocol> {
 protected:
  TakeOver() {
    char name[] = "/dev/shm/pierglass-test-XXXXXX";
    folder_ = mkdtemp(name);
    options_.memory = folder_ + "/memory";
    options_.memory_size = kBytes;
    auto opened = open_source(options_);
    EXPECT_TRUE(opened);
    source_ = std::move(opened->source);
    memory_ = *shm::open_file(options_.memory);
  }
  ~TakeOver() override {
    source_.reset();
    std::filesystem::remove_all(folder_);
  }

  void start_glass() {
    test::GlassOptions glass{.protocol = GetParam()};
    glass.clock = [this] {
      return static_cast<std::uint64_t>(now_.time_since_epoch() / std::chrono::milliseconds(1));
    };
    glass_.emplace(memory_.bytes(), glass);
  }
  void start_ours() {
    auto guest = ring::GuestSession::create(memory_.bytes(), {.guest_name = "ours"}, ++session_);
    ASSERT_TRUE(guest);
    ours_.emplace(std::move(*guest));
  }
  // As SIGKILL: what stands in the memory stays.
  void kill_ours() {
    std::vector<std::byte> left(memory_.bytes().begin(), memory_.bytes().end());
    ours_.reset();
    std::ranges::copy(left, memory_.bytes().begin());
  }

  GuestStatus tick() {
    now_ += kTick;
    if (ours_) ours_->beat();
    if (glass_) glass_->heartbeat();
    const GuestStatus status = source_->tick(now_);
    if (glass_) glass_->serve_new_readers();
    return status;
  }
  // A frame of the guest that lives is shown within `limit`.
  bool shows_a_frame_within(Nanoseconds limit) {
    for (const HostTime end = now_ + limit; now_ <= end;) {
      const GuestStatus status = tick();
      publish();
      if (status != GuestStatus::Live) continue;
      if (auto frame = source_->acquire(); frame && frame->finish()) return true;
    }
    return false;
  }
  void publish() {
    const std::vector<std::byte> pixels(std::size_t{kSize.width} * 4 * kSize.height);
    if (glass_) glass_->post_frame({.size = kSize}, pixels);
    if (!ours_) return;
    wire::FrameInfo info{.size = kSize};
    info.pitch = wire::pitch_for(kSize.width, info.format);
    const std::vector<Rect> damage = {full_rect(kSize)};
    if (auto ticket = ours_->frames().begin(info, damage)) {
      ours_->frames().commit(*ticket, Nanoseconds(1));
    }
  }

  std::string folder_;
  Options options_;
  HostTime now_ = HostTime(std::chrono::hours(1));
  shm::SharedMemory memory_;
  std::unique_ptr<source::FrameSource> source_;
  std::optional<test::LookingGlassWriter> glass_;
  std::optional<ring::GuestSession> ours_;
  std::uint64_t session_ = 0;
};

TEST_P(TakeOver, BetweenGuestsOfBothKindsIsFollowed) {
  EXPECT_EQ(tick(), GuestStatus::Absent);
  for (int round = 0; round < 3; ++round) {
    start_glass();
    EXPECT_TRUE(shows_a_frame_within(kSilentAfter + kFoundWithin)) << round;
    EXPECT_TRUE(source_->description().program.starts_with("Looking Glass"))
        << source_->description().program;
    glass_.reset();
    start_ours();
    EXPECT_TRUE(shows_a_frame_within(kSilentAfter + kFoundWithin)) << round;
    EXPECT_TRUE(source_->description().program.starts_with("ours"))
        << source_->description().program;
    kill_ours();
  }
}

INSTANTIATE_TEST_SUITE_P(OfTheMemory, TakeOver,
                         testing::Values(test::GlassProtocol::Kvmfr20,
                                         test::GlassProtocol::Kvmfr34),
                         [](const auto& one) {
                           return one.param == test::GlassProtocol::Kvmfr20 ? "Kvmfr20" : "Kvmfr34";
                         });

}  // namespace
}  // namespace pierglass::app
