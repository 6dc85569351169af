// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/png.hpp"

#include <gtest/gtest.h>
#include <spng.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace pierglass::app {
namespace {

struct Read {
  Size size;
  std::vector<std::uint32_t> pixels;  // 0x00RRGGBB
};

Read read_png(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  const std::unique_ptr<spng_ctx, void (*)(spng_ctx*)> decoder(spng_ctx_new(0), spng_ctx_free);
  Read read;
  spng_ihdr header{};
  std::size_t bytes = 0;
  if (!file) return read;
  EXPECT_EQ(spng_set_png_file(decoder.get(), file.get()), 0);
  EXPECT_EQ(spng_get_ihdr(decoder.get(), &header), 0);
  EXPECT_EQ(spng_decoded_image_size(decoder.get(), SPNG_FMT_RGB8, &bytes), 0);
  std::vector<std::uint8_t> rgb(bytes);
  EXPECT_EQ(spng_decode_image(decoder.get(), rgb.data(), bytes, SPNG_FMT_RGB8, 0), 0);
  read.size = {header.width, header.height};
  for (std::size_t i = 0; i + 2 < bytes; i += 3) {
    read.pixels.push_back(static_cast<std::uint32_t>(rgb[i] << 16 | rgb[i + 1] << 8 | rgb[i + 2]));
  }
  return read;
}

struct PngTest : testing::Test {
  PngTest() {
    char name[] = "/tmp/pierglass-png-XXXXXX";
    folder = mkdtemp(name);
    path = folder + "/picture.png";
  }
  ~PngTest() override { std::filesystem::remove_all(folder); }
  [[nodiscard]] std::ptrdiff_t files() const {
    return std::distance(std::filesystem::directory_iterator(folder), {});
  }
  std::string folder;
  std::string path;
};

TEST_F(PngTest, ReadsBackAsWritten) {
  constexpr Size kSize{37, 21};
  std::vector<std::uint32_t> pixels;
  for (std::uint32_t i = 0; i < kSize.area(); ++i) pixels.push_back(0xa5000000 | i * 0x010307);
  ASSERT_TRUE(write_png(path, kSize, pixels));
  const Read read = read_png(path);
  ASSERT_EQ(read.size, kSize);
  ASSERT_EQ(read.pixels.size(), pixels.size());
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    ASSERT_EQ(read.pixels[i], pixels[i] & 0xffffff) << i;
  }
  EXPECT_EQ(files(), 1) << "nothing is left beside it";
}

TEST_F(PngTest, TakesThePlaceOfAFileAndHasTheModeOfAnyOther) {
  std::ofstream(path) << "an older picture";
  std::ofstream(folder + "/other") << "x";
  ASSERT_TRUE(write_png(path, {1, 1}, std::vector<std::uint32_t>{0x123456}));
  EXPECT_EQ(read_png(path).pixels, (std::vector<std::uint32_t>{0x123456}));
  struct stat written{};
  struct stat other{};
  ASSERT_EQ(stat(path.c_str(), &written), 0);
  ASSERT_EQ(stat((folder + "/other").c_str(), &other), 0);
  EXPECT_EQ(written.st_mode, other.st_mode);
}

TEST_F(PngTest, WhatCannotBeWrittenLeavesNothingBehind) {
  const std::vector<std::uint32_t> pixels(6);
  EXPECT_EQ(write_png(folder + "/none/a.png", {2, 3}, pixels).error().code, ErrorCode::OsCall);
  EXPECT_EQ(write_png(path, {2, 2}, pixels).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(write_png(path, {0, 0}, {}).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(files(), 0);
  std::filesystem::create_directory(path);
  EXPECT_EQ(write_png(path, {2, 3}, pixels).error().code, ErrorCode::OsCall);
  EXPECT_EQ(files(), 1) << "only what was in its place";
}

}  // namespace
}  // namespace pierglass::app
