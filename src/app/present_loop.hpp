// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "app/frame_intake.hpp"
#include "app/lent_frames.hpp"
#include "app/notice_screen.hpp"
#include "app/options.hpp"
#include "app/pointer_desk.hpp"
#include "app/present_news.hpp"
#include "app/presenter_watch.hpp"
#include "app/screenshooter.hpp"
#include "app/statistics.hpp"
#include "base/clock.hpp"
#include "base/geometry.hpp"
#include "base/result.hpp"
#include "gfx/presenter.hpp"
#include "pace/frame_record.hpp"
#include "pace/latch_news.hpp"
#include "pace/present_gate.hpp"
#include "pace/wait_ladder.hpp"
#include "source/frame_source.hpp"

namespace pierglass::app {

// What the present loop needs of the window; narrow, so that tests can stand in for it.
class VideoSurface {
 public:
  struct State {
    Size buffer;                              // pixels, upright
    Transform transform = Transform::Normal;  // of the screen that the window fills
    bool suspended = false;
    bool hidden = false;           // not to be shown at all: nothing may be committed but unmap()
    std::uint64_t generation = 0;  // names the state in PresentNews::unmapped
  };

  // What the compositor has asked for since the last call, made effective by the next commit.
  virtual std::optional<State> apply_pending() = 0;
  // Goes with the next commit; nothing while one is outstanding.
  virtual void request_frame_callback() = 0;
  // Asks what becomes of the next commit, by a number of the caller's. False: it will not be told.
  virtual bool request_feedback(std::uint64_t commit) = 0;
  // From the next commit on it may be shown torn, or not any more. False: not by this compositor.
  virtual bool allow_tearing(bool allowed) = 0;
  // Sends what is buffered.
  virtual void flush() = 0;
  // Commits that the surface has no content, and no frame callback is outstanding any more. The
  // next commit of a buffer is one to a surface that is not mapped.
  virtual void unmap() = 0;

 protected:
  ~VideoSurface() = default;
};

// One guest's pictures onto one surface: looks for news, takes the newest frame over, draws it with
// the pointer, commits. Everything between two sleeps of the present thread is one step(). Owned
// and called by that thread alone, but for give_back().
class PresentLoop {
 public:
  // All are borrowed. `log` null: nobody wants records. `waiting` is shown while there is no guest.
  // `clock`: by which a step knows how long it takes.
  PresentLoop(source::FrameSource& source, gfx::Presenter& presenter, VideoSurface& surface,
              pace::FrameLog* log, std::string waiting,
              std::function<HostTime()> clock = &HostClock::now);
  PresentLoop(const PresentLoop&) = delete;
  PresentLoop& operator=(const PresentLoop&) = delete;
  ~PresentLoop();

  // What of the compositor's ends a sleep; the rest can wait for its end.
  enum class Hears : std::uint8_t {
    Nothing,
    Word,        // callbacks, what became of commits, and what its dma-buf objects tell
    Everything,  // releases of wl_shm buffers, too, and awaited()
  };
  // How to sleep unless woken.
  struct Sleep {
    Nanoseconds limit;  // at most
    bool on_doorbell =
        false;  // between fall_asleep() and wake_up(), until the doorbell is readable
    Hears hears = Hears::Everything;
  };

  // Does what there is to do. Errors: the presenter's, after which it is of no more use.
  Result<Sleep> step(HostTime now);

  // Whether the last step's sleep leaves frames with the compositor that give_back() can give back.
  [[nodiscard]] bool lends() const { return lends_; }
  // In such a sleep, on any thread while none uses the loop: after releases, gives back to the
  // guest what the compositor has done with.
  void give_back() { lent_.collect(presenter_); }

  // Tells the guest that we sleep. False: do not, take a step instead.
  bool fall_asleep();
  // Ends such a sleep. `signalled`: the source's doorbell() was readable.
  void wake_up(HostTime now, bool signalled);
  // From the next commit on; at first that which PresentPolicy starts with. What was wished of
  // tearing stays, and what was counted. `spares`: as PresentGate::spare_callbacks().
  void use_policy(pace::PresentPolicy policy, bool spares = false) {
    policy.succeed(gate_.policy());
    gate_.policy() = policy;
    gate_.spare_callbacks(spares);
  }
  // From now on: never on the doorbell.
  void ignore_doorbell() { ignores_doorbell_ = true; }
  // How pictures come to the compositor from now on; at first as Auto says.
  void set_path(PathChoice path) { path_ = path; }
  // The user does something; for a step that comes before the end of a sleep.
  void on_attention(HostTime now) { ladder_.on_attention(now); }

  // gfx::Presenter::awaited(): ends the last step's sleep if somebody waits for room, so that a
  // frame is given back as soon as it can be.
  [[nodiscard]] int awaited() const {
    return hears_ == Hears::Everything && lent_.any() ? presenter_.awaited() : -1;
  }

  // What main asks; served by the following steps. What came of it is in take_news().
  void ask(PresentRequests requests, HostTime now);
  [[nodiscard]] bool has_news() const { return !news_.empty(); }
  PresentNews take_news() { return std::exchange(news_, {}); }
  [[nodiscard]] const GuestPointer& pointer() const { return desk_.pointer(); }

