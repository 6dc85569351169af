// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/dmabuf_offer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "base/describe.hpp"

namespace pierglass::wl {
namespace {

constexpr DmabufFormat kFirst{.fourcc = 1, .modifier = 0};
constexpr DmabufFormat kSecond{.fourcc = 2, .modifier = std::uint64_t{1} << 63};

struct DmabufFeedbackTest : testing::Test {
  DmabufFeedback feedback;

  static std::span<const std::byte> bytes(const auto& values) {
    return std::as_bytes(std::span(values));
  }
  void table() { feedback.on_format_table(std::vector{kFirst, kSecond}); }
  void devices(std::uint64_t device) {
    const std::array number{device};
    feedback.on_target_device(bytes(number));
  }
  void list(std::vector<std::uint16_t> indices) { feedback.on_formats(bytes(indices)); }
  void tranche(std::uint64_t device, std::uint32_t flags, std::vector<std::uint16_t> indices) {
    devices(device);
    feedback.on_flags(flags);
    list(std::move(indices));
    feedback.on_tranche_done();
  }
  void refused(const char* sentence) {
    const auto offer = feedback.on_done();
    ASSERT_FALSE(offer);
    EXPECT_EQ(describe(offer.error()), sentence);
  }
};

TEST_F(DmabufFeedbackTest, IsTranchesInOrder) {
  table();
  const std::array device{std::uint64_t{5}};
  feedback.on_main_device(bytes(device));
  tranche(7, 1, {1});
  tranche(5, 0, {0, 1});
  const auto offer = feedback.on_done();
  ASSERT_TRUE(offer);
  EXPECT_EQ(*offer, (DmabufOffer{.main_device = 5,
                                 .tranches = {{.device = 7, .scanout = true, .formats = {kSecond}},
                                              {.device = 5, .formats = {kFirst, kSecond}}}}));
  EXPECT_TRUE(offer->takes(kFirst));
  EXPECT_FALSE(offer->takes({.fourcc = 1, .modifier = 1}));
  EXPECT_FALSE(offer->takes({.fourcc = 3, .modifier = 0}));
}

TEST(DmabufOffer, PrefersRowsThatAreSaidToBeLinear) {
  constexpr std::uint64_t kInvalid = 0x00ffffffffffffff;
  const DmabufOffer offer{
      .tranches = {{.formats = {{5, kInvalid}, {6, 7}}}, {.formats = {{5, 0}}}}};
  EXPECT_EQ(offer.linear_modifier(5), 0U);
  EXPECT_EQ(offer.linear_modifier(6), std::nullopt);
  const DmabufOffer implicit{.tranches = {{.formats = {{5, kInvalid}}}}};
  EXPECT_EQ(implicit.linear_modifier(5), kInvalid);
}

TEST_F(DmabufFeedbackTest, KeepsItsTableForTheNextRoundAndNothingElse) {
  table();
  tranche(7, 1, {1});
  ASSERT_TRUE(feedback.on_done());
  tranche(8, 0, {0});
  const auto offer = feedback.on_done();
  ASSERT_TRUE(offer);
  EXPECT_EQ(offer->tranches, (std::vector<DmabufTranche>{{.device = 8, .formats = {kFirst}}}));
  EXPECT_EQ(offer->main_device, 0U);
}

TEST_F(DmabufFeedbackTest, WithoutATableIsNone) {
  refused("the table of formats is not ready yet");
  list({0});
  refused("the table of formats is not ready yet");
}

TEST_F(DmabufFeedbackTest, WithABadTableIsNoneUntilAGoodOneComes) {
  feedback.on_format_table(fail(ErrorCode::Corrupt, "the size of the table of formats", 17));
  tranche(7, 0, {0});
  refused("the size of the table of formats is out of range (17)");
  table();
  tranche(7, 0, {0});
  EXPECT_TRUE(feedback.on_done());
}

TEST_F(DmabufFeedbackTest, WithAnIndexBeyondTheTableIsNone) {
  table();
  tranche(7, 0, {0, 2});
  tranche(7, 0, {9});
  refused("a format's index is out of range (2)");
  tranche(7, 0, {0});
  EXPECT_TRUE(feedback.on_done()) << "the next round is judged by itself";
}

TEST_F(DmabufFeedbackTest, WithPiecesOfNumbersIsNone) {
  table();
  const std::array<std::byte, 3> odd{};
  feedback.on_formats(odd);
  refused("the size of a list of formats is out of range (3)");
  feedback.on_main_device(odd);
  refused("the size of a device's number is out of range (3)");
  feedback.on_target_device({});
  refused("the size of a device's number is out of range (0)");
}

TEST_F(DmabufFeedbackTest, WithATrancheThatDoesNotEndIsNone) {
  table();
  list({0});
  refused("a tranche without an end is out of range (0)");
}

TEST_F(DmabufFeedbackTest, KeepsNoMoreThanItMay) {
  table();
  for (std::size_t i = 0; i <= DmabufFeedback::kMaxTranches; ++i) tranche(1, 0, {0});
  refused("the list of tranches is too large: 65 where at most 64 is allowed");
  list(std::vector<std::uint16_t>(65535, 0));
  list({0, 0});
  feedback.on_tranche_done();
  refused("the list of formats is too large: 65537 where at most 65536 is allowed");
  list(std::vector<std::uint16_t>(65535, 0));
  list({0});
  feedback.on_tranche_done();
  EXPECT_TRUE(feedback.on_done());
}

}  // namespace
}  // namespace pierglass::wl
