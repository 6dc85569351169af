// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/diagnose/diagnosis.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pierglass::guest {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

Diagnosis some() {
  Diagnosis diagnosis;
  diagnosis.add("Windows", Verdict::Good, "10.0.19045");
  diagnosis.add("copy engine", Verdict::NotTested, "not built in");
  diagnosis.add("HDR", Verdict::Note, "off");
  return diagnosis;
}

TEST(Diagnosis, IsWellWithoutABadFinding) {
  Diagnosis diagnosis = some();
  EXPECT_TRUE(diagnosis.well());
  diagnosis.add("device", Verdict::Bad, "none");
  EXPECT_FALSE(diagnosis.well());
}

TEST(Diagnosis, HasALineForEachFindingAndOneForAll) {
  Diagnosis diagnosis = some();
  EXPECT_EQ(to_text(diagnosis),
            "ok    Windows      10.0.19045\n"
            "-     copy engine  not built in\n"
            "note  HDR          off\n"
            "All is well.\n");
  diagnosis.add("device", Verdict::Bad, "none");
  EXPECT_NE(to_text(diagnosis).find("\nBAD   device       none\nNot all is well"),
            std::string::npos);
}

TEST(Diagnosis, AsJsonSaysTheSame) {
  Diagnosis diagnosis = some();
  diagnosis.add("adapter \"x\"\n", Verdict::Bad, "not UTF-8: \xff");
  const std::string text = to_json(diagnosis);
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json.at("well"), false);
  ASSERT_EQ(json.at("findings").size(), 4u);
  EXPECT_EQ(json["findings"][1]["verdict"], "not tested");
  EXPECT_EQ(json["findings"][3]["subject"], "adapter \"x\"\n");
  EXPECT_EQ(json["findings"][3]["verdict"], "bad");
}

TEST(Diagnosis, ComparesTheMemoryWithThePicturesOfAnOutput) {
  const Finding fits = judge_fit(64 * kMiB, "DISPLAY1", {1920, 1080}, false);
  EXPECT_EQ(fits.verdict, Verdict::Good);
  EXPECT_EQ(fits.words, "64 MiB holds 1920x1080");
  const Finding small = judge_fit(64 * kMiB, "DISPLAY1", {3840, 2160}, false);
  EXPECT_EQ(small.verdict, Verdict::Bad);
  EXPECT_NE(small.words.find("3840x2160 needs 128 MiB"), std::string::npos) << small.words;
  EXPECT_EQ(judge_fit(128 * kMiB, "DISPLAY1", {3840, 2160}, false).verdict, Verdict::Good);
  EXPECT_EQ(judge_fit(128 * kMiB, "DISPLAY1", {3840, 2160}, true).verdict, Verdict::Bad);
}

}  // namespace
}  // namespace pierglass::guest
