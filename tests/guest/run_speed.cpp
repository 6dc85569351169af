// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <vector>

#include "base/describe.hpp"
#include "guest/capture/dxgi_source.hpp"
#include "guest/core/frame_publisher.hpp"
#include "guest/report.hpp"
#include "guest/win/waiter_windows.hpp"
#include "pixel/copy.hpp"
#include "shm/file_windows.hpp"
#include "tests/guest/dxgi_runs.hpp"
#include "tests/guest/pattern_play.hpp"

namespace pierglass::test {
namespace {

constexpr Size k4k{3840, 2160};
constexpr Size kFullHd{1920, 1080};
constexpr int kFrames = 40;

std::int64_t median(std::vector<std::int64_t> times) {
  std::ranges::nth_element(times, times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2));
  return times[times.size() / 2];
}

// Takes the time that the source itself needs out of a step's.
class Timed final : public guest::CaptureSource {
 public:
  explicit Timed(guest::CaptureSource& inner) : inner_(inner) {}

  guest::CaptureOutcome acquire(HostTime now, Nanoseconds timeout,
                                guest::CapturedFrame& frame) override {
    const HostTime begun = HostClock::now();
    const auto outcome = inner_.acquire(now, timeout, frame);
    picture = frame.picture;
    capture = HostClock::now() - begun;
    return outcome;
  }
  // memcpy of the same picture while it is there.
  void release() override {
    if (!plain.empty()) {
      const HostTime begun = HostClock::now();
      std::memcpy(plain.data(), picture.data, plain.size());
      copied = HostClock::now() - begun;
    }
    inner_.release();
  }
  Result<void> reinit() override { return inner_.reinit(); }
  guest::PointerSource& pointer() override { return inner_.pointer(); }
  void move_pointer(Point) override {}
  void request_mode(Size, std::uint32_t) override {}

  pixel::ConstImage picture;
  Nanoseconds capture{0};
  Nanoseconds copied{0};
  std::span<std::byte> plain;

 private:
  guest::CaptureSource& inner_;
};

struct Stage {
  Stage(std::span<std::byte> region, Size size, guest::PatternMode mode, bool pointer)
      : play(
            {.pattern = {.mode = mode,
                         .sizes = {size},
                         .cursor = pointer ? std::optional(wire::CursorType::Colour) : std::nullopt,
                         .cursor_moves = pointer}}),
        outputs(play),
        session(ring::GuestSession::create(region, guest::region_spec("speed"), 1).value()),
        source(
            guest::DxgiSource::create(outputs, guest::HdrWish::AsIs, {}, guest::make_windows_waiter)
                .value()),
        timed(*source),
        publisher(timed, session.frames()) {}

  guest::Step step() {
    const guest::Step done = publisher.step(HostClock::now(), std::chrono::seconds(1));
    CHECK(done.kind == guest::Step::Kind::Published || done.kind == guest::Step::Kind::Nothing);
    return done;
  }

  PatternPlay play;
  ScriptedOutputs outputs;
  ring::GuestSession session;
  std::unique_ptr<guest::DxgiSource> source;
  Timed timed;
  guest::FramePublisher publisher;
};

// Whole frames: publishing, beyond the capture, against memcpy to memory of the same kind.
void print_full(const char* name, std::span<std::byte> region, std::span<std::byte> plain,
                Size size) {
  Stage stage(region, size, guest::PatternMode::Full, false);
  std::vector<std::int64_t> publish;
  std::vector<std::int64_t> copy;
  std::vector<std::int64_t> capture;
  stage.timed.plain = plain.first(size.area() * 4);
  for (int i = 0; i < kFrames; ++i) {
    const HostTime begun = HostClock::now();
    if (stage.step().kind != guest::Step::Kind::Published) continue;
    const Nanoseconds whole = HostClock::now() - begun;
    if (i < 8) continue;  // pages are touched first
    publish.push_back((whole - stage.timed.capture - stage.timed.copied).count());
    copy.push_back(stage.timed.copied.count());
    capture.push_back(stage.timed.capture.count());
  }
  std::printf("\"%s\": {\"publish\": %lld, \"memcpy\": %lld, \"capture\": %lld}, ", name,
              static_cast<long long>(median(publish)), static_cast<long long>(median(copy)),
              static_cast<long long>(median(capture)));
}

// Bytes of a frame of which 1 % changes.
void print_damage(std::span<std::byte> region) {
  Stage stage(region, k4k, guest::PatternMode::Small, false);
  std::uint64_t most_slot = 0;
  std::uint64_t most_gpu = 0;
  std::uint64_t before = 0;
  for (int i = 0; i < kFrames; ++i) {
    const guest::Step step = stage.step();
    const std::uint64_t now = stage.source->counters().bytes_copied;
    // Frames without lists are copied whole.
    const bool full = step.bytes >= k4k.area() * 4;
    if (i >= 8 && !full && now - before < k4k.area() * 4) {
      most_slot = std::max(most_slot, step.bytes);
      most_gpu = std::max(most_gpu, now - before);
    }
    before = now;
  }
  std::printf("\"one_percent\": {\"slot\": %llu, \"gpu\": %llu, \"whole\": %llu}, ",
              static_cast<unsigned long long>(most_slot), static_cast<unsigned long long>(most_gpu),
              static_cast<unsigned long long>(k4k.area() * 4));
}

// Wake-ups that bring the pointer alone.
void print_pointer(std::span<std::byte> region) {
  Stage stage(region, k4k, guest::PatternMode::Still, true);
  while (stage.source->counters().pictures == 0) (void)stage.step();
  const guest::DxgiCounters before = stage.source->counters();
  std::uint64_t slot = 0;
  while (stage.source->counters().pointer_only < 1000) slot += stage.step().bytes;
  const guest::DxgiCounters after = stage.source->counters();
  std::printf("\"pointer\": {\"wakes\": %llu, \"slot\": %llu, \"gpu\": %llu}}\n",
              static_cast<unsigned long long>(after.pointer_only - before.pointer_only),
              static_cast<unsigned long long>(slot),
              static_cast<unsigned long long>(after.bytes_copied - before.bytes_copied));
}

}  // namespace

int run_speed(const std::string& region) {
  auto memory = shm::open_file(region);
  if (!memory) {
    std::fprintf(stderr, "region: %s\n", describe(memory.error()).c_str());
    return 1;
  }
  // The end of the file is for memcpy: the same kind of memory.
  const std::size_t plain = k4k.area() * 4;
  const std::span<std::byte> all = memory->bytes();
  const std::span<std::byte> slots = all.first(all.size() - plain);
  std::printf("{");
  std::fflush(stdout);
  print_full("4k", slots, all.last(plain), k4k);
  print_full("1080p", slots, all.last(plain), kFullHd);
  print_damage(slots);
  print_pointer(slots);
  return broken_rules() == 0 ? 0 : 1;
}

}  // namespace pierglass::test
