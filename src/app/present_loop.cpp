// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/present_loop.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/describe.hpp"
#include "pixel/turn.hpp"

namespace pierglass::app {
namespace {

using source::GuestStatus;

constexpr Nanoseconds kTickInterval = std::chrono::milliseconds(50);
// As seldom as a source allows.
constexpr Nanoseconds kHiddenTickInterval = std::chrono::milliseconds(250);
// A GPU does not say when it has read a frame. Most often something else wakes us before the second
// of these; the first is for a frame that waits for it.
constexpr Nanoseconds kFenceInterval = std::chrono::milliseconds(1);
constexpr Nanoseconds kIdleFenceInterval = std::chrono::milliseconds(20);
// A window that nobody sees for that long frees its buffers.
constexpr Nanoseconds kFreeAfter = std::chrono::seconds(5);
// A guest whose frames are overwritten while we read, or cannot be shown, is asked again after the
// first of these, then ever later up to the second: its nonsense must not cost a core.
constexpr Nanoseconds kHoldOffMin = std::chrono::milliseconds(8);
constexpr Nanoseconds kHoldOffMax = std::chrono::milliseconds(500);

std::string message_for(GuestStatus status, const std::string& waiting, const std::string& error) {
  switch (status) {
    case GuestStatus::Absent:
      return error.empty() ? waiting : "Waiting for the guest's memory: " + error;
    case GuestStatus::Silent:
      return "The guest does not answer; waiting for it";
    case GuestStatus::Unreadable:
      return "The guest's memory cannot be used: " + error;
    case GuestStatus::Live:
      return "Waiting for the guest's first picture";
  }
  return waiting;
}

}  // namespace

PresentLoop::PresentLoop(source::FrameSource& source, gfx::Presenter& presenter,
                         VideoSurface& surface, pace::FrameLog* log, std::string waiting,
                         std::function<HostTime()> clock)
    : source_(source),
      presenter_(presenter),
      surface_(surface),
      log_(log),
      waiting_(std::move(waiting)),
      clock_(std::move(clock)),
      watch_(presenter) {}

Result<PresentLoop::Sleep> PresentLoop::step(HostTime now) {
  step_began_ = clock_();
  no_buffer_ = waits_for_room_ = false;
  gate_.on_wake(now);
  lent_.collect(presenter_);
  TRY(apply_window_state());
  if (now >= next_tick_) tick(now);
  watch_visibility(now);
  serve_requests(now);
  const Sleep sleep = hidden_ ? next_sleep(now, status_ == GuestStatus::Live) : TRY(show_news(now));
  watch_.on_refusal(path_refusal(), now, news_);
  announce_latch(now);
  desk_.on_picture(have_picture_ ? picture_ : Size{});
  desk_.tell(now, news_);
  const Nanoseconds longest = screenshooter_.wanted() ? Screenshooter::kRetry : Nanoseconds::max();
  hears_ = hears(sleep.on_doorbell, now);
  lends_ = lent_.any() && presenter_.borrowing().way == gfx::BorrowWay::Pool;
  const Nanoseconds seen = visible_ ? gate_.until_hidden(now) : Nanoseconds::max();
  return Sleep{.limit = std::min({sleep.limit, longest, desk_.longest_sleep(now),
                                  until_given_back(), free_buffers(now), seen}),
               .on_doorbell = sleep.on_doorbell,
               .hears = hears_};
}

// How long until the next look whether a frame can be.
Nanoseconds PresentLoop::until_given_back() const {
  if (!samples_borrowed() || !lent_.any()) return Nanoseconds::max();
  return waits_for_room_ ? kFenceInterval : kIdleFenceInterval;
}

// In steps that are taken anyway. A guest that nobody looks at captures nothing.
void PresentLoop::announce_latch(HostTime now) {
  const HostTime at = now + (clock_() - step_began_);
  const bool looks = visible_ && status_ == GuestStatus::Live;
  const auto latch = looks ? gate_.policy().next_latch(at) : std::nullopt;
  if (const auto news = latches_.news(at, latch)) source_.announce_latch(*news);
}

bool PresentLoop::fall_asleep() {
  const bool asleep = source_.fall_asleep();
  if (source_.rung_awake()) ladder_.on_late_ring();
  if (asleep) {
    refusals_ = 0;
    return true;
  }
  ++refusals_;
  ladder_.on_refusal();
  next_tick_ = {};  // perhaps the session is over
  return false;
}

void PresentLoop::wake_up(HostTime now, bool signalled) {
  const bool rung = source_.wake_up();
  using Wake = pace::DoorbellTrust::Wake;
  ladder_.on_wake(now, rung ? Wake::Ring : signalled ? Wake::Signal : Wake::Other);
  // A frame is what it rang for; nothing in sight may be the end of a session.
  if ((rung || signalled) && !(rung && source_.has_new_frame())) next_tick_ = {};
}

Result<PresentLoop::Sleep> PresentLoop::show_news(HostTime now) {
  // While rows are waited for, nobody looks for a newer frame.
  const bool looks = !intake_ && !screenshooter_.holds_frame();
  if (intake_) (void)TRY(advance(*intake_, now));
  const bool live = status_ == GuestStatus::Live;
  const bool wants_pictures = live && !notice_screen_.showing();
  const bool may_look = !gate_.blocked(now);
  if (wants_pictures && !suspended_) {
    if (looks && now >= next_take_ && !gate_.blocked(now)) TRY(take_frame(now));
    if (!gate_.blocked(now) || desk_.follows(now)) watch_pointer(now);
  }
  // A ring is answered when there is a look, which may be as late as policy and compositor want.
  if (looks && !waits_for_room_ && may_look) {
    ladder_.on_look(now, std::exchange(found_, {}));
    last_look_ = now;
  }

  const bool between_pictures = intake_ && intake_->started();
  if (have_size_ && !between_pictures) TRY(draw(now));
  if (intake_) return Sleep{.limit = intake_->until_next_look(now)};
  return next_sleep(now, wants_pictures);
}

PresentLoop::Sleep PresentLoop::next_sleep(HostTime now, bool wants_pictures) {
  const bool rings = wants_pictures && !waits_for_room_ && may_be_rung(now);
  if (!rings) refusals_ = 0;
  if (hidden_ && !rings) return {.limit = next_tick_ - now};
  const Nanoseconds closed = gate_.wait_until_open(now);
  // Drawing took its time.
  const Nanoseconds elapsed = clock_() - step_began_;
  const pace::WaitLadder::Plan plan =
      ladder_.next(now + elapsed, {.present = wants_pictures,
                                   .blocked = closed > Nanoseconds::zero(),
                                   .until_told = closed == Nanoseconds::max() && !gate_.dirty(),
                                   .rings = rings,
                                   .unseen = !visible_});
  if (closed == Nanoseconds::zero()) return {.limit = plan.sleep, .on_doorbell = plan.on_doorbell};
  const Nanoseconds left = std::max(closed - elapsed, Nanoseconds::zero());
  return {.limit = std::min(plan.sleep, left), .on_doorbell = plan.on_doorbell};
}

// What the compositor says is as good at the end of any sleep, where nothing waits for it: a
// release makes room for a picture that has not come, a callback lets one be committed that has
// not.
PresentLoop::Hears PresentLoop::hears(bool on_doorbell, HostTime now) const {
  // What the compositor has done with goes back at once: a client that is killed now leaves it to
  // nobody until the guest takes it for dead, and the next client needs some of the few slots. For
  // what give_back() can do nobody is woken.
  const bool full =
      lent_.any() && !lent_.free(now) && presenter_.borrowing().way != gfx::BorrowWay::Pool;
  if (no_buffer_ || waits_for_room_ || full || !visible_) return Hears::Everything;
  const bool waits = gate_.dirty() || (gate_.blocked(now) && !on_doorbell);
  return waits ? Hears::Word : Hears::Nothing;
}

// Twice refused for nothing that a step finds: it is waited for as if nobody rang.
bool PresentLoop::may_be_rung(HostTime now) const {
  constexpr int kMaxRefusals = 2;
  return !ignores_doorbell_ && refusals_ < kMaxRefusals && now >= next_take_ &&
         source_.guest_rings() && source_.doorbell() >= 0;
}

void PresentLoop::ask(PresentRequests requests, HostTime now) {
  if (requests.panel) {
    presenter_.set_panel(*requests.panel);
    gate_.on_change();
  }
  if (requests.filter) {
    presenter_.set_filter(*requests.filter);
    if (have_picture_) gate_.on_change();
  }
  if (requests.tearing) set_tearing(*requests.tearing);
  if (requests.watch_image) desk_.watch_image(*requests.watch_image);
  if (requests.show_pointer && desk_.show(*requests.show_pointer)) {
    if (have_picture_ && cursor_.visible) gate_.on_change();
  }
  if (requests.watch_pointer) desk_.watch(*requests.watch_pointer, now);
  if (requests.place_pointer) desk_.place(*requests.place_pointer, now);
  if (requests.screenshot) screenshooter_.request(now);
  if (requests.commits == 0) return;
  commits_wanted_ += requests.commits;
  gate_.on_must_draw();
}

void PresentLoop::set_tearing(bool wanted) {
  const bool was = gate_.policy().tearing();
  Tearing result = wanted ? Tearing::On : Tearing::Off;
  if (!presenter_.leaves_tearing()) {
    result = Tearing::ByDriver;
  } else if ((wanted || was) && !surface_.allow_tearing(wanted)) {
    result = Tearing::NotHere;
  }
  news_.tearing = result;
  gate_.policy().set_tearing(result == Tearing::On);
  if (gate_.policy().tearing() != was) gate_.on_change();  // goes with a commit
}

void PresentLoop::serve_requests(HostTime now) {
  desk_.ask_guest(source_, now, news_);
  if (!intake_) {
    auto shot = screenshooter_.advance(source_, status_ == GuestStatus::Live, now);
    if (shot) news_.screenshot = std::move(shot);
  }
  if (hidden_) news_.committed += std::exchange(commits_wanted_, 0);
}

PresentLoop::~PresentLoop() {
  log_committed();
}

void PresentLoop::on_callback(HostTime now) {
  gate_.on_callback(now, hears_ != Hears::Nothing);
  if (committed_) committed_->callback = now;
  log_committed();
}

void PresentLoop::tick(HostTime now) {
  next_tick_ = now + (hidden_ ? kHiddenTickInterval : kTickInterval);
  const GuestStatus status = source_.tick(now);
  if (status != status_ || source_.error() != shown_error_) on_status(status);
  const std::uint64_t doorbell = source_.doorbell_serial();
  if (std::exchange(doorbell_serial_, doorbell) != doorbell) ladder_.on_doorbell_change();
  watch_notice(now);
}

void PresentLoop::on_status(GuestStatus status) {
  status_ = status;
  intake_.reset();
  screenshooter_.let_go();
  found_sequence_ = 0;
  shown_error_ = source_.error();
  trouble_.clear();
  next_take_ = {};
  hold_off_ = {};
  ladder_.on_source_change();
  if (status == GuestStatus::Live) return;  // what is on screen stays until a frame comes
  drop_picture();
}

// A notice is on the screen instead of a picture while there is none, and at first also instead of
// the pictures there are, which then come anew.
void PresentLoop::watch_notice(HostTime now) {
  if (source_.notice() != shown_notice_) {
    shown_notice_ = source_.notice();
    if (!have_picture_) gate_.on_change();
  }
  const bool sees = visible_ && status_ == GuestStatus::Live;
  if (!notice_screen_.look(source_, sees, now)) return;
  intake_.reset();
  screenshooter_.let_go();
  drop_picture();
}

void PresentLoop::drop_picture() {
  have_picture_ = false;
  cursor_ = {};
  desk_.on_cursor(cursor_, {});
  times_ = {};
  shown_ = 0;
  source_.forget();
  gate_.on_change();
}

Result<void> PresentLoop::apply_window_state() {
  const auto state = surface_.apply_pending();
  if (!state) return {};
  if (state->hidden) {
    hide(state->generation);
    return {};
  }
  hidden_ = false;
  TRY(presenter_.resize(state->buffer));
  presenter_.set_transform(state->transform);
  have_size_ = true;
  suspended_ = state->suspended;
  gate_.on_must_draw();
  return {};
}

void PresentLoop::hide(std::uint64_t generation) {
  news_.unmapped = generation;
  if (std::exchange(hidden_, true)) return;
  intake_.reset();
  if (std::exchange(mapped_, false)) {
    surface_.unmap();
    surface_.flush();
  }
  presenter_.on_unmapped();
  lent_.clear();
  gate_.on_surface_reset();
  feedback_ = 0;  // went with the commit that took the picture away
  log_committed();
}

void PresentLoop::watch_visibility(HostTime now) {
  const bool visible = !suspended_ && !hidden_ && !gate_.hidden(now);
  if (visible == visible_) return;
  visible_ = visible;
  frees_buffers_ = visible ? HostTime::max() : now + kFreeAfter;
  source_.set_visible(visible);
  // A copy takes the place of what the compositor may keep of the guest's memory for long.
  const bool keeps = lent_.any() && !samples_borrowed();
  if (!visible && !hidden_ && keeps) gate_.on_must_draw();
}

// How long until it is to be called again.
Nanoseconds PresentLoop::free_buffers(HostTime now) {
  if (frees_buffers_ == HostTime::max()) return Nanoseconds::max();
  if (now < frees_buffers_) return frees_buffers_ - now;
  frees_buffers_ = HostTime::max();
  presenter_.free_buffers();
  return Nanoseconds::max();
}

void PresentLoop::watch_pointer(HostTime now) {
  const source::Cursor cursor = source_.cursor();
  const std::uint32_t serial = source_.cursor_serial();
  if (std::exchange(cursor_serial_, serial) != serial) found_.hidden = true;
  if (cursor == cursor_) return;
  cursor_ = cursor;
  desk_.on_cursor(cursor, now);
  found_.cursor = true;
  if (have_picture_ && desk_.shown()) gate_.on_change();
}

Result<void> PresentLoop::take_frame(HostTime now) {
  if (!source_.has_new_frame()) return {};
  const LentFrames::Room room = may_lend() ? lent_.room(now) : LentFrames::Room::None;
  waits_for_room_ = room == LentFrames::Room::Wait;
  if (waits_for_room_) return {};
  return take(room == LentFrames::Room::Free, now);
}

// `lend`: it may be shown from where it lies.
Result<void> PresentLoop::take(bool lend, HostTime now) {
  auto frame = source_.acquire();
  if (!frame) return {};
  const pace::FrameTimes times = times_of(*frame, now);
  const bool fresh = !have_picture_ || shown_lent_ || kind_ != frame->image().kind();
  const std::optional<pixel::SlotMemory>& memory = frame->memory();
  placeless_ = !memory;
  // What a GPU samples it has through the kernel, which lets nobody cut it off. By dma-bufs to the
  // compositor the presenter shows none that may shrink otherwise.
  const bool forced = path_ == PathChoice::Direct || path_ == PathChoice::Scanout;
  const bool safe = memory && (forced || samples_borrowed() || !memory->may_shrink);
  FrameIntake& intake = intake_.emplace(*std::move(frame), times, fresh, lend && safe, now);
  const bool taken = TRY(advance(intake, now));
  // One that is tried again is no news.
  found_.frame = (taken || intake_) && times.sequence != found_sequence_;
  if (!found_.frame) return {};
  found_.skipped = found_sequence_ != 0 && times.sequence > found_sequence_ + 1;
  found_sequence_ = times.sequence;
  return {};
}

// Whether frames may be shown from where the guest wrote them, as far as it is ours to say.
bool PresentLoop::may_lend() const {
  if (path_ == PathChoice::Copy || !visible_) return false;
  return samples_borrowed() || !draws_pointer();
}

bool PresentLoop::draws_pointer() const {
  return desk_.shown() && cursor_.visible && cursor_.image != nullptr;
}

// The newest frame instead of one that the presenter does not have any more; have_picture_ says
// whether there is one. False: nothing yet; what is on the screen stays meanwhile.
Result<bool> PresentLoop::take_anew(HostTime now) {
  if (intake_ || screenshooter_.holds_frame() || now < next_take_) return false;
  source_.forget();
  lent_.collect(presenter_);
  const std::uint64_t before = std::exchange(times_.sequence, 0);
  TRY(take(may_lend() && lent_.free(now), now));
  if (times_.sequence != 0) return true;
  times_.sequence = before;
  // Without any frame that could be shown, that is what there is to say.
  if (!intake_ && !source_.has_new_frame()) have_picture_ = false;
  return !have_picture_;
}

pace::FrameTimes PresentLoop::times_of(const source::HeldFrame& frame, HostTime seen) const {
  pace::FrameTimes times;
  times.looked = last_look_;
  times.sequence = frame.info().sequence;
  if (times.sequence != shown_) times.seen = seen;  // what is taken anew is no new frame
  times.acquired = HostClock::now();
  times.capture_ns = frame.info().capture_ns;
  times.copy_ns = frame.copy_ns();
  times.publish_before_ns = frame.info().publish_before_ns;
  if (shown_ != 0 && times.sequence > shown_) {
    times.skipped = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(times.sequence - shown_ - 1, UINT32_MAX));
  }
  return times;
}

