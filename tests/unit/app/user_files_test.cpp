// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/user_files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "tests/support/runtime_dir.hpp"
#include "tests/support/temp_dir.hpp"

namespace pierglass::app {
namespace {

struct UserFiles : testing::Test {
  test::TempDir temp;
  test::Variable home{"HOME", temp.path().string()};
  test::Variable config{"XDG_CONFIG_HOME", std::nullopt};
  test::Variable pictures{"XDG_PICTURES_DIR", std::nullopt};
  test::Variable password{"PIERGLASS_SPICE_PASSWORD", std::nullopt};

  std::string write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = temp.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    chmod(path.c_str(), 0600);
    return path.string();
  }
  [[nodiscard]] std::string at_home(const std::string& name) const {
    return (temp.path() / name).string();
  }
};

TEST_F(UserFiles, ScreenshotsGoWhereTheUserSays) {
  pictures.set("/data/pictures");
  EXPECT_EQ(screenshot_folder("/elsewhere"), "/elsewhere");
}

TEST_F(UserFiles, ScreenshotsGoToTheDesktopsPictures) {
  EXPECT_EQ(screenshot_folder(""), temp.path().string()) << "nothing else is there";
  std::filesystem::create_directory(temp.path() / "Pictures");
  EXPECT_EQ(screenshot_folder(""), at_home("Pictures"));
  write(".config/user-dirs.dirs",
        "# comment\nXDG_MUSIC_DIR=\"$HOME/Musik\"\nXDG_PICTURES_DIR=\"$HOME/Meine "
        "\\\"Bilder\\\"\"\n");
  EXPECT_EQ(screenshot_folder(""), at_home("Meine \"Bilder\""));
  config.set(temp.path() / "config");
  EXPECT_EQ(screenshot_folder(""), at_home("Pictures")) << "no such file there";
  write("config/user-dirs.dirs", "XDG_PICTURES_DIR=\"/data/pictures\"\n");
  EXPECT_EQ(screenshot_folder(""), "/data/pictures");
  pictures.set("/elsewhere");
  EXPECT_EQ(screenshot_folder(""), "/elsewhere");
}

TEST_F(UserFiles, WhatIsNoFolderInUserDirsIsSkipped) {
  for (const char* value : {"relative", "\"relative\"", "", "\"", "$HOME/Unquoted"}) {
    write(".config/user-dirs.dirs", std::string("XDG_PICTURES_DIR=") + value + "\n");
    EXPECT_EQ(screenshot_folder(""), temp.path().string()) << value;
  }
}

TEST_F(UserFiles, APasswordIsAFilesFirstLine) {
  const auto unix_file = spice_password(write("p", "secret word\nmore\n"));
  ASSERT_TRUE(unix_file) << unix_file.error();
  EXPECT_EQ(unix_file->text, "secret word");
  EXPECT_EQ(unix_file->warning, "");
  EXPECT_EQ(spice_password(write("p", "windows\r\n"))->text, "windows");
  EXPECT_EQ(spice_password(write("p", "no end"))->text, "no end");
  EXPECT_EQ(spice_password(write("p", std::string(60, 'x')))->text, std::string(60, 'x'));
}

TEST_F(UserFiles, APasswordMayComeThroughAPipeInPieces) {
  const std::string pipe = at_home("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0644), 0);
  std::thread writer([&] { std::ofstream(pipe) << "sec" << std::flush << "ret\n"; });
  const auto got = spice_password(pipe);
  writer.join();
  ASSERT_TRUE(got) << got.error();
  EXPECT_EQ(got->text, "secret");
  EXPECT_EQ(got->warning, "") << "nothing stays there";
}

TEST_F(UserFiles, APasswordFileThatOthersMayReadIsNamed) {
  const std::string file = write("p", "secret\n");
  for (const mode_t mode : {0640u, 0604u}) {
    ASSERT_EQ(chmod(file.c_str(), mode), 0);
    const auto got = spice_password(file);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->text, "secret");
    EXPECT_NE(got->warning.find("chmod 600"), std::string::npos);
  }
}

TEST_F(UserFiles, ABadPasswordFileGetsASentence) {
  const auto says = [](const std::string& file, const char* words) {
    const auto got = spice_password(file);
    ASSERT_FALSE(got) << file;
    EXPECT_NE(got.error().find(words), std::string::npos) << got.error();
    EXPECT_NE(got.error().find(file), std::string::npos) << got.error();
  };
  says(at_home("missing"), "cannot be opened: No such file");
  says(temp.path().string(), "cannot be read: Is a directory");
  says(write("empty", ""), "no password in its first line");
  says(write("late", "\nsecret\n"), "no password in its first line");
  says(write("long", std::string(61, 'x')), "more than 60 bytes");
  says(write("endless", std::string(100'000, 'x')), "more than 60 bytes");
}

TEST_F(UserFiles, APasswordMayComeByTheEnvironmentAndStaysThereForNobodyElse) {
  EXPECT_EQ(spice_password("")->text, "");
  password.set("from the environment");
  EXPECT_EQ(spice_password("")->text, "from the environment");
  EXPECT_EQ(getenv("PIERGLASS_SPICE_PASSWORD"), nullptr);
  password.set("from the environment");
  EXPECT_EQ(spice_password(write("p", "from the file"))->text, "from the file");
  EXPECT_EQ(getenv("PIERGLASS_SPICE_PASSWORD"), nullptr);
  password.set(std::string(61, 'x'));
  const auto too_long = spice_password("");
  ASSERT_FALSE(too_long);
  EXPECT_NE(too_long.error().find("PIERGLASS_SPICE_PASSWORD has more"), std::string::npos);
}

}  // namespace
}  // namespace pierglass::app
