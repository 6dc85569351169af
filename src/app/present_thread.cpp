// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/present_thread.hpp"

#include <poll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <string_view>
#include <utility>

#include "gfx/create_presenter.hpp"
#include "gfx/render_node.hpp"
#include "wl/display.hpp"
#include "wl/registry.hpp"

namespace pierglass::app {
namespace {

gfx::Renderer renderer_for(RendererChoice choice, PathChoice path) {
  if (path == PathChoice::Direct || path == PathChoice::Scanout) return gfx::Renderer::Shm;
  if (path == PathChoice::Import) return gfx::Renderer::Gl;
  switch (choice) {
    case RendererChoice::Auto:
      return gfx::Renderer::Auto;
    case RendererChoice::Gl:
      return gfx::Renderer::Gl;
    case RendererChoice::Shm:
      return gfx::Renderer::Shm;
  }
  return gfx::Renderer::Auto;
}

// Whether it matters what the compositor takes as dma-bufs, and with which GPU it draws.
bool wants_dmabufs(const PresentThread::Parts& parts) {
  if (parts.path == PathChoice::Scanout) return true;
  return renderer_for(parts.renderer, parts.path) != gfx::Renderer::Shm &&
         !gfx::render_nodes().empty();
}

// As often as the loop looks after the source: what a guest tells changes no faster.
constexpr Nanoseconds kReportInterval = std::chrono::milliseconds(50);
// A guest whose last picture is older shows something that does not move.
constexpr Nanoseconds kStill = std::chrono::seconds(5);
// As often what a compositor did not read is sent again.
constexpr Nanoseconds kFlushInterval = std::chrono::milliseconds(20);
// How soon after the user did something a sleeping thread looks whether the guest lives.
constexpr Nanoseconds kAttentionInterval = std::chrono::milliseconds(250);

timespec to_timespec(Nanoseconds duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  return {.tv_sec = seconds.count(), .tv_nsec = (duration - seconds).count()};
}

}  // namespace

PresentThread::PresentThread(loop::EventFd wake, Parts parts)
    : wake_(std::move(wake)), parts_(std::move(parts)) {}

Result<std::unique_ptr<PresentThread>> PresentThread::start(wl::Display& display,
                                                            wl::Registry& registry, Parts parts) {
  loop::EventFd wake = TRY(loop::EventFd::create());
  std::unique_ptr<PresentThread> self(new PresentThread(std::move(wake), std::move(parts)));
  self->queue_ = TRY(wl::PresentQueue::create(display, registry, *self->parts_.window, *self));
  if (wants_dmabufs(self->parts_)) {
    self->dmabufs_.emplace(self->queue_->open_dmabufs(registry));
    // So that the first frame finds the answer, if there is one in time.
    const auto answered = display.roundtrip();
    if (!answered && answered.error().code != ErrorCode::NotReady)
      return std::unexpected(answered.error());
  }
  self->clock_ = PresentationMap(registry.presentation_clock());
  self->habit_guess_ = pace::habit_of_program(display.compositor_program());
  self->thread_ = std::thread([thread = self.get()] { thread->run(); });
  return self;
}

PresentThread::~PresentThread() {
  stop_.store(true, std::memory_order_relaxed);
  wake();
  if (thread_.joinable()) thread_.join();
}

bool PresentThread::stop_within(Nanoseconds limit) {
  stop_.store(true, std::memory_order_relaxed);
  wake();
  return ended_.try_acquire_for(limit);
}

template <typename Fill>
void PresentThread::tell_main(Fill fill) {
  {
    const std::scoped_lock lock(mutex_);
    fill(report_);
  }
  parts_.main->notify();
}

PresentThread::Report PresentThread::take_report() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(report_, {});
}

template <typename Fill>
void PresentThread::ask(Fill fill) {
  {
    const std::scoped_lock lock(mutex_);
    fill(requests_);
  }
  asked_.store(true, std::memory_order_release);
  wake();
}

