// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/publisher.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "guest/core/capture_policy.hpp"

namespace pierglass::guest {
namespace {

using std::chrono::milliseconds;

// 10 Hz, with room for a timer that is late.
constexpr Nanoseconds kBeat = milliseconds(90);

// A hostile reader could ring, or change what we look at, as fast as we look: after this many
// rounds between two beats we poll until the next.
constexpr std::uint32_t kMaxRounds = 200;

// How soon a reader's request is seen where nobody rings us.
constexpr Nanoseconds kControlPeriodWatched = milliseconds(4);
constexpr Nanoseconds kControlPeriodIdle = milliseconds(20);
constexpr int kMaxRequestsAtOnce =
    64;  // a hostile reader can refill its ring as fast as we empty it

constexpr Nanoseconds kSlotRetry = milliseconds(1);
constexpr Nanoseconds kSlotRing = std::chrono::seconds(1);  // sleepers that hold slots may be dead
constexpr Nanoseconds kSleep = std::chrono::seconds(1);     // nothing to do: until woken, nearly
constexpr Nanoseconds kAcquireTimeout = milliseconds(100);

}  // namespace

Result<std::unique_ptr<Publisher>> Publisher::create(std::span<std::byte> region,
                                                     const wire::RegionSpec& spec,
                                                     std::uint64_t session, CaptureSource& source,
                                                     PublisherObserver& observer,
                                                     const PublisherOptions& options,
                                                     MakeWaiter make_waiter, Doorbell* doorbell) {
  Waiters waiters{make_waiter(), make_waiter(), make_waiter()};
  if (!waiters.control || !waiters.capture || !waiters.pointer)
    return fail(ErrorCode::Unsupported, "another timer");
  auto made = TRY(ring::GuestSession::create(region, spec, session));
  return std::unique_ptr<Publisher>(
      new Publisher(std::move(made), source, observer, options, std::move(waiters), doorbell));
}

Publisher::Publisher(ring::GuestSession session, CaptureSource& source, PublisherObserver& observer,
                     const PublisherOptions& options, Waiters waiters, Doorbell* doorbell)
    : session_(std::move(session)),
      source_(source),
      observer_(observer),
      options_(options),
      doorbell_(doorbell),
      waiters_(std::move(waiters)),
      frames_(source, session_.frames()),
      looks_(options.follow_latches) {
  announce_doorbell();
  ring(session_.former_readers());
}

Publisher::~Publisher() {
  ring(session_.end());
}

Result<PublisherSummary> Publisher::run() {
  session_.set_state(wire::GuestState::Capturing);
  ring_sleepers();
  {
    const std::jthread capture([this] { capture_loop(); });
    const std::jthread pointer([this] { pointer_loop(); });
    control_loop();
    stop();  // wakes the other two
  }
  if (!session_.current()) return fail(ErrorCode::Stale, "session");
  session_.set_state(wire::GuestState::Stopping);
  ring_sleepers();
  if (lost_.load(std::memory_order_acquire)) return fail(ErrorCode::Lost, "capture source");
  return summary_;
}

void Publisher::stop() {
  stopping_.store(true, std::memory_order_release);
  waiters_.control->wake();
  waiters_.capture->wake();
  waiters_.pointer->wake();
}

bool Publisher::still_ours() {
  if (session_.current()) return true;
  stop();
  return false;
}

// ---- control thread ----

void Publisher::control_loop() {
  while (!stopping()) {
    const HostTime now = HostClock::now();
    if (!session_.current()) return;
    session_.beat();
    serve_readers(now);
    keep_beat(now);
    wait_for_readers(now);
  }
}

// What is done ten times a second, however often we look.
void Publisher::keep_beat(HostTime now) {
  ++rounds_;
  if (now < next_beat_) return;
  next_beat_ = now + kBeat;
  rounds_ = 0;
  announce_doorbell();
  ring(session_.unanswered(now));
}

void Publisher::wait_for_readers(HostTime now) {
  const bool rung = doorbell_ != nullptr && announced_.reachable() && doorbell_->hears();
  if (rung && rounds_ < kMaxRounds) return sleep_until_rung();
  const bool watched = visible_readers_.load(std::memory_order_relaxed) != 0;
  waiters_.control->wait_until(now + (watched ? kControlPeriodWatched : kControlPeriodIdle));
}

// Until the next beat at most, so that a lost ring costs no more.
void Publisher::sleep_until_rung() {
  listening_.store(true, std::memory_order_seq_cst);
  session_.set_asleep(true);
  if (!session_.control_waits() && session_.demand() == demand_)
    waiters_.control->wait_until(next_beat_);
  session_.set_asleep(false);
  listening_.store(false, std::memory_order_seq_cst);
}

void Publisher::on_doorbell() {
  if (listening_.load(std::memory_order_seq_cst)) waiters_.control->wake();
}

// The device may come to be another peer, when the server that connects the devices was replaced.
void Publisher::announce_doorbell() {
  const ring::DoorbellAddress own =
      doorbell_ != nullptr ? doorbell_->own() : ring::DoorbellAddress{};
  if (own == announced_) return;
  if (!own.reachable()) ring_sleepers();  // the last time
  announced_ = own;
  own_peer_.store(own.peer, std::memory_order_relaxed);
  session_.set_doorbell(own);
}

void Publisher::ring_sleepers() {
  if (own_peer_.load(std::memory_order_relaxed) != wire::kNoPeer) ring(session_.sleepers());
}

// A reader that gave our own address as its own would have us wake ourselves.
void Publisher::ring(const ring::DoorbellList& readers) {
  const std::uint32_t own = own_peer_.load(std::memory_order_relaxed);
  if (own == wire::kNoPeer) return;
  for (const ring::DoorbellAddress& reader : readers) {
    if (reader.peer != own) doorbell_->ring(reader);
  }
}

void Publisher::serve_readers(HostTime now) {
  session_.retire_dead_readers(now);
  const ring::ReaderDemand demand = demand_ = session_.demand();
  const std::uint32_t wanted =
      wanted_millihertz_.exchange(demand.max_millihertz, std::memory_order_relaxed);
  const std::uint32_t before = visible_readers_.exchange(demand.visible, std::memory_order_relaxed);
  const bool first = before == 0 && demand.visible != 0;
  // Who wants more must not wait for what was due before.
  if (first || wanted != demand.max_millihertz) waiters_.capture->wake();
  if (first) waiters_.pointer->wake();
  for (int taken = 0; taken < kMaxRequestsAtOnce; ++taken) {
    const auto message = session_.next_control();
    if (!message) break;
    obey(*message);
  }
  // A reader that stopped the capture and went away must not leave it stopped for the next one.
  if (demand.readers == 0) set_paused(false);
}

void Publisher::obey(const wire::ControlMessage& message) {
  switch (message.type) {
    case wire::ControlType::SetCursorPosition:
      source_.move_pointer(message.position);
      waiters_.pointer->wake();
      return;
    case wire::ControlType::SetMode:
      source_.request_mode(message.size, message.millihertz);
      waiters_.capture->wake();
      return;
    case wire::ControlType::SetCapture:
      set_paused(!message.run);
      return;
  }
}

void Publisher::set_paused(bool paused) {
  if (paused_.exchange(paused, std::memory_order_relaxed) == paused) return;
  session_.set_state(paused ? wire::GuestState::Paused : wire::GuestState::Capturing);
  ring_sleepers();
  waiters_.capture->wake();
  waiters_.pointer->wake();
}

// ---- capture thread ----

bool Publisher::frames_wanted() const {
  if (finished_ || paused_.load(std::memory_order_relaxed)) return false;
  // The first frame is there before the first reader, so that it has something to show at once.
  return summary_.frames == 0 || options_.without_readers ||
         visible_readers_.load(std::memory_order_relaxed) != 0;
}

void Publisher::capture_loop() {
  observer_.on_begin();
  while (!stopping()) {
    const HostTime now = HostClock::now();
    if (!frames_wanted()) {
      wait_for_wish(now);
      continue;
    }
    rest_.on_wanted();
    looks_.set_rates(options_.millihertz, wanted_millihertz_.load(std::memory_order_relaxed));
    const HostTime due = next_look(now);
    now < due ? wait_for_look(now, due) : capture_once(now);
  }
}

void Publisher::wait_for_wish(HostTime now) {
  if (rest_.on_unwanted(now) && frames_.rest()) reinit_needed_ = true;
  waiters_.capture->wait_until(rest_.ask_again(now, kSleep));
}

HostTime Publisher::next_look(HostTime now) {
  if (reinit_needed_ || not_before_ > HostTime{}) return not_before_;
  return looks_.wants_latches() ? looks_.due(now, session_.latches()) : looks_.due(now);
}

void Publisher::wait_for_look(HostTime now, HostTime due) {
  const bool second_try = not_before_ > HostTime{};
  waiters_.capture->wait_until(second_try ? due : looks_.ask_again(now, due));
}

void Publisher::capture_once(HostTime now) {
  // A second try of a frame that found no slot does not count as a look, nor does this.
  const bool look = std::exchange(not_before_, HostTime{}) == HostTime{};
  if (reinit_needed_) return bring_back(now);
  if (look) looks_.looked(now);
  if (still_ours()) on_step(frames_.step(now, kAcquireTimeout), now);
}

void Publisher::on_step(const Step& step, HostTime now) {
  switch (step.kind) {
    case Step::Kind::Published:
      ring_sleepers();
      frames_.published(HostClock::now());
      looks_.published(step.work, step.waited);
      source_.between_pictures();
      next_slot_ring_ = {};
      ++summary_.frames;
      summary_.bytes += step.bytes;
      observer_.on_published(step);
      finished_ = options_.max_frames != 0 && summary_.frames >= options_.max_frames;
      if (finished_ && !options_.hold) stop();
      return;
    case Step::Kind::Nothing:
      return;
    case Step::Kind::Busy:
      not_before_ = now + kSlotRetry;
      if (now < next_slot_ring_) return;
      next_slot_ring_ = now + kSlotRing;
      return ring_sleepers();
    case Step::Kind::TooLarge:
      if (step.size == too_large_.size && step.format == too_large_.format) return;
      too_large_ = step;
      return observer_.on_too_large(step.size, step.format);
    case Step::Kind::MustReinit:
      return bring_back(now);
    case Step::Kind::Lost:
      lost_.store(true, std::memory_order_release);
      stop();
      return;
  }
}

void Publisher::bring_back(HostTime now) {
  const auto done = source_.reinit();
  const ReinitStep next = after_reinit(done ? nullptr : &done.error());
  reinit_needed_ = next == ReinitStep::RetryLater;
  if (reinit_needed_) not_before_ = now + kReinitPause;
  if (next == ReinitStep::GiveUp) on_step({.kind = Step::Kind::Lost}, now);
}

// ---- pointer thread ----

void Publisher::pointer_loop() {
  const HostTime begun = HostClock::now();
  Pacer pacer;
  pacer.set_rates(options_.pointer_millihertz, 0);
  bool shown = false;
  const bool told = source_.pointer().wake_on_news(waiters_.pointer.get());
  while (!stopping()) {
    const HostTime now = HostClock::now();
    const bool wanted =
        !shown || options_.without_readers || visible_readers_.load(std::memory_order_relaxed) != 0;
    const HostTime due = wanted ? pacer.due(now) : now + kSleep;
    if (now < due) {
      waiters_.pointer->wait_until(due);
      continue;
    }
    pacer.looked(now);
    const PointerUpdate update = source_.pointer().poll(now);
    publish_pointer(update);
    shown = shown || update.moved || now - begun > kSleep;
    if (told) waiters_.pointer->wait_until(now + kSleep);
  }
  source_.pointer().wake_on_news(nullptr);
}

void Publisher::publish_pointer(const PointerUpdate& update) {
  // A shape that no slot can hold leaves the last one in place.
  if (update.reshaped && still_ours())
    (void)session_.cursor().set_shape(update.shape, update.image);
  if (update.moved && still_ours()) {
    session_.cursor().move(update.state);
    ++summary_.pointer_moves;
  }
  // Games hide the pointer and go on moving it: nobody need wake up for that.
  const bool seen = update.moved && (update.state.visible || pointer_visible_);
  if (update.moved) pointer_visible_ = update.state.visible;
  if (update.reshaped || seen) ring_sleepers();
}

}  // namespace pierglass::guest
