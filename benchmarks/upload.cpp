// SPDX-License-Identifier: GPL-2.0-or-later
//
// What bringing a whole frame to the GPU costs this thread's processor, by each way that the driver
// has, against one memcpy of it. Table to stderr, one JSON object to stdout.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "benchmarks/program.hpp"
#include "gfx/gl_pass.hpp"
#include "tests/unit/gfx/offscreen.hpp"

namespace pierglass::benchmarks {
namespace {

constexpr Size kFrame{1920, 1080};
constexpr std::size_t kBytes = std::size_t{kFrame.width} * kFrame.height * 4;
// In turn, so that no frame is still in the cache.
constexpr std::size_t kFrames = 4;
constexpr int kRounds = 31;
constexpr Rect kAll{0, 0, kFrame.width, kFrame.height};

using Frame = std::vector<std::byte>;

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// What is measured, and its times so far.
struct Row {
  std::string name;
  std::function<void(const Frame&)> work;
  std::vector<double> seconds;

  [[nodiscard]] double median() {
    std::ranges::sort(seconds);
    return seconds[seconds.size() / 2];
  }
};

std::string name_of(const gfx::UploadWay& way) {
  constexpr std::array kModes = {"persistent", "client", "unsynchronised"};
  return std::string(kModes[static_cast<std::size_t>(way.mode)]) +
         (way.stores == pixel::Stores::Streaming ? " streaming" : " plain");
}

// The copy into the mapping alone, and the whole with the driver's part, which a software
// rasteriser does on this thread.
void add_rows(std::vector<Row>& rows, std::vector<std::unique_ptr<gfx::PboRing>>& rings,
              std::vector<std::unique_ptr<gfx::GlPass>>& passes, const gfx::UploadWay& way) {
  const auto image = [](const Frame& frame) {
    return pixel::ConstImage{.data = frame.data(), .pitch = kFrame.width * 4, .size = kFrame};
  };
  auto ring = gfx::PboRing::create(way.mode, kBytes);
  auto pass = gfx::GlPass::create(way);
  if (!ring || !pass) return;
  rings.push_back(std::make_unique<gfx::PboRing>(std::move(*ring)));
  passes.push_back(std::move(*pass));
  rows.push_back({.name = "copy " + name_of(way),
                  .work =
                      [&ring = *rings.back(), image, way](const Frame& frame) {
                        const auto to = ring.begin_write(0, kBytes);
                        if (!to) return;
                        pixel::copy_rects({*to, kFrame.width * 4, kFrame}, image(frame), {&kAll, 1},
                                          way.stores);
                        (void)ring.end_write();
                        ring.end_read();
                      },
                  .seconds = {}});
  rows.push_back({.name = "upload " + name_of(way),
                  .work =
                      [&pass = *passes.back(), image](const Frame& frame) {
                        (void)pass.upload(image(frame), {&kAll, 1});
                        glFlush();
                      },
                  .seconds = {}});
}

int run(int /*argc*/, char** /*argv*/) {
  auto context = gfx::test::OffscreenContext::create();
  if (!context) {
    std::fprintf(stderr, "no OpenGL ES without a window here\n");
    return 1;
  }
  std::vector<std::unique_ptr<gfx::PboRing>> rings;
  std::vector<std::unique_ptr<gfx::GlPass>> passes;
  const std::vector<Frame> frames(kFrames, Frame(kBytes, std::byte{1}));
  std::vector<Frame> copies(kFrames, Frame(kBytes));
  std::size_t turn = 0;
  std::vector<Row> rows;
  rows.push_back({.name = "memcpy",
                  .work =
                      [&](const Frame& frame) {
                        std::memcpy(copies[turn % kFrames].data(), frame.data(), kBytes);
                      },
                  .seconds = {}});
  for (const gfx::PboMode mode : gfx::pbo_modes()) {
    add_rows(rows, rings, passes, {mode, pixel::Stores::Streaming});
    add_rows(rows, rings, passes, {mode, pixel::Stores::Plain});
  }
  for (int round = -4; round < kRounds; ++round) {
    for (Row& row : rows) {
      const double began = thread_seconds();
      row.work(frames[turn++ % kFrames]);
      if (round >= 0) row.seconds.push_back(thread_seconds() - began);
      glFinish();
    }
  }
  nlohmann::json out = {{"benchmark", "upload"}, {"bytes", kBytes}};
  const double plain = rows.front().median();
  for (Row& row : rows) {
    const double time = row.median();
    std::fprintf(stderr, "%-34s %6.3f ms   %5.2f x memcpy\n", row.name.c_str(), time * 1e3,
                 time / plain);
    out["cpu"].push_back({{"name", row.name}, {"seconds", time}, {"ratio", time / plain}});
  }
  std::cout << out.dump() << '\n';
  return 0;
}

}  // namespace
}  // namespace pierglass::benchmarks

int main(int argc, char** argv) {
  return pierglass::benchmarks::run_program("benchmark_upload", pierglass::benchmarks::run, argc,
                                            argv);
}
