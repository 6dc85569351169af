// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/region_source.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "ring/guest_session.hpp"

namespace pierglass::source {
namespace {

constexpr std::uint64_t kMemoryBytes = 16 * 1024 * 1024;
constexpr Size kSize{64, 48};

// A guest and a source over one memory file, with a clock that the test moves.
class Source : public testing::Test {
 protected:
  Source() {
    char name[] = "/dev/shm/pierglass-test-XXXXXX";
    folder_ = mkdtemp(name);
    path_ = folder_ + "/memory";
    EXPECT_TRUE(shm::create_file(path_, kMemoryBytes));
  }
  ~Source() override {
    source_.reset();
    guest_.reset();
    std::filesystem::remove_all(folder_);
  }

  void open() {
    auto source = RegionSource::open(path_);
    ASSERT_TRUE(source);
    source_ = std::move(*source);
  }

  void start_guest(std::uint64_t session = 1) {
    guest_.reset();
    auto memory = shm::open_file(path_);
    ASSERT_TRUE(memory);
    guest_memory_ = std::move(*memory);
    auto guest = ring::GuestSession::create(guest_memory_.bytes(), {}, session);
    ASSERT_TRUE(guest);
    guest_.emplace(std::move(*guest));
  }

  // As SIGKILL: the session stays behind in the memory.
  void kill_guest() {
    std::vector<std::byte> left(guest_memory_.bytes().begin(), guest_memory_.bytes().end());
    guest_.reset();
    std::ranges::copy(left, guest_memory_.bytes().begin());
  }

  std::uint64_t publish(Size size = kSize, std::vector<Rect> damage = {},
                        wire::PixelFormat format = wire::PixelFormat::Xrgb8888) {
    if (damage.empty()) damage.push_back(full_rect(size));
    wire::FrameInfo info;
    info.size = size;
    info.format = format;
    return publish(info, damage);
  }
  std::uint64_t publish(wire::FrameInfo info, const std::vector<Rect>& damage) {
    info.pitch = wire::pitch_for(info.size.width, info.format);
    auto ticket = guest_->frames().begin(info, damage);
    EXPECT_TRUE(ticket);
    if (!ticket) return 0;
    std::memset(ticket->pixels.data(), static_cast<int>(ticket->sequence & 0xff), info.bytes());
    guest_->frames().commit(*ticket, Nanoseconds(1));
    return ticket->sequence;
  }

  GuestStatus tick(Nanoseconds later = std::chrono::milliseconds(300)) {
    now_ += later;
    return source_->tick(now_);
  }
  GuestStatus beat_and_tick() {
    guest_->beat();
    return tick();
  }

  std::string folder_;
  std::string path_;
  shm::SharedMemory guest_memory_;
  std::optional<ring::GuestSession> guest_;
  std::unique_ptr<RegionSource> source_;
  HostTime now_ = HostTime(std::chrono::hours(1));
};

TEST_F(Source, ALatchReachesTheGuestAsADuration) {
  start_guest();
  open();
  source_->announce_latch(std::chrono::milliseconds(5));  // nobody is there to be told
  ASSERT_EQ(source_->tick(now_), GuestStatus::Live);
  const auto told = [&] {
    wire::RawReader reader;
    std::memcpy(&reader, guest_memory_.bytes().data() + guest_->layout().reader_at(0),
                sizeof reader);
    return reader;
  };
  EXPECT_EQ(told().latch_in_ns, 0U);
  const std::uint32_t before = told().latch_serial;
  source_->announce_latch(std::chrono::milliseconds(3));
  EXPECT_EQ(told().latch_in_ns, 3'000'000U);
  EXPECT_EQ(told().latch_serial, before + 1);
  source_->announce_latch({});
  EXPECT_EQ(told().latch_in_ns, 0U) << "not known any more";
  EXPECT_EQ(told().latch_serial, before + 2);
}

TEST_F(Source, WaitsInEmptyMemoryAndFindsTheGuestThatComes) {
  open();
  EXPECT_EQ(tick(), GuestStatus::Absent);
  EXPECT_FALSE(source_->has_new_frame());
  EXPECT_FALSE(source_->acquire());
  start_guest();
  EXPECT_EQ(tick(), GuestStatus::Live);
}

TEST_F(Source, GivesTheNewestFrameOnceWithFullDamageAtFirst) {
  open();
  start_guest();
  tick();
  publish();
  const std::uint64_t newest = publish(kSize, {{1, 2, 3, 4}});
  ASSERT_TRUE(source_->has_new_frame());
  auto frame = source_->acquire();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->info().sequence, newest);
  ASSERT_EQ(frame->damage().rects().size(), 1u);
  EXPECT_EQ(frame->damage().rects()[0], full_rect(kSize));
  EXPECT_EQ(frame->image().row(0)[0], std::byte(newest));
  EXPECT_TRUE(frame->finish());
  EXPECT_FALSE(source_->has_new_frame());
}

TEST_F(Source, CollectsTheDamageOfFramesThatWereSkipped) {
  open();
  start_guest();
  tick();
  publish();
  ASSERT_TRUE(source_->acquire()->finish());
  publish(kSize, {{0, 0, 4, 4}});
  publish(kSize, {{20, 20, 4, 4}});
  auto frame = source_->acquire();
  ASSERT_TRUE(frame);
  bool first = false;
  bool second = false;
  for (const Rect& rect : frame->damage().rects()) {
    first |= rect.contains({0, 0, 4, 4});
    second |= rect.contains({20, 20, 4, 4});
  }
  EXPECT_TRUE(first && second);
  EXPECT_LT(frame->damage().area(), kSize.area());
}

TEST_F(Source, KeepsTheDamageOfAFrameThatWasNotFinished) {
  open();
  start_guest();
  tick();
  publish();
  ASSERT_TRUE(source_->acquire()->finish());
  publish(kSize, {{5, 5, 2, 2}});
  {
    auto dropped = source_->acquire();
  }
  EXPECT_TRUE(source_->has_new_frame());
  auto again = source_->acquire();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->damage().bounds(), (Rect{5, 5, 2, 2}));
}