void PresentThread::set_panel(std::vector<std::string> lines) {
  ask([&](PresentRequests& requests) { requests.panel = std::move(lines); });
}

void PresentThread::set_filter(pixel::Filter filter) {
  ask([&](PresentRequests& requests) { requests.filter = filter; });
}

void PresentThread::set_tearing(bool allowed) {
  ask([&](PresentRequests& requests) { requests.tearing = allowed; });
}

void PresentThread::show_pointer(bool shown) {
  ask([&](PresentRequests& requests) { requests.show_pointer = shown; });
}

void PresentThread::watch_pointer_image(bool watched) {
  ask([&](PresentRequests& requests) { requests.watch_image = watched; });
}

void PresentThread::watch_pointer(bool watched) {
  ask([&](PresentRequests& requests) { requests.watch_pointer = watched; });
}

void PresentThread::place_pointer(Point position) {
  ask([&](PresentRequests& requests) { requests.place_pointer = position; });
}

void PresentThread::request_commit() {
  ask([](PresentRequests& requests) { ++requests.commits; });
}

void PresentThread::request_screenshot() {
  ask([](PresentRequests& requests) { requests.screenshot = true; });
}

void PresentThread::request_snapshot() {
  snapshot_wanted_.store(true, std::memory_order_relaxed);
  wake();
}

void PresentThread::on_read() {
  const Awaited awaited = awaited_.load(std::memory_order_seq_cst);
  const bool returns = lends_.load(std::memory_order_seq_cst) && queue_->has_releases();
  const bool left = returns && (awaited == Awaited::Everything || !give_back());
  if (left || queue_->has_events(awaited)) wake();
}

// For a thread that sleeps: to be woken for it costs more than all the rest. False: it is awake, or
// in another sleep than main thinks.
bool PresentThread::give_back() {
  const std::unique_lock asleep(awake_, std::try_to_lock);
  if (!asleep || loop_ == nullptr || !lends_.load(std::memory_order_relaxed) ||
      awaited_.load(std::memory_order_relaxed) == Awaited::Everything) {
    return false;
  }
  if (queue_->dispatch_releases() != 0) loop_->give_back();
  return true;
}

void PresentThread::on_attention() noexcept {
  if (!deep_asleep_.load(std::memory_order_relaxed)) return;
  const HostTime now = HostClock::now();
  if (now < next_attention_) return;
  next_attention_ = now + kAttentionInterval;
  attention_.store(true, std::memory_order_relaxed);
  wake();
}

void PresentThread::run() {
  // The default slack of 50 µs would blur every poll of the wait ladder.
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  prctl(PR_SET_NAME, "present", 0UL, 0UL, 0UL);
  const Result<void> ended = [this] {
    const std::scoped_lock awake(awake_);
    return present();
  }();
  if (!ended) tell_main([&](Report& report) { report.failure = ended.error(); });
  ended_.release();
}

Result<void> PresentThread::present() {
  (void)TRY(queue_->dispatch_pending());  // what the compositor takes
  const wl::NativeSurface native = queue_->native();
  std::string reason;
  const std::unique_ptr<gfx::Presenter> presenter =
      TRY(gfx::create_presenter(renderer_for(parts_.renderer, parts_.path),
                                {.display = native.display,
                                 .surface = native.surface,
                                 .shm = native.shm,
                                 .dmabufs = dmabufs_ ? &*dmabufs_ : nullptr,
                                 .lends_dmabufs = parts_.path == PathChoice::Scanout,
                                 .imports_anyway = parts_.path == PathChoice::Import,
                                 .drm_syncobj = native.drm_syncobj,
                                 .wake_fd = wake_.fd(),
                                 .output = parts_.output},
                                &reason));
  presenter->set_filter(parts_.filter);
  tell_main([&](Report& report) {
    report.renderer = {.name = std::string(presenter->name()),
                       .device = std::string(presenter->device()),
                       .reason = reason};
  });
  PresentLoop loop(*parts_.source, *presenter, *this, parts_.log, parts_.waiting);
  if (!parts_.doorbell) loop.ignore_doorbell();
  loop.set_path(parts_.path);
  if (parts_.tearing) loop.ask({.tearing = true}, HostClock::now());
  loop_ = &loop;
  Result<void> ended = serve(loop, *presenter);
  loop_ = nullptr;
  return ended;
}

