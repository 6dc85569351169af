// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/verbs.hpp"

#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>

#include "control/protocol.hpp"

namespace pierglass::app {
namespace {

using input::Command;

TEST(Verbs, EachCommandHasOneName) {
  std::set<Command> found;
  for (const char* name :
       {"capture",        "release",        "toggle-capture", "toggle-fullscreen", "stats",
        "screenshot",     "release-all",    "ctrl-alt-del",   "ctrl-alt-f1",       "ctrl-alt-f2",
        "ctrl-alt-f3",    "ctrl-alt-f4",    "ctrl-alt-f5",    "ctrl-alt-f6",       "ctrl-alt-f7",
        "ctrl-alt-f8",    "ctrl-alt-f9",    "ctrl-alt-f10",   "ctrl-alt-f11",      "ctrl-alt-f12",
        "next-filter",    "filter-auto",    "filter-nearest", "filter-bilinear",   "filter-sharp",
        "filter-lanczos", "toggle-tearing", "tearing-on",     "tearing-off",       "quit"}) {
    const auto verb = verb_of(name);
    ASSERT_TRUE(verb && std::holds_alternative<Command>(*verb)) << name;
    found.insert(std::get<Command>(*verb));
  }
  EXPECT_EQ(found.size(), static_cast<std::size_t>(Command::Quit) + 1) << "Quit is the last";
}

TEST(Verbs, NamesSayWhatTheyMean) {
  EXPECT_EQ(verb_of("toggle"), Verb(WindowVerb::Toggle));
  EXPECT_EQ(verb_of("show"), Verb(WindowVerb::Show));
  EXPECT_EQ(verb_of("hide"), Verb(WindowVerb::Hide));
  EXPECT_EQ(verb_of("ctrl-alt-f12"), Verb(Command::CtrlAltF12));
  EXPECT_EQ(verb_of("quit"), Verb(Command::Quit));
  for (const char* other : {"", "Toggle", "toggle ", "ctrl-alt-f13", "ctrl-alt-f"}) {
    EXPECT_FALSE(verb_of(other)) << other;
  }
}

TEST(Verbs, TheListNamesThemAllForTheUser) {
  EXPECT_EQ(verb_list(),
            "toggle, show, hide, toggle-capture, capture, release, toggle-fullscreen, stats, "
            "screenshot, next-filter, filter-auto, filter-nearest, filter-bilinear, filter-sharp, "
            "filter-lanczos, toggle-tearing, tearing-on, tearing-off, release-all, ctrl-alt-del, "
            "ctrl-alt-f1 to -f12, quit");
}

TEST(Verbs, NamesFitTheControlSocket) {
  std::istringstream list(verb_list());
  for (std::string name; std::getline(list, name, ',');) {
    name = name.substr(name.find_first_not_of(' '));
    EXPECT_TRUE(control::is_verb(name.substr(0, name.find(' ')))) << name;
  }
}

}  // namespace
}  // namespace pierglass::app