TEST_F(Source, NewSizeAndNewFormatAreFullDamage) {
  open();
  start_guest();
  tick();
  publish();
  ASSERT_TRUE(source_->acquire()->finish());
  publish({80, 40}, {{0, 0, 1, 1}});
  auto resized = source_->acquire();
  EXPECT_EQ(resized->damage().bounds(), full_rect({80, 40}));
  ASSERT_TRUE(resized->finish());
  publish({80, 40}, {{0, 0, 1, 1}}, wire::PixelFormat::Xbgr8888);
  EXPECT_EQ(source_->acquire()->damage().bounds(), full_rect({80, 40}));
}

TEST_F(Source, NewColourAndNewRotationAreFullDamage) {
  open();
  start_guest();
  tick();
  const std::vector<Rect> corner = {{0, 0, 1, 1}};
  wire::FrameInfo info{.size = kSize};
  publish(info, corner);
  ASSERT_TRUE(source_->acquire()->finish());
  publish(info, corner);
  auto same = source_->acquire();
  ASSERT_TRUE(same);
  EXPECT_EQ(same->damage().bounds(), corner[0]);
  ASSERT_TRUE(same->finish());
  const auto becomes_whole = [&](auto change) {
    change(info);
    publish(info, corner);
    auto frame = source_->acquire();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->damage().bounds(), full_rect(kSize));
    EXPECT_TRUE(frame->finish());
  };
  becomes_whole([](wire::FrameInfo& of) { of.rotation = wire::Rotation::Turn90; });
  becomes_whole([](wire::FrameInfo& of) { of.colour_space = wire::ColourSpace::Bt2020Pq; });
  becomes_whole([](wire::FrameInfo& of) { of.sdr_white_millinits = 200'000; });
  becomes_whole([](wire::FrameInfo& of) { of.hdr.max_luminance = 10'000'000; });
}

TEST_F(Source, SaysHowSamplesAreToBeRead) {
  open();
  start_guest();
  tick();
  const auto image_of = [&](const wire::FrameInfo& info) {
    publish(info, {full_rect(kSize)});
    auto frame = source_->acquire();
    EXPECT_TRUE(frame);
    const pixel::ConstImage image = frame->image();
    EXPECT_EQ(frame->rows_ready(), kSize.height);
    frame->finish();
    return image;
  };
  wire::FrameInfo info{.size = kSize, .rotation = wire::Rotation::Turn270};
  EXPECT_EQ(image_of(info).colour, pixel::Colour{});
  EXPECT_EQ(image_of(info).rotation, wire::Rotation::Turn270);

  info.colour_space = wire::ColourSpace::ScrgbLinear;
  info.sdr_white_millinits = 240'000;
  pixel::Colour expected{.space = wire::ColourSpace::ScrgbLinear, .white_millinits = 240'000};
  EXPECT_EQ(image_of(info).colour, expected);
  info.hdr.max_luminance = 2'400'000;  // as bright as white: nothing to compress
  EXPECT_EQ(image_of(info).colour, expected);
  info.hdr.max_luminance = 2'400'001;
  expected.compress = true;
  EXPECT_EQ(image_of(info).colour, expected);
  info.colour_space = wire::ColourSpace::Srgb;
  EXPECT_FALSE(image_of(info).colour.compress) << "nothing is above white";
}

TEST_F(Source, AFrameThatATickLetGoOfHasNoRows) {
  open();
  start_guest(1);
  tick();
  publish();
  auto frame = source_->acquire();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->rows_ready(), kSize.height);
  start_guest(2);
  tick();
  EXPECT_EQ(frame->rows_ready(), 0u);
  EXPECT_FALSE(frame->finish());
}

TEST_F(Source, SaysWhoTheGuestIsWhileThereIsOne) {
  open();
  tick();
  EXPECT_EQ(source_->description(), GuestDescription{});
  guest_.reset();
  auto memory = shm::open_file(path_);
  ASSERT_TRUE(memory);
  guest_memory_ = std::move(*memory);
  auto guest = ring::GuestSession::create(
      guest_memory_.bytes(), {.guest_release = 0x00010203, .guest_name = "a guest"}, 9);
  ASSERT_TRUE(guest);
  guest_.emplace(std::move(*guest));
  tick();
  EXPECT_EQ(source_->description().program, "a guest 1.2.3");
  EXPECT_EQ(source_->wishes(), GuestWishes{});
  EXPECT_EQ(source_->notice(), "");
  guest_.reset();
  tick();
  EXPECT_EQ(source_->description(), GuestDescription{});
}

TEST_F(Source, SendsThePointerToTheGuest) {
  open();
  EXPECT_EQ(source_->move_pointer({1, 2}).error().code, ErrorCode::NotReady);
  start_guest();
  tick();
  ASSERT_TRUE(source_->move_pointer({30, 4}));
  const auto got = guest_->next_control();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->type, wire::ControlType::SetCursorPosition);
  EXPECT_EQ(got->position, (Point{30, 4}));
}