  // The frame callback came: something may be drawn again.
  void on_callback(HostTime now);
  // What the compositor said of a commit.
  void on_presented(HostTime now, const pace::Presented& presented) {
    gate_.policy().on_presented(now, presented);
  }
  void on_discarded(HostTime now, std::uint64_t commit) {
    gate_.policy().on_discarded(now, commit);
  }

  [[nodiscard]] source::GuestStatus status() const { return status_; }
  // When one was taken over last; long ago at first.
  [[nodiscard]] HostTime last_picture() const { return last_picture_; }
  [[nodiscard]] PresentSnapshot snapshot() const;

 private:
  void tick(HostTime now);
  void on_status(source::GuestStatus status);
  void watch_notice(HostTime now);
  void drop_picture();
  Result<void> apply_window_state();
  void hide(std::uint64_t generation);
  void watch_visibility(HostTime now);
  Nanoseconds free_buffers(HostTime now);
  void set_tearing(bool wanted);
  void serve_requests(HostTime now);
  Result<Sleep> show_news(HostTime now);
  Sleep next_sleep(HostTime now, bool wants_pictures);
  [[nodiscard]] Hears hears(bool on_doorbell, HostTime now) const;
  [[nodiscard]] bool may_be_rung(HostTime now) const;
  Result<void> take_frame(HostTime now);
  Result<void> take(bool lend, HostTime now);
  Result<bool> take_anew(HostTime now);
  [[nodiscard]] bool may_lend() const;
  [[nodiscard]] Nanoseconds until_given_back() const;
  [[nodiscard]] bool draws_pointer() const;
  Result<bool> advance(FrameIntake& intake, HostTime now);
  [[nodiscard]] pace::FrameTimes times_of(const source::HeldFrame& frame, HostTime seen) const;
  void on_taken(const pace::FrameTimes& times);
  Result<void> on_upload_error(const Error& error);
  void count_busy();
  void watch_pointer(HostTime now);
  void announce_latch(HostTime now);
  void hold_off(HostTime now);
  [[nodiscard]] std::string message() const;
  Result<void> draw(HostTime now);
  void request_answers(HostTime now, pace::PresentGate::Draw draw);
  Result<gfx::DrawStats> draw_content(HostTime now);
  Result<gfx::DrawStats> draw_picture();
  [[nodiscard]] PixelPath path_now() const;
  [[nodiscard]] std::string_view path_refusal() const;
  [[nodiscard]] bool samples_borrowed() const;
  void record(HostTime began, const gfx::DrawStats& stats);
  void log_committed();

  source::FrameSource& source_;
  gfx::Presenter& presenter_;
  VideoSurface& surface_;
  pace::FrameLog* log_;
  std::string waiting_;
  std::function<HostTime()> clock_;

  pace::PresentGate gate_;
  pace::WaitLadder ladder_;
  pace::LatchNews latches_;
  pace::FrameTimes times_;  // of the picture that was taken and not committed yet
  std::optional<pace::FrameTimes> committed_;  // its frame callback is outstanding
  std::optional<FrameIntake> intake_;          // a frame that is not all written yet
  LentFrames lent_;
  PresenterWatch watch_;
  PathChoice path_ = PathChoice::Auto;
  bool shown_lent_ = false;                 // the presenter's picture is a borrowed one
  std::optional<pixel::PictureKind> kind_;  // of what the presenter was given last
  pace::WaitLadder::Found found_;           // not told the ladder yet
  std::uint64_t found_sequence_ = 0;        // of the frame that it was told of last
  source::GuestStatus status_ = source::GuestStatus::Absent;
  source::Cursor cursor_;  // as last seen
  std::uint32_t cursor_serial_ = 0;
  int refusals_ = 0;  // in a row, of the source to fall asleep
  std::uint64_t doorbell_serial_ = 0;
  bool have_size_ = false;
  bool have_picture_ = false;
  Size picture_;              // upright, of the newest one taken over
  std::string trouble_;       // why the last picture could not be taken over; for the screen
  std::string shown_error_;   // the source's, as on the screen
  std::string shown_notice_;  // the source's, as on the screen while there is no picture
  NoticeScreen notice_screen_;
  PointerDesk desk_;
  Screenshooter screenshooter_;
  std::uint64_t commits_numbered_ = 0;
  std::uint64_t feedback_ = 0;  // number that the next commit's was requested with; 0: it was not
  PresentNews news_;            // not taken yet
  std::uint32_t commits_wanted_ = 0;
  Hears hears_ = Hears::Everything;  // in the last step's sleep
  bool lends_ = false;               // in the last step's sleep
  bool no_buffer_ = false;           // was free in this step
  bool waits_for_room_ = false;      // does this step's frame, to be lent
  bool placeless_ = false;           // the newest frame has no place in memory that could be lent
  bool suspended_ = false;
  bool hidden_ = false;
  bool mapped_ = false;  // the surface has content
  bool visible_ = true;
  bool ignores_doorbell_ = false;
  std::uint64_t shown_ = 0;  // sequence
  std::uint64_t torn_ = 0;
  std::uint64_t busy_ = 0;
  HostTime step_began_;  // by the clock, which may run ahead of the step's own time
  HostTime next_tick_;
  HostTime next_take_;      // not before: the last frames were no good
  Nanoseconds hold_off_{};  // how long that was
  HostTime last_look_;
  HostTime last_picture_;
  HostTime frees_buffers_ = HostTime::max();  // unless somebody looks before
};

}  // namespace pierglass::app