void PresentThread::take_requests(PresentLoop& loop) {
  if (!asked_.exchange(false, std::memory_order_acquire)) return;
  PresentRequests requests;
  {
    const std::scoped_lock lock(mutex_);
    requests = std::exchange(requests_, {});
  }
  loop.ask(std::move(requests), HostClock::now());
}

Result<void> PresentThread::serve(PresentLoop& loop, const gfx::Presenter& presenter) {
  std::string_view drawn_by;  // "gl" may become "shm"
  while (!stop_.load(std::memory_order_relaxed)) {
    if (std::exchange(drawn_by, presenter.name()) != presenter.name())
      loop.use_policy(policy_for(presenter), draws_by_processor(presenter));
    awaited_.store(Awaited::Nothing, std::memory_order_relaxed);
    lends_.store(false, std::memory_order_relaxed);
    if (std::exchange(notified_, false)) wake_.drain();
    take_requests(loop);
    (void)TRY(queue_->dispatch_pending());
    const HostTime now = HostClock::now();
    if (attention_.exchange(false, std::memory_order_relaxed)) loop.on_attention(now);
    const PresentLoop::Sleep how = until_read(TRY(loop.step(now)));
    report_guest(loop, now);
    report_news(loop);
    if (snapshot_wanted_.exchange(false, std::memory_order_relaxed)) {
      tell_main([&](Report& report) { report.snapshot = loop.snapshot(); });
    }
    const Awaited awaited = awaited_in(how);
    lends_.store(loop.lends(), std::memory_order_seq_cst);
    if (awaited != Awaited::Nothing || loop.lends()) {
      awaited_.store(awaited, std::memory_order_seq_cst);  // what main reads from now on wakes us
      // What came while we drew, read by a driver or by main, is gone from the queue before main
      // sees that it has to wake us.
      if (TRY(queue_->dispatch_pending()) != 0) continue;
    }
    TRY(sleep(loop, how));
  }
  return {};
}

// Nothing tells when a compositor that did not read does so again.
PresentLoop::Sleep PresentThread::until_read(PresentLoop::Sleep sleep) const {
  if (!backed_up_) return sleep;
  sleep.limit = std::min(sleep.limit, kFlushInterval);
  sleep.hears = PresentLoop::Hears::Everything;
  return sleep;
}

// Times are wanted of what else would only be found later.
PresentThread::Awaited PresentThread::awaited_in(PresentLoop::Sleep sleep) const {
  using Hears = PresentLoop::Hears;
  if (sleep.hears == Hears::Everything) return Awaited::Everything;
  return sleep.hears == Hears::Word || parts_.records ? Awaited::Word : Awaited::Nothing;
}

void PresentThread::report_news(PresentLoop& loop) {
  if (loop.pointer() != shown_pointer_) {
    shown_pointer_ = loop.pointer();
    board_.write(shown_pointer_);
  }
  if (loop.has_news()) tell_main([&](Report& report) { report.add(loop.take_news()); });
}

void PresentThread::report_guest(const PresentLoop& loop, HostTime now) {
  const source::GuestStatus status = loop.status();
  if (status == told_.status && now < next_report_) return;
  next_report_ = now + kReportInterval;
  const bool moving = now - loop.last_picture() < kStill;
  if (told_.still_holds(status, moving, *parts_.source)) return;
  told_ = GuestNews::of(status, moving, *parts_.source);
  tell_main([&](Report& report) { report.guest = told_; });
}

