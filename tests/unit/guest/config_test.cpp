// SPDX-License-Identifier: GPL-2.0-or-later
// Words, the config file, and the sample that is shipped.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include "guest/options.hpp"
#include "tests/support/temp_dir.hpp"

namespace pierglass::guest {
namespace {

using Words = std::vector<std::string>;

GuestOptions parsed(const Words& words, const std::string& config = {}) {
  const auto options = parse_options(Program::Guest, words, config);
  EXPECT_TRUE(options) << testing::PrintToString(words);
  return options.value_or(GuestOptions{});
}

std::string refusal(const std::string& text) {
  const auto options = parse_config(text);
  EXPECT_FALSE(options) << text;
  return options ? "" : options.error();
}

std::string sample() {
  std::ifstream file(PIERGLASS_GUEST_SAMPLE);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Everything a config file can say.
void expect_same(const GuestOptions& one, const GuestOptions& other) {
  EXPECT_EQ(one.capture, other.capture);
  EXPECT_EQ(one.memory, other.memory);
  EXPECT_EQ(one.window, other.window);
  EXPECT_EQ(one.output.adapter, other.output.adapter);
  EXPECT_EQ(one.output.output, other.output.output);
  EXPECT_EQ(one.hdr, other.hdr);
  EXPECT_EQ(one.picture.ten_bit, other.picture.ten_bit);
  EXPECT_EQ(one.picture.limit, other.picture.limit);
  EXPECT_EQ(one.copy_engine, other.copy_engine);
  EXPECT_EQ(one.device.index, other.device.index);
  EXPECT_EQ(one.device.address, other.device.address);
  EXPECT_EQ(one.device.bytes, other.device.bytes);
  EXPECT_EQ(one.cache, other.cache);
  EXPECT_EQ(one.doorbell, other.doorbell);
  EXPECT_EQ(one.pattern.sizes, other.pattern.sizes);
  EXPECT_EQ(one.pattern.size_time, other.pattern.size_time);
  EXPECT_EQ(one.pattern.mode, other.pattern.mode);
  EXPECT_EQ(one.pattern.format, other.pattern.format);
  EXPECT_EQ(one.pattern.cursor, other.pattern.cursor);
  EXPECT_EQ(one.pattern.cursor_moves, other.pattern.cursor_moves);
  EXPECT_EQ(one.publisher.millihertz, other.publisher.millihertz);
  EXPECT_EQ(one.publisher.follow_latches, other.publisher.follow_latches);
  EXPECT_EQ(one.publisher.pointer_millihertz, other.publisher.pointer_millihertz);
  EXPECT_EQ(one.publisher.max_frames, other.publisher.max_frames);
  EXPECT_EQ(one.publisher.hold, other.publisher.hold);
  EXPECT_EQ(one.publisher.without_readers, other.publisher.without_readers);
  EXPECT_EQ(one.scheduling, other.scheduling);
}

TEST(GuestVerbs, AreWordsBeforeTheOptionsOrAfter) {
  const std::pair<const char*, Verb> all[] = {
      {"run", Verb::Run},           {"install", Verb::Install}, {"uninstall", Verb::Uninstall},
      {"start", Verb::Start},       {"stop", Verb::Stop},       {"status", Verb::Status},
      {"diagnose", Verb::Diagnose}, {"service", Verb::Service}};
  for (const auto& [word, verb] : all) EXPECT_EQ(parsed({word}).verb, verb) << word;
  EXPECT_EQ(parsed({"run", "--capture", "pattern"}).capture, CaptureKind::Pattern);
  EXPECT_EQ(parsed({"--capture", "pattern", "run"}).capture, CaptureKind::Pattern);
  EXPECT_EQ(parsed({"--capture", "pattern"}).verb, Verb::Plain);
  EXPECT_TRUE(parsed({"diagnose", "--json"}).json);
}

TEST(GuestVerbs, CaptureTheScreenUnlessToldOtherwise) {
  EXPECT_EQ(parsed({"run"}).capture, CaptureKind::Auto);
}

TEST(GuestVerbs, OnlyOneAtATime) {
  EXPECT_FALSE(parse_options(Program::Guest, {"start", "stop"}));
  EXPECT_FALSE(parse_options(Program::Guest, {"begin"}));
  EXPECT_FALSE(parse_options(Program::PatternFeed, {"run", "--memory", "x"}));
}

TEST(GuestOptions, SchedulingIsChosenOptionByOption) {
  EXPECT_EQ(parsed({"run"}).scheduling, SchedulingOptions{});
  const SchedulingOptions chosen =
      parsed({"run", "--process-priority", "above-normal", "--gpu-priority", "realtime", "--timers",
              "usual", "--power-saving", "on", "--mmcss", "off"})
          .scheduling;
  EXPECT_EQ(chosen, (SchedulingOptions{.process = ProcessPriority::AboveNormal,
                                       .gpu = GpuPriority::Realtime,
                                       .fine_timers = false,
                                       .power_saving = true,
                                       .mmcss = false}));
}

TEST(GuestOptions, TheServiceHandsItsLinksOver) {
  const GuestOptions options =
      parsed({"run", "--stop-event", "196", "--supervisor", "204", "--log-file", "C:\\x.log"});
  EXPECT_EQ(options.supervisor.stop_event, 196u);
  EXPECT_EQ(options.supervisor.process, 204u);
  EXPECT_EQ(options.log_file, "C:\\x.log");
}

class GuestConfigFile : public testing::Test {
 protected:
  std::string write(const std::string& text) {
    const std::string path = (dir.path() / "guest.conf").string();
    std::ofstream(path) << text;
    return path;
  }
  test::TempDir dir;
};

TEST_F(GuestConfigFile, IsReadWithRunAndDiagnoseOnly) {
  const std::string usual = write("capture = \"pattern\"\nrate = 30\n");
  EXPECT_EQ(parsed({"run"}, usual).publisher.millihertz, 30'000u);
  EXPECT_EQ(parsed({"diagnose"}, usual).publisher.millihertz, 30'000u);
  EXPECT_EQ(parsed({"--always", "run"}, usual).publisher.millihertz, 30'000u)
      << "wherever the word stands";
  EXPECT_EQ(parsed({"--capture", "gdi"}, usual).publisher.millihertz, 60'000u);
  EXPECT_EQ(parsed({"stop"}, usual).publisher.millihertz, 60'000u);
}

TEST_F(GuestConfigFile, OnTheCommandLineReplacesTheUsualOne) {
  const std::string named = write("capture = \"pattern\"\nrate = 30\n");
  EXPECT_EQ(parsed({"run", "--config", named}, "/nowhere").publisher.millihertz, 30'000u);
  EXPECT_EQ(parsed({"--config", named}).publisher.millihertz, 30'000u);
  EXPECT_EQ(parsed({"run", "--config", named, "--rate", "20"}).publisher.millihertz, 20'000u);
  EXPECT_EQ(parsed({"run"}, "/nowhere").publisher.millihertz, 60'000u) << "it need not exist";
  EXPECT_FALSE(parse_options(Program::Guest, {"run", "--config", "/nowhere"}));
}

TEST_F(GuestConfigFile, ThatIsBrokenDoesNotKeepTheServiceFromBeingStopped) {
  const std::string broken = write("bogus = 1\n");
  EXPECT_FALSE(parse_options(Program::Guest, {"run"}, broken));
  EXPECT_EQ(parsed({"stop"}, broken).verb, Verb::Stop);
  EXPECT_EQ(parsed({"service"}, broken).verb, Verb::Service);
}

TEST(GuestConfig, AWindowsPathMayBeWrittenAsItIs) {
  EXPECT_EQ(parse_config("memory = \"Z:\\dev\\shm\\x\"\n").value().memory, "Z:\\dev\\shm\\x");
  EXPECT_EQ(parse_config("memory = 'Z:\\dev\\shm\\x'\r\nrate = 30\r\n").value().memory,
            "Z:\\dev\\shm\\x");
}

TEST(GuestConfig, AMistakeGetsOneSentence) {
  EXPECT_EQ(refusal("bogus = 1\n"), "there is no option \"bogus\"");
  EXPECT_NE(refusal("rate = fast\n").find("fast"), std::string::npos);
  EXPECT_NE(refusal("capture = camera\n").find("camera"), std::string::npos);
  EXPECT_NE(refusal("size = wide\n").find("WIDTHxHEIGHT"), std::string::npos);
  EXPECT_NE(refusal("memory = x\nivshmem-index = 1\n").find("ivshmem-index"), std::string::npos);
  for (const char* hidden : {"stop-event", "supervisor", "log-file", "json"})
    EXPECT_NE(refusal(std::string(hidden) + " = 1\n"), "") << hidden << " is no file's business";
  for (const char* text : {"bogus = 1\n", "rate = fast\n", "size = wide\n"})
    EXPECT_EQ(refusal(text).find('\n'), std::string::npos);
}

TEST(GuestConfig, BytesThatAreNoTextAreRefused) {
  EXPECT_EQ(refusal(std::string("sizes = [\"\0x\"]\n", 15)), "this is no text");
  EXPECT_EQ(refusal("capture = \"a\tb\"\n").find('\t'), std::string::npos);
}

TEST(GuestSample, SaysWhatHoldsWithoutIt) {
  const auto plain = parse_config("");
  ASSERT_TRUE(plain);
  const auto as_it_is = parse_config(sample());
  ASSERT_TRUE(as_it_is) << as_it_is.error();
  expect_same(*as_it_is, *plain);
  const auto every_line =
      parse_config(std::regex_replace(sample(), std::regex("\n#([a-z-]+ = )"), "\n$1"));
  ASSERT_TRUE(every_line) << every_line.error();
  expect_same(*every_line, *plain);
}

TEST(GuestSample, ExamplesAreUnderstoodOneByOne) {
  const std::string text = sample();
  const std::regex example("\n# for example: (.*)");
  std::size_t count = 0;
  for (std::sregex_iterator at(text.begin(), text.end(), example), end; at != end; ++at, ++count) {
    const auto options = parse_config((*at)[1].str() + "\n");
    EXPECT_TRUE(options) << (*at)[1] << ": " << options.error();
  }
  EXPECT_EQ(count, 7u);
}

TEST(GuestSample, HasEveryOption) {
  testing::internal::CaptureStdout();
  ASSERT_FALSE(parse_options(Program::Guest, {"--help"}));
  const std::string help = testing::internal::GetCapturedStdout();
  const auto collect = [](const std::string& text, const char* pattern) {
    const std::regex expression(pattern);
    std::set<std::string> names;
    for (std::sregex_iterator at(text.begin(), text.end(), expression), end; at != end; ++at)
      names.insert((*at)[1]);
    return names;
  };
  auto options = collect(help, "\n  (?:-h,)?--([a-z-]+)");
  for (const char* elsewhere : {"help", "version", "config", "json", "log-file"})
    EXPECT_EQ(options.erase(elsewhere), 1u) << elsewhere;
  EXPECT_EQ(collect(sample(), "\n#(?: for example: )?([a-z-]+) = "), options);
}

}  // namespace
}  // namespace pierglass::guest
