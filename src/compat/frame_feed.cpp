// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/frame_feed.hpp"

#include <array>
#include <utility>

#include "compat/shared_words.hpp"

namespace pierglass::compat {
namespace {

// Hosts keep two or three frames in flight; more come in the next round.
constexpr std::size_t kBatch = 16;
constexpr std::uint64_t kSerialOffset = 4;  // in a frame message

}  // namespace

void FrameFeed::begin(std::span<std::byte> memory, const Dialect& dialect, std::uint32_t client_id,
                      KvmfrQuirks quirks, LgmpPatience patience) {
  end();
  subscription_.begin(memory, dialect, kFrameQueue, client_id, patience);
  quirks_ = quirks;
}

void FrameFeed::end() {
  const std::uint32_t attention = attention_;
  *this = {};
  attention_ = attention;
}

void FrameFeed::keep(HostTime now, bool visible) {
  if (held_) return;
  if (subscription_.keep(now)) {
    subscribed_ = now;
    all_damaged_ = true;
    missed_ = false;
    pending_since_.reset();
  }
  may_repeat_ = now - subscribed_ >= kRepeatPause;
  refresh_after_rest(now);
  const LgmpQueue* queue = subscription_.queue();
  if (queue == nullptr || !queue->has_message()) {
    pending_since_.reset();
    return;
  }
  if (!pending_since_) pending_since_ = now;
  const bool waited_for = now - *pending_since_ >= kPatience;
  if (!visible || waited_for) give_up_pending(waited_for);
}

// Damage that was lost right before the guest came to rest would stay on screen.
void FrameFeed::refresh_after_rest(HostTime now) {
  if (!quirks_.loses_damage || !partly_ || now - refreshed_ < 2 * kRefresh) return;
  partly_ = false;
  forget();
}

// What the frames say of the guest's wishes counts all the same.
void FrameFeed::give_up_pending(bool waited_for) {
  std::array<LgmpMessage, kBatch> messages;
  LgmpQueue* queue = subscription_.queue();
  if (queue == nullptr) return;
  const auto pending = std::span(messages).first(queue->messages(messages));
  for (const LgmpMessage& message : pending) {
    const auto frame = read(message);
    if (!frame) {
      note_bad(frame.error());
      continue;
    }
    missed_ |= !is_shown(*frame);
    note(*frame);
    if (waited_for) newest_.unfinished = rows_ready({message, *frame}) < frame->size.height;
  }
  queue->finish(pending);
  pending_since_.reset();
}

void FrameFeed::forget() {
  shown_.reset();
  missed_ = true;
}

bool FrameFeed::has_new() const {
  if (held_ || !subscription_.stands()) return false;
  return subscription_.queue()->has_message() || (missed_ && may_repeat_);
}

std::optional<FrameFeed::Frame> FrameFeed::take(HostTime now) {
  if (!has_new()) return std::nullopt;
  if (!subscription_.queue()->has_message()) {
    subscribe_again(now);
    return std::nullopt;
  }
  Walk walk{.all = all_damaged_ || !shown_};
  if (shown_) walk.serial = shown_->serial;
  std::array<LgmpMessage, kBatch> messages;
  const std::size_t count = subscription_.queue()->messages(messages);
  for (const LgmpMessage& message : std::span(messages).first(count)) consider(message, walk);
  if (!held_) {
    pending_since_.reset();
    return std::nullopt;
  }
  if (!pending_since_ || held_->frame.serial != returned_) pending_since_ = now;
  missed_ = false;
  return hand_out(*held_, walk, now);
}

void FrameFeed::subscribe_again(HostTime now) {
  subscription_.leave();
  keep(now, true);
}

Result<KvmfrFrame> FrameFeed::read(const LgmpMessage& message) const {
  auto frame =
      parse_kvmfr_frame(subscription_.payload(message), subscription_.dialect().kvmfr.frame);
  if (frame && quirks_.swaps_quarter_turns) {
    frame->rotation = static_cast<wire::Rotation>((4 - std::to_underlying(frame->rotation)) % 4);
  }
  return frame;
}

void FrameFeed::note(const KvmfrFrame& frame) {
  newest_ = {.wanted = frame.wanted,
             .memory_needed = memory_needed(frame),
             .truncated = frame.truncated,
             .keep_screen_on = frame.keep_screen_on,
             .unfinished = newest_.unfinished};
  map_ = DesktopMap(frame);
  if (frame.wants_attention && attention_serial_ != frame.serial) {
    ++attention_;
    attention_serial_ = frame.serial;
  }
}

void FrameFeed::note_bad(const Error& error) {
  newest_.bad_field = error.what;
  newest_.bad_value = error.got;
}

bool FrameFeed::is_shown(const KvmfrFrame& frame) const {
  return shown_ && shown_->serial == frame.serial &&
         shown_->format_version == frame.format_version && shown_->kind == frame.kind();
}

void FrameFeed::consider(const LgmpMessage& message, Walk& walk) {
  LgmpQueue& queue = *subscription_.queue();
  const auto frame = read(message);
  if (!frame) {
    note_bad(frame.error());
    queue.finish(message.slot);
    return;
  }
  note(*frame);
  if (is_shown(*frame) && !held_ && !missed_) {
    queue.finish(message.slot);
    return;
  }
  gather_damage(*frame, walk);
  if (held_) queue.finish(held_->message.slot);
  held_ = Held{message, *frame};
}

void FrameFeed::gather_damage(const KvmfrFrame& frame, Walk& walk) const {
  const bool again = held_ && walk.serial == frame.serial;
  const bool next = walk.serial && frame.serial == *walk.serial + 1;
  const bool same =
      shown_ && shown_->format_version == frame.format_version && shown_->kind == frame.kind();
  if (!same || (!again && (!next || frame.damage_count == 0))) walk.all = true;
  for (std::uint32_t i = 0; i < frame.damage_count; ++i) walk.damage.add(frame.damage[i]);
  walk.serial = frame.serial;
}

// Serials wrap around, sequences do not and never go back.
std::uint64_t FrameFeed::sequence_of(std::uint32_t serial) {
  if (!sequence_serial_) {
    sequence_ = std::uint64_t{serial} + 1;
  } else {
    const auto ahead = static_cast<std::int32_t>(serial - *sequence_serial_);
    sequence_ += ahead >= 0 ? static_cast<std::uint64_t>(ahead) : 1;
  }
  sequence_serial_ = serial;
  return sequence_;
}

FrameFeed::Frame FrameFeed::hand_out(const Held& held, Walk& walk, HostTime now) {
  const KvmfrFrame& frame = held.frame;
  partly_ = !walk.all && !(quirks_.loses_damage && now - refreshed_ >= kRefresh);
  if (!partly_) {
    walk.damage.set_full(frame.size);
    refreshed_ = now;
  }
  const wire::FrameInfo info{.sequence = sequence_of(frame.serial),
                             .format = frame.format,
                             .size = frame.size,
                             .pitch = frame.pitch,
                             .rotation = frame.rotation,
                             .colour_space = frame.colour.space,
                             .sdr_white_millinits = frame.colour.white_millinits,
                             .hdr = frame.hdr};
  const std::byte* payload = subscription_.payload(held.message).data();
  return {.info = info,
          .image = {.data = payload + frame.pixels,
                    .pitch = frame.pitch,
                    .size = frame.size,
                    .format = frame.format,
                    .colour = frame.colour,
                    .rotation = frame.rotation},
          .damage = walk.damage};
}

std::uint32_t FrameFeed::rows_ready() const {
  return held_ ? rows_ready(*held_) : 0;
}

std::uint32_t FrameFeed::rows_ready(const Held& held) const {
  const SharedWords words(subscription_.memory());
  const std::uint64_t at = held.message.offset + held.frame.write_position;
  return rows_written(held.frame, words.load32(at));
}

bool FrameFeed::complete(const Held& held) const {
  const SharedWords words(subscription_.memory());
  return rows_ready(held) == held.frame.size.height &&
         words.load32(held.message.offset + kSerialOffset) == held.frame.serial &&
         subscription_.stands();
}

bool FrameFeed::give_back(bool used, bool trusted, HostTime now) {
  if (!held_) return false;
  const Held held = *held_;
  held_.reset();
  if (!used) {
    // Stays with us: it may be taken again, as long as our patience lasts.
    returned_ = held.frame.serial;
    if (trusted && pending_since_ && now - *pending_since_ >= kPatience) give_up_pending(true);
    return false;
  }
  const bool good = trusted && complete(held);
  if (LgmpQueue* queue = subscription_.queue()) queue->finish(held.message.slot);
  pending_since_.reset();
  returned_.reset();
  if (!good) {
    shown_.reset();
    missed_ = true;
    return false;
  }
  shown_ = {held.frame.serial, held.frame.format_version, held.frame.kind()};
  all_damaged_ = false;
  newest_.unfinished = false;
  return true;
}

}  // namespace pierglass::compat
