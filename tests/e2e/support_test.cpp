// SPDX-License-Identifier: GPL-2.0-or-later
// The harness of the end-to-end tests, tested without any of our programs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/lab.hpp"
#include "tests/support/proc_stats.hpp"
#include "tests/support/process.hpp"
#include "tests/support/screenshot.hpp"
#include "tests/support/wait_until.hpp"
#include "tests/support/wayland_recorder.hpp"

namespace pierglass::test {
namespace {

using namespace std::chrono_literals;

std::vector<std::byte> message(std::uint32_t object, std::uint32_t opcode,
                               const std::vector<std::uint32_t>& words) {
  std::vector<std::uint32_t> all = {
      object, static_cast<std::uint32_t>((words.size() + 2) * 4 << 16 | opcode)};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<std::byte> bytes(all.size() * 4);
  std::memcpy(bytes.data(), all.data(), bytes.size());
  return bytes;
}

// wl_registry 2 binds wl_compositor as 3, which creates surface 4.
std::vector<std::byte> connection_with_a_surface() {
  std::vector<std::uint32_t> bind = {7, sizeof "wl_compositor"};
  bind.resize(bind.size() + 4);
  std::memcpy(&bind[2], "wl_compositor", sizeof "wl_compositor");
  bind.insert(bind.end(), {4, 3});
  std::vector<std::byte> bytes = message(1, 1, {2});
  for (const auto& part : {message(2, 0, bind), message(3, 0, {4})}) {
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  return bytes;
}

std::vector<std::uint32_t> commits_of(const std::vector<std::byte>& stream, std::size_t chunk) {
  WaylandParser parser;
  std::vector<std::uint32_t> commits;
  for (std::size_t at = 0; at < stream.size(); at += chunk) {
    const std::size_t size = std::min(chunk, stream.size() - at);
    parser.requests(std::span(stream).subspan(at, size),
                    [&commits](std::uint32_t surface) { commits.push_back(surface); });
  }
  return commits;
}

TEST(WaylandParser, FindsCommitsHoweverTheStreamIsCut) {
  std::vector<std::byte> stream = connection_with_a_surface();
  for (const auto& part : {message(4, 6, {}), message(9, 6, {}), message(4, 6, {})}) {
    stream.insert(stream.end(), part.begin(), part.end());
  }
  for (std::size_t chunk = 1; chunk <= stream.size(); ++chunk) {
    EXPECT_THAT(commits_of(stream, chunk), testing::ElementsAre(4, 4)) << chunk;
  }
}

TEST(WaylandParser, ForgetsADestroyedSurface) {
  std::vector<std::byte> stream = connection_with_a_surface();
  for (const auto& part : {message(4, 0, {}), message(4, 6, {})}) {
    stream.insert(stream.end(), part.begin(), part.end());
  }
  EXPECT_TRUE(commits_of(stream, stream.size()).empty());
}

// wl_registry 2 binds `interface` as `id`.
std::vector<std::byte> binding(const std::string& interface, std::uint32_t id) {
  std::vector<std::uint32_t> words = {7, static_cast<std::uint32_t>(interface.size() + 1)};
  words.resize(2 + interface.size() / 4 + 1);
  std::memcpy(&words[2], interface.data(), interface.size());
  words.insert(words.end(), {1, id});
  return message(2, 0, words);
}

std::vector<std::byte> joined(const std::vector<std::vector<std::byte>>& parts) {
  std::vector<std::byte> stream;
  for (const auto& part : parts) stream.insert(stream.end(), part.begin(), part.end());
  return stream;
}

// Seat 3 has pointer 4 and keyboard 5; 7 is pointer 4's relative motion, 9 its lock.
WaylandParser parser_with_a_seat() {
  WaylandParser parser;
  parser.requests(
      joined({message(1, 1, {2}), binding("wl_seat", 3), message(3, 0, {4}), message(3, 1, {5}),
              binding("zwp_relative_pointer_manager_v1", 6), message(6, 1, {7, 4}),
              binding("zwp_pointer_constraints_v1", 8), message(8, 1, {9, 10, 4, 0, 2})}),
      [](std::uint32_t) {});
  return parser;
}

std::vector<WaylandInput> input_of(WaylandParser parser, const std::vector<std::byte>& stream,
                                   std::size_t chunk) {
  std::vector<WaylandInput> input;
  for (std::size_t at = 0; at < stream.size(); at += chunk) {
    const std::size_t size = std::min(chunk, stream.size() - at);
    parser.events(std::span(stream).subspan(at, size),
                  [&input](const WaylandInput& one) { input.push_back(one); });
  }
  return input;
}

TEST(WaylandParser, FindsInputHoweverTheStreamIsCut) {
  using Kind = WaylandInput::Kind;
  const std::vector<std::byte> stream = joined(
      {message(5, 3, {1, 2, 30, 1}), message(4, 2, {2, 512, 256}), message(4, 5, {}),
       message(7, 0, {0, 3, 1, 2, 768, 1024}), message(4, 3, {1, 2, 0x110, 0}), message(9, 0, {})});
  for (std::size_t chunk = 1; chunk <= stream.size(); ++chunk) {
    EXPECT_THAT(
        input_of(parser_with_a_seat(), stream, chunk),
        testing::ElementsAre(WaylandInput{.kind = Kind::Key, .a = 30, .b = 1},
                             WaylandInput{.kind = Kind::Motion, .a = 512, .b = 256},
                             WaylandInput{.kind = Kind::RelativeMotion, .a = 768, .b = 1024},
                             WaylandInput{.kind = Kind::Button, .a = 0x110, .b = 0},
                             WaylandInput{.kind = Kind::Locked}))
        << chunk;
  }
}

TEST(WaylandParser, TakesNothingFromANumberThatIsFreeAgain) {
  const std::vector<std::byte> stream = joined({message(1, 1, {9}), message(9, 0, {7})});
  EXPECT_TRUE(input_of(parser_with_a_seat(), stream, stream.size()).empty());
}

TEST(Screenshot, ReadsABinaryPpm) {
  const Picture picture = parse_ppm(std::string("P6\n2 1\n255\n\x01\x02\x03\xff\x00\x80", 17));
  ASSERT_EQ(picture.size, (Size{2, 1}));
  EXPECT_THAT(picture.pixels, testing::ElementsAre(0x010203, 0xff0080));
  EXPECT_THROW(parse_ppm("P6\n2 1\n255\n123"), std::runtime_error);
}

TEST(Screenshot, ReportsTheFirstPixelAndTheLargestDifference) {
  const Picture expected({3, 2}, 0x102030);
  Picture actual = expected;
  actual.pixels[1] = 0x122030;
  actual.pixels[5] = 0x102033;
  EXPECT_EQ(compare(actual, expected, 3).pixels, 0U);
  const PictureDifference difference = compare(actual, expected, 2);
  EXPECT_EQ(difference.pixels, 1U);
  EXPECT_EQ(difference.largest, 3U);
  EXPECT_EQ(difference.x, 2U);
  EXPECT_EQ(difference.y, 1U);
  EXPECT_FALSE(same_picture(actual, expected, 2, "harness self test"));
}

TEST(Process, ReportsExitAndOutput) {
  Lab lab;
  const Finished done =
      run_to_end(lab.command("sh", {"sh", "-c", "echo out; echo err >&2; exit 3"}), 10s);
  EXPECT_EQ(done.exit, Exit{.code = 3});
  EXPECT_EQ(done.out, "out\n");
  EXPECT_EQ(done.err, "err\n");
}

TEST(Process, RunsAsAnOrdinaryUser) {
  Lab lab;
  const Finished done = run_to_end(lab.command("id", {"id", "-u"}), 10s);
  EXPECT_NE(done.out, "0\n");
}

TEST(Process, EndsWithItsWholeGroup) {
  Lab lab;
  pid_t child = 0;
  {
    Process process(lab.command("sh", {"sh", "-c", "sleep 100 & echo $!; wait"}));
    ASSERT_TRUE(wait_until([&] { return process.out().ends_with('\n'); }, 10s));
    child = std::stoi(process.out());
    EXPECT_GT(usage_of(child).threads, 0U);
  }
  EXPECT_TRUE(wait_until([child] { return usage_of(child).resident_bytes == 0; }, 10s));
}

TEST(Process, AnEndlessOneIsKilledAfterItsTime) {
  Lab lab;
  EXPECT_EQ(run_to_end(lab.command("sleep", {"sleep", "100"}), 50ms).exit, std::nullopt);
}

}  // namespace
}  // namespace pierglass::test
