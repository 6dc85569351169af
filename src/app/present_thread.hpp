// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "app/compositor_dmabufs.hpp"
#include "app/guest_news.hpp"
#include "app/options.hpp"
#include "app/pointer_board.hpp"
#include "app/present_loop.hpp"
#include "app/present_news.hpp"
#include "app/presentation_map.hpp"
#include "app/statistics.hpp"
#include "loop/wakeup.hpp"
#include "wl/present_queue.hpp"
#include "wl/window.hpp"

namespace pierglass::app {

// The thread that owns the frame source, the presenter and the commits of the video surface. The
// main thread starts and ends it, wakes it, and collects what it reports.
class PresentThread final : private wl::PresentEvents, private VideoSurface {
 public:
  struct Parts {
    std::unique_ptr<source::FrameSource> source;
    wl::Window* window = nullptr;  // borrowed
    RendererChoice renderer = RendererChoice::Auto;
    gfx::OutputWish output;
    pixel::Filter filter = pixel::Filter::Auto;
    pace::PolicyChoice present = pace::PolicyChoice::Auto;
    bool tearing = false;   // pictures may be shown torn
    bool feedback = false;  // wanted for the statistics, too
    bool records = false;   // of each commit and its callback are wanted, with their times
    PathChoice path = PathChoice::Auto;
    bool doorbell = true;                // sleep on the source's, if the guest rings
    std::string waiting;                 // text while there is no guest
    pace::FrameLog* log = nullptr;       // borrowed; null: no records wanted
    const loop::Wakeup* main = nullptr;  // borrowed; notified when report() has news
  };

  // What the main thread has not been told yet.
  struct Report : PresentNews {
    std::optional<Error> failure;    // the thread has ended
    std::optional<GuestNews> guest;  // the newest
    std::optional<PresentSnapshot> snapshot;
  };

  static Result<std::unique_ptr<PresentThread>> start(wl::Display& display, wl::Registry& registry,
                                                      Parts parts);
  PresentThread(const PresentThread&) = delete;
  PresentThread& operator=(const PresentThread&) = delete;
  ~PresentThread();  // ends the thread and waits for it

  // Main thread. Asks the thread to end; false when it has not by then (a driver may wait for a
  // compositor that does not answer). The destructor would go on waiting.
  bool stop_within(Nanoseconds limit);

  // Any thread: there may be events, a new window state or new frames. Never blocks.
  void wake() const noexcept { wake_.notify(); }

  // Main thread: the user does something, with or without consequences. A thread that sleeps until
  // the guest rings is woken now and then, so that a guest that died is not shown to one who types.
  // Never blocks; most often one load.
  void on_attention() noexcept;

  // Main thread. The snapshot arrives with a later report.
  void request_snapshot();
  // Main thread, after each read of the socket: wakes the thread for what it has to be woken for.
  // Not for what it finds anyway, because it is awake, or at the end of a sleep that nothing of it
  // can shorten; and what the compositor has released goes back to the guest right here. Never
  // blocks; cheap.
  void on_read();
  Report take_report();

  // What follows is for the main thread, never blocks for longer than a few words are copied, and
  // is served by the present thread's next step, which it wakes.

  // Lines of text over the picture; empty: none (gfx::Presenter::set_panel says how many).
  void set_panel(std::vector<std::string> lines);
  // How pictures are scaled.
  void set_filter(pixel::Filter filter);
  // Whether pictures may be shown torn; see Report::tearing.
  void set_tearing(bool allowed);
  // Whether the guest's pointer is drawn into the picture, as it is at first. While it is not, its
  // motion costs no redraw, and its image is reported: the one that it has, then each new one.
  void show_pointer(bool shown);
  // Whether its image and whether it is visible are also reported while it is drawn.
  void watch_pointer_image(bool watched);
  // Whether pointer_changed is also reported for motion, at most a thousand times a second. The
  // picture's size, and while the pointer is not drawn its visibility, are always reported.
  void watch_pointer(bool watched);
  // Asks the guest to put its pointer there (pixels of the upright picture); see Report::placed.
  void place_pointer(Point position);
  // One commit soon, also if nothing is new or a frame callback is outstanding; it makes effective
  // what was set on the surface before this call. See Report::committed. Waits for a frame that is
  // half taken over (a quarter of a second at most) and for a free buffer. While the window is
  // hidden it is met without a commit.
  void request_commit();
  // The newest frame without pointer and panel; see Report::screenshot. Copying it takes the
  // present thread as long as taking a whole frame over without a GPU.
  void request_screenshot();

