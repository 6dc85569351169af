// SPDX-License-Identifier: GPL-2.0-or-later
//
// The pixel kernels: stream_copy against memcpy from shared memory to shared memory, what 1 % of
// damage costs, and scaling for software presentation. Table to stderr, one JSON object to stdout.
#include <benchmark/benchmark.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <span>
#include <string>

#include "base/result.hpp"
#include "benchmarks/medians.hpp"
#include "pixel/copy.hpp"
#include "pixel/damage_region.hpp"
#include "pixel/scale.hpp"

namespace pierglass::benchmarks {
namespace {

// Frames in turn, so that none of them is still in the cache when its turn comes again.
constexpr std::size_t kFrames = 4;

// Shared memory as the frames' region is: a memfd, mapped and touched.
class SharedFrames {
 public:
  explicit SharedFrames(Size size)
      : size_(size), frame_bytes_(size.area() * 4), bytes_(frame_bytes_ * kFrames) {
    const int fd = memfd_create("benchmark", MFD_CLOEXEC);
    CHECK(fd >= 0 && ftruncate(fd, static_cast<off_t>(bytes_)) == 0);
    void* mapped = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(mapped != MAP_FAILED);
    close(fd);
    data_ = static_cast<std::byte*>(mapped);
    std::memset(data_, 1, bytes_);
  }
  SharedFrames(const SharedFrames&) = delete;
  SharedFrames& operator=(const SharedFrames&) = delete;
  ~SharedFrames() { munmap(data_, bytes_); }

  [[nodiscard]] pixel::Image frame(std::size_t i) const {
    return {data_ + i % kFrames * frame_bytes_, size_.width * 4, size_,
            wire::PixelFormat::Xrgb8888};
  }
  [[nodiscard]] std::size_t frame_bytes() const { return frame_bytes_; }