TEST_F(Source, SaysThatAFrameOverwrittenMeanwhileIsNoGood) {
  open();
  start_guest();
  tick();
  publish();
  auto frame = source_->acquire();
  ASSERT_TRUE(frame);
  start_guest(2);  // a restarted guest lays the memory out anew under us
  EXPECT_FALSE(frame->finish());
}

TEST_F(Source, NoticesAGuestThatFallsSilentAndOneThatThaws) {
  open();
  start_guest();
  EXPECT_EQ(beat_and_tick(), GuestStatus::Live);
  EXPECT_EQ(tick(std::chrono::milliseconds(1900)), GuestStatus::Live);
  EXPECT_EQ(tick(std::chrono::milliseconds(200)), GuestStatus::Silent);
  EXPECT_EQ(beat_and_tick(), GuestStatus::Live);
}

TEST_F(Source, FollowsAGuestThatEndsAndRestarts) {
  open();
  start_guest(1);
  tick();
  publish();
  ASSERT_TRUE(source_->acquire()->finish());
  guest_.reset();
  EXPECT_EQ(tick(), GuestStatus::Absent);
  start_guest(2);
  EXPECT_EQ(tick(), GuestStatus::Live);
  publish();
  EXPECT_EQ(source_->acquire()->damage().bounds(), full_rect(kSize));
}

TEST_F(Source, FollowsAGuestThatWasKilledAndRestartedAtOnce) {
  open();
  start_guest(1);
  tick();
  kill_guest();
  start_guest(2);
  EXPECT_EQ(tick(), GuestStatus::Live);
  publish({100, 100});
  EXPECT_EQ(source_->acquire()->info().size, (Size{100, 100}));
}

TEST_F(Source, SurvivesTruncationAndFindsTheFileThatGrewBack) {
  open();
  for (const off_t length : {off_t{0}, off_t{4096}, static_cast<off_t>(kMemoryBytes / 2)}) {
    start_guest(static_cast<std::uint64_t>(length) + 1);
    ASSERT_EQ(tick(std::chrono::seconds(2)), GuestStatus::Live);
    publish();
    ASSERT_TRUE(source_->acquire()->finish());
    ASSERT_EQ(truncate(path_.c_str(), length), 0);
    for (int i = 0; i < 5; ++i) EXPECT_NE(tick(std::chrono::seconds(1)), GuestStatus::Live);
    ASSERT_EQ(truncate(path_.c_str(), static_cast<off_t>(kMemoryBytes)), 0);
  }
}

TEST_F(Source, FollowsAFileThatWasReplaced) {
  open();
  start_guest(1);
  tick();
  guest_.reset();
  std::filesystem::remove(path_);
  tick(std::chrono::seconds(2));
  ASSERT_TRUE(shm::create_file(path_, 2 * kMemoryBytes));
  start_guest(2);
  EXPECT_EQ(tick(std::chrono::seconds(2)), GuestStatus::Live);
  publish();
  EXPECT_TRUE(source_->acquire());
}

