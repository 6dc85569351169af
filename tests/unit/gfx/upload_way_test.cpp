// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/upload_way.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "pixel/trial.hpp"
#include "tests/unit/gfx/offscreen.hpp"
#include "tests/unit/gfx/refusing_driver.hpp"

namespace pierglass::gfx::test {
namespace {

using std::chrono::microseconds;

constexpr UploadWay kFirst{PboMode::Persistent, pixel::Stores::Streaming};
constexpr UploadWay kSecond{PboMode::Persistent, pixel::Stores::Plain};
constexpr UploadWay kThird{PboMode::PersistentClient, pixel::Stores::Streaming};
constexpr UploadWay kFourth{PboMode::PersistentClient, pixel::Stores::Plain};
constexpr std::chrono::minutes kPatience(1);

std::vector<UploadWay> ways_of(const std::vector<UploadTrial>& trials) {
  std::vector<UploadWay> ways;
  for (const UploadTrial& trial : trials) ways.push_back(trial.way);
  return ways;
}

TEST(UploadWay, TheQuickestIsTaken) {
  const std::array trials = {UploadTrial{kFirst, microseconds(900)},
                             UploadTrial{kSecond, microseconds(700)},
                             UploadTrial{kThird, microseconds(800)}};
  EXPECT_EQ(pixel::quickest(trials).way, kSecond);
  EXPECT_EQ(pixel::quickest(std::span(trials).first(1)).way, kFirst);
}

TEST(UploadWay, OfNearlyEqualOnesTheFirstIsTaken) {
  const std::array near = {UploadTrial{kFirst, microseconds(1050)},
                           UploadTrial{kSecond, microseconds(1000)},
                           UploadTrial{kThird, microseconds(1001)}};
  EXPECT_EQ(pixel::quickest(near).way, kFirst);
  const std::array apart = {UploadTrial{kFirst, microseconds(1051)},
                            UploadTrial{kSecond, microseconds(1020)},
                            UploadTrial{kThird, microseconds(1000)}};
  EXPECT_EQ(pixel::quickest(apart).way, kSecond);
}

TEST(UploadWay, TheChoiceAndItsFiguresAreSaid) {
  const std::array trials = {UploadTrial{kFirst, microseconds(900)},
                             UploadTrial{kSecond, microseconds(700)},
                             UploadTrial{kThird, microseconds(1234)}};
  EXPECT_EQ(describe(trials),
            "persistent buffers, plain stores, 0.70 ms a frame (persistent buffers, streaming "
            "stores 0.90 ms; persistent buffers in client storage, streaming stores 1.23 ms)");
  EXPECT_EQ(describe(std::span(trials).first(1)),
            "persistent buffers, streaming stores, 0.90 ms a frame");
}

TEST(UploadWay, EachWayOfTheDriverIsTimed) {
  const auto context = OffscreenContext::create();
  ASSERT_TRUE(context) << context.error().what;
  for (const Nanoseconds share : {Nanoseconds(kPatience), Nanoseconds::zero()}) {
    const std::vector<UploadTrial> all = time_uploads({share, kPatience});
    EXPECT_EQ(ways_of(all), (std::vector<UploadWay>{kFirst, kSecond, kThird, kFourth}))
        << "however little time there is";
    for (const UploadTrial& trial : all) EXPECT_GT(trial.time, Nanoseconds::zero());
  }
  EXPECT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR));
}

TEST(UploadWay, BuffersAreMappedAnewWhereTheDriverHasNoPersistentOnes) {
  const auto context = OffscreenContext::create();
  ASSERT_TRUE(context) << context.error().what;
  const RefusingDriver driver({.persistent_mappings = true});
  const std::vector<UploadTrial> all = time_uploads({Nanoseconds::zero(), kPatience});
  EXPECT_EQ(ways_of(all),
            (std::vector<UploadWay>{{PboMode::Unsynchronised, pixel::Stores::Streaming},
                                    {PboMode::Unsynchronised, pixel::Stores::Plain}}));
}

}  // namespace
}  // namespace pierglass::gfx::test