 private:
  Size size_;
  std::size_t frame_bytes_;
  std::size_t bytes_;
  std::byte* data_ = nullptr;
};

void memcpy_frame(const pixel::Image& to, const pixel::Image& from, std::size_t bytes) {
  std::memcpy(to.data, from.data, bytes);
  benchmark::ClobberMemory();
}

void stream_frame(const pixel::Image& to, const pixel::Image& from, std::size_t bytes) {
  pixel::stream_copy(to.data, from.data, bytes);
  pixel::store_fence();
}

template <typename Copy>
void register_copy(const std::string& name, Size size, Copy copy) {
  benchmark::RegisterBenchmark(name.c_str(), [size, copy](benchmark::State& state) {
    const SharedFrames from(size);
    const SharedFrames to(size);
    std::size_t i = 0;
    for (auto _ : state) {
      copy(to.frame(i), from.frame(i), from.frame_bytes());
      ++i;
    }
  })->UseRealTime();
}

// About 1 % of the picture in 40 places, as a desktop's small changes are.
pixel::DamageRegion one_percent(Size size) {
  constexpr std::uint32_t kPlaces = 40;
  std::mt19937 random(1);
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  const auto width = static_cast<std::uint32_t>(size.area() / 100 / kPlaces / 32);
  pixel::DamageRegion region;
  for (std::uint32_t i = 0; i < kPlaces; ++i) {
    region.add({below(size.width - width), below(size.height - 32), width, 32});
  }
  return region;
}

void register_damage(const std::string& name, Size size) {
  benchmark::RegisterBenchmark(name.c_str(), [size](benchmark::State& state) {
    const SharedFrames from(size);
    const SharedFrames to(size);
    const auto damage = one_percent(size);
    std::size_t i = 0;
    for (auto _ : state) {
      pixel::copy_rects(to.frame(i), from.frame(i), damage.rects());
      ++i;
    }
  })->UseRealTime();
}

struct Scaling {
  const char* name;
  pixel::Sampling sampling;
  Size picture;
  Size window;
};
constexpr std::array kScalings = {
    Scaling{"nearest", pixel::Sampling::Nearest, {1366, 768}, {1920, 1080}},
    Scaling{"bilinear", pixel::Sampling::Bilinear, {1366, 768}, {1920, 1080}},
    Scaling{"sharp", pixel::Sampling::Sharp, {1920, 1080}, {3840, 2160}},
    Scaling{"lanczos", pixel::Sampling::Lanczos, {1366, 768}, {1920, 1080}},
    Scaling{"lanczos down", pixel::Sampling::Lanczos, {3840, 2160}, {1920, 1080}},
};

std::string name_of(const Scaling& scaling) {
  return std::string("scale/") + scaling.name;
}

void register_scale(const Scaling& c) {
  benchmark::RegisterBenchmark(name_of(c).c_str(), [c](benchmark::State& state) {
    const SharedFrames from(c.picture);
    const SharedFrames to(c.window);
    pixel::Scaler scaler;
    std::size_t i = 0;
    for (auto _ : state) {
      scaler.scale(c.sampling, to.frame(i), full_rect(c.window), from.frame(i),
                   full_rect(c.window));
      ++i;
    }
  })->UseRealTime();
}

struct Case {
  const char* name;
  Size size;
};
constexpr std::array kSizes = {Case{"3840x2160", {3840, 2160}}, Case{"1920x1080", {1920, 1080}}};

nlohmann::json copy_result(const Case& c, const std::map<std::string, double>& seconds) {
  const double bytes = static_cast<double>(c.size.area() * 4);
  const double plain = seconds.at(std::string("memcpy/") + c.name);
  const double stream = seconds.at(std::string("stream/") + c.name);
  std::fprintf(stderr,
               "full %-12s %8.2f MB   memcpy %6.2f GB/s   stream_copy %6.2f GB/s   %5.2f x\n",
               c.name, bytes / 1e6, bytes / plain / 1e9, bytes / stream / 1e9, plain / stream);
  return {{"size", c.name},
          {"bytes", bytes},
          {"memcpy_bytes_per_second", bytes / plain},
          {"stream_copy_bytes_per_second", bytes / stream},
          {"ratio", plain / stream}};
}

nlohmann::json damage_result(const Case& c, const std::map<std::string, double>& seconds) {
  const SharedFrames from(c.size);
  const SharedFrames to(c.size);
  const auto damage = one_percent(c.size);
  const std::size_t written = pixel::copy_rects(to.frame(0), from.frame(0), damage.rects());
  const double share = static_cast<double>(written) / static_cast<double>(from.frame_bytes());
  const double time = seconds.at(std::string("damage/") + c.name);
  std::fprintf(
      stderr, "1 %%  %-12s %8.3f MB written in %zu places, %.2f %% of the frame, %.1f us\n", c.name,
      static_cast<double>(written) / 1e6, damage.rects().size(), share * 100, time * 1e6);
  return {{"size", c.name}, {"bytes_written", written}, {"share", share}, {"seconds", time}};
}

nlohmann::json scale_result(const Scaling& c, const std::map<std::string, double>& seconds) {
  const double time = seconds.at(name_of(c));
  std::fprintf(stderr, "%-12s %ux%u to %ux%u: %.2f ms\n", c.name, c.picture.width, c.picture.height,
               c.window.width, c.window.height, time * 1e3);
  return {{"sampling", c.name},
          {"picture", {c.picture.width, c.picture.height}},
          {"window", {c.window.width, c.window.height}},
          {"seconds", time}};
}

int run(int argc, char** argv) {
  for (const Case& c : kSizes) {
    register_copy(std::string("memcpy/") + c.name, c.size, memcpy_frame);
    register_copy(std::string("stream/") + c.name, c.size, stream_frame);
    register_damage(std::string("damage/") + c.name, c.size);
  }
  for (const Scaling& c : kScalings) register_scale(c);
  const auto seconds = run_all(argc, argv);
  nlohmann::json out = {{"benchmark", "copy"}};
  for (const Case& c : kSizes) out["full"].push_back(copy_result(c, seconds));
  for (const Case& c : kSizes) out["damage_1_percent"].push_back(damage_result(c, seconds));
  for (const Scaling& c : kScalings) out["scale"].push_back(scale_result(c, seconds));
  std::cout << out.dump() << '\n';
  return 0;
}

}  // namespace
}  // namespace pierglass::benchmarks

int main(int argc, char** argv) {
  return pierglass::benchmarks::run(argc, argv);
}
