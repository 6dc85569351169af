// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/options.hpp"

#include <gtest/gtest.h>

#include "guest/report.hpp"

namespace pierglass::guest {
namespace {

using Words = std::vector<std::string>;

GuestOptions guest(Words words) {
  words.insert(words.begin(), {"--capture", "pattern"});
  const auto options = parse_options(Program::Guest, words);
  EXPECT_TRUE(options.has_value());
  return options.value_or(GuestOptions{});
}

TEST(GuestOptions, DefaultsShowTheFirstDevice) {
  const GuestOptions options = guest({});
  EXPECT_EQ(options.capture, CaptureKind::Pattern);
  EXPECT_TRUE(options.memory.empty());
  EXPECT_FALSE(options.device.index || options.device.address || options.device.bytes);
  EXPECT_EQ(options.cache, shm::IvshmemCache::Cached);
  EXPECT_EQ(options.pattern.sizes, (std::vector<Size>{{1920, 1080}}));
  EXPECT_EQ(options.publisher.millihertz, 60'000u);
  EXPECT_FALSE(options.pattern.cursor);
}

TEST(GuestOptions, EveryPatternOptionIsTaken) {
  const GuestOptions options = guest({"--memory",       "Z:\\dev\\shm\\x",
                                      "--rate",         "59.94",
                                      "--frames",       "7",
                                      "--hold",         "--always",
                                      "--sizes",        "640x480,1366x768",
                                      "--size-seconds", "0.5",
                                      "--mode",         "small",
                                      "--format",       "xbgr2101010",
                                      "--cursor",       "masked",
                                      "--cursor-rate",  "1000"});
  EXPECT_EQ(options.memory, "Z:\\dev\\shm\\x");
  EXPECT_EQ(options.publisher.millihertz, 59'940u);
  EXPECT_EQ(options.publisher.max_frames, 7u);
  EXPECT_TRUE(options.publisher.hold && options.publisher.without_readers);
  EXPECT_EQ(options.pattern.sizes, (std::vector<Size>{{640, 480}, {1366, 768}}));
  EXPECT_EQ(options.pattern.size_time, std::chrono::milliseconds(500));
  EXPECT_EQ(options.pattern.mode, PatternMode::Small);
  EXPECT_EQ(options.pattern.format, wire::PixelFormat::Xbgr2101010);
  EXPECT_EQ(options.pattern.cursor, wire::CursorType::MaskedColour);
  EXPECT_TRUE(options.pattern.cursor_moves);
  EXPECT_EQ(options.publisher.pointer_millihertz, 1'000'000u);
}

TEST(GuestOptions, DuplicationFollowsTheScreen) {
  const auto plain = parse_options(Program::Guest, {"--capture", "dxgi"});
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->capture, CaptureKind::Dxgi);
  EXPECT_EQ(plain->publisher.millihertz, 0u);
  EXPECT_EQ(plain->publisher.pointer_millihertz, Pacer::kFastest);
  EXPECT_EQ(plain->hdr, HdrWish::AsIs);
  const auto chosen =
      parse_options(Program::Guest, {"--capture", "dxgi", "--adapter", "RTX", "--output", "primary",
                                     "--hdr", "off", "--rate", "72"});
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->output.adapter, "RTX");
  EXPECT_EQ(chosen->output.output, "primary");
  EXPECT_EQ(chosen->hdr, HdrWish::Off);
  EXPECT_EQ(chosen->publisher.millihertz, 72'000u);
}

TEST(GuestOptions, DevicesAreChosenInThreeWays) {
  EXPECT_EQ(guest({"--ivshmem-index", "2"}).device.index, 2u);
  EXPECT_EQ(guest({"--ivshmem-address", "03:05.1"}).device.address,
            (shm::PciAddress{.bus = 3, .device = 5, .function = 1}));
  EXPECT_EQ(guest({"--ivshmem-size", "64M"}).device.bytes, std::uint64_t{64} << 20);
  EXPECT_EQ(guest({"--ivshmem-cache", "write-combined"}).cache, shm::IvshmemCache::WriteCombined);
}

TEST(GuestOptions, AWindowIsCapturedByTitle) {
  const auto options =
      parse_options(Program::Guest, {"--capture", "gdi", "--window", "Wine Mine"}).value();
  EXPECT_EQ(options.capture, CaptureKind::Gdi);
  EXPECT_EQ(options.window, "Wine Mine");
}

TEST(GuestOptions, TheFeedHasItsOwn) {
  const auto options =
      parse_options(Program::PatternFeed, {"--memory", "x", "--create", "--log", "-"}).value();
  EXPECT_TRUE(options.create_memory);
  EXPECT_EQ(options.log, "-");
  EXPECT_FALSE(options.on_request);
  EXPECT_EQ(options.rings, Rings::Always);
  const auto others = parse_options(Program::PatternFeed, {"--memory", "unix:x", "--frames", "2",
                                                           "--on-request", "--ring", "half"})
                          .value();
  EXPECT_TRUE(others.on_request);
  EXPECT_EQ(others.rings, Rings::Half);
}

// One line on standard error, and not 0.
std::string refusal(Program program, const Words& words) {
  testing::internal::CaptureStderr();
  const auto options = parse_options(program, words);
  std::string line = testing::internal::GetCapturedStderr();
  EXPECT_FALSE(options.has_value());
  EXPECT_TRUE(options || options.error() != 0);
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
  return line;
}

TEST(GuestOptions, WrongUseGetsOneSentence) {
  const std::pair<Words, std::string> cases[] = {
      {{}, "--capture"},
      {{"--capture", "pattern", "--bogus"}, "--bogus"},
      {{"--bogus"}, "--bogus"},
      {{"--capture", "camera"}, "camera"},
      {{"--capture", "pattern", "--size", "1920"}, "WIDTHxHEIGHT"},
      {{"--capture", "pattern", "--size", "0x5"}, "WIDTHxHEIGHT"},
      {{"--capture", "pattern", "--size", "20000x5"}, "WIDTHxHEIGHT"},
      {{"--capture", "pattern", "--sizes", "640x480,x"}, "WIDTHxHEIGHT"},
      {{"--capture", "pattern", "--size", "640x480x"}, "WIDTHxHEIGHT"},
      {{"--capture", "pattern", "--rate", "-1"}, "rate"},
      {{"--capture", "pattern", "--rate", "fast"}, "fast"},
      {{"--capture", "pattern", "--size-seconds", "0"}, "size-seconds"},
      {{"--capture", "pattern", "--mode", "fast"}, "fast"},
      {{"--capture", "pattern", "--format", "rgb"}, "rgb"},
      {{"--capture", "pattern", "--cursor", "big"}, "big"},
      {{"--capture", "pattern", "--frames", "-3"}, "-3"},
      {{"--capture", "pattern", "--ivshmem-address", "3"}, "BB:DD.F"},
      {{"--capture", "pattern", "--ivshmem-size", "much"}, "much"},
      {{"--capture", "pattern", "--memory", "x", "--ivshmem-index", "1"}, "ivshmem-index"}};
  for (const auto& [words, part] : cases) {
    const std::string line = refusal(Program::Guest, words);
    EXPECT_NE(line.find(part), std::string::npos) << line;
    EXPECT_NE(line.find("--help"), std::string::npos) << line;
  }
  EXPECT_NE(refusal(Program::PatternFeed, {}).find("--memory"), std::string::npos);
  EXPECT_NE(refusal(Program::PatternFeed, {"--memory", "x", "--ring", "twice"}).find("twice"),
            std::string::npos);
  EXPECT_NE(refusal(Program::PatternFeed, {"--memory", "x", "--window", "y"}).find("--window"),
            std::string::npos);
}

TEST(GuestOptions, HelpAndVersionEndWell) {
  for (const char* option : {"--help", "--version"}) {
    testing::internal::CaptureStdout();
    const auto options = parse_options(Program::Guest, {option});
    EXPECT_FALSE(testing::internal::GetCapturedStdout().empty());
    ASSERT_FALSE(options.has_value());
    EXPECT_EQ(options.error(), 0);
  }
}

TEST(GuestReport, AMisfitSaysWhatIsThereAndWhatIsNeeded) {
  PatternOptions pattern;
  pattern.sizes = {{640, 480}, {3840, 2160}};
  const std::string sentence = pattern_misfit(std::uint64_t{64} << 20, pattern);
  EXPECT_EQ(sentence.find("the shared memory holds 64 MiB; 3840x2160 needs 128 MiB"), 0u)
      << sentence;
  EXPECT_EQ(pattern_misfit(std::uint64_t{128} << 20, pattern), "");
}

TEST(GuestReport, EachReasonWithoutMemoryHasItsRemedy) {
  const auto device = [](const Error& error) { return explain_memory(error, {}); };
  EXPECT_NE(device({.code = ErrorCode::NotFound, .what = "x"}).find("virtio-win"),
            std::string::npos);
  EXPECT_NE(device({.code = ErrorCode::NotFound, .what = "device with that index", .got = 2})
                .find("device with that index"),
            std::string::npos);
  EXPECT_NE(device({.code = ErrorCode::Busy}).find("another program"), std::string::npos);
  EXPECT_NE(device({.code = ErrorCode::PermissionDenied}).find("administrator"), std::string::npos);
  const auto file = [](ErrorCode code) {
    GuestOptions options;
    options.memory = "/dev/shm/x";
    return explain_memory({.code = code}, options);
  };
  EXPECT_NE(file(ErrorCode::NotFound).find("/dev/shm/x does not exist"), std::string::npos);
  EXPECT_NE(file(ErrorCode::PermissionDenied).find("permission"), std::string::npos);
  EXPECT_NE(file(ErrorCode::NotARegularFile).find("plain file"), std::string::npos);
  EXPECT_NE(file(ErrorCode::TooSmall).find("64 MiB"), std::string::npos);
}

TEST(GuestReport, AMissingTimerIsNotBlamedOnTheMemory) {
  const Error no_timer{.code = ErrorCode::Unsupported, .what = "another timer"};
  const std::string sentence = explain_begin(no_timer, {});
  EXPECT_NE(sentence.find("another timer is not supported"), std::string::npos) << sentence;
  EXPECT_EQ(sentence.find("IVSHMEM"), std::string::npos) << sentence;
  const Error other{.code = ErrorCode::TooSmall, .what = "region"};
  EXPECT_EQ(explain_begin(other, {}), explain_memory(other, {}));
}

TEST(GuestReport, SessionsAreRandomAndNotZero) {
  const std::uint64_t one = random_session();
  EXPECT_NE(one, 0u);
  EXPECT_NE(one, random_session());
}

TEST(GuestOptions, LatchesAreFollowedUnlessSwitchedOff) {
  EXPECT_TRUE(guest({}).publisher.follow_latches);
  EXPECT_FALSE(guest({"--follow-latch", "off"}).publisher.follow_latches);
}

TEST(GuestOptions, TheDoorbellIsOnUnlessSwitchedOff) {
  EXPECT_TRUE(guest({}).doorbell);
  EXPECT_TRUE(guest({"--doorbell", "on"}).doorbell);
  EXPECT_FALSE(guest({"--doorbell", "off"}).doorbell);
}

TEST(GuestReport, SaysHowReadersAndGuestWakeEachOther) {
  constexpr shm::IvshmemInterrupts kTwo{.peer = 3, .granted = 2};
  EXPECT_EQ(describe_doorbell(true, kTwo, nullptr), "rings readers: peer 3, 2 vectors");
  EXPECT_EQ(describe_doorbell(false, kTwo, nullptr), "interrupts switched off: readers poll");
  EXPECT_EQ(describe_doorbell(true, {}, nullptr), "no interrupts: plain device, readers poll");
  const Error full{.code = ErrorCode::TooLarge, .what = "IVSHMEM registrations"};
  EXPECT_TRUE(describe_doorbell(true, kTwo, &full)
                  .starts_with("rings readers: peer 3, 2 vectors; cannot be rung"));
}

TEST(GuestOptions, SayWhatTheGpuMakesOfPictures) {
  const auto parse = [](std::vector<std::string> words) {
    words.insert(words.begin(), {"--capture", "dxgi"});
    return parse_options(Program::Guest, words);
  };
  const GuestOptions usual = parse({}).value();
  EXPECT_EQ(usual.picture.limit, Size{});
  EXPECT_FALSE(usual.picture.ten_bit);
  EXPECT_TRUE(usual.copy_engine);
  const GuestOptions chosen =
      parse({"--max-size", "1920x1080", "--hdr", "ten-bit", "--copy-engine", "off"}).value();
  EXPECT_EQ(chosen.picture.limit, (Size{1920, 1080}));
  EXPECT_TRUE(chosen.picture.ten_bit);
  EXPECT_EQ(chosen.hdr, HdrWish::AsIs);
  EXPECT_FALSE(chosen.copy_engine);
  EXPECT_FALSE(parse({"--max-size", "1920"}));
}

TEST(GuestOptions, RatesFollowWhatIsCapturedInTheEnd) {
  GuestOptions options = parse_options(Program::Guest, {"--capture", "auto"}).value();
  EXPECT_EQ(options.publisher.millihertz, 60'000U) << "as for GDI until it is known";
  options.capture = CaptureKind::Dxgi;
  settle_rates(options);
  EXPECT_EQ(options.publisher.millihertz, 0U);
  EXPECT_EQ(options.publisher.pointer_millihertz, Pacer::kFastest);
  GuestOptions limited =
      parse_options(Program::Guest, {"--capture", "auto", "--rate", "30", "--cursor-rate", "50"})
          .value();
  for (const CaptureKind kind : {CaptureKind::Dxgi, CaptureKind::Gdi}) {
    limited.capture = kind;
    settle_rates(limited);
    EXPECT_EQ(limited.publisher.millihertz, 30'000U);
    EXPECT_EQ(limited.publisher.pointer_millihertz, 50'000U);
  }
}

}  // namespace
}  // namespace pierglass::guest