  // Any thread. A consistent snapshot; the present thread never waits for it.
  [[nodiscard]] GuestPointer pointer() const { return board_.read(); }

 private:
  PresentThread(loop::EventFd wake, Parts parts);
  void run();
  Result<void> present();
  Result<void> serve(PresentLoop& loop, const gfx::Presenter& presenter);
  [[nodiscard]] PresentLoop::Sleep until_read(PresentLoop::Sleep sleep) const;
  using Awaited = wl::PresentQueue::Awaited;
  [[nodiscard]] Awaited awaited_in(PresentLoop::Sleep sleep) const;
  void report_news(PresentLoop& loop);
  void report_guest(const PresentLoop& loop, HostTime now);
  Result<void> sleep(PresentLoop& loop, PresentLoop::Sleep how);
  // What ends a wait besides wake(); negative: not there.
  struct Files {
    int doorbell = -1;
    int readers = -1;  // gfx::Presenter::awaited()
  };
  Result<void> wait(Nanoseconds limit, Files files, bool& signalled);
  [[nodiscard]] Nanoseconds until_still(const PresentLoop& loop) const;
  bool give_back();
  template <typename Fill>
  void tell_main(Fill fill);
  template <typename Fill>
  void ask(Fill fill);
  void take_requests(PresentLoop& loop);

  [[nodiscard]] bool draws_by_processor(const gfx::Presenter& presenter) const;
  [[nodiscard]] pace::PresentPolicy policy_for(const gfx::Presenter& presenter) const;

  // wl::PresentEvents
  void on_frame() noexcept override;
  void on_presented(const wl::PresentedFrame& frame) noexcept override;
  void on_discarded(std::uint64_t frame) noexcept override;

  // VideoSurface
  std::optional<State> apply_pending() override;
  void request_frame_callback() override { queue_->request_frame_callback(); }
  bool request_feedback(std::uint64_t commit) override;
  bool allow_tearing(bool allowed) override { return queue_->allow_tearing(allowed); }
  void flush() override { backed_up_ = !queue_->flush(); }
  void unmap() override;

  loop::EventFd wake_;
  Parts parts_;
  std::mutex awake_;  // held by the present thread but for its sleep; guards what is its alone
  std::unique_ptr<wl::PresentQueue> queue_;
  std::optional<CompositorDmabufs> dmabufs_;  // nothing: of no use
  PresentLoop* loop_ = nullptr;               // present thread, while present() runs
  PresentationMap clock_;                     // present thread, once it runs
  pace::Habit habit_guess_{};                 // present thread, once it runs
  bool backed_up_ = false;                    // present thread: the compositor does not read
  GuestNews told_;                            // present thread: what main knows
  HostTime next_report_;                      // present thread: of what is no change of status
  GuestPointer shown_pointer_;                // present thread: what is on the board
  bool notified_ = true;                      // present thread: wake_ may be
  std::atomic<Awaited> awaited_{Awaited::Everything};  // present thread's; what ends its sleep
  std::atomic<bool> lends_{false};                     // PresentLoop::lends(), in that sleep
  std::atomic<bool> deep_asleep_{false};               // for longer than attention may wait
  std::atomic<bool> attention_{false};
  HostTime next_attention_;  // main thread: not woken for it before
  std::atomic<bool> stop_{false};
  std::binary_semaphore ended_{0};
  std::atomic<bool> snapshot_wanted_{false};
  PointerBoard board_;
  std::atomic<bool> asked_{false};  // requests_ is not empty
  std::mutex mutex_;  // guards report_ and requests_; never taken on the way of a frame
  Report report_;
  PresentRequests requests_;
  std::thread thread_;
};

}  // namespace pierglass::app
