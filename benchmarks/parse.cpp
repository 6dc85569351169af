// SPDX-License-Identifier: GPL-2.0-or-later
//
// What checking hostile records costs. Table to stderr, one JSON object to stdout.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "base/result.hpp"
#include "benchmarks/medians.hpp"
#include "wire/build.hpp"
#include "wire/parse.hpp"

namespace pierglass::benchmarks {
namespace {

constexpr std::uint64_t kSequence = 41;
constexpr Size kSize{1920, 1080};

template <typename Raw>
class Record {
 public:
  Record() { std::memset(&raw_, 0, sizeof raw_); }
  Raw* operator->() { return &raw_; }
  [[nodiscard]] std::span<std::byte> bytes() { return std::as_writable_bytes(std::span(&raw_, 1)); }

 private:
  alignas(64) Raw raw_;
};

struct alignas(4096) Region {
  std::array<std::byte, 64u << 20> bytes;
};

// A region in static memory, laid out and published.
std::span<std::byte> make_region() {
  static Region region;
  auto layout = wire::plan_region(region.bytes.size(), {.guest_name = "benchmark"});
  CHECK(layout.has_value());
  layout->session = 7;
  wire::write_region(region.bytes, *layout);
  std::memcpy(region.bytes.data() + offsetof(wire::RawHeader, session), &layout->session,
              sizeof layout->session);
  return region.bytes;
}

void parse_region(benchmark::State& state) {
  const auto region = make_region();
  CHECK(wire::parse_region(region).has_value());
  for (auto _ : state) benchmark::DoNotOptimize(wire::parse_region(region));
}

void parse_frame(benchmark::State& state, std::uint32_t rects) {
  constexpr std::uint64_t kSlotBytes = 16u << 20;
  wire::FrameRecord frame{};
  frame.info.sequence = kSequence;
  frame.info.size = kSize;
  frame.info.pitch = wire::pitch_for(kSize.width, frame.info.format);
  frame.damage_count = rects;
  for (std::uint32_t i = 0; i < rects; ++i) frame.damage[i] = {{i * 20, i * 10, 16, 8}, i % 8};
  Record<wire::RawFrameRecord> record;
  wire::write_frame(record.bytes(), frame);
  record->sequence = kSequence;
  CHECK(wire::parse_frame(record.bytes(), kSequence, kSlotBytes).has_value());
  for (auto _ : state) {
    benchmark::DoNotOptimize(wire::parse_frame(record.bytes(), kSequence, kSlotBytes));
  }
}

void parse_shape(benchmark::State& state) {
  Record<wire::RawShape> record;
  wire::write_shape(record.bytes(), {.sequence = kSequence,
                                     .type = wire::CursorType::Colour,
                                     .size = {32, 32},
                                     .pitch = 128,
                                     .hot = {3, 4}});
  record->sequence = kSequence;
  CHECK(wire::parse_shape(record.bytes(), kSequence, 4096).has_value());
  for (auto _ : state) benchmark::DoNotOptimize(wire::parse_shape(record.bytes(), kSequence, 4096));
}

void parse_control(benchmark::State& state) {
  wire::ControlMessage message{};
  message.type = wire::ControlType::SetMode;
  message.size = kSize;
  message.millihertz = 60'000;
  const wire::RawControl raw = wire::make_control(message);
  const auto bytes = std::as_bytes(std::span(&raw, 1));
  CHECK(wire::parse_control(bytes).has_value());
  for (auto _ : state) benchmark::DoNotOptimize(wire::parse_control(bytes));
}

int run(int argc, char** argv) {
  benchmark::RegisterBenchmark("parse_region", parse_region);
  benchmark::RegisterBenchmark("parse_frame, no damage", parse_frame, 0u);
  benchmark::RegisterBenchmark("parse_frame, 64 rectangles", parse_frame, wire::kMaxDamageRects);
  benchmark::RegisterBenchmark("parse_shape", parse_shape);
  benchmark::RegisterBenchmark("parse_control", parse_control);
  nlohmann::json out = {{"benchmark", "parse"}};
  for (const auto& [name, seconds] : run_all(argc, argv)) {
    std::fprintf(stderr, "%-28s %8.1f ns\n", name.c_str(), seconds * 1e9);
    out["seconds"][name] = seconds;
  }
  std::cout << out.dump() << '\n';
  return 0;
}

}  // namespace
}  // namespace pierglass::benchmarks

int main(int argc, char** argv) {
  return pierglass::benchmarks::run(argc, argv);
}