// True once the frame is taken over; false while it is waited for and when it was no good. Ends
// intake_, which `intake` is, unless it waits.
Result<bool> PresentLoop::advance(FrameIntake& intake, HostTime now) {
  const auto state = intake.advance(presenter_, now);
  if (state && *state == FrameIntake::State::Waiting) return false;
  if (intake.started()) kind_ = intake.kind();
  const pace::FrameTimes times = intake.times();
  if (intake.started()) shown_lent_ = times.borrowed;
  if (state && *state == FrameIntake::State::Lent) lent_.add(intake.take_frame());
  intake_.reset();
  if (!state) TRY(on_upload_error(state.error()));
  const bool good =
      state && (*state == FrameIntake::State::Done || *state == FrameIntake::State::Lent);
  if (good) {
    on_taken(times);
  } else {
    if (state) ++torn_;
    hold_off(now);
  }
  return good;
}

void PresentLoop::on_taken(const pace::FrameTimes& times) {
  times_ = times;
  last_picture_ = times.acquired;
  have_picture_ = true;
  if (kind_) picture_ = pixel::upright_size(kind_->size, kind_->rotation);
  trouble_.clear();
  gate_.on_change();
}

// Only a lost connection ends us; a picture that cannot be shown is the guest's to change.
Result<void> PresentLoop::on_upload_error(const Error& error) {
  if (error.code == ErrorCode::Lost) return std::unexpected(error);
  kind_.reset();
  if (error.code == ErrorCode::Busy) {
    count_busy();
    return {};
  }
  have_picture_ = false;
  source_.forget();
  std::string trouble = "The guest's picture cannot be shown: " + describe(error);
  if (trouble != trouble_) gate_.on_change();
  trouble_ = std::move(trouble);
  return {};
}

