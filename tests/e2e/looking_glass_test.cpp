// SPDX-License-Identifier: GPL-2.0-or-later
// A Looking Glass host's pictures and pointer, through the client, on a compositor: what the screen
// shows. The client finds out by itself what it reads.
#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "guest/core/pattern_cursor.hpp"
#include "pixel/convert.hpp"
#include "pixel/cursor.hpp"
#include "tests/e2e/desk.hpp"
#include "tests/support/looking_glass_writer_pixels.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using guest::PatternMode;
using guest::PatternSpec;

constexpr Size kLaptop{1366, 768};
constexpr Size kSmall{682, 400};       // packed rows of 2046 bytes, which are padded
constexpr std::uint32_t kWhite = 203;  // cd/m2 of white in PQ pictures

struct Format {
  const char* option;
  GlassFormat format;
};
constexpr Format kFormats[] = {
    {.option = "bgra", .format = GlassFormat::Bgra},
    {.option = "rgba", .format = GlassFormat::Rgba},
    {.option = "rgba10", .format = GlassFormat::Rgba10},
    {.option = "rgba10-linear", .format = GlassFormat::Rgba10Linear},
    {.option = "rgba10-pq", .format = GlassFormat::Rgba10Pq},
    {.option = "rgba16f", .format = GlassFormat::Rgba16F},
    {.option = "bgr32", .format = GlassFormat::Bgr32},
    {.option = "rgb24", .format = GlassFormat::Rgb24},
};

bool is_hdr(GlassFormat format) {
  return format_flags(format) != 0;
}

wire::PixelFormat stored_as(GlassFormat format) {
  return format == GlassFormat::Rgba16F ? wire::PixelFormat::Xbgr16161616f
                                        : wire::PixelFormat::Xbgr2101010;
}

Picture still_picture(Size size, std::uint64_t number = 1) {
  return pattern_picture({.size = size, .mode = PatternMode::Still}, number);
}

// What becomes of a picture on its way through an HDR format: it is stored and tone-mapped.
Picture through(const Picture& picture, GlassFormat format) {
  if (!is_hdr(format)) return picture;
  const auto stored = encode_picture(picture.view(), format, 0, kWhite);
  const StoredGeometry geometry = stored_geometry(picture.size, format);
  const pixel::Colour pq{
      .space = wire::ColourSpace::Bt2020Pq, .white_millinits = kWhite * 1000, .compress = true};
  const pixel::Colour linear{.space = wire::ColourSpace::ScrgbLinear,
                             .compress = format == GlassFormat::Rgba16F};
  const pixel::RowConverter converter(stored_as(format),
                                      format == GlassFormat::Rgba10Pq ? pq : linear);
  Picture result(picture.size);
  for (std::uint32_t y = 0; y < picture.size.height; ++y)
    converter.convert(&result.pixels[std::size_t{y} * picture.size.width],
                      stored.data() + std::size_t{y} * geometry.pitch, picture.size.width);
  return result;
}

std::vector<std::string> still(Size size, std::vector<std::string> more) {
  more.insert(more.begin(), {"--size", text_of(size), "--mode", "still"});
  return more;
}

Picture top_rows(const Picture& picture, std::uint32_t rows) {
  Picture top({picture.size.width, rows});
  std::copy_n(picture.pixels.begin(), top.pixels.size(), top.pixels.begin());
  return top;
}

class GlassOn : public testing::TestWithParam<std::string> {
 protected:
  const std::string& renderer() const { return GetParam(); }
};
INSTANTIATE_TEST_SUITE_P(EndToEnd, GlassOn, testing::Values("gl", "shm"),
                         [](const auto& one) { return one.param; });

TEST_P(GlassOn, EveryFrameTypeShowsItsPixels) {
  Desk desk(kLaptop);
  desk.start_client(renderer());
  for (const char* protocol : {"20", "34"}) {
    for (const Format& one : kFormats) {
      desk.start_guest(Guest::LookingGlass,
                       still(kLaptop, {"--protocol", protocol, "--format", one.option,
                                       "--sdr-white", std::to_string(kWhite)}));
      const Picture expected = through(still_picture(kLaptop), one.format);
      EXPECT_TRUE(desk.shows(expected, is_hdr(one.format) ? 2 : 0,
                             renderer() + " KVMFR " + protocol + " " + one.option));
    }
  }
  desk.expect_clean_end();
}

