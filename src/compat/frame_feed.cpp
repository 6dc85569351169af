// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/frame_feed.hpp"

#include <array>

#include "compat/shared_words.hpp"

namespace pierglass::compat {
namespace {

// Hosts keep two or three frames in flight; more come in the next round.
constexpr std::size_t kBatch = 16;
constexpr std::uint64_t kSerialOffset = 4;  // in a frame message

}  // namespace

void FrameFeed::begin(std::span<std::byte> memory, const Dialect& dialect, std::uint32_t client_id,
                      bool loses_damage) {
  end();
  subscription_.begin(memory, dialect, kFrameQueue, client_id);
  loses_damage_ = loses_damage;
}

void FrameFeed::end() {
  const std::uint32_t attention = attention_;
  *this = {};
  attention_ = attention;
}

void FrameFeed::keep(HostTime now) {
  if (held_) return;
  if (subscription_.keep(now)) {
    subscribed_ = now;
    all_damaged_ = true;
    missed_ = false;
    pending_since_.reset();
  }
  may_repeat_ = now - subscribed_ >= kRepeatPause;
  const LgmpQueue* queue = subscription_.queue();
  if (queue == nullptr || !queue->has_message()) {
    pending_since_.reset();
  } else if (!pending_since_) {
    pending_since_ = now;
  } else if (now - *pending_since_ >= kPatience) {
    give_up_pending();
  }
}

// What the frames say of the guest's wishes counts all the same.
void FrameFeed::give_up_pending() {
  std::array<LgmpMessage, kBatch> messages;
  LgmpQueue& queue = *subscription_.queue();
  const std::size_t count = queue.messages(messages);
  for (const LgmpMessage& message : std::span(messages).first(count)) {
    const auto frame = read(message);
    if (!frame) {
      all_damaged_ = true;
      continue;
    }
    missed_ |= !is_shown(*frame);
    note(*frame);
    newest_.unfinished = rows_ready({message, *frame}) < frame->size.height;
  }
  queue.finish_all();
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
    subscription_.leave();
    keep(now);
    return std::nullopt;
  }
  damage_.clear();
  walk_all_ = all_damaged_ || !shown_;
  walk_serial_ = shown_ ? std::optional(shown_->serial) : std::nullopt;
  std::array<LgmpMessage, kBatch> messages;
  const std::size_t count = subscription_.queue()->messages(messages);
  for (const LgmpMessage& message : std::span(messages).first(count)) consider(message);
  if (!held_ || held_->frame.serial != returned_) pending_since_.reset();
  if (!held_) return std::nullopt;
  missed_ = false;
  return hand_out(*held_, now);
}

Result<KvmfrFrame> FrameFeed::read(const LgmpMessage& message) {
  return parse_kvmfr_frame(subscription_.payload(message), subscription_.dialect().kvmfr.frame);
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

bool FrameFeed::is_shown(const KvmfrFrame& frame) const {
  return shown_ && shown_->serial == frame.serial &&
         shown_->format_version == frame.format_version && shown_->picture == picture_of(frame);
}

pixel::PictureKind FrameFeed::picture_of(const KvmfrFrame& frame) {
  return {frame.size, frame.format, frame.colour, frame.rotation};
}

void FrameFeed::consider(const LgmpMessage& message) {
  LgmpQueue& queue = *subscription_.queue();
  const auto frame = read(message);
  if (!frame) {
    queue.finish(message.slot);
    return;
  }
  note(*frame);
  if (is_shown(*frame) && !held_ && !missed_) {
    queue.finish(message.slot);
    return;
  }
  gather_damage(*frame);
  if (held_) queue.finish(held_->message.slot);
  held_ = Held{message, *frame};
}

void FrameFeed::gather_damage(const KvmfrFrame& frame) {
  const bool again = held_ && walk_serial_ == frame.serial;
  const bool next = walk_serial_ && frame.serial == *walk_serial_ + 1;
  const bool same = shown_ && shown_->picture == picture_of(frame);
  if (!same || (!again && (!next || frame.damage_count == 0))) walk_all_ = true;
  for (std::uint32_t i = 0; i < frame.damage_count; ++i) damage_.add(frame.damage[i]);
  walk_serial_ = frame.serial;
}

FrameFeed::Frame FrameFeed::hand_out(const Held& held, HostTime now) {
  const KvmfrFrame& frame = held.frame;
  if (!sequence_serial_) {
    sequence_ = std::uint64_t{frame.serial} + 1;
  } else {
    const auto ahead = static_cast<std::int32_t>(frame.serial - *sequence_serial_);
    sequence_ += ahead >= 0 ? static_cast<std::uint64_t>(ahead) : 1;
  }
  sequence_serial_ = frame.serial;

  if (loses_damage_ && now - refreshed_ >= kRefresh) walk_all_ = true;
  if (walk_all_) {
    damage_.set_full(frame.size);
    refreshed_ = now;
  }
  const wire::FrameInfo info{.sequence = sequence_,
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
          .damage = damage_};
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

bool FrameFeed::give_back(bool used, bool trusted) {
  if (!held_) return false;
  const KvmfrFrame& frame = held_->frame;
  const bool good = used && trusted && complete(*held_);
  if (!used) {
    // Stays with us: it may be taken again, until keep() loses its patience.
    returned_ = frame.serial;
  } else {
    if (LgmpQueue* queue = subscription_.queue()) queue->finish(held_->message.slot);
    shown_ = good ? std::optional(Shown{frame.serial, frame.format_version, picture_of(frame)})
                  : std::nullopt;
    if (good) all_damaged_ = newest_.unfinished = false;
    if (!good) missed_ = true;
  }
  held_.reset();
  return good;
}

}  // namespace pierglass::compat