// Upload and draw of one step miss the same buffer.
void PresentLoop::count_busy() {
  if (!std::exchange(no_buffer_, true)) ++busy_;
}

void PresentLoop::hold_off(HostTime now) {
  hold_off_ = std::clamp(hold_off_ * 2, kHoldOffMin, kHoldOffMax);
  next_take_ = now + hold_off_;
}

std::string PresentLoop::message() const {
  if (!trouble_.empty() && !notice_screen_.showing()) return trouble_;
  if (status_ == GuestStatus::Live && !shown_notice_.empty()) return shown_notice_;
  return message_for(status_, waiting_, shown_error_);
}

Result<void> PresentLoop::draw(HostTime now) {
  const pace::PresentGate::Draw draw = gate_.draw_now(now);
  if (draw == pace::PresentGate::Draw::No) return {};
  request_answers(now, draw);
  const HostTime began = HostClock::now();
  const auto stats = draw_content(now);
  if (!stats) {
    // Every buffer is with the compositor: the next release or callback brings us back here. Stale
    // is a picture that could not be taken anew yet, or is not to be drawn either: the next step
    // does.
    const ErrorCode code = stats.error().code;
    if (code != ErrorCode::Busy && code != ErrorCode::Stale) return std::unexpected(stats.error());
    if (code == ErrorCode::Busy) count_busy();
    return {};
  }
  surface_.flush();
  mapped_ = true;
  if (!visible_) frees_buffers_ = now + kFreeAfter;  // this one took some
  news_.committed += std::exchange(commits_wanted_, 0);
  gate_.drawn(now, now + (clock_() - step_began_), std::exchange(feedback_, 0));
  if (times_.sequence != 0) shown_ = times_.sequence;
  watch_.on_commit(have_picture_ ? std::optional(path_now()) : std::nullopt, news_);
  record(began, *stats);
  return {};
}

