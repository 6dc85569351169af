// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's test pattern on Linux: same options, same loop, no Wine.
#include <pthread.h>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <memory>
#include <thread>

#include "base/handle.hpp"
#include "guest/core/other_guest.hpp"
#include "guest/options.hpp"
#include "guest/report.hpp"
#include "shm/file_linux.hpp"
#include "wire/memory_size.hpp"

namespace pierglass::guest {
namespace {

constexpr std::size_t kLogBuffer = std::size_t{4} << 20;  // some 100,000 lines between writes

struct FileTraits {
  using Value = std::FILE*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value file) noexcept { std::fclose(file); }
};
using File = Handle<FileTraits>;

class FrameLog final : public PublisherObserver {
 public:
  // `log` may be empty: then nothing is written.
  explicit FrameLog(File log) : log_(std::move(log)) {
    if (log_) std::setvbuf(log_.get(), buffer_.get(), _IOFBF, kLogBuffer);
  }

  void on_published(const Step& step) override {
    if (!log_) return;
    std::array<char, 48> line;
    const int length =
        std::snprintf(line.data(), line.size(), "%" PRIu64 " %" PRId64 "\n", step.sequence,
                      std::int64_t{step.at.time_since_epoch().count()});
    std::fwrite(line.data(), 1, static_cast<std::size_t>(length), log_.get());
  }
  void on_too_large(Size) override {}  // only after a reader's SetMode; it sees the old picture

 private:
  std::unique_ptr<char[]> buffer_ = std::make_unique<char[]>(kLogBuffer);
  File log_;  // after its buffer
};

int complain(const std::string& sentence) {
  std::fprintf(stderr, "pattern_feed: %s\n", sentence.c_str());
  return 1;
}

Result<shm::SharedMemory> open_memory(const GuestOptions& options) {
  if (!options.create_memory) return shm::open_file(options.memory);
  std::uint64_t bytes = 0;
  for (const Size& size : options.pattern.sizes)
    bytes = std::max(bytes, memory_needed(region_spec(""), size, options.pattern.format));
  return shm::create_file(options.memory, bytes);
}

std::FILE* open_log(const std::optional<std::string>& path) {
  if (!path) return nullptr;
  return *path == "-" ? fdopen(1, "w") : std::fopen(path->c_str(), "w");
}

// Runs the publisher; SIGINT and SIGTERM, which are blocked in every thread, end it.
Result<PublisherSummary> run_until_signal(Publisher& publisher, const sigset_t& signals) {
  const std::jthread watcher([&](const std::stop_token& stop) {
    const timespec period{.tv_sec = 0, .tv_nsec = 100'000'000};
    while (!stop.stop_requested()) {
      if (sigtimedwait(&signals, nullptr, &period) > 0) publisher.stop();
    }
  });
  return publisher.run();
}

int feed(const GuestOptions& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const auto memory = open_memory(options);
  if (!memory) return complain(explain_memory(memory.error(), options));
  if (other_guest_lives(memory->bytes())) return complain(kOtherGuest);
  const std::string misfit = pattern_misfit(memory->bytes().size(), options.pattern);
  if (!misfit.empty()) return complain(misfit);
  File log(open_log(options.log));
  if (options.log && !log) return complain("the log " + *options.log + " cannot be written");

  PatternSource source(options.pattern);
  FrameLog observer(std::move(log));
  const auto publisher =
      Publisher::create(memory->bytes(), region_spec("pattern_feed"), random_session(), source,
                        observer, options.publisher, make_condition_waiter, nullptr);
  if (!publisher) return complain(explain_begin(publisher.error(), options));
  const auto summary = run_until_signal(**publisher, signals);
  if (!summary) return complain(explain_end(summary.error()));
  std::fprintf(stderr, "pattern_feed: %s\n", summarise(*summary).c_str());
  return 0;
}

}  // namespace
}  // namespace pierglass::guest

int main(int argc, char** argv) {
  const auto options = pierglass::guest::parse_options(pierglass::guest::Program::PatternFeed,
                                                       {argv + 1, argv + argc});
  return options ? pierglass::guest::feed(*options) : options.error();
}
