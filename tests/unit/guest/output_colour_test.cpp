// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/output_colour.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace pierglass::guest {
namespace {

using wire::ColourSpace;
using wire::PixelFormat;

constexpr OutputColour kHdrOutput{
    .colour_space = dxgi::kRgbFullG2084NoneP2020,
    .primaries = {0.708F, 0.292F, 0.170F, 0.797F, 0.131F, 0.046F, 0.3127F, 0.3290F},
    .max_luminance = 1000.0F,
    .min_luminance = 0.05F,
    .max_full_frame_luminance = 600.0F};

TEST(OutputColour, TheBestFormatIsAskedForFirst) {
  EXPECT_EQ(wanted_formats(HdrWish::AsIs).front(), dxgi::kR16G16B16A16Float);
  EXPECT_EQ(wanted_formats(HdrWish::Off).front(), dxgi::kB8G8R8A8Unorm);
  for (const HdrWish wish : {HdrWish::AsIs, HdrWish::Off}) {
    for (const std::uint32_t format : wanted_formats(wish))
      EXPECT_TRUE(pixel_format_of(format)) << format;
  }
  EXPECT_FALSE(pixel_format_of(0));
  EXPECT_FALSE(pixel_format_of(91));  // B8G8R8A8_UNORM_SRGB
}

TEST(OutputColour, TheFormatSaysHowSamplesAreMeant) {
  const OutputColour sdr{};
  EXPECT_EQ(colour_space_of(PixelFormat::Xrgb8888, kHdrOutput), ColourSpace::Srgb);
  EXPECT_EQ(colour_space_of(PixelFormat::Xbgr16161616f, sdr), ColourSpace::ScrgbLinear);
  EXPECT_EQ(colour_space_of(PixelFormat::Xbgr2101010, sdr), ColourSpace::Srgb);
  EXPECT_EQ(colour_space_of(PixelFormat::Xbgr2101010, kHdrOutput), ColourSpace::Bt2020Pq);
}

TEST(OutputColour, MetadataIsInTheWiresUnits) {
  const wire::HdrMetadata hdr = hdr_metadata_of(kHdrOutput);
  EXPECT_EQ(hdr.primaries[0], 35'400);
  EXPECT_EQ(hdr.primaries[7], 16'450);
  EXPECT_EQ(hdr.max_luminance, 10'000'000u);
  EXPECT_EQ(hdr.min_luminance, 500u);
  EXPECT_EQ(hdr.max_content_light, 1000);
  EXPECT_EQ(hdr.max_frame_avg_light, 600);
  OutputColour sdr = kHdrOutput;
  sdr.colour_space = 0;
  EXPECT_EQ(hdr_metadata_of(sdr), wire::HdrMetadata{});
}

TEST(OutputColour, NonsenseIsClamped) {
  OutputColour odd = kHdrOutput;
  odd.primaries[0] = std::numeric_limits<float>::quiet_NaN();
  odd.primaries[1] = -3.0F;
  odd.primaries[2] = 1e30F;
  odd.max_luminance = std::numeric_limits<float>::infinity();
  const wire::HdrMetadata hdr = hdr_metadata_of(odd);
  EXPECT_EQ(hdr.primaries[0], 0);
  EXPECT_EQ(hdr.primaries[1], 0);
  EXPECT_EQ(hdr.primaries[2], 65'535);
  EXPECT_EQ(hdr.max_luminance, 4'294'967'295u);
  EXPECT_EQ(hdr.max_content_light, 65'535);
}

TEST(OutputColour, TurnsAndWhite) {
  EXPECT_EQ(rotation_of(0), wire::Rotation::None);
  EXPECT_EQ(rotation_of(1), wire::Rotation::None);
  EXPECT_EQ(rotation_of(2), wire::Rotation::Turn90);
  EXPECT_EQ(rotation_of(3), wire::Rotation::Turn180);
  EXPECT_EQ(rotation_of(4), wire::Rotation::Turn270);
  EXPECT_EQ(rotation_of(77), wire::Rotation::None);
  EXPECT_EQ(white_millinits_of(1000), 80'000u);
  EXPECT_EQ(white_millinits_of(2500), 200'000u);
  EXPECT_EQ(white_millinits_of(0), 0u);
  EXPECT_EQ(white_millinits_of(0xffffffff), 0xffffffffu);
}

}  // namespace
}  // namespace pierglass::guest
