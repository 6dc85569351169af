// SPDX-License-Identifier: GPL-2.0-or-later
//
// What handing a frame over costs apart from its pixels. Table to stderr, one JSON object to
// stdout.
#include <benchmark/benchmark.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <thread>

#include "base/result.hpp"
#include "benchmarks/medians.hpp"
#include "ring/guest_session.hpp"
#include "ring/reader_session.hpp"

namespace pierglass::benchmarks {
namespace {

constexpr Size kSize{640, 480};

struct alignas(4096) Region {
  std::array<std::byte, 16u << 20> bytes;
};

// One guest and one reader of it.
struct Pair {
  Pair()
      : guest(make_guest()),
        reader(ring::ReaderSession::attach(region(), 5, {.peer = 1, .vector = 0}).value()) {
    guest.set_doorbell({.peer = 0, .vector = 0});
    info.size = kSize;
    info.pitch = wire::pitch_for(kSize.width, info.format);
    publish({});
  }

  static std::span<std::byte> region() {
    static Region region;
    return region.bytes;
  }
  static ring::GuestSession make_guest() {
    auto guest = ring::GuestSession::create(region(), {.guest_name = "benchmark"}, 7);
    CHECK(guest.has_value());
    return std::move(*guest);
  }
  void publish(std::span<const Rect> damage) {
    const auto ticket = guest.frames().begin(info, damage);
    CHECK(ticket.has_value());
    guest.frames().commit(*ticket, Nanoseconds{1});
  }

  ring::GuestSession guest;
  std::unique_ptr<ring::ReaderSession> reader;
  wire::FrameInfo info;
};

void poll(benchmark::State& state) {
  const Pair pair;
  for (auto _ : state) benchmark::DoNotOptimize(pair.reader->newest_sequence());
}

void acquire_and_release(benchmark::State& state) {
  const Pair pair;
  for (auto _ : state) benchmark::DoNotOptimize(pair.reader->acquire_newest(0));
}

void begin_and_commit(benchmark::State& state, std::uint32_t rects) {
  Pair pair;
  std::array<Rect, wire::kMaxDamageRects> damage;
  for (std::uint32_t i = 0; i < damage.size(); ++i) damage[i] = {i * 9, i * 7, 8, 6};
  for (auto _ : state) pair.publish(std::span(damage).first(rects));
}

void move_cursor(benchmark::State& state) {
  Pair pair;
  for (auto _ : state) pair.guest.cursor().move({.position = {5, 6}, .visible = true});
}

void read_cursor(benchmark::State& state) {
  const Pair pair;
  for (auto _ : state) benchmark::DoNotOptimize(pair.reader->cursor());
}

// What each thing that is published costs besides, when a doorbell is there.
void find_sleepers(benchmark::State& state, bool asleep) {
  Pair pair;
  if (asleep) CHECK(pair.reader->fall_asleep(pair.reader->look()));
  for (auto _ : state) benchmark::DoNotOptimize(pair.guest.sleepers());
}

void fall_asleep_and_wake(benchmark::State& state) {
  const Pair pair;
  for (auto _ : state) {
    CHECK(pair.reader->fall_asleep(pair.reader->look()));
    CHECK(pair.reader->wake_up().has_value());
  }
}

// One iteration: publish in this thread, acquire and give back in another that polls without pause,
// and one cache line on the way back to say so.
void hand_over(benchmark::State& state) {
  Pair pair;
  std::atomic<std::uint64_t> seen{1};
  std::jthread reader([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const std::uint64_t last = seen.load(std::memory_order_relaxed);
      if (pair.reader->newest_sequence() <= last) continue;
      const auto lease = pair.reader->acquire_newest(last);
      if (lease && *lease) seen.store((*lease)->info().sequence, std::memory_order_release);
    }
  });
  for (auto _ : state) {
    pair.publish({});
    while (seen.load(std::memory_order_acquire) != pair.reader->newest_sequence()) {
    }
  }
}

int run(int argc, char** argv) {
  benchmark::RegisterBenchmark("poll for a new frame", poll);
  benchmark::RegisterBenchmark("acquire and release", acquire_and_release);
  benchmark::RegisterBenchmark("begin and commit, no damage", begin_and_commit, 0u);
  benchmark::RegisterBenchmark("begin and commit, 64 rectangles", begin_and_commit,
                               wire::kMaxDamageRects);
  benchmark::RegisterBenchmark("move the cursor", move_cursor);
  benchmark::RegisterBenchmark("read the cursor", read_cursor);
  benchmark::RegisterBenchmark("find sleepers: none", find_sleepers, false);
  benchmark::RegisterBenchmark("find sleepers: one", find_sleepers, true);
  benchmark::RegisterBenchmark("fall asleep and wake up", fall_asleep_and_wake);
  benchmark::RegisterBenchmark("hand-over between threads", hand_over)->UseRealTime();
  nlohmann::json out = {{"benchmark", "ring"}};
  for (const auto& [name, seconds] : run_all(argc, argv)) {
    std::fprintf(stderr, "%-44s %8.1f ns\n", name.c_str(), seconds * 1e9);
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
