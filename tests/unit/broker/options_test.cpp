// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/options.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "ivshmem/message.hpp"
#include "tests/support/temp_dir.hpp"

namespace pierglass::broker {
namespace {

using Words = std::vector<std::string>;
constexpr std::uint64_t kMiB = 1U << 20;

struct Parsed {
  std::expected<Settings, int> settings;
  std::string out;
  std::string err;
};

Parsed parse(const Words& words) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  auto settings = parse_options(words);
  std::string out = testing::internal::GetCapturedStdout();
  return {std::move(settings), std::move(out), testing::internal::GetCapturedStderr()};
}

TEST(BrokerOptions, HaveUsefulDefaults) {
  setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
  const Parsed parsed = parse({"win11"});
  ASSERT_TRUE(parsed.settings) << parsed.err;
  const Settings& settings = *parsed.settings;
  EXPECT_EQ(settings.names, Words{"win11"});
  EXPECT_EQ(settings.memory_bytes, 128 * kMiB) << "a 4K screen";
  EXPECT_EQ(settings.limits.vectors, 2U);
  EXPECT_EQ(settings.limits.peers, 64U);
  EXPECT_EQ(settings.access.self, geteuid());
  EXPECT_TRUE(settings.access.users.empty() && settings.access.groups.empty());
  EXPECT_EQ(settings.folder,
            geteuid() == 0 ? "/run/pierglass-broker" : "/run/user/7/pierglass-broker");
}

TEST(BrokerOptions, TakeEverythingFromTheCommandLine) {
  const Parsed parsed = parse({"--for",
                               "1920x1080",
                               "win11",
                               "--for",
                               "2560x1440",
                               "--hdr",
                               "--allow-user",
                               "root",
                               "linux",
                               "--allow-user",
                               "123",
                               "--allow-group",
                               "0",
                               "--vectors",
                               "3",
                               "--max-peers",
                               "5",
                               "--folder",
                               "/tmp/x",
                               "--huge-pages"});
  ASSERT_TRUE(parsed.settings) << parsed.err;
  const Settings& settings = *parsed.settings;
  EXPECT_EQ(settings.names, (Words{"win11", "linux"}));
  EXPECT_EQ(settings.memory_bytes, 128 * kMiB);
  EXPECT_EQ(settings.access.users, (std::vector<uid_t>{0, 123}));
  EXPECT_EQ(settings.access.groups, std::vector<gid_t>{0});
  EXPECT_EQ(settings.limits.vectors, 3U);
  EXPECT_EQ(settings.limits.peers, 5U);
  EXPECT_EQ(settings.folder, "/tmp/x");
  EXPECT_EQ(settings.pages, Pages::Huge);
  EXPECT_EQ(parse({"a", "--size", "8M"}).settings->memory_bytes, 8 * kMiB);
  EXPECT_TRUE(parse({"a", "--max-peers", "224"}).settings);
  EXPECT_TRUE(parse({"a", "--vectors", "64", "--max-peers", "7"}).settings);
  EXPECT_EQ(parse({"a", "--expose", "b", "--socket", "/tmp/s"}).settings->expose, "b");
}

TEST(BrokerOptions, WrongOnesEndInOneSentence) {
  const std::pair<Words, std::string> cases[] = {
      {{}, "name the virtual machine"},
      {{"../a"}, "'../a' is not 1 to 64"},
      {{"a", "a"}, "'a' is named twice"},
      {{"a", "--for", "4K"}, "'4K' is not a size"},
      {{"a", "--for", "99999x1"}, "'99999x1' is not a size"},
      {{"a", "--size", "64"}, "'64' is not a power of two from 1M"},
      {{"a", "--size", "65M"}, "'65M' is not a power of two"},
      {{"a", "--size", "2048G"}, "'2048G' is not a power of two"},
      {{"a", "--size", "many"}, "'many' is not a size such as"},
      {{"a", "--size", "64M", "--hdr"}, "either the memory's size or --for"},
      {{"a", "--vectors", "0"}, "--vectors"},
      {{"a", "--vectors", "65"}, "--vectors"},
      {{"a", "--max-peers", "-1"}, "--max-peers"},
      {{"a", "--max-peers", "257"}, "--max-peers"},
      {{"a", "--max-peers", "225"}, "225 peers with 2 interrupts have 450"},
      {{"a", "--vectors", "8"}, "lower --max-peers or --vectors"},
      {{"a", "--allow-user", "no such user"}, "no user 'no such user'"},
      {{"a", "--allow-user", "4294967295"}, "no user '4294967295'"},
      {{"a", "--allow-group", "no such group"}, "no group 'no such group'"},
      {{"a", "b", "--socket", "/tmp/s"}, "a path is for one virtual machine"},
      {{"a", "--socket", "s"}, "'s' is not an absolute path"},
      {{"a", "--folder", "s"}, "'s' is not an absolute path"},
      {{"a", "b", "--expose", "c"}, "a name is for one virtual machine"},
      {{"a", "--expose", "../c"}, "'../c' is not a file's name"},
      {{"a", "--expose", "c", "--huge-pages"}, "leave --expose out"},
      {{"a", "--color"}, "--color"},
      {{"a", "--config", "/nowhere.conf"}, "/nowhere.conf"},
  };
  for (const auto& [words, sentence] : cases) {
    const Parsed parsed = parse(words);
    ASSERT_FALSE(parsed.settings) << sentence;
    EXPECT_EQ(parsed.settings.error(), 2) << sentence;
    EXPECT_TRUE(parsed.err.contains(sentence)) << parsed.err;
    EXPECT_TRUE(parsed.err.ends_with("; see pierglass-broker --help\n")) << parsed.err;
    EXPECT_EQ(std::ranges::count(parsed.err, '\n'), 1) << parsed.err;
  }
}

TEST(BrokerOptions, HelpAndVersionEndWell) {
  for (const char* word : {"--help", "--version", "--print-config"}) {
    const Parsed parsed = parse({word});
    ASSERT_FALSE(parsed.settings);
    EXPECT_EQ(parsed.settings.error(), 0);
    EXPECT_TRUE(parsed.err.empty());
    EXPECT_FALSE(parsed.out.empty());
  }
}

struct BrokerConfig : testing::Test {
  test::TempDir dir;
  std::string path = (dir.path() / "broker.conf").string();

