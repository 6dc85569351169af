// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <random>

#include "base/clock.hpp"

// When compositors take a client's commits, as models on a fake clock. They show one window that
// covers the screen, and nothing else.
namespace pierglass::test {

// What the client hears, and when.
struct ScreenEvent {
  enum class Kind : std::uint8_t { Callback, Presented, Discarded };
  Kind kind = Kind::Callback;
  HostTime heard;
  std::uint64_t commit = 0;  // of Presented and Discarded
  HostTime shown;            // of Presented
};

class CompositorModel {
 public:
  // Times that are not exact stray by a twentieth of a millisecond to either side.
  static constexpr Nanoseconds kBlur = std::chrono::microseconds(50);

  virtual ~CompositorModel() = default;

  // A commit with new content, at or after everything before. Numbers count up. `callback`: a frame
  // callback was requested with it.
  void commit(HostTime at, std::uint64_t number, bool callback);
  // Lets time pass until `at`.
  void run_until(HostTime at);
  // The next thing that the client hears by `at`, in order.
  std::optional<ScreenEvent> hear(HostTime at);
  // When it hears something next, if that is before `limit` and nothing is committed until then.
  std::optional<HostTime> next_heard(HostTime limit);

  // When a picture that is committed at `at` is shown, if no other is in its way.
  [[nodiscard]] virtual HostTime soonest(HostTime at) const = 0;
  // What wp_presentation tells of the refresh.
  [[nodiscard]] virtual Nanoseconds told_refresh() const { return refresh_; }
  [[nodiscard]] Nanoseconds refresh() const { return refresh_; }
  [[nodiscard]] virtual bool variable() const { return false; }

 protected:
  CompositorModel(Nanoseconds refresh, unsigned seed) : refresh_(refresh), random_(seed) {}

  // Nothing is under way, and a commit has come.
  virtual void on_idle_commit(HostTime at) = 0;
  // The picture under way was shown at `at`.
  virtual void on_shown(HostTime at) = 0;
  // A moment that latch_at() named has come.
  virtual void on_latch(HostTime at) = 0;

  void latch_at(HostTime at) { latch_ = at; }
  // Takes the newest commit, says that it drew it, and shows it at `shown`.
  void take(HostTime at, HostTime shown);
  [[nodiscard]] bool waiting() const { return newest_.has_value(); }
  [[nodiscard]] HostTime turn_from(HostTime at) const;  // the first one not before it
  Nanoseconds about(Nanoseconds duration);

 private:
  struct Commit {
    std::uint64_t number = 0;
    bool callback = false;
  };
  struct Flip {
    Commit commit;
    HostTime shown;
  };
  void tell(const ScreenEvent& event);
  [[nodiscard]] std::optional<HostTime> next_step() const;
  void step(HostTime at);

  Nanoseconds refresh_;
  std::minstd_rand random_;
  std::optional<Commit> newest_;   // not taken yet
  std::optional<Flip> flip_;       // taken, not shown yet
  std::optional<HostTime> latch_;  // when on_latch() is to be called
  std::deque<ScreenEvent> told_;   // by the time heard
};

// wlroots without max_render_time: draws at once when the screen can take a picture. A commit that
// comes while one is under way waits for that to be shown (sway/desktop/output.c and wlroots'
// types/output: a frame event follows each flip, and damage while one is pending waits for it).
// Frame callbacks follow the drawing at once.
std::unique_ptr<CompositorModel> draws_at_once(Nanoseconds refresh, unsigned seed);

// Draws so long before each turn, if something is new, and takes the newest commit there is:
// Sway with max_render_time; mutter (clutter-frame-clock.c: next presentation minus a measured
// update time); KWin (renderloop.cpp: target minus predicted render time and safety margins).
// Frame callbacks follow the drawing.
std::unique_ptr<CompositorModel> draws_before_turn(Nanoseconds refresh, Nanoseconds lead,
                                                   unsigned seed);

// A screen of variable rate: shows what it has drawn at once, if the time of its fastest rate has
// passed. `tells`: wp_presentation 2, which tells that time; 1 tells nothing.
std::unique_ptr<CompositorModel> follows_commits(Nanoseconds shortest, bool tells, unsigned seed);

}  // namespace pierglass::test