TEST_P(GlassOn, PackedPicturesOfAnyWidthShowTheirPixels) {
  // The last one's rows hold a spare pixel each, and its last row is not stored.
  const std::pair<Size, std::uint32_t> cases[] = {
      {{640, 480}, 480}, {{641, 479}, 479}, {{642, 481}, 481}, {{643, 480}, 479}};
  Desk desk({640, 480});
  desk.start_client(renderer());
  for (const auto& [size, rows] : cases) {
    desk.sway().set_resolution({size.width, rows});
    desk.start_guest(Guest::LookingGlass, still(size, {"--format", "bgr32"}));
    EXPECT_TRUE(desk.shows(top_rows(still_picture(size), rows), 0,
                           renderer() + " packed " + text_of(size)));
  }
  desk.expect_clean_end();
}

class GlassMoving
    : public testing::TestWithParam<std::tuple<std::string, std::string, std::string>> {};

TEST_P(GlassMoving, EveryFrameIsWhole) {
  const auto& [renderer, mode, format] = GetParam();
  Desk desk(kSmall);
  desk.start_client(renderer);
  const PatternSpec spec{.size = kSmall,
                         .mode = mode == "full" ? PatternMode::Full : PatternMode::Small};
  for (const char* protocol : {"20", "34"}) {
    for (const char* damage : {"exact", "none"}) {
      desk.start_guest(Guest::LookingGlass,
                       {"--size", text_of(kSmall), "--rate", "30", "--mode", mode, "--format",
                        format, "--protocol", protocol, "--damage", damage});
      std::optional<std::uint32_t> number;
      for (int i = 0; i < 3; ++i) {
        number = desk.shows_moving(spec, number);
        ASSERT_TRUE(number) << protocol << " " << damage;
      }
    }
  }
  desk.expect_clean_end();
}

INSTANTIATE_TEST_SUITE_P(EndToEnd, GlassMoving,
                         testing::Combine(testing::Values("gl", "shm"),
                                          testing::Values("full", "small"),
                                          testing::Values("bgra", "bgr32")),
                         [](const auto& one) {
                           return std::get<0>(one.param) + "_" + std::get<1>(one.param) + "_" +
                                  std::get<2>(one.param);
                         });

TEST_P(GlassOn, TurnedPicturesStandUpright) {
  Desk desk(kSmall);
  desk.start_client(renderer());
  for (const char* rotation : {"90", "180", "270"}) {
    for (const char* format : {"bgra", "bgr32"}) {
      desk.start_guest(Guest::LookingGlass,
                       still(kSmall, {"--rotation", rotation, "--format", format}));
      EXPECT_TRUE(
          desk.shows(still_picture(kSmall), 0, renderer() + " turned " + rotation + " " + format));
    }
    desk.start_guest(Guest::LookingGlass, {"--size", text_of(kSmall), "--rate", "30", "--mode",
                                           "small", "--rotation", rotation});
    const PatternSpec small{.size = kSmall, .mode = PatternMode::Small};
    std::optional<std::uint32_t> number = 1;  // the still picture's, which is another
    for (int i = 0; i < 3; ++i) {
      number = desk.shows_moving(small, number);
      ASSERT_TRUE(number) << rotation;
    }
  }
  desk.expect_clean_end();
}

TEST_P(GlassOn, EveryKindOfCursorIsDrawn) {
  struct Kind {
    const char* option;
    wire::CursorType type;
  };
  const Kind kinds[] = {{.option = "colour", .type = wire::CursorType::Colour},
                        {.option = "mono", .type = wire::CursorType::Monochrome},
                        {.option = "masked", .type = wire::CursorType::MaskedColour}};
  Desk desk(kLaptop);
  desk.start_client(renderer());
  for (const auto& [protocol, rotation] :
       {std::pair{"20", "0"}, std::pair{"34", "0"}, std::pair{"20", "90"}}) {
    for (const Kind& kind : kinds) {
      desk.start_guest(Guest::LookingGlass, still(kLaptop, {"--protocol", protocol, "--rotation",
                                                            rotation, "--cursor", kind.option}));
      const guest::PatternCursor shape = guest::pattern_cursor(kind.type);
      const auto cursor = pixel::make_cursor_image(shape.info, shape.image);
      ASSERT_TRUE(cursor);
      Picture expected = still_picture(kLaptop);
      pixel::draw_cursor(expected.view(), *cursor, guest::pattern_cursor_position(kLaptop, 0),
                         full_rect(kLaptop));
      const unsigned tolerance = kind.type == wire::CursorType::Colour ? 1 : 0;
      EXPECT_TRUE(desk.shows(
          expected, tolerance,
          renderer() + " cursor " + kind.option + " KVMFR " + protocol + " turned " + rotation));
    }
  }
  desk.expect_clean_end();
}