// Both go with the next commit; if this draw comes to none, with the one after it.
void PresentLoop::request_answers(HostTime now, pace::PresentGate::Draw draw) {
  if (draw == pace::PresentGate::Draw::WithCallback) surface_.request_frame_callback();
  if (feedback_ != 0 || !gate_.policy().wants_feedback(now)) return;
  if (surface_.request_feedback(commits_numbered_ + 1)) feedback_ = ++commits_numbered_;
}

Result<gfx::DrawStats> PresentLoop::draw_content(HostTime now) {
  if (!have_picture_) return presenter_.draw_message(message());
  auto drawn = draw_picture();
  if (!drawn && drawn.error().code == ErrorCode::Stale) {
    if (!TRY(take_anew(now))) return fail(ErrorCode::Stale, "picture");
    if (!have_picture_) return presenter_.draw_message(message());
    drawn = draw_picture();
  }
  if (drawn) {
    hold_off_ = {};
    return drawn;
  }
  const ErrorCode code = drawn.error().code;
  if (code == ErrorCode::Busy || code == ErrorCode::Stale) return drawn;
  if (code != ErrorCode::NotReady) {
    TRY(on_upload_error(drawn.error()));
    hold_off(now);
  }
  have_picture_ = false;  // what failed has cost the presenter its picture
  return presenter_.draw_message(message());
}

