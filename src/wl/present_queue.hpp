// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "wl/listener.hpp"
#include "wl/proxy.hpp"
#include "wl/surface_dmabufs.hpp"

namespace pierglass::wl {

class Display;
class Registry;
class Window;

// The compositor's word about one commit that feedback was requested for.
struct PresentedFrame {
  std::uint64_t frame = 0;     // the caller's number
  PresentationTime time;       // of the clock Registry::presentation_clock()
  Nanoseconds refresh{};       // of the output; 0: unknown or variable
  std::uint64_t sequence = 0;  // the output's frame counter; 0: unknown
  std::uint32_t flags = 0;     // wp_presentation_feedback.kind
};

// Called on the present thread from dispatch_pending().
class PresentEvents {
 public:
  // The compositor says that now is a good time to draw (the answer to request_frame_callback()).
  virtual void on_frame() noexcept = 0;
  virtual void on_presented(const PresentedFrame& frame) noexcept = 0;
  // The commit was never shown: a later one replaced it, or nobody sees the window.
  virtual void on_discarded(std::uint64_t frame) noexcept = 0;

 protected:
  ~PresentEvents() = default;
};

// What the graphics code needs of the connection. Borrowed.
struct NativeSurface {
  wl_display* display = nullptr;
  wl_surface* surface = nullptr;
  wl_shm* shm = nullptr;  // what is made of it tells the present thread of releases, see Awaited
  wp_linux_drm_syncobj_manager_v1* drm_syncobj = nullptr;  // what is made of it sends no events
};

// The present thread's event queue: frame callbacks, presentation feedback and buffer releases
// arrive here and nowhere else. Made by the main thread, then used by the present thread alone, but
// for what is any thread's. It never reads the socket: Display::on_read() says when
// dispatch_pending() may have something to do.
//
// Must end after everything made from native() and before the window.
class PresentQueue : Pinned {
 public:
  static Result<std::unique_ptr<PresentQueue>> create(Display& display, Registry& registry,
                                                      Window& window, PresentEvents& events);
  ~PresentQueue();

  [[nodiscard]] NativeSurface native() const;

  // Main thread, once, before the present thread begins: asks what the compositor takes as dma-bufs
  // here. The answer comes with dispatch_pending().
  const SurfaceDmabufs& open_dmabufs(Registry& registry);

  // Asks to be told when to draw next. Goes with the next commit, which must be a real one with new
  // content: a commit made for the callback alone costs a refresh on wlroots compositors. Does
  // nothing while one is outstanding.
  void request_frame_callback();
  [[nodiscard]] bool frame_callback_pending() const { return static_cast<bool>(frame_); }

  // Asks when the next commit reaches the glass. False: no wp_presentation, or kMaxFeedbacks
  // answers are still owed.
  bool request_feedback(std::uint64_t frame);
  static constexpr std::size_t kMaxFeedbacks = 8;

  // From the next commit on the compositor may show a picture in the middle of a refresh, torn, or
  // not any more. False: it has no wp_tearing_control_v1. A surface takes one such object for good,
  // so this must not be called where the graphics driver makes its own.
  bool allow_tearing(bool allowed);

  // What somebody waits for.
  enum class Awaited : std::uint8_t {
    Nothing,
    Word,  // all but releases of buffers of wl_shm, of which there is one a commit
    Everything,
  };

  // Whether dispatch_pending() would find some of it. Any thread, never blocks, reads nothing; a
  // small part of what waking a thread costs. What a read of the socket brought is seen right after
  // it, so that Display::on_read() need wake the present thread only then: a mouse alone makes
  // thousands of reads a second that do not concern it.
  [[nodiscard]] bool has_events(Awaited awaited = Awaited::Everything) const;
  [[nodiscard]] bool has_releases() const { return !is_empty(releases_.get()); }

  // Of what dispatch_pending() does the releases of buffers of wl_shm alone, which may be done
  // by any thread, as long as none uses this queue at the same time. How many; errors show there.
  std::size_t dispatch_releases();

  // Calls PresentEvents (and the listeners of buffers) for what has arrived; never blocks or reads.
  // How many events that were: what they changed is to be looked at before the thread sleeps, since
  // has_events() knows of them no more. Lost when the connection is.
  Result<std::size_t> dispatch_pending();

  // Takes the picture off the screen: commits no buffer, so that the window is unmapped. What is
  // owed for earlier commits is forgotten as far as it is a frame callback, since a window that is
  // not shown may never get it. For what then, see Window::hide().
  void unmap();

  // Sends what is buffered; never blocks. After each commit. False: see Display::flush(); do not
  // commit until it gives true.
  bool flush();

 private:
  friend struct PresentListeners;

  class Feedback : Pinned {
   public:
    PresentQueue* owner = nullptr;
    Proxy<struct wp_presentation_feedback> proxy;
    std::uint64_t frame = 0;

    void on_presented(std::uint32_t seconds_high, std::uint32_t seconds_low,
                      std::uint32_t nanoseconds, std::uint32_t refresh, std::uint32_t sequence_high,
                      std::uint32_t sequence_low, std::uint32_t flags) noexcept;
    void on_discarded() noexcept;
  };

  [[nodiscard]] bool is_empty(wl_event_queue* queue) const;

  PresentQueue(Display& display, PresentEvents& events) : display_(display), events_(events) {}
  void on_done(std::uint32_t time_ms) noexcept;

  Display& display_;
  PresentEvents& events_;
  wl_surface* real_surface_ = nullptr;
  // In this order: what belongs to the queue ends before it.
  Proxy<wl_event_queue> queue_;
  Proxy<wl_event_queue> releases_;  // of buffers of wl_shm
  Wrapper<wl_surface> surface_;
  Wrapper<wl_shm> shm_;
  Wrapper<wp_presentation> presentation_;
  std::unique_ptr<SurfaceDmabufs> dmabufs_;                   // null: nobody wants any
  wp_tearing_control_manager_v1* tearing_manager_ = nullptr;  // the registry's
  wp_linux_drm_syncobj_manager_v1* drm_syncobj_ = nullptr;    // the registry's
  Proxy<wp_tearing_control_v1> tearing_;                      // made when first allowed
  Proxy<wl_callback> frame_;
  std::array<Feedback, kMaxFeedbacks> feedbacks_;
};

}  // namespace pierglass::wl
