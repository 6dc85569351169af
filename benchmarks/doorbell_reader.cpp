// SPDX-License-Identifier: GPL-2.0-or-later
#include "benchmarks/doorbell_reader.hpp"

#include <poll.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

#include "app/present_loop.hpp"
#include "base/describe.hpp"
#include "source/broker_link.hpp"
#include "source/region_source.hpp"

namespace pierglass::benchmarks {
namespace {

using std::chrono::milliseconds;

std::unique_ptr<source::RegionSource> open(const std::filesystem::path& socket) {
  auto link = source::BrokerLink::create({socket}, [](const Error& error, auto) {
                return describe(error);
              }).value();
  return source::RegionSource::over(source::WatchedMemory::behind(std::move(link)));
}

class NoPresenter final : public gfx::Presenter {
 public:
  std::string_view name() const override { return "none"; }
  std::string_view device() const override { return "none"; }
  Result<void> resize(Size) override { return {}; }
  Result<gfx::UploadStats> upload(const pixel::ConstImage&, std::span<const Rect>) override {
    return gfx::UploadStats{};
  }
  Result<gfx::DrawStats> draw(const gfx::CursorOverlay&) override { return gfx::DrawStats{}; }
  Result<gfx::DrawStats> draw_message(std::string_view) override { return gfx::DrawStats{}; }
  void set_filter(pixel::Filter) override {}
  void set_panel(std::span<const std::string>) override {}
  void on_unmapped() override {}
};

class NoSurface final : public app::VideoSurface {
 public:
  std::optional<State> apply_pending() override { return std::exchange(pending_, std::nullopt); }
  void request_frame_callback() override { waiting = true; }
  bool request_feedback(std::uint64_t) override { return false; }
  bool allow_tearing(bool) override { return false; }
  void flush() override {}
  void unmap() override {}

  bool waiting = false;  // for a frame callback

 private:
  std::optional<State> pending_ = State{.buffer = {640, 480}};
};

timespec to_timespec(Nanoseconds span) {
  return {.tv_sec = span / std::chrono::seconds(1),
          .tv_nsec = (span % std::chrono::seconds(1)).count()};
}

struct Usage {
  Nanoseconds cpu;
  long wakeups;
  HostTime at;
};

Usage usage() {
  timespec cpu = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
  rusage all = {};
  getrusage(RUSAGE_THREAD, &all);
  return {std::chrono::seconds(cpu.tv_sec) + Nanoseconds(cpu.tv_nsec), all.ru_nvcsw,
          HostClock::now()};
}

class Reader {
 public:
  Reader(const std::filesystem::path& socket, const ReadPlan& plan)
      : source_(open(socket)), plan_(plan), loop_(*source_, presenter_, surface_, &log_, "") {
    if (plan.wait != Wait::Doorbell) loop_.ignore_doorbell();
    app::PresentRequests requests;
    requests.show_pointer = plan.draws_pointer;
    loop_.ask(std::move(requests), HostClock::now());
  }

  Reading run() {
    const HostTime measure = HostClock::now() + plan_.settle;
    run_until(measure);
    if (source_->tick(HostClock::now()) != source::GuestStatus::Live) {
      throw std::runtime_error("there is no guest: " + source_->error());
    }
    result_.seen.clear();
    const Usage before = usage();
    run_until(measure + plan_.measured);
    const Usage after = usage();
    const std::chrono::duration<double> span = after.at - before.at;
    result_.cpu_percent =
        std::chrono::duration<double>(after.cpu - before.cpu).count() / span.count() * 100;
    result_.wakeups = static_cast<double>(after.wakeups - before.wakeups) / span.count();
    return std::move(result_);
  }

 private:
  void run_until(HostTime end) {
    while (HostClock::now() < end) plan_.wait == Wait::Steadily ? look(end) : step(end);
  }

  // As the present thread.
  void step(HostTime end) {
    const HostTime now = HostClock::now();
    if (surface_.waiting && now >= callback_) {
      surface_.waiting = false;
      loop_.on_callback(now);
    }
    const bool waited = surface_.waiting;
    const auto how = loop_.step(now).value();
    if (surface_.waiting && !waited) callback_ = next_refresh();
    for (pace::FrameTimes times; log_.pop(times);) note(times.sequence, times.seen);
    Nanoseconds limit = std::min(how.limit, end - HostClock::now());
    if (surface_.waiting) limit = std::min(limit, callback_ - HostClock::now());
    limit = std::max(limit, Nanoseconds::zero());
    if (!how.on_doorbell) return (void)wait(-1, limit);
    if (!loop_.fall_asleep()) return;
    const bool signalled = wait(source_->doorbell(), limit);
    loop_.wake_up(HostClock::now(), signalled);
  }

  HostTime next_refresh() const {
    const HostTime now = HostClock::now();
    if (plan_.refresh.count() == 0) return now;
    const auto since = now.time_since_epoch();
    return now + (plan_.refresh - since % plan_.refresh);
  }

  static bool wait(int doorbell, Nanoseconds limit) {
    pollfd end{.fd = doorbell, .events = POLLIN, .revents = 0};
    const timespec timeout = to_timespec(limit);
    ppoll(&end, 1, &timeout, nullptr);
    return end.revents != 0;
  }

  void look(HostTime end) {
    const HostTime now = HostClock::now();
    if (now >= next_tick_) {
      source_->tick(now);
      next_tick_ = now + milliseconds(50);
    }
    if (source_->has_new_frame()) {
      if (auto frame = source_->acquire()) {
        note(frame->info().sequence, now);
        frame->finish();
      }
    }
    (void)source_->cursor();
    wait(-1, std::max(std::min<Nanoseconds>(milliseconds(1), end - now), Nanoseconds::zero()));
  }

  void note(std::uint64_t sequence, HostTime seen) {
    if (sequence == last_noted_) return;
    last_noted_ = sequence;
    result_.seen.emplace_back(sequence, seen.time_since_epoch().count());
  }

  pace::FrameLog log_;
  std::unique_ptr<source::RegionSource> source_;
  NoPresenter presenter_;
  HostTime callback_;
  HostTime next_tick_;
  std::uint64_t last_noted_ = 0;
  ReadPlan plan_;
  NoSurface surface_;
  Reading result_;
  app::PresentLoop loop_;
};

}  // namespace

const char* name(Wait wait) {
  switch (wait) {
    case Wait::Doorbell:
      return "doorbell";
    case Wait::Ladder:
      return "ladder";
    case Wait::Steadily:
      return "1 kHz";
  }
  return "";
}

Reading read(const std::filesystem::path& socket, const ReadPlan& plan) {
  return Reader(socket, plan).run();
}

}  // namespace pierglass::benchmarks