Result<gfx::DrawStats> PresentLoop::draw_picture() {
  gfx::CursorOverlay overlay;
  if (draws_pointer()) {
    overlay = {.image = cursor_.image, .serial = cursor_.serial, .position = cursor_.position};
  }
  return presenter_.draw(overlay);
}

PixelPath PresentLoop::path_now() const {
  if (!shown_lent_) return PixelPath::Copy;
  switch (presenter_.borrowing().way) {
    case gfx::BorrowWay::Sampled:
      return PixelPath::Import;
    case gfx::BorrowWay::DmaBuf:
      return PixelPath::Scanout;
    case gfx::BorrowWay::Pool:
      break;
  }
  return PixelPath::Direct;
}

bool PresentLoop::samples_borrowed() const {
  return presenter_.borrowing().way == gfx::BorrowWay::Sampled;
}

// Why what the user wants, or else the presenter tried, is not done; empty: it is.
std::string_view PresentLoop::path_refusal() const {
  const std::string_view refusal = presenter_.borrowing().refusal;
  const bool wanted = path_ != PathChoice::Auto && path_ != PathChoice::Copy;
  if (!refusal.empty() || !wanted || !placeless_) return refusal;
  return "the pictures of a Looking Glass host are always copied";
}

void PresentLoop::record(HostTime began, const gfx::DrawStats& stats) {
  if (log_ == nullptr) return;
  log_committed();  // one that no callback came for
  times_.draw_began = began;
  times_.drawn = began + stats.submit;
  times_.committed = times_.drawn + stats.present;
  committed_ = times_;
  times_ = {};
  times_.sequence = committed_->sequence;  // of later commits of the same frame, for the pointer
}

void PresentLoop::log_committed() {
  if (committed_) log_->push(*committed_);
  committed_.reset();
}

PresentSnapshot PresentLoop::snapshot() const {
  return {.ladder = ladder_.counters(),
          .doorbell = ladder_.trust().counters(),
          .trust = ladder_.trust().standing(),
          .rings = status_ == GuestStatus::Live && may_be_rung(HostTime::max()),
          .gate = gate_.counters(),
          .policy = gate_.policy().policy(),
          .presented = gate_.policy().counters(),
          .refresh = gate_.policy().period(),
          .latch_lead = gate_.policy().lead(),
          .scanned_out = gate_.policy().scanned_out(),
          .tearing = gate_.policy().tearing(),
          .frame_period = ladder_.predictor().period(),
          .status = status_,
          .path = path_now(),
          .path_refusal = std::string(path_refusal()),
          .torn = torn_,
          .busy = busy_};
}

}  // namespace pierglass::app
