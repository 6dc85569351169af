// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/panel_text.hpp"

#include <gtest/gtest.h>

namespace pierglass::app {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;
using enum PanelText::Topic;

struct PanelTextTest : testing::Test {
  PanelText panel;
  HostTime now{1h};
};

TEST_F(PanelTextTest, SaysNothingAtFirst) {
  EXPECT_EQ(panel.lines(now), Lines{});
  EXPECT_EQ(panel.next(), std::nullopt);
}

TEST_F(PanelTextTest, APassingWordPassesAtItsTime) {
  panel.say(Capture, "captured", now, 2s);
  EXPECT_EQ(panel.lines(now + 1999ms), Lines{"captured"});
  EXPECT_EQ(panel.next(), now + 2s);
  EXPECT_EQ(panel.lines(now + 2s), Lines{});
  EXPECT_EQ(panel.next(), std::nullopt);
}

TEST_F(PanelTextTest, ANewerWordAboutTheSameReplacesTheOlder) {
  panel.say(Capture, "captured", now, 2s);
  panel.say(Capture, "released", now + 1s, 2s);
  EXPECT_EQ(panel.lines(now + 1s), Lines{"released"});
  EXPECT_EQ(panel.next(), now + 3s);
}

TEST_F(PanelTextTest, TheNextChangeIsThatOfTheFirstWordToPass) {
  panel.say(Capture, "captured", now, 5s);
  panel.say(Screenshot, "saved", now, 3s);
  EXPECT_EQ(panel.next(), now + 3s);
  EXPECT_EQ(panel.lines(now + 3s), Lines{"captured"});
  EXPECT_EQ(panel.next(), now + 5s);
}

TEST_F(PanelTextTest, StandingWordsStayInTheirOrderAroundThePassingOnes) {
  panel.set_chords({"Right Ctrl + F  fullscreen"});
  panel.say(Connection, "connected", now, 1s);
  panel.set_notice("no keyboard");
  panel.set_status({"60 fps"});
  EXPECT_EQ(panel.lines(now),
            (Lines{"60 fps", "no keyboard", "connected", "Right Ctrl + F  fullscreen"}));
  panel.set_notice({});
  panel.set_chords({});
  panel.set_status({});
  EXPECT_EQ(panel.lines(now + 1s), Lines{});
}

TEST_F(PanelTextTest, ALongSentenceIsBrokenBetweenItsWords) {
  const std::string word(30, 'x');
  panel.say(Connection, word + " " + word + " " + word, now, 1s);
  EXPECT_EQ(panel.lines(now), (Lines{word + " " + word, word}));
  panel.set_notice(std::string(2 * PanelText::kColumns + 1, 'y'));
  EXPECT_EQ(panel.lines(now + 1s), (Lines{std::string(PanelText::kColumns, 'y'),
                                          std::string(PanelText::kColumns, 'y'), "y"}));
}

}  // namespace
}  // namespace pierglass::app