  Parsed parse_file(const std::string& text, Words words = {}) {
    std::ofstream(path) << text;
    words.insert(words.end(), {"--config", path});
    return parse(words);
  }
};

TEST_F(BrokerConfig, SaysTheSameAndTheCommandLineWins) {
  const Parsed parsed = parse_file(
      "name = [\"win11\", \"linux\"]\nfor = [\"640x480\", \"1920x1080\"]\nvectors = 4\n"
      "allow-group = \"0\"\nfolder = /tmp/x\n",
      {"--vectors", "5"});
  ASSERT_TRUE(parsed.settings) << parsed.err;
  EXPECT_EQ(parsed.settings->names, (Words{"win11", "linux"}));
  EXPECT_EQ(parsed.settings->memory_bytes, 64 * kMiB);
  EXPECT_EQ(parsed.settings->limits.vectors, 5U);
  EXPECT_EQ(parsed.settings->access.groups, std::vector<gid_t>{0});
}

TEST_F(BrokerConfig, MemoryOnTheCommandLineReplacesThatOfTheFile) {
  const std::string sized = "name = a\nsize = 4M\n";
  const std::string fitted = "name = a\nfor = [\"640x480\", \"7680x4320\"]\nhdr = true\n";
  const auto bytes = [&](const std::string& text, const Words& words) {
    const Parsed parsed = parse_file(text, words);
    EXPECT_TRUE(parsed.settings) << parsed.err;
    return parsed.settings ? parsed.settings->memory_bytes : 0;
  };
  EXPECT_EQ(bytes(sized, {}), 4 * kMiB);
  EXPECT_EQ(bytes(sized, {"--for", "3840x2160"}), 128 * kMiB);
  EXPECT_EQ(bytes(sized, {"--hdr"}), parse({"a", "--hdr"}).settings->memory_bytes);
  EXPECT_EQ(bytes(fitted, {"--size", "2M"}), 2 * kMiB);
  EXPECT_EQ(bytes(fitted, {"--for", "3840x2160"}), 128 * kMiB) << "without the file's HDR";
  EXPECT_FALSE(parse_file("name = a\nsize = 4M\nhdr = true\n").settings);
}

TEST_F(BrokerConfig, UnknownKeysAndWrongValuesAreErrors) {
  EXPECT_FALSE(parse_file("name = a\ncolour = red\n").settings);
  EXPECT_FALSE(parse_file("name = a\nvectors = 99\n").settings);
  EXPECT_FALSE(parse_file("name = a\nfor = wide\n").settings);
}

TEST_F(BrokerConfig, WhatPrintConfigSaysIsAConfigFileThatSaysTheSame) {
  const Words cases[] = {
      {"win11"},
      {"win11", "linux", "--for", "640x480", "--for", "1920x1080", "--hdr", "--folder", "/tmp/a b"},
      {"win11", "--size", "64M", "--socket", "/tmp/s", "--expose", "e", "--max-peers", "3"},
      {"win11", "--allow-user", "0", "--allow-user", "12", "--allow-group", "0", "--huge-pages"},
  };
  for (Words words : cases) {
    const Parsed first = parse(words);
    words.emplace_back("--print-config");
    const std::string printed = parse(words).out;
    const Parsed second = parse_file(printed);
    ASSERT_TRUE(first.settings && second.settings) << first.err << second.err << printed;
    EXPECT_EQ(second.settings->names, first.settings->names) << printed;
    EXPECT_EQ(second.settings->folder, first.settings->folder);
    EXPECT_EQ(second.settings->socket, first.settings->socket);
    EXPECT_EQ(second.settings->memory_bytes, first.settings->memory_bytes);
    EXPECT_EQ(second.settings->pages, first.settings->pages);
    EXPECT_EQ(second.settings->expose, first.settings->expose);
    EXPECT_EQ(second.settings->limits.peers, first.settings->limits.peers);
    EXPECT_EQ(second.settings->limits.vectors, first.settings->limits.vectors);
    EXPECT_EQ(second.settings->access.users, first.settings->access.users);
    EXPECT_EQ(second.settings->access.groups, first.settings->access.groups);
    EXPECT_EQ(parse({"--print-config", "--config", path}).out, printed) << "and once more";
  }
}

// Memory, count of ids, and of each peer its connection and interrupts.
TEST(BrokerUnits, LetSystemdKeepAsManyDescriptorsAsTheOptionsAllow) {
  const std::regex line("FileDescriptorStoreMax=([0-9]+)");
  for (const char* manager : {"system", "user"}) {
    std::ifstream file(PIERGLASS_UNITS + std::string(manager) + "/pierglass-broker@.service.in");
    const std::string unit{std::istreambuf_iterator<char>(file), {}};
    std::smatch match;
    ASSERT_TRUE(std::regex_search(unit, match, line)) << manager;
    EXPECT_GE(std::stoul(match[1]), 2 + ivshmem::kMaxPeers + ivshmem::kMaxEventFds) << manager;
  }
}

// Every line of the sample, made to count, is understood; and no option is missing from it.
TEST_F(BrokerConfig, TheSampleHasEveryOptionAndIsRight) {
  std::ifstream file(PIERGLASS_SAMPLE);
  std::string text;
  std::set<std::string> keys;
  for (std::string line; std::getline(file, line);) {
    std::smatch match;
    if (!std::regex_match(line, match, std::regex("#([a-z-]+) = (.*)"))) continue;
    keys.insert(match[1]);
    // Users and groups of this system may differ, and not all of it fits together.
    const std::set<std::string> left_out = {"socket", "size", "expose", "allow-user",
                                            "allow-group"};
    if (!left_out.contains(match[1])) text += line.substr(1) + "\n";
  }
  const Parsed parsed = parse_file(text);
  ASSERT_TRUE(parsed.settings) << parsed.err;
  EXPECT_EQ(parsed.settings->limits.vectors, ServerLimits{}.vectors);
  EXPECT_EQ(parsed.settings->limits.peers, ServerLimits{}.peers);
  EXPECT_EQ(parsed.settings->memory_bytes, 128 * kMiB);

  const std::string all = parse({"--print-config", "a"}).out;
  const std::regex key("\\n#?([a-z-]+)=");
  std::set<std::string> options;
  for (std::sregex_iterator at(all.begin(), all.end(), key), end; at != end; ++at)
    options.insert((*at)[1]);
  EXPECT_EQ(keys, options);
}

}  // namespace
}  // namespace pierglass::broker
