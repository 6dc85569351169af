// SPDX-License-Identifier: GPL-2.0-or-later
// A guest that does the worst to the shared memory, under a running client.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.hpp"
#include "tests/e2e/desk.hpp"
#include "tests/support/proc_stats.hpp"
#include "tests/support/wait_until.hpp"
#include "wire/layout.hpp"
#include "wire/parse.hpp"

namespace pierglass::test {
namespace {

using guest::PatternMode;
using guest::PatternSpec;
using namespace std::chrono_literals;

constexpr Size kSmall{640, 480};
constexpr PatternSpec kMoving{.size = kSmall, .mode = PatternMode::Full};

// Of one core, beside the rasteriser. Spinning is 1; sanitizers multiply honest work.
constexpr double kSpinning = 0.7;

class HostileTo : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    desk_.start_client(GetParam());
    honest_guest();
  }
  void TearDown() override { desk_.expect_clean_end(); }

  void honest_guest() {
    desk_.start_guest(Guest::Linux, {"--size", "640x480", "--rate", "60"});
    ASSERT_TRUE(desk_.shows_moving(kMoving));
  }
  double load(std::chrono::nanoseconds span) {
    return load_of(desk_.client().process().pid(), span);
  }
  [[nodiscard]] testing::AssertionResult alive() {
    if (desk_.client().process().running()) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "the client ended: " << desk_.client().process().err();
  }

  Desk desk_{kSmall};
};
INSTANTIATE_TEST_SUITE_P(EndToEnd, HostileTo, testing::Values("gl", "shm"),
                         [](const auto& one) { return one.param; });

TEST_P(HostileTo, TheFileIsTruncated) {
  for (const std::uint64_t left : {std::uint64_t{0}, std::uint64_t{4096}, kMemoryBytes / 2}) {
    desk_.memory().truncate(left);
    const double spent = load(1s);
    ASSERT_TRUE(alive()) << "truncated to " << left;
    EXPECT_LT(spent, kSpinning) << "truncated to " << left;
    desk_.kill_guest();
    desk_.memory().truncate(kMemoryBytes);
    honest_guest();
  }
}

TEST_P(HostileTo, TheFileIsTruncatedAndStaysSo) {
  desk_.kill_guest();
  desk_.memory().truncate(0);
  EXPECT_LT(load(2s), kIdleLoad);
  ASSERT_TRUE(alive());
  desk_.memory().create(kMemoryBytes);
  honest_guest();
}

TEST_P(HostileTo, TheFileIsRemovedAndReplaced) {
  desk_.kill_guest();
  desk_.memory().remove();
  EXPECT_LT(load(1s), kIdleLoad);
  ASSERT_TRUE(alive());
  desk_.memory().create(kMemoryBytes / 2);
  honest_guest();
}

TEST_P(HostileTo, TheFileGrows) {
  desk_.memory().truncate(kMemoryBytes * 2);
  ASSERT_TRUE(desk_.shows_moving(kMoving));
  ASSERT_TRUE(alive());
  honest_guest();
}

// Writes nonsense: single words where an honest guest's and the readers' words lie, or random bytes
// over the whole file. Made while an honest guest's layout stands.
class Scribbler {
 public:
  explicit Scribbler(const std::filesystem::path& path)
      : file_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {
    void* memory =
        ::mmap(nullptr, kMemoryBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0);
    if (memory == MAP_FAILED) throw std::runtime_error("cannot map " + path.string());
    bytes_ = {static_cast<std::byte*>(memory), kMemoryBytes};
    const auto layout = wire::parse_region(bytes_);
    if (!layout) throw std::runtime_error("no honest guest has been here");
    targets_ = {{0, wire::kCacheLine * 4 + sizeof(wire::RawChannel) * 3},
                {layout->frames_offset, sizeof(wire::RawFramesHeader)},
                {layout->records_offset, std::size_t{layout->record_stride} * layout->slot_count},
                {layout->cursor_offset, sizeof(wire::RawCursorHeader)},
                {layout->shapes_offset, sizeof(wire::RawShape) + 4096},
                {layout->readers_offset, std::size_t{layout->reader_stride} * 2}};
  }
  Scribbler(const Scribbler&) = delete;
  Scribbler& operator=(const Scribbler&) = delete;
  ~Scribbler() { ::munmap(bytes_.data(), bytes_.size()); }

