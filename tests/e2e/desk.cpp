// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/e2e/desk.hpp"

#include <signal.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "guest/core/pattern.hpp"
#include "tests/support/proc_stats.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

constexpr std::chrono::milliseconds kBetweenScreenshots(30);

// One channel of the bilinear mean of four pixels; u and v are weights of the right and lower ones.
double mix(const std::array<std::uint32_t, 4>& pixels, double u, double v, unsigned shift) {
  const auto channel = [&](std::size_t i) {
    return static_cast<double>(pixels[i] >> shift & 0xff);
  };
  const double upper = channel(0) * (1 - u) + channel(1) * u;
  const double lower = channel(2) * (1 - u) + channel(3) * u;
  return upper * (1 - v) + lower * v;
}

struct Sample {
  std::uint32_t first;
  std::uint32_t second;
  double weight;  // of the second
};

// Where the centre of target pixel `at` of `target` falls among `source` pixels.
Sample sample_at(std::uint32_t at, std::uint32_t target, std::uint32_t source) {
  const double position = std::max(0.0, (at + 0.5) * source / target - 0.5);
  const auto first = std::min(static_cast<std::uint32_t>(position), source - 1);
  return {.first = first,
          .second = std::min(first + 1, source - 1),
          .weight = std::min(position - first, 1.0)};
}

}  // namespace

Desk::Desk(Size output)
    : memory_(lab_, kMemoryBytes), memory_words_(memory_.path()), sway_(lab_, output) {}

void Desk::start_client(const std::string& renderer, std::vector<std::string> more,
                        Records records) {
  client_.reset();
  more.insert(more.end(), {"--memory", memory_words_, "--renderer", renderer});
  client_.emplace(lab_, sway_.display(), std::move(more), records);
}

void Desk::start_guest(Guest kind, const std::vector<std::string>& pattern) {
  guest_.reset();
  std::vector<std::string> arguments = pattern;
  if (kind == Guest::Linux || kind == Guest::LookingGlass) {
    const auto built = kind == Guest::Linux ? feed_program() : looking_glass_program();
    arguments.insert(arguments.begin(), {lab_.stage(built).string(), "--memory", memory_words_});
    guest_.emplace(lab_.command("guest", std::move(arguments)));
    return;
  }
  if (!wine_) wine_.emplace(lab_);
  const bool duplicated = kind == Guest::Duplicated;
  arguments.insert(arguments.begin(), {"--capture", duplicated ? "dxgi" : "pattern", "--memory",
                                       Wine::windows_path(memory_.path())});
  if (duplicated) {
    if (!xvfb_) xvfb_.emplace(lab_);
    arguments.insert(arguments.begin(), "pattern");
    guest_.emplace(wine_->start_drawing("guest", lab_.stage(standin_program()),
                                        std::move(arguments), xvfb_->display()));
    return;
  }
  guest_.emplace(wine_->start("guest", lab_.stage(guest_program()), std::move(arguments)));
}

testing::AssertionResult Desk::shows(const Picture& expected, unsigned tolerance,
                                     const std::string& name) {
  Picture last;
  const bool same = wait_until(
      [&] {
        last = screenshot();
        return last.size == expected.size && compare(last, expected, tolerance).pixels == 0;
      },
      kPatience, kBetweenScreenshots);
  if (same) return testing::AssertionSuccess();
  return same_picture(last, expected, tolerance, name)
         << "\nclient: " << client_->process().err() << client_->process().out().substr(0, 2000)
         << "\nguest: " << (guest_ ? guest_->err() : "none");
}

std::optional<std::uint32_t> Desk::shows_moving(const guest::PatternSpec& spec,
                                                std::optional<std::uint32_t> but) {
  Picture last;
  std::optional<std::uint32_t> number;
  const bool found = wait_until(
      [&] {
        last = screenshot();
        number = guest::decode_frame_number(std::as_const(last).view());
        return last.size == spec.size && number && number != but;
      },
      kPatience, kBetweenScreenshots);
  EXPECT_TRUE(found) << "no frame number on the screen\nclient: " << client_->process().err()
                     << "\nguest: " << (guest_ ? guest_->err() : "none");
  if (!found) return {};
  const auto same =
      same_picture(last, pattern_picture(spec, *number), 0, "moving " + text_of(spec.size));
  EXPECT_TRUE(same);
  return same ? number : std::nullopt;
}

testing::AssertionResult Desk::settles_to(const guest::PatternSpec& spec) {
  const bool settled = wait_until(
      [&] {
        const Picture screen = screenshot();
        const auto number = guest::decode_frame_number(screen.view());
        return screen.size == spec.size && number &&
               compare(screen, pattern_picture(spec, *number), 0).pixels == 0;
      },
      kPatience, kBetweenScreenshots);
  if (settled) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "no whole frame alone\n" << client_->process().err();
}

bool Desk::client_says(const std::string& status) {
  return wait_until(
      [&] {
        const auto stats = client_->stats();
        return !stats.empty() && stats.back().value("status", "") == status;
      },
      kPatience, kBetweenScreenshots);
}

void Desk::expect_clean_end() {
  ASSERT_TRUE(client_);
  client_->process().signal(SIGTERM);
  const std::optional<Exit> exit = client_->process().wait(kPatience);
  EXPECT_EQ(exit, Exit{.code = 0}) << client_->process().err();
  EXPECT_EQ(client_->sanitizer_report(), "");
}

Picture pattern_picture(const guest::PatternSpec& spec, std::uint64_t frame) {
  Picture picture(spec.size);
  for (std::uint32_t y = 0; y < spec.size.height; ++y) {
    for (std::uint32_t x = 0; x < spec.size.width; ++x) {
      picture.pixels[std::size_t{y} * spec.size.width + x] =
          guest::pattern_pixel(spec, frame, x, y);
    }
  }
  return picture;
}

Picture scaled_picture(const Picture& picture, Size size, const Rect& into) {
  Picture result(size);
  for (std::uint32_t y = 0; y < into.height; ++y) {
    const Sample row = sample_at(y, into.height, picture.size.height);
    for (std::uint32_t x = 0; x < into.width; ++x) {
      const Sample column = sample_at(x, into.width, picture.size.width);
      const std::array<std::uint32_t, 4> pixels = {
          picture.at(column.first, row.first), picture.at(column.second, row.first),
          picture.at(column.first, row.second), picture.at(column.second, row.second)};
      std::uint32_t value = 0;
      for (unsigned shift = 0; shift < 24; shift += 8) {
        value |=
            static_cast<std::uint32_t>(std::lround(mix(pixels, column.weight, row.weight, shift)))
            << shift;
      }
      result.pixels[std::size_t{into.y + y} * size.width + into.x + x] = value;
    }
  }
  return result;
}

double load_of(pid_t process, std::chrono::nanoseconds span) {
  const auto began = std::chrono::steady_clock::now();
  const Usage before = usage_of(process);
  // A stretch of time is what is asked for here, not a condition.
  const bool gone = wait_until([process] { return usage_of(process).threads == 0; }, span,
                               std::chrono::milliseconds(50));
  const auto used = difference(before, usage_of(process)).cpu;
  const auto passed = std::chrono::steady_clock::now() - began;
  return gone ? 0 : std::chrono::duration<double>(used) / std::chrono::duration<double>(passed);
}

std::string text_of(Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

}  // namespace pierglass::test