// Main learns that pictures stand still without any of them coming.
Nanoseconds PresentThread::until_still(const PresentLoop& loop) const {
  if (!told_.moving) return Nanoseconds::max();
  const HostTime due = std::max(loop.last_picture() + kStill, next_report_);
  return std::max(due - HostClock::now(), Nanoseconds::zero());
}

Result<void> PresentThread::sleep(PresentLoop& loop, PresentLoop::Sleep how) {
  bool signalled = false;
  const int awaited = loop.awaited();
  if (!how.on_doorbell) return wait(how.limit, {.readers = awaited}, signalled);
  if (!loop.fall_asleep()) return {};
  const Nanoseconds limit = std::min(how.limit, until_still(loop));
  deep_asleep_.store(limit > kAttentionInterval, std::memory_order_relaxed);
  const Result<void> waited =
      wait(limit, {.doorbell = parts_.source->doorbell(), .readers = awaited}, signalled);
  deep_asleep_.store(false, std::memory_order_relaxed);
  loop.wake_up(HostClock::now(), signalled);
  return waited;
}

Result<void> PresentThread::wait(Nanoseconds limit, Files files, bool& signalled) {
  std::array<pollfd, 3> ends = {{{.fd = wake_.fd(), .events = POLLIN, .revents = 0},
                                 {.fd = files.doorbell, .events = POLLIN, .revents = 0},
                                 {.fd = files.readers, .events = POLLOUT, .revents = 0}}};
  const timespec timeout = to_timespec(limit);
  awake_.unlock();
  const int woken = ppoll(ends.data(), ends.size(), &timeout, nullptr);
  const int error = errno;
  awake_.lock();
  if (woken < 0 && error != EINTR) return fail_os(OsErrorKind::Errno, error, "ppoll");
  notified_ = ends[0].revents != 0;
  signalled = ends[1].revents != 0;
  return {};
}

void PresentThread::on_frame() noexcept {
  if (loop_ != nullptr) loop_->on_callback(HostClock::now());
}

bool PresentThread::request_feedback(std::uint64_t commit) {
  return clock_.usable() && queue_->request_feedback(commit);
}

void PresentThread::on_presented(const wl::PresentedFrame& frame) noexcept {
  if (loop_ == nullptr) return;
  loop_->on_presented(HostClock::now(), {.commit = frame.frame,
                                         .time = clock_.to_host(frame.time),
                                         .refresh = frame.refresh,
                                         .flags = frame.flags});
}

void PresentThread::on_discarded(std::uint64_t frame) noexcept {
  if (loop_ != nullptr) loop_->on_discarded(HostClock::now(), frame);
}

bool PresentThread::draws_by_processor(const gfx::Presenter& presenter) const {
  return parts_.present == pace::PolicyChoice::Auto && presenter.name() == "shm";
}

// Who draws by processor draws nothing that is not shown.
pace::PresentPolicy PresentThread::policy_for(const gfx::Presenter& presenter) const {
  using Choice = pace::PolicyChoice;
  pace::PresentPolicy policy(draws_by_processor(presenter) ? Choice::Callback : parts_.present,
                             habit_guess_);
  if (parts_.feedback) policy.watch();
  return policy;
}

void PresentThread::unmap() {
  queue_->unmap();
}

std::optional<VideoSurface::State> PresentThread::apply_pending() {
  // No more for a compositor that does not read. Pictures wait for its callbacks anyway; only
  // answers to its configure events would not.
  if (backed_up_) backed_up_ = !queue_->flush();
  if (backed_up_) return std::nullopt;
  const auto state = parts_.window->apply_pending();
  if (!state) return std::nullopt;
  return State{.buffer = state->buffer,
               .transform = state->transform,
               .suspended = state->suspended,
               .hidden = state->hidden,
               .generation = state->generation};
}

}  // namespace pierglass::app