TEST_F(Source, RefusesAForeignFileAtTheStart) {
  std::ofstream(path_) << std::string(8192, 'x');
  const auto source = RegionSource::open(path_);
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code, ErrorCode::NotARegion);
}

TEST_F(Source, RefusesEmptyMemoryThatNoPictureWouldFit) {
  for (const off_t bytes : {off_t{4096}, off_t{2 * 1024 * 1024}}) {
    ASSERT_EQ(truncate(path_.c_str(), bytes), 0);
    const auto source = RegionSource::open(path_);
    ASSERT_FALSE(source);
    EXPECT_EQ(source.error().code, ErrorCode::TooSmall);
    EXPECT_EQ(source.error().got, static_cast<std::uint64_t>(bytes));
  }
}

TEST_F(Source, SaysWhatItCannotReadAndGoesOnAfterwards) {
  open();
  start_guest(1);
  tick();
  guest_memory_.bytes()[8] = std::byte{9};    // layout major
  guest_memory_.bytes()[24] = std::byte{77};  // another session
  EXPECT_EQ(tick(), GuestStatus::Unreadable);
  EXPECT_FALSE(source_->error().empty());
  start_guest(2);
  EXPECT_EQ(tick(), GuestStatus::Live);
  EXPECT_TRUE(source_->error().empty());
}

TEST_F(Source, OverForeignMemoryIsUnreadableUnlessAnotherReaderKnowsIt) {
  std::fstream(path_) << std::string(64, 'x');
  for (const bool known : {false, true}) {
    auto memory = WatchedMemory::open(path_);
    ASSERT_TRUE(memory);
    const RegionSource::KnownElsewhere knows = [](std::span<std::byte> bytes) {
      return bytes[0] == std::byte{'x'};
    };
    source_ = RegionSource::over(std::move(*memory), known ? knows : nullptr);
    EXPECT_EQ(tick(), known ? GuestStatus::Absent : GuestStatus::Unreadable);
    EXPECT_EQ(source_->error().empty(), known);
    start_guest(1);
    EXPECT_EQ(tick(), GuestStatus::Live);
    EXPECT_EQ(source_->error(), "");
    guest_.reset();
    std::fstream(path_) << std::string(64, 'x');
  }
}

TEST_F(Source, LeavesMemoryWhoseFirstWordIsNotOursAnyMoreWhateverElseMoves) {
  open();
  start_guest(1);
  EXPECT_EQ(beat_and_tick(), GuestStatus::Live);
  guest_memory_.bytes()[0] = std::byte{1};
  EXPECT_EQ(beat_and_tick(), GuestStatus::Unreadable);
}

TEST_F(Source, ShowsThePointerWithItsShape) {
  open();
  start_guest();
  tick();
  EXPECT_FALSE(source_->cursor().visible);
  const std::vector<std::byte> image(16 * 16 * 4, std::byte{255});
  wire::ShapeInfo shape{.type = wire::CursorType::Colour, .size = {16, 16}, .pitch = 64};
  ASSERT_TRUE(guest_->cursor().set_shape(shape, image));
  guest_->cursor().move({.position = {10, 20}, .visible = true});
  const Cursor cursor = source_->cursor();
  EXPECT_TRUE(cursor.visible);
  EXPECT_EQ(cursor.position, (Point{10, 20}));
  ASSERT_NE(cursor.image, nullptr);
  EXPECT_EQ(cursor.image->size, (Size{16, 16}));
  guest_->cursor().move({.position = {11, 20}, .visible = true});
  EXPECT_FALSE(source_->cursor() == cursor);
  EXPECT_EQ(source_->cursor().serial, cursor.serial);
}

TEST_F(Source, NeverCrashesOnMemoryThatAHostileGuestScribblesOver) {
  std::minstd_rand random(20);
  open();
  start_guest(1);
  const auto bytes = shm::open_file(path_);
  ASSERT_TRUE(bytes);
  for (int round = 0; round < 20000; ++round) {
    // Headers and records, where it hurts most.
    bytes->bytes()[random() % 32768] = static_cast<std::byte>(random());
    now_ += std::chrono::milliseconds(20);
    source_->tick(now_);
    if (auto frame = source_->acquire()) {
      EXPECT_LE(frame->info().bytes(), kMemoryBytes);
      EXPECT_TRUE(frame->damage().bounds().inside(frame->info().size));
      frame->finish();
    }
    source_->cursor();
    if (round % 1000 == 999) start_guest(static_cast<std::uint64_t>(round));
  }
  start_guest(7);
  EXPECT_EQ(tick(std::chrono::seconds(2)), GuestStatus::Live);
  publish();
  EXPECT_TRUE(source_->acquire());
}

}  // namespace
}  // namespace pierglass::source
