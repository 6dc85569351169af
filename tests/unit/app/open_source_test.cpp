// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/open_source.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

#include "compat/dialect.hpp"
#include "ring/guest_session.hpp"
#include "shm/file_linux.hpp"

namespace pierglass::app {
namespace {

using source::GuestStatus;

constexpr std::uint64_t kBytes = std::uint64_t{16} << 20;

class Opening : public testing::Test {
 protected:
  Opening() {
    char name[] = "/dev/shm/pierglass-test-XXXXXX";
    folder_ = mkdtemp(name);
    places_ = {folder_ + "/pierglass", folder_ + "/kvmfr0", folder_ + "/looking-glass"};
  }
  ~Opening() override { std::filesystem::remove_all(folder_); }

  void create(const std::string& path) { ASSERT_TRUE(shm::create_file(path, kBytes)); }
  // The first bytes of a host's memory, whose host is gone.
  void write_looking_glass(const std::string& path) {
    const auto memory = shm::open_file(path);
    ASSERT_TRUE(memory);
    const compat::LgmpHeaderLayout& header = compat::kReleaseB7.lgmp.header;
    put(memory->bytes(), header.magic, compat::kLgmpMagic);
    put(memory->bytes(), header.version, compat::kReleaseB7.lgmp.version);
  }
  static void put(std::span<std::byte> memory, std::uint32_t at, std::uint32_t word) {
    std::ranges::copy(std::as_bytes(std::span(&word, 1)), memory.begin() + at);
  }

  // The sentence that opening ends with; empty when it goes well.
  std::string refusal() {
    auto opened = open_source(options_, places_);
    if (!opened) return opened.error();
    opened_ = std::move(*opened);
    return {};
  }
  // The memory that is taken for this kind of guests.
  std::string chosen(SourceChoice choice) {
    options_.source = choice;
    EXPECT_EQ(refusal(), "");
    return opened_.memory;
  }
  static bool contains(const std::string& text, const std::string& words) {
    return text.find(words) != std::string::npos;
  }

