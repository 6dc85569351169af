// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/compositor_models.hpp"

#include <algorithm>

namespace pierglass::test {
namespace {

using std::chrono::microseconds;

constexpr HostTime kFirstTurn{std::chrono::hours(1)};
// Drawing of one window that covers the screen, and the kernel's part until the turn.
constexpr Nanoseconds kDraw = microseconds(1000);
// From an event of the compositor's to the client's hearing of it.
constexpr Nanoseconds kTelling = microseconds(150);

class DrawsAtOnce final : public CompositorModel {
 public:
  DrawsAtOnce(Nanoseconds refresh, unsigned seed) : CompositorModel(refresh, seed) {}
  HostTime soonest(HostTime at) const override { return turn_from(at + kDraw); }

 private:
  void on_idle_commit(HostTime at) override { take(at, turn_from(at + about(kDraw))); }
  void on_shown(HostTime at) override {
    if (waiting()) latch_at(at + kTelling);
  }
  void on_latch(HostTime at) override { on_idle_commit(at); }
};

class DrawsBeforeTurn final : public CompositorModel {
 public:
  DrawsBeforeTurn(Nanoseconds refresh, Nanoseconds lead, unsigned seed)
      : CompositorModel(refresh, seed), lead_(lead) {}
  HostTime soonest(HostTime at) const override { return turn_from(at + lead_); }

 private:
  void on_idle_commit(HostTime at) override { plan(at); }
  void on_shown(HostTime at) override {
    if (waiting()) plan(at);
  }
  void on_latch(HostTime at) override { take(at, turn_); }
  void plan(HostTime at) {
    turn_ = turn_from(at + lead_);
    latch_at(std::max(at, turn_ - about(lead_)));
  }

  Nanoseconds lead_;
  HostTime turn_;
};

class FollowsCommits final : public CompositorModel {
 public:
  FollowsCommits(Nanoseconds shortest, bool tells, unsigned seed)
      : CompositorModel(shortest, seed), tells_(tells) {}
  HostTime soonest(HostTime at) const override { return at + kDraw; }
  Nanoseconds told_refresh() const override { return tells_ ? refresh() : Nanoseconds::zero(); }
  bool variable() const override { return true; }

 private:
  void on_idle_commit(HostTime at) override {
    take(at, std::max(at + about(kDraw), last_ + refresh()));
  }
  void on_shown(HostTime at) override {
    last_ = at;
    if (waiting()) on_idle_commit(at);
  }
  void on_latch(HostTime) override {}

  bool tells_;
  HostTime last_;
};

}  // namespace

void CompositorModel::commit(HostTime at, std::uint64_t number, bool callback) {
  run_until(at);
  const bool owed = newest_ && newest_->callback;
  if (newest_) {
    tell({.kind = ScreenEvent::Kind::Discarded, .heard = at + kTelling, .commit = newest_->number});
  }
  newest_ = Commit{.number = number, .callback = callback || owed};
  if (!flip_ && !latch_) on_idle_commit(at);
}

std::optional<HostTime> CompositorModel::next_step() const {
  if (flip_ && (!latch_ || flip_->shown <= *latch_)) return flip_->shown;
  return latch_;
}

void CompositorModel::run_until(HostTime at) {
  for (auto next = next_step(); next && *next <= at; next = next_step()) step(*next);
}

void CompositorModel::step(HostTime at) {
  if (!flip_ || flip_->shown != at) {
    latch_.reset();
    return on_latch(at);
  }
  tell({.kind = ScreenEvent::Kind::Presented,
        .heard = at + about(kTelling),
        .commit = flip_->commit.number,
        .shown = at});
  flip_.reset();
  on_shown(at);
}

void CompositorModel::take(HostTime at, HostTime shown) {
  if (newest_->callback) tell({.kind = ScreenEvent::Kind::Callback, .heard = at + kTelling * 2});
  flip_ = Flip{.commit = *newest_, .shown = shown};
  newest_.reset();
}

void CompositorModel::tell(const ScreenEvent& event) {
  const auto later = std::ranges::upper_bound(told_, event.heard, {}, &ScreenEvent::heard);
  told_.insert(later, event);
}

std::optional<ScreenEvent> CompositorModel::hear(HostTime at) {
  run_until(at);
  if (told_.empty() || told_.front().heard > at) return std::nullopt;
  const ScreenEvent event = told_.front();
  told_.pop_front();
  return event;
}

std::optional<HostTime> CompositorModel::next_heard(HostTime limit) {
  const auto told_before = [this](HostTime at) {
    return !told_.empty() && told_.front().heard <= at;
  };
  for (auto next = next_step(); next && *next < limit && !told_before(*next); next = next_step()) {
    step(*next);
  }
  if (told_.empty() || told_.front().heard >= limit) return std::nullopt;
  return told_.front().heard;
}

HostTime CompositorModel::turn_from(HostTime at) const {
  const auto turns = (at - kFirstTurn + refresh_ - Nanoseconds(1)) / refresh_;
  return kFirstTurn + turns * refresh_;
}

Nanoseconds CompositorModel::about(Nanoseconds duration) {
  const auto range = static_cast<std::uint32_t>(2 * kBlur.count());
  return duration - kBlur + Nanoseconds(random_() % range);
}

std::unique_ptr<CompositorModel> draws_at_once(Nanoseconds refresh, unsigned seed) {
  return std::make_unique<DrawsAtOnce>(refresh, seed);
}

std::unique_ptr<CompositorModel> draws_before_turn(Nanoseconds refresh, Nanoseconds lead,
                                                   unsigned seed) {
  return std::make_unique<DrawsBeforeTurn>(refresh, lead, seed);
}

std::unique_ptr<CompositorModel> follows_commits(Nanoseconds shortest, bool tells, unsigned seed) {
  return std::make_unique<FollowsCommits>(shortest, tells, seed);
}

}  // namespace pierglass::test
