// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's test pattern on Linux: same options, same loop, no Wine. Publishes to a file, as a
// peer of a broker, or inside a virtual machine.
#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>

#include "base/describe.hpp"
#include "base/fd.hpp"
#include "base/handle.hpp"
#include "guest/core/other_guest.hpp"
#include "guest/options.hpp"
#include "guest/report.hpp"
#include "shm/file_linux.hpp"
#include "tests/support/feed_memory.hpp"
#include "tests/support/request_source.hpp"
#include "tests/support/unsteady_doorbell.hpp"
#include "wire/memory_size.hpp"

namespace pierglass::guest {
namespace {

using test::FeedMemory;
using test::RequestSource;

constexpr int kLookMs = 100;  // how often a broker that is gone is looked for
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
  // Only after a reader's SetMode; it sees the old picture.
  void on_too_large(Size, wire::PixelFormat) override {}

 private:
  std::unique_ptr<char[]> buffer_ = std::make_unique<char[]>(kLogBuffer);
  File log_;  // after its buffer
};

int complain(const std::string& sentence) {
  std::fprintf(stderr, "pattern_feed: %s\n", sentence.c_str());
  return 1;
}

Result<std::unique_ptr<FeedMemory>> open_memory(const GuestOptions& options) {
  const std::string_view memory = options.memory;
  if (memory.starts_with("unix:")) return test::open_feed_peer(options.memory.substr(5));
  if (memory == "pci") return test::open_feed_device("");
  if (memory.starts_with("pci:")) return test::open_feed_device(options.memory.substr(4));
  if (!options.create_memory) return test::open_feed_file(options.memory);
  std::uint64_t bytes = 0;
  for (const Size& size : options.pattern.sizes)
    bytes = std::max(bytes, memory_needed(region_spec(""), size, options.pattern.format));
  TRY(shm::create_file(options.memory, bytes));
  return test::open_feed_file(options.memory);
}

std::FILE* open_log(const std::optional<std::string>& path) {
  if (!path) return nullptr;
  return *path == "-" ? fdopen(1, "w") : std::fopen(path->c_str(), "w");
}

// Signals and the memory's news.
class Watch {
 public:
  // Blocks the signals in this thread and those that it starts.
  explicit Watch(FeedMemory& memory) : memory_(memory) {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    signals_.reset(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  }

  struct News {
    bool end = false;      // SIGINT or SIGTERM
    bool request = false;  // SIGUSR1
    FeedMemory::News memory;
  };
  // Waits for any of it, some time at most.
  News wait() {
    std::vector<pollfd> watched{{.fd = signals_.get(), .events = POLLIN, .revents = 0}};
    for (const int descriptor : memory_.descriptors())
      watched.push_back({.fd = descriptor, .events = POLLIN, .revents = 0});
    (void)poll(watched.data(), watched.size(), kLookMs);
    News news;
    signalfd_siginfo signal{};
    while (read(signals_.get(), &signal, sizeof signal) == sizeof signal)
      (signal.ssi_signo == SIGUSR1 ? news.request : news.end) = true;
    news.memory = memory_.look();
    return news;
  }

 private:
  FeedMemory& memory_;
  Fd signals_;
};

// Publishes until the last frame, a signal, or until there is other memory: then no value.
class Session {
 public:
  Session(const GuestOptions& options, FeedMemory& memory, Watch& watch)
      : options_(options),
        memory_(memory),
        watch_(watch),
        requests_(pattern_, options.publisher.max_frames) {
    if (options_.on_request) options_.publisher.max_frames = 0;
    if (memory.doorbell() != nullptr) doorbell_.emplace(*memory.doorbell(), options.rings);
  }

  std::optional<int> run(PublisherObserver& observer) {
    if (other_guest_lives(memory_.bytes())) return complain(kOtherGuest);
    const std::string misfit = pattern_misfit(memory_.bytes().size(), options_.pattern);
    if (!misfit.empty()) return complain(misfit);
    const auto publisher = Publisher::create(
        memory_.bytes(), region_spec("pattern_feed"), random_session(),
        options_.on_request ? static_cast<CaptureSource&>(requests_) : pattern_, observer,
        options_.publisher, make_condition_waiter, doorbell_ ? &*doorbell_ : nullptr);
    if (!publisher) return complain(explain_begin(publisher.error(), options_));
    const auto summary = run_watched(**publisher);
    if (!summary) return complain(explain_end(summary.error()));
    if (moved_) return std::nullopt;
    std::fprintf(stderr, "pattern_feed: %s\n", summarise(*summary).c_str());
    return 0;
  }

 private:
  Result<PublisherSummary> run_watched(Publisher& publisher) {
    const std::jthread watcher([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) on_news(publisher, watch_.wait());
    });
    return publisher.run();
  }

  void on_news(Publisher& publisher, const Watch::News& news) {
    if (news.request) requests_.allow();
    if (news.memory.rung) publisher.on_doorbell();
    ended_ = ended_ || news.end;
    moved_ = news.memory.moved && !ended_;
    if (ended_ || moved_) publisher.stop();
  }

  GuestOptions options_;
  FeedMemory& memory_;
  Watch& watch_;
  PatternSource pattern_{options_.pattern};
  RequestSource requests_;
  std::optional<test::UnsteadyDoorbell> doorbell_;

  // Of the watcher; read when it has ended.
  bool ended_ = false;
  bool moved_ = false;
};

int feed(const GuestOptions& options) {
  const auto memory = open_memory(options);
  if (!memory) {
    const bool device = options.memory.starts_with("pci");
    return complain(device ? options.memory + ": " + describe(memory.error())
                           : explain_memory(memory.error(), options));
  }
  Watch watch(**memory);
  File file(open_log(options.log));
  if (options.log && !file) return complain("the log " + *options.log + " cannot be written");
  FrameLog log(std::move(file));
  for (;;) {
    while ((*memory)->bytes().empty()) {
      const Watch::News news = watch.wait();
      if (news.end) return 0;
      if (news.memory.moved) (*memory)->move();
    }
    const auto status = Session(options, **memory, watch).run(log);
    if (status) return *status;
    (*memory)->move();
  }
}

}  // namespace
}  // namespace pierglass::guest

int main(int argc, char** argv) {
  const auto options = pierglass::guest::parse_options(pierglass::guest::Program::PatternFeed,
                                                       {argv + 1, argv + argc});
  return options ? pierglass::guest::feed(*options) : options.error();
}
