// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>

#include "guest/core/capture_policy.hpp"
#include "guest/core/capture_source.hpp"
#include "guest/core/doorbell.hpp"
#include "guest/core/frame_publisher.hpp"
#include "guest/core/look_planner.hpp"
#include "guest/core/pacer.hpp"
#include "guest/core/waiter.hpp"
#include "ring/guest_session.hpp"

namespace pierglass::guest {

struct PublisherOptions {
  std::uint32_t millihertz = 60'000;           // 0: as fast as Pacer::kFastest
  std::uint32_t pointer_millihertz = 125'000;  // how often the pointer is asked for
  std::uint64_t max_frames = 0;                // 0: no end
  bool hold = false;             // after the last frame stay in session instead of ending
  bool without_readers = false;  // publish although nobody looks
  bool follow_latches = true;    // look right before readers take their next pictures
};

// Told about what happens, on the capture thread; must not block.
class PublisherObserver {
 public:
  virtual ~PublisherObserver() = default;
  virtual void on_published(const Step& step) = 0;
  // Once for each change of either.
  virtual void on_too_large(Size size, wire::PixelFormat format) = 0;
  virtual void on_begin() {}  // before anything else; may set the thread up
};

struct PublisherSummary {
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;  // copied into slots
  std::uint64_t pointer_moves = 0;
};

// A whole guest over a capture source: session, heartbeat, readers' requests, pacing, copying,
// pointer. Three threads: control (the caller of run()), capture, pointer.
class Publisher {
 public:
  // Lays the region out and begins session `session` (random, not 0). Region, source, observer and
  // doorbell outlive the publisher. `doorbell`: rings readers that sleep, and lets this guest sleep
  // until rung; null: readers poll, and so do we. Unsupported: `make_waiter` gave none, and the
  // region is as it was.
  static Result<std::unique_ptr<Publisher>> create(std::span<std::byte> region,
                                                   const wire::RegionSpec& spec,
                                                   std::uint64_t session, CaptureSource& source,
                                                   PublisherObserver& observer,
                                                   const PublisherOptions& options,
                                                   MakeWaiter make_waiter, Doorbell* doorbell);
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;
  ~Publisher();  // ends the session, and rings its readers

  // Publishes until stop(), the last frame, Lost (the source's end), or Stale: another guest laid
  // the memory out while we were frozen. The session ends with the publisher.
  Result<PublisherSummary> run();

  // Any thread, any number of times, also before run().
  void stop();

  // The own device was rung: a reader asks for something. Any thread, any number of times, also
  // before run(); does not block.
  void on_doorbell();

 private:
  struct Waiters {
    std::unique_ptr<Waiter> control;
    std::unique_ptr<Waiter> capture;
    std::unique_ptr<Waiter> pointer;
  };
  Publisher(ring::GuestSession session, CaptureSource& source, PublisherObserver& observer,
            const PublisherOptions& options, Waiters waiters, Doorbell* doorbell);

  void control_loop();
  void keep_beat(HostTime now);
  void wait_for_readers(HostTime now);
  void sleep_until_rung();
  void announce_doorbell();
  void serve_readers(HostTime now);
  void obey(const wire::ControlMessage& message);
  void set_paused(bool paused);

  void capture_loop();
  HostTime next_look(HostTime now);
  void wait_for_wish(HostTime now);
  void wait_for_look(HostTime now, HostTime due);
  void capture_once(HostTime now);
  void on_step(const Step& step, HostTime now);
  void bring_back(HostTime now);
  [[nodiscard]] bool frames_wanted() const;

  void pointer_loop();
  void publish_pointer(const PointerUpdate& update);

  // After each thing that is published; any thread.
  void ring_sleepers();
  void ring(const ring::DoorbellList& readers);

  // Asked right before each look and each cursor write: false, and stop(), once the region is
  // another guest's. Acquire load; any thread.
  [[nodiscard]] bool still_ours();
  [[nodiscard]] bool stopping() const { return stopping_.load(std::memory_order_acquire); }

  ring::GuestSession session_;
  CaptureSource& source_;
  PublisherObserver& observer_;
  const PublisherOptions options_;
  Doorbell* const doorbell_;  // or null

  // Between the threads.
  const Waiters waiters_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> lost_{false};
  std::atomic<bool> paused_{false};
  std::atomic<std::uint32_t> visible_readers_{0};
  std::atomic<std::uint32_t> wanted_millihertz_{0};
  std::atomic<std::uint32_t> own_peer_{wire::kNoPeer};  // kNoPeer: nobody is rung
  std::atomic<bool> listening_{false};                  // on_doorbell() wakes the control thread

  // Control thread.
  ring::DoorbellAddress announced_;
  ring::ReaderDemand demand_;
  HostTime next_beat_;
  std::uint32_t rounds_ = 0;  // since the last beat that was due

  bool pointer_visible_ = false;  // pointer thread: as published last

  // Capture thread.
  FramePublisher frames_;
  LookPlanner looks_;
  RestPolicy rest_;
  HostTime not_before_;         // after Busy or a failed reinit
  HostTime next_slot_ring_;     // while Busy
  bool reinit_needed_ = false;  // after a failed one, or a rest
  bool finished_ = false;
  Step too_large_;            // the last that was told of
  PublisherSummary summary_;  // pointer_moves: the pointer thread
};

}  // namespace pierglass::guest
