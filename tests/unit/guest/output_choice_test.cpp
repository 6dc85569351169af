// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/output_choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "guest/core/desktop_place.hpp"

namespace pierglass::guest {
namespace {

using testing::HasSubstr;

const AdapterFacts kQxl{.name = "Red Hat QXL controller",
                        .vendor = 0x1b36,
                        .device = 0x000d,
                        .outputs = {{.name = R"(\\.\DISPLAY1)", .attached = true}}};
const AdapterFacts kGpu{
    .name = "NVIDIA GeForce RTX 4070",
    .vendor = 0x10de,
    .device = 0x2786,
    .outputs = {{.name = R"(\\.\DISPLAY4)"},
                {.name = R"(\\.\DISPLAY5)", .attached = true, .origin = {1920, 0}},
                {.name = R"(\\.\DISPLAY6)", .attached = true, .origin = {-2560, 100}}}};
const AdapterFacts kBasic{
    .name = "Microsoft Basic Render Driver", .vendor = 0x1414, .device = 0x008c, .outputs = {}};

const std::vector<AdapterFacts> kMachine{kQxl, kGpu, kBasic};

OutputChoice chosen(const OutputWish& wish, const std::vector<AdapterFacts>& adapters = kMachine) {
  return choose_output(adapters, wish).value();
}

TEST(OutputChoice, EmulatedAdaptersAreSkipped) {
  EXPECT_EQ(chosen({}), (OutputChoice{.adapter = 1, .output = 1}));
  const AdapterFacts standard{
      .name = "VGA", .vendor = 0x1234, .device = 0x1111, .outputs = kQxl.outputs};
  EXPECT_FALSE(choose_output(std::vector{standard, kQxl, kBasic}, {}));
  EXPECT_FALSE(choose_output(kMachine, {.adapter = "QXL", .output = ""}));
}

TEST(OutputChoice, ANumberTakesEvenAnEmulatedOne) {
  EXPECT_EQ(chosen({.adapter = "0", .output = ""}), (OutputChoice{.adapter = 0, .output = 0}));
}

TEST(OutputChoice, OutputsAreChosenByNameAndNumber) {
  EXPECT_EQ(chosen({.adapter = "RTX", .output = ""}).output, 1u);
  EXPECT_EQ(chosen({.adapter = "", .output = "DISPLAY6"}).output, 2u);
  EXPECT_EQ(chosen({.adapter = "1", .output = "2"}).output, 2u);
}

TEST(OutputChoice, ThePrimaryOutputIsPreferred) {
  AdapterFacts gpu = kGpu;
  gpu.outputs[2].origin = {};
  EXPECT_EQ(chosen({}, {gpu}).output, 2u);
  EXPECT_EQ(chosen({.adapter = "", .output = "primary"}, {gpu}).output, 2u);
  EXPECT_FALSE(choose_output(kMachine, {.adapter = "", .output = "primary"}))
      << "it is on the emulated adapter";
}

TEST(OutputChoice, OutputsThatAreOffCannotBeShown) {
  EXPECT_FALSE(choose_output(kMachine, {.adapter = "", .output = "DISPLAY4"}));
  EXPECT_FALSE(choose_output(kMachine, {.adapter = "1", .output = "0"}));
  EXPECT_FALSE(choose_output(kMachine, {.adapter = "1", .output = "17"}));
  EXPECT_FALSE(choose_output(kMachine, {.adapter = "99999999999999999999999", .output = ""}));
}

TEST(OutputChoice, TheRefusalSaysWhatThereIs) {
  const std::string text = explain_no_output(kMachine, {.adapter = "Radeon", .output = ""});
  EXPECT_THAT(text, HasSubstr("has the given name"));
  EXPECT_THAT(text, HasSubstr("0 \"Red Hat QXL controller\" (emulated) with 0"));
  EXPECT_THAT(text, HasSubstr(R"(0 "\\.\DISPLAY4" (off), 1 "\\.\DISPLAY5")"));
  EXPECT_THAT(text, HasSubstr("(emulated) without outputs"));
  EXPECT_THAT(explain_no_output({}, {}), HasSubstr("install the driver"));
}

TEST(DesktopPlace, CoordinatesGoBothWays) {
  const DesktopPlace place{.origin = {-2560, 100}, .size = {2560, 1440}};
  EXPECT_EQ(place.to_picture({-2560, 100}), (Point{0, 0}));
  EXPECT_EQ(place.to_picture({10, 90}), (Point{2570, -10}));
  EXPECT_EQ(place.to_desktop({0, 0}), (Point{-2560, 100}));
  EXPECT_EQ(place.to_desktop({2559, 1439}), (Point{-1, 1539}));
}

TEST(PictureScale, PlacesGoBothWays) {
  EXPECT_EQ((PictureScale{}).to_frame({-7, 90}), (Point{-7, 90}));
  const PictureScale half{.output = {3840, 2160}, .frame = {1920, 1080}};
  EXPECT_EQ(half.to_frame({100, 201}), (Point{50, 100}));
  EXPECT_EQ(half.to_frame({-1, -2}), (Point{-1, -1}));
  EXPECT_EQ(half.to_output({1919, 1079}), (Point{3839, 2159}));
  const PictureScale odd{.output = {1366, 768}, .frame = {1000, 562}};
  for (std::int32_t x = 0; x < 1000; ++x) EXPECT_EQ(odd.to_frame(odd.to_output({x, 0})).x, x);
  EXPECT_EQ(odd.to_frame({std::numeric_limits<std::int32_t>::max(), 0}).x, 1'572'096'374);
}

TEST(DesktopPlace, NoWishLeavesTheOutput) {
  const DesktopPlace place{.origin = {100, 200}, .size = {640, 480}};
  EXPECT_EQ(place.to_desktop({-1, 100'000}), (Point{100, 679}));
  EXPECT_EQ((DesktopPlace{.origin = {2'000'000'000, 0}, .size = {}}).to_desktop({9, 9}),
            (Point{2'000'000'000, 0}));
  EXPECT_EQ(
      (DesktopPlace{.origin = {-2'000'000'000, 0}, .size = {1, 1}}).to_picture({2'000'000'000, 0}),
      (Point{2'147'483'647, 0}));
}

TEST(OtherCapture, HelpsWhereNoOutputIsNamed) {
  EXPECT_TRUE(other_capture_helps({}, ErrorCode::Unsupported, true));
  EXPECT_TRUE(other_capture_helps({}, ErrorCode::OsCall, false));
  EXPECT_FALSE(other_capture_helps({.adapter = "NVIDIA"}, ErrorCode::Unsupported, false));
  EXPECT_FALSE(other_capture_helps({.output = "primary"}, ErrorCode::NotFound, false));
}

TEST(OtherCapture, DoesNotReplaceAnOutputThatMayComeWhenStartedAgain) {
  EXPECT_TRUE(other_capture_helps({}, ErrorCode::NotFound, false));
  EXPECT_FALSE(other_capture_helps({}, ErrorCode::NotFound, true));
}

}  // namespace
}  // namespace pierglass::guest
