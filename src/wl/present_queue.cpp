// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/present_queue.hpp"

#include <presentation-time-client-protocol.h>
#include <tearing-control-v1-client-protocol.h>
#include <wayland-client.h>

#include <algorithm>
#include <cerrno>

#include "wl/display.hpp"
#include "wl/registry.hpp"
#include "wl/window.hpp"

namespace pierglass::wl {

struct PresentListeners {
  static constexpr wl_callback_listener kFrame{.done = on<&PresentQueue::on_done>};
  static constexpr wp_presentation_feedback_listener kFeedback{
      .sync_output = ignored,
      .presented = on<&PresentQueue::Feedback::on_presented>,
      .discarded = on<&PresentQueue::Feedback::on_discarded>,
  };
};

namespace {

constexpr std::uint64_t join(std::uint32_t high, std::uint32_t low) {
  return std::uint64_t{high} << 32 | low;
}

}  // namespace

Result<std::unique_ptr<PresentQueue>> PresentQueue::create(Display& display, Registry& registry,
                                                           Window& window, PresentEvents& events) {
  std::unique_ptr<PresentQueue> self(new PresentQueue(display, events));
  self->queue_.reset(wl_display_create_queue(display.native()));
  self->releases_.reset(wl_display_create_queue(display.native()));
  if (!self->queue_ || !self->releases_) {
    return fail_os(OsErrorKind::Errno, errno, "wl_display_create_queue");
  }
  wl_event_queue* queue = self->queue_.get();
  self->real_surface_ = window.surface();
  self->surface_ = wrap(window.surface(), queue);
  self->shm_ = wrap(registry.shm(), self->releases_.get());
  self->presentation_ = wrap(registry.presentation(), queue);
  self->tearing_manager_ = registry.tearing_control_manager();
  self->drm_syncobj_ = registry.drm_syncobj_manager();
  for (Feedback& feedback : self->feedbacks_) feedback.owner = self.get();
  return self;
}

PresentQueue::~PresentQueue() = default;

NativeSurface PresentQueue::native() const {
  return {.display = display_.native(),
          .surface = real_surface_,
          .shm = shm_.get(),
          .drm_syncobj = drm_syncobj_};
}

const SurfaceDmabufs& PresentQueue::open_dmabufs(Registry& registry) {
  dmabufs_ = std::make_unique<SurfaceDmabufs>(registry, real_surface_, queue_.get());
  return *dmabufs_;
}

void PresentQueue::request_frame_callback() {
  if (frame_) return;
  frame_.reset(wl_surface_frame(surface_.get()));
  wl_callback_add_listener(frame_.get(), &PresentListeners::kFrame, this);
}

bool PresentQueue::request_feedback(std::uint64_t frame) {
  if (!presentation_) return false;
  const auto free =
      std::ranges::find_if(feedbacks_, [](const Feedback& one) { return !one.proxy; });
  if (free == feedbacks_.end()) return false;
  free->frame = frame;
  free->proxy.reset(wp_presentation_feedback(presentation_.get(), surface_.get()));
  wp_presentation_feedback_add_listener(free->proxy.get(), &PresentListeners::kFeedback, &*free);
  return true;
}

bool PresentQueue::allow_tearing(bool allowed) {
  if (tearing_manager_ == nullptr) return false;
  if (!tearing_) {
    tearing_.reset(
        wp_tearing_control_manager_v1_get_tearing_control(tearing_manager_, real_surface_));
  }
  wp_tearing_control_v1_set_presentation_hint(
      tearing_.get(), allowed ? WP_TEARING_CONTROL_V1_PRESENTATION_HINT_ASYNC
                              : WP_TEARING_CONTROL_V1_PRESENTATION_HINT_VSYNC);
  return true;
}

// To prepare is refused exactly when the queue is not empty. Otherwise this is a reader for an
// instant, which a driver in its own read must wait for, and which may make that read return
// without events, as each wait of the main thread that times out does.
bool PresentQueue::is_empty(wl_event_queue* queue) const {
  if (wl_display_prepare_read_queue(display_.native(), queue) != 0) return false;
  wl_display_cancel_read(display_.native());
  return true;
}

bool PresentQueue::has_events(Awaited awaited) const {
  if (awaited == Awaited::Nothing) return false;
  if (!is_empty(queue_.get())) return true;
  return awaited == Awaited::Everything && has_releases();
}

std::size_t PresentQueue::dispatch_releases() {
  const int releases = wl_display_dispatch_queue_pending(display_.native(), releases_.get());
  return static_cast<std::size_t>(std::max(releases, 0));
}

Result<std::size_t> PresentQueue::dispatch_pending() {
  const int releases = wl_display_dispatch_queue_pending(display_.native(), releases_.get());
  const int events = wl_display_dispatch_queue_pending(display_.native(), queue_.get());
  if (releases < 0 || events < 0) return std::unexpected(display_.error());
  return static_cast<std::size_t>(releases) + static_cast<std::size_t>(events);
}

void PresentQueue::unmap() {
  frame_.reset();
  wl_surface_attach(surface_.get(), nullptr, 0, 0);
  wl_surface_commit(surface_.get());
  flush();
}

bool PresentQueue::flush() {
  return display_.flush();
}

void PresentQueue::on_done(std::uint32_t) noexcept {
  frame_.reset();
  events_.on_frame();
}

void PresentQueue::Feedback::on_presented(std::uint32_t seconds_high, std::uint32_t seconds_low,
                                          std::uint32_t nanoseconds, std::uint32_t refresh,
                                          std::uint32_t sequence_high, std::uint32_t sequence_low,
                                          std::uint32_t flags) noexcept {
  proxy.reset();
  const auto seconds = static_cast<std::int64_t>(join(seconds_high, seconds_low));
  owner->events_.on_presented({
      .frame = frame,
      .time = PresentationTime(std::chrono::seconds(seconds) + Nanoseconds(nanoseconds)),
      .refresh = Nanoseconds(refresh),
      .sequence = join(sequence_high, sequence_low),
      .flags = flags,
  });
}

void PresentQueue::Feedback::on_discarded() noexcept {
  proxy.reset();
  owner->events_.on_discarded(frame);
}

}  // namespace pierglass::wl