TEST_P(GlassOn, ARunningHostChangesItsResolution) {
  Desk desk(kLaptop);
  desk.start_client(renderer());
  desk.start_guest(Guest::LookingGlass, {"--sizes", "1366x768,1024x768,640x480", "--size-seconds",
                                         "4", "--mode", "still"});
  EXPECT_TRUE(desk.shows(still_picture(kLaptop), 0, renderer() + " first size"));
  EXPECT_TRUE(
      desk.shows(scaled_picture(still_picture({1024, 768}, 2), kLaptop, {171, 0, 1024, 768}), 2,
                 renderer() + " second size"));
  EXPECT_TRUE(desk.shows(scaled_picture(still_picture({640, 480}, 3), kLaptop, {171, 0, 1024, 768}),
                         2, renderer() + " third size"));
  EXPECT_TRUE(desk.shows(still_picture(kLaptop, 4), 0, renderer() + " first size again"));
  desk.expect_clean_end();
}

TEST_P(GlassOn, WhatMemoryHasNoRoomForIsNamedAndTheRestShown) {
  constexpr std::uint32_t kRows = 700;
  Desk desk({kLaptop.width, kRows});
  desk.memory().create(std::uint64_t{16} << 20);
  desk.start_client(renderer());
  desk.start_guest(Guest::LookingGlass, still(kLaptop, {"--truncate", std::to_string(kRows)}));
  EXPECT_TRUE(desk.shows(top_rows(still_picture(kLaptop), kRows), 0,
                         renderer() + " truncated by the host"));
  EXPECT_TRUE(wait_until(
      [&] { return desk.client().process().err().find("32 MiB") != std::string::npos; }, kPatience))
      << desk.client().process().err();
  desk.expect_clean_end();
}

TEST_P(GlassOn, MemoryThatIsTooSmallTruncatesByItself) {
  // 11 MiB less 3 MiB for pointers leave two buffers of some 4 MiB: 760 rows or so of 5464 bytes.
  Desk desk(kLaptop);
  desk.memory().create(std::uint64_t{11} << 20);
  desk.start_client(renderer());
  desk.start_guest(Guest::LookingGlass, {"--size", text_of(kLaptop), "--rate", "30"});
  EXPECT_TRUE(wait_until(
      [&] { return desk.client().process().err().find("32 MiB") != std::string::npos; }, kPatience))
      << desk.client().process().err();
  desk.expect_clean_end();
}

TEST(GlassVersions, AnotherOneIsNamedInASentence) {
  struct Claim {
    const char* protocol;
    const char* versions;
    const char* said;
  };
  const Claim claims[] = {{"20", "21,6", "KVMFR 21 over LGMP 6"},
                          {"20", "20,7", "KVMFR 20 over LGMP 7"},
                          {"34", "35,12", "KVMFR 35 over LGMP 12"},
                          {"34", "35,13", "KVMFR 35 over LGMP 13"}};
  for (const Claim& claim : claims) {
    Desk desk({640, 480});
    desk.start_client("shm");
    const auto says = [&](const char* words) {
      return desk.client().process().err().find(words) != std::string::npos;
    };
    desk.start_guest(Guest::LookingGlass,
                     still({640, 480}, {"--protocol", claim.protocol, "--claim-version",
                                        claim.versions, "--release", "X1-odd"}));
    EXPECT_TRUE(wait_until([&] { return says(claim.said); }, kPatience))
        << claim.versions << ": " << desk.client().process().err();
    EXPECT_TRUE(says("X1-odd") && says("KVMFR 20 over LGMP 6") && says("KVMFR 34 over LGMP 12"))
        << desk.client().process().err();
    desk.start_guest(Guest::LookingGlass, still({640, 480}, {}));
    EXPECT_TRUE(desk.shows(still_picture({640, 480}), 0, "after another version"));
    desk.expect_clean_end();
  }
}

}  // namespace
}  // namespace pierglass::test
