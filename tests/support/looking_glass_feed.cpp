// SPDX-License-Identifier: GPL-2.0-or-later
// A Looking Glass host on Linux that shows the test pattern to any reader.
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cinttypes>
#include <cmath>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/describe.hpp"
#include "base/handle.hpp"
#include "shm/file_linux.hpp"
#include "tests/support/looking_glass_feed_options.hpp"
#include "tests/support/looking_glass_feed_picture.hpp"

namespace pierglass::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Posted = LgmpHost::Posted;

constexpr auto kHeartbeat = 10ms;
constexpr std::uint64_t kActivateEvery = 100;             // frames
constexpr std::size_t kLogBuffer = std::size_t{4} << 20;  // some 100,000 lines between writes

struct FileTraits {
  using Value = std::FILE*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value file) noexcept { std::fclose(file); }
};
using File = Handle<FileTraits>;

// Ends every wait of every thread.
class Stop {
 public:
  void set() {
    {
      const std::scoped_lock guard(mutex_);
      set_ = true;
    }
    changed_.notify_all();
  }
  [[nodiscard]] bool is_set() {
    const std::scoped_lock guard(mutex_);
    return set_;
  }
  // False once it is set.
  bool wait_until(Clock::time_point when) {
    std::unique_lock guard(mutex_);
    return !changed_.wait_until(guard, when, [this] { return set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

struct Counts {
  std::uint64_t frames = 0;
  std::uint64_t full = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t wishes = 0;
};

class FrameLog {
 public:
  // `log` may be empty: then nothing is written.
  explicit FrameLog(File log) : log_(std::move(log)) {
    if (log_) std::setvbuf(log_.get(), buffer_.get(), _IOFBF, kLogBuffer);
  }
  void write(std::uint64_t number, Clock::time_point at) {
    if (!log_) return;
    std::fprintf(log_.get(), "%" PRIu64 " %" PRId64 "\n", number,
                 std::int64_t{at.time_since_epoch().count()});
  }

 private:
  std::unique_ptr<char[]> buffer_ = std::make_unique<char[]>(kLogBuffer);
  File log_;  // after its buffer
};

// One LGMP session: frames in the caller's thread, heartbeat and pointer in their own.
class Session {
 public:
  Session(std::span<std::byte> memory, const FeedOptions& options, FrameLog& log, Stop& stop,
          Counts& counts)
      : options_(options),
        log_(log),
        stop_(stop),
        counts_(counts),
        writer_(memory, options.glass),
        picture_(options.frame.format, options.frame.rotation, options.frame.sdr_white) {}

  // Until stop or the last frame (false), or until the memory was wiped (true).
  bool run() {
    const std::jthread heartbeat([this](const std::stop_token& stop) { beat(stop); });
    std::jthread pointer;
    if (options_.cursor)
      pointer = std::jthread([this](const std::stop_token& stop) { point(stop); });
    show();
    if (pointer.joinable()) {
      pointer.request_stop();
      pointer.join();
    }
    counts_.timed_out += writer_.host().readers_timed_out();
    counts_.wishes += writer_.pointer_wishes().size();
    return wiped_;
  }

 private:
  void beat(const std::stop_token& stop) {
    auto next = Clock::now();
    while (!stop.stop_requested()) {
      if (!writer_.heartbeat()) wiped_ = true;
      next = std::max(next + kHeartbeat, Clock::now() - kHeartbeat);
      stop_.wait_until(next);
      if (stop_.is_set()) return;
    }
  }

  void point(const std::stop_token& stop) {
    const guest::PatternCursor shape = guest::pattern_cursor(*options_.cursor);
    const bool moves = options_.cursor_rate > 0;
    const auto period = moves ? std::chrono::nanoseconds(std::llround(1e9 / options_.cursor_rate))
                              : std::chrono::nanoseconds(kHeartbeat);
    writer_.set_shape(shape);
    writer_.show_pointer(true);
    std::size_t wishes = 0;
    std::optional<Point> shown;
    auto next = Clock::now();
    for (std::uint64_t tick = 0; !stop.stop_requested() && stop_.wait_until(next);
         tick += moves ? 1 : 0) {
      Point hot = guest::pattern_cursor_position(pointer_space(), tick);
      const std::vector<Point> asked = writer_.pointer_wishes();
      if (!asked.empty() && (!moves || asked.size() != wishes)) hot = asked.back();
      wishes = asked.size();
      const Point corner{hot.x - shape.info.hot.x, hot.y - shape.info.hot.y};
      if (corner != shown && writer_.move_pointer(corner) != Posted::Full) shown = corner;
      next = std::max(next + period, Clock::now() - period);
    }
  }

  // Upright.
  [[nodiscard]] Size pointer_space() const {
    return options_.frame.screen ? turned(*options_.frame.screen, options_.frame.rotation)
                                 : current_size_.load();
  }

  void show() {
    const auto period = options_.rate > 0
                            ? std::chrono::nanoseconds(std::llround(1e9 / options_.rate))
                            : std::chrono::nanoseconds(0);
    began_ = Clock::now();
    auto next = began_;
    while (!wiped_ && !stop_.is_set()) {
      writer_.serve_new_readers();
      const auto now = Clock::now();
      if (now >= next) {
        if (!step()) return;
        next = std::max(next + period, now - period);
        if (period.count() == 0) next = now + 50us;
      }
      if (!stop_.wait_until(std::min(next, now + kHeartbeat))) return;
    }
  }

  // One frame, if there is a reason for one. False: that was the last.
  bool step() {
    if (options_.frames != 0 && shown_ >= options_.frames) return options_.hold;
    if (!options_.always && !writer_.has_readers()) return true;
    const guest::PatternSpec spec{.size = wanted_size(), .mode = options_.mode};
    if (spec == last_ && spec.mode == guest::PatternMode::Still) return true;
    if (writer_.host().pending(writer_.frame_queue()) >= kBuffers) {
      ++counts_.full;
      return true;
    }
    post(spec);
    if (options_.die_after != 0 && shown_ == options_.die_after) {
      writer_.host().hold_lock(writer_.frame_queue());
      kill(getpid(), SIGKILL);
    }
    return true;
  }

  void post(const guest::PatternSpec& spec) {
    const std::span<const Rect> damage = picture_.draw(spec, number());
    current_size_.store(spec.size);
    GlassFrame frame = options_.frame;
    frame.size = picture_.size();
    if (options_.damage == FeedDamage::Exact) frame.damage.assign(damage.begin(), damage.end());
    if (options_.damage == FeedDamage::Full) frame.damage = {full_rect(frame.size)};
    if (options_.activate && shown_ % kActivateEvery == 0) frame.flags |= kvmfr::kRequestActivation;
    // A buffer lacks what changed in it and in the other one since.
    std::vector<Rect> changed = missed_;
    changed.insert(changed.end(), damage.begin(), damage.end());
    missed_.assign(damage.begin(), damage.end());
    if (spec != last_) fresh_ = 0;
    last_ = spec;

    if (writer_.begin_frame(frame) == Posted::Full) return;  // cannot be: only we post
    if (fresh_ < kBuffers) {
      writer_.write_all(picture_.stored(), options_.chunk);
      ++fresh_;
    } else {
      writer_.write_changed(picture_.stored(), frame.format, changed, options_.chunk);
    }
    log_.write(number(), Clock::now());
    ++shown_;
    ++counts_.frames;
  }

  // What the next picture shows.
  [[nodiscard]] std::uint64_t number() const { return options_.first_number + counts_.frames; }

  [[nodiscard]] Size wanted_size() const {
    const std::chrono::duration<double> passed = Clock::now() - began_;
    const auto turn = static_cast<std::size_t>(passed.count() / options_.size_seconds);
    return options_.sizes[turn % options_.sizes.size()];
  }

  static constexpr unsigned kBuffers = 2;

  const FeedOptions& options_;
  FrameLog& log_;
  Stop& stop_;
  Counts& counts_;
  LookingGlassWriter writer_;
  FeedPicture picture_;
  Clock::time_point began_;
  std::optional<guest::PatternSpec> last_;
  std::vector<Rect> missed_;  // by the buffer that comes next: what the last frame changed
  unsigned fresh_ = 0;        // buffers that hold a picture of this size
  std::uint64_t shown_ = 0;
  std::atomic<Size> current_size_ = options_.sizes.front();
  std::atomic<bool> wiped_ = false;
};

int complain(const std::string& sentence) {
  std::fprintf(stderr, "looking_glass_feed: %s\n", sentence.c_str());
  return 1;
}

Result<shm::SharedMemory> open_memory(const FeedOptions& options) {
  if (options.create_bytes == 0) return shm::open_file(options.memory);
  return shm::create_file(options.memory, options.create_bytes);
}

std::FILE* open_log(const std::optional<std::string>& path) {
  if (!path) return nullptr;
  return *path == "-" ? fdopen(1, "w") : std::fopen(path->c_str(), "w");
}

int feed(const FeedOptions& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const auto memory = open_memory(options);
  if (!memory) return complain(options.memory + ": " + describe(memory.error()));
  FrameLog log{File(open_log(options.log))};
  Stop stop;
  const std::jthread watcher([&](const std::stop_token& token) {
    const timespec period{.tv_sec = 0, .tv_nsec = 100'000'000};
    while (!token.stop_requested()) {
      if (sigtimedwait(&signals, nullptr, &period) > 0) stop.set();
    }
  });
  Counts counts;
  bool again = true;
  while (again && !stop.is_set()) {
    if (!memory->intact()) return complain(options.memory + ": the memory has vanished");
    again = Session(memory->bytes(), options, log, stop, counts).run();
  }
  std::fprintf(stderr,
               "looking_glass_feed: %" PRIu64 " frames, %" PRIu64 " full queues, %" PRIu64
               " readers timed out, %" PRIu64 " pointer positions asked for\n",
               counts.frames, counts.full, counts.timed_out, counts.wishes);
  return 0;
}

}  // namespace
}  // namespace pierglass::test

int main(int argc, char** argv) {
  try {
    const auto options = pierglass::test::parse_feed_options({argv + 1, argv + argc});
    return options ? pierglass::test::feed(*options) : options.error();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "looking_glass_feed: %s\n", error.what());
    return 1;
  }
}