  void words(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto& [offset, length] = targets_[random_() % targets_.size()];
      const std::size_t at = offset + random_() % (length / 4) * 4;
      const auto value = interesting();
      std::memcpy(&bytes_[at], &value, sizeof value);
    }
  }

  void everything() {
    for (std::size_t at = 0; at < bytes_.size(); at += 8) {
      const std::uint64_t value = random_();
      std::memcpy(&bytes_[at], &value, sizeof value);
    }
  }

 private:
  std::uint32_t interesting() {
    static constexpr std::uint32_t kValues[] = {0,          1,          0x7fffffff,
                                                0x80000000, 0xffffffff, 0x34325258};
    const auto choice = random_();
    return choice % 3 == 0 ? kValues[choice / 3 % std::size(kValues)]
                           : static_cast<std::uint32_t>(choice >> 32);
  }

  Fd file_;
  std::span<std::byte> bytes_;
  std::vector<std::pair<std::size_t, std::size_t>> targets_;  // offset and length
  std::mt19937_64 random_{20240607};
};

TEST_P(HostileTo, RandomWordsAreWrittenUnderALivingGuest) {
  Scribbler scribbler(desk_.memory().path());
  const pid_t client = desk_.client().process().pid();
  for (int round = 0; round < 10; ++round) {
    const Usage before = usage_of(client);
    const auto began = std::chrono::steady_clock::now();
    // A second's worth of scribbling, some words at a time so that much stays believable.
    const bool ended = wait_until(
        [&] {
          scribbler.words(1 + static_cast<std::uint64_t>(round) * 20);
          return !desk_.client().process().running();
        },
        1s, 1ms);
    ASSERT_FALSE(ended) << desk_.client().process().err();
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - began;
    const std::chrono::duration<double> used = difference(before, usage_of(client)).cpu;
    EXPECT_LT(used / passed, kSpinning) << "round " << round;
    if (!desk_.guest().running() || round % 3 == 2) {
      desk_.start_guest(Guest::Linux, {"--size", "640x480", "--rate", "60"});
    }
  }
  desk_.kill_guest();
  honest_guest();
}

TEST_P(HostileTo, RandomBytesAreWrittenEverywhere) {
  Scribbler scribbler(desk_.memory().path());
  desk_.kill_guest();
  for (int round = 0; round < 20; ++round) {
    scribbler.everything();
    ASSERT_TRUE(alive());
  }
  EXPECT_LT(load(1s), kSpinning);
  honest_guest();
}

TEST_P(HostileTo, TheGuestIsFrozenAndThawed) {
  desk_.guest().signal(SIGSTOP);
  const auto frozen = std::chrono::steady_clock::now();
  ASSERT_TRUE(desk_.client_says("silent"));
  EXPECT_LT(load(1s), kIdleLoad);
  const bool ended =
      wait_until([&] { return std::chrono::steady_clock::now() - frozen >= 3s; }, kPatience);
  ASSERT_TRUE(ended && alive());
  desk_.guest().signal(SIGCONT);
  const auto first = desk_.shows_moving(kMoving);
  ASSERT_TRUE(first);
  EXPECT_TRUE(desk_.shows_moving(kMoving, first));
}

TEST_P(HostileTo, GuestsAreKilledInTheMiddleOfFrames) {
  std::mt19937 random(7);
  for (int i = 0; i < 15; ++i) {
    // As fast as it can: at any moment a copy is under way.
    desk_.start_guest(Guest::Linux, {"--size", "1920x1080", "--rate", "0", "--always"});
    const auto life = std::chrono::microseconds(50'000 + random() % 100'000);
    (void)wait_until([] { return false; }, life, 1ms);
    desk_.guest().kill();
    ASSERT_TRUE(alive());
  }
  EXPECT_LT(load(1s), kSpinning);
  honest_guest();
}

}  // namespace
}  // namespace pierglass::test
