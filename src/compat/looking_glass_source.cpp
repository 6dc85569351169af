// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/looking_glass_source.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "compat/guest_words.hpp"

namespace pierglass::compat {
namespace {

using source::GuestStatus;

constexpr Nanoseconds kLookInterval = std::chrono::milliseconds(250);

constexpr const char* kUnfinished =
    "the Looking Glass host announces frames and does not finish writing them: restart it, or let "
    "it capture in another way";

}  // namespace

LookingGlassSource::LookingGlassSource(source::WatchedMemory memory, LgmpPatience patience)
    : memory_(std::move(memory)), patience_(patience) {}

LookingGlassSource::~LookingGlassSource() {
  if (!session_stands()) return;
  frames_.leave();
  pointer_.leave();
}

bool LookingGlassSource::recognises(std::span<std::byte> memory) {
  return std::ranges::any_of(dialects(), [&](const Dialect* dialect) {
    return read_lgmp_header(memory, dialect->lgmp).has_value();
  });
}

GuestStatus LookingGlassSource::tick(HostTime now) {
  now_ = now;
  memory_.tick(now);
  check_memory();
  status_ = watch_.look(memory_.bytes(), now);
  follow_session();
  if (session_) {
    frames_.keep(now, visible_);
    if (visible_) {
      pointer_.keep(now);
    } else {
      pointer_.keep_away(now);
    }
  }
  refresh_notice();
  if (memory_.bytes().empty() && !memory_.error().empty()) {
    status_ = memory_.waiting() ? GuestStatus::Absent : GuestStatus::Unreadable;
  }
  memory_.set_guest_lives(status_ == GuestStatus::Live);
  return status_;
}

// Pixels that somebody may be reading stay where they are.
void LookingGlassSource::check_memory() {
  if (lent_ || now_ < next_look_) return;
  next_look_ = now_ + kLookInterval;
  if (!memory_.changed()) return;
  end_session();
  watch_.forget();
  memory_.reopen();
}

void LookingGlassSource::follow_session() {
  const auto& found = watch_.session();
  if (session_ && (!found || *session_ != SessionName{found->dialect, found->id})) end_session();
  if (found && !session_) begin_session(*found);
}

void LookingGlassSource::begin_session(const HostSession& session) {
  const std::span<std::byte> memory = memory_.bytes();
  const Dialect& dialect = *session.dialect;
  session_ = SessionName{&dialect, session.id};
  const std::uint32_t client_id = choose_client_id(memory, dialect.lgmp);
  frames_.begin(memory, dialect, client_id, quirks_of(session.host), patience_);
  pointer_.begin(memory, dialect, client_id, patience_);
  description_ = description_of(session.host);
}

void LookingGlassSource::end_session() {
  session_.reset();
  frames_.end();
  pointer_.end();
  description_ = {};
}

bool LookingGlassSource::session_stands() const {
  const auto& found = watch_.session();
  return session_ && found && memory_.intact() && watch_.stands(memory_.bytes());
}

void LookingGlassSource::refresh_notice() {
  if (frames_.newest() == noticed_) return;
  noticed_ = frames_.newest();
  notice_.clear();
  if (noticed_.bad_field != nullptr) {
    notice_ = useless_frames(noticed_.bad_field, noticed_.bad_value);
  } else if (noticed_.unfinished) {
    notice_ = kUnfinished;
  } else if (noticed_.truncated) {
    notice_ = too_small_for(noticed_.wanted, memory_.bytes().size(), noticed_.memory_needed);
  }
}

const std::string& LookingGlassSource::error() const {
  const bool there = status_ == GuestStatus::Live || status_ == GuestStatus::Silent;
  return there || memory_.error().empty() ? watch_.error() : memory_.error();
}

source::GuestWishes LookingGlassSource::wishes() const {
  return {.keep_screen_on = status_ == GuestStatus::Live && frames_.newest().keep_screen_on,
          .attention = frames_.attention()};
}

bool LookingGlassSource::has_new_frame() const {
  return session_ && visible_ && !lent_ && frames_.has_new();
}

std::optional<source::HeldFrame> LookingGlassSource::acquire() {
  if (!has_new_frame()) return std::nullopt;
  const auto frame = frames_.take(now_);
  if (!frame) return std::nullopt;
  lent_ = true;
  return source::HeldFrame(this, frame->info, 0, frame->image, frame->damage);
}

bool LookingGlassSource::give_back(const source::HeldFrame& /*frame*/, bool used) {
  lent_ = false;
  return frames_.give_back(used, session_stands(), now_);
}

std::uint32_t LookingGlassSource::rows_ready(const source::HeldFrame& /*frame*/) const {
  return frames_.rows_ready();
}

source::Cursor LookingGlassSource::cursor() {
  if (!session_) return {};
  return pointer_.cursor(frames_.map());
}

void LookingGlassSource::set_visible(bool visible) {
  if (visible_ == visible) return;
  visible_ = visible;
  if (!visible && session_stands()) pointer_.leave();
}

Result<void> LookingGlassSource::move_pointer(Point position) {
  const auto& found = watch_.session();
  if (!session_ || !found) return fail(ErrorCode::NotReady, "Looking Glass host");
  if (!found->host.moves_pointer) return fail(ErrorCode::Unsupported, "pointer warp");
  return pointer_.send(set_cursor_position_message(frames_.map().to_desktop(position)));
}

}  // namespace pierglass::compat