  std::string folder_;
  MemoryPlaces places_;
  Options options_;
  OpenedSource opened_;
  HostTime now_ = HostTime(std::chrono::hours(1));
};

TEST_F(Opening, TakesTheFirstPlaceThatIsThere) {
  create(places_[2]);
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(opened_.memory, places_[2]);
  EXPECT_NE(opened_.zero_copy.find("the memory is a file"), std::string::npos);
  create(places_[0]);
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(opened_.memory, places_[0]);
}

TEST_F(Opening, TakesThePlaceWhereAGuestIsBeforeEmptyAndForeignOnes) {
  create(places_[0]);
  create(places_[2]);
  write_looking_glass(places_[2]);
  EXPECT_EQ(chosen(SourceChoice::Auto), places_[2]);
  EXPECT_EQ(chosen(SourceChoice::LookingGlass), places_[2]);
  EXPECT_EQ(chosen(SourceChoice::Pierglass), places_[0]) << "nothing of ours anywhere";
  std::fstream(places_[0]) << std::string(64, 'x');
  EXPECT_EQ(chosen(SourceChoice::Auto), places_[2]);
  EXPECT_EQ(chosen(SourceChoice::LookingGlass), places_[2]);
}

TEST_F(Opening, TakesThePlaceOfAGuestOfTheWantedKind) {
  create(places_[0]);
  create(places_[2]);
  write_looking_glass(places_[0]);
  const auto memory = shm::open_file(places_[2]);
  ASSERT_TRUE(memory);
  const auto guest = ring::GuestSession::create(memory->bytes(), {}, 1);
  ASSERT_TRUE(guest);
  EXPECT_EQ(chosen(SourceChoice::Auto), places_[0]);
  EXPECT_EQ(chosen(SourceChoice::LookingGlass), places_[0]);
  EXPECT_EQ(chosen(SourceChoice::Pierglass), places_[2]);
}

TEST_F(Opening, AwaitsLookingGlassHostsWhereTheyCome) {
  create(places_[0]);
  EXPECT_EQ(chosen(SourceChoice::LookingGlass), places_[0]) << "there is no other";
  create(places_[2]);
  EXPECT_EQ(chosen(SourceChoice::LookingGlass), places_[2]);
  EXPECT_EQ(chosen(SourceChoice::Auto), places_[0]);
  EXPECT_EQ(chosen(SourceChoice::Pierglass), places_[0]);
}

TEST_F(Opening, DoesNotLookElsewhereThanTheUserSays) {
  create(places_[0]);
  create(places_[2]);
  write_looking_glass(places_[2]);
  options_.memory = places_[0];
  EXPECT_EQ(chosen(SourceChoice::Auto), places_[0]);
}

TEST_F(Opening, NamesAllPlacesWhenNoneIsThereAndCreatesNone) {
  const std::string said = refusal();
  for (const std::string& place : places_) EXPECT_TRUE(contains(said, place)) << said;
  EXPECT_TRUE(contains(said, "--memory-size")) << said;
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(Opening, CreatesTheFirstPlaceWithTheSizeAskedFor) {
  options_.memory_size = kBytes;
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(opened_.memory, places_[0]);
  EXPECT_EQ(std::filesystem::file_size(places_[0]), kBytes);
}

TEST_F(Opening, CreatesNothingWhereAnyPlaceIsThere) {
  create(places_[2]);
  options_.memory_size = kBytes;
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(opened_.memory, places_[2]);
  EXPECT_FALSE(std::filesystem::exists(places_[0]));
}

TEST_F(Opening, CreatesTheFileThatTheUserNames) {
  options_.memory = folder_ + "/mine";
  EXPECT_TRUE(contains(refusal(), "no shared memory at " + options_.memory));
  options_.memory_size = kBytes;
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(opened_.memory, options_.memory);
}

TEST_F(Opening, NeverCreatesAFileInTheDevicesPlace) {
  options_.memory = places_[1];
  options_.memory_size = kBytes;
  EXPECT_TRUE(contains(refusal(), "modprobe kvmfr static_size_mb=64"));
  EXPECT_FALSE(std::filesystem::exists(places_[1]));
}

TEST_F(Opening, TellsHowToMendAFileInTheDevicesPlace) {
  create(places_[1]);
  const std::string said = refusal();
  for (const std::string& words :
       {"rm " + places_[1], std::string("modprobe kvmfr"), std::string("virtual machine again")}) {
    EXPECT_TRUE(contains(said, words)) << said;
  }
}

TEST_F(Opening, TellsThatADeviceIsNotKvmfrs) {
  options_.memory = "/dev/null";
  EXPECT_TRUE(contains(refusal(), "kvmfr"));
}

TEST_F(Opening, WaitsInEmptyMemoryForAnyKindOfGuest) {
  create(places_[0]);
  for (const SourceChoice choice :
       {SourceChoice::Auto, SourceChoice::Pierglass, SourceChoice::LookingGlass}) {
    options_.source = choice;
    EXPECT_EQ(refusal(), "");
    EXPECT_EQ(opened_.source->tick(now_), GuestStatus::Absent);
    EXPECT_EQ(opened_.source->error(), "");
  }
}

TEST_F(Opening, RefusesMemoryThatHoldsNeither) {
  create(places_[0]);
  std::fstream(places_[0]) << std::string(64, 'x');
  for (const SourceChoice choice :
       {SourceChoice::Auto, SourceChoice::Pierglass, SourceChoice::LookingGlass}) {
    options_.source = choice;
    EXPECT_TRUE(contains(refusal(), "something else than a guest's pictures"));
  }
}

TEST_F(Opening, TakesBothKindsUnlessTheUserAsksForOne) {
  create(places_[0]);
  write_looking_glass(places_[0]);
  options_.source = SourceChoice::Pierglass;
  EXPECT_TRUE(contains(refusal(), "leave --source out"));
  options_.source = SourceChoice::LookingGlass;
  EXPECT_EQ(refusal(), "");
  options_.source = SourceChoice::Auto;
  EXPECT_EQ(refusal(), "");
  EXPECT_NE(opened_.source->tick(now_), GuestStatus::Live);
  EXPECT_EQ(opened_.source->error(), "") << "what the other reader knows is no trouble";

  auto memory = shm::open_file(places_[0]);
  ASSERT_TRUE(memory);
  auto guest = ring::GuestSession::create(memory->bytes(), {}, 1);
  ASSERT_TRUE(guest);
  EXPECT_EQ(opened_.source->tick(now_ + std::chrono::seconds(1)), GuestStatus::Live)
      << "a guest of ours that comes later";
  EXPECT_EQ(refusal(), "");
  options_.source = SourceChoice::Pierglass;
  EXPECT_EQ(refusal(), "");
  options_.source = SourceChoice::LookingGlass;
  EXPECT_TRUE(contains(refusal(), "leave --source out"));
}

}  // namespace
}  // namespace pierglass::app
