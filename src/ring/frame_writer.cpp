// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <limits>

#include "base/checked.hpp"
#include "ring/guest_session.hpp"
#include "ring/shared_words.hpp"
#include "ring/slot_protocol.hpp"

namespace pierglass::ring {
namespace {

Result<void> check_info(const wire::FrameInfo& info, std::uint64_t slot_bytes) {
  const auto [width, height] = info.size;
  if (width < 1 || width > wire::kMaxDimension) {
    return fail(ErrorCode::InvalidArgument, "width", width);
  }
  if (height < 1 || height > wire::kMaxDimension) {
    return fail(ErrorCode::InvalidArgument, "height", height);
  }
  const std::uint64_t row = std::uint64_t{width} * wire::bytes_per_pixel(info.format);
  if (info.pitch < row || info.pitch % wire::kPitchAlignment != 0) {
    return fail(ErrorCode::InvalidArgument, "pitch", info.pitch);
  }
  if (info.bytes() > slot_bytes) {
    return fail(ErrorCode::TooLarge, "picture", info.bytes(), slot_bytes);
  }
  return {};
}

bool same_picture(const wire::FrameInfo& a, const wire::FrameInfo& b) {
  return a.format == b.format && a.size == b.size && a.pitch == b.pitch &&
         a.rotation == b.rotation && a.colour_space == b.colour_space;
}

std::uint32_t saturated(std::uint64_t value) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

Result<WriteTicket> FrameWriter::begin(const wire::FrameInfo& info, std::span<const Rect> damage) {
  TRY(check_info(info, layout_.slot_bytes));
  give_up();
  log_frame(info, damage);
  const auto slot = claim_slot();
  if (!slot) return fail(ErrorCode::Busy, "slot", layout_.slot_count);
  open_ = {.slot = *slot, .sequence = next_sequence_};
  ++next_sequence_;

  wire::FrameRecord record;
  record.info = info;
  record.info.sequence = open_.sequence;
  list_damage(record);
  wire::write_frame(region_.subspan(layout_.record_at(*slot)), record);
  SharedWords words(region_, layout_);
  slots::announce_started(words, *slot, open_.sequence);
  return WriteTicket{.slot = *slot,
                     .sequence = open_.sequence,
                     .pixels = region_.subspan(layout_.slot_at(*slot), layout_.slot_bytes)};
}

void FrameWriter::rows_complete(const WriteTicket& ticket, std::uint32_t rows) {
  CHECK(ticket.sequence == open_.sequence && ticket.slot == open_.slot);
  SharedWords words(region_, layout_);
  slots::announce_rows(words, ticket.slot, std::min(rows, last_info_.size.height));
}

void FrameWriter::commit(const WriteTicket& ticket, Nanoseconds copy) {
  CHECK(ticket.sequence == open_.sequence && ticket.slot == open_.slot);
  SharedWords words(region_, layout_);
  const auto nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(copy.count(), 0));
  words.at<std::uint32_t>(layout_.record_at(ticket.slot) + offsetof(wire::RawFrameRecord, copy_ns))
      .store(saturated(nanoseconds), std::memory_order_relaxed);
  slots::announce_complete(words, ticket.slot, ticket.sequence, last_info_.size.height);
  newest_ = wire::make_ticket(ticket.sequence, ticket.slot);
  content_[ticket.slot] = ticket.sequence;
  open_ = {};
}

void FrameWriter::abort(const WriteTicket& ticket) {
  CHECK(ticket.sequence == open_.sequence && ticket.slot == open_.slot);
  give_up();
}

std::uint64_t FrameWriter::slot_content(std::uint32_t slot) const {
  CHECK(slot < layout_.slot_count);
  return content_[slot];
}

void FrameWriter::give_up() {
  if (open_.sequence == 0) return;
  SharedWords words(region_, layout_);
  slots::announce_aborted(words, open_.slot, newest_);
  content_[open_.slot] = 0;
  // A reader that followed the started frame did not get all of it: it changes again in the next.
  for (Logged& entry : std::span(log_).first(logged_)) {
    if (entry.sequence == open_.sequence) entry.sequence = next_sequence_;
  }
  open_ = {};
}

// Prefers the slot that was filled last: the least has changed since.
std::optional<std::uint32_t> FrameWriter::claim_slot() {
  SharedWords words(region_, layout_);
  std::uint32_t tried = newest_ == 0 ? 0 : 1u << wire::ticket_slot(newest_);
  for (;;) {
    std::optional<std::uint32_t> best;
    for (std::uint32_t slot = 0; slot < layout_.slot_count; ++slot) {
      if ((tried >> slot & 1u) != 0) continue;
      if (!best || content_[slot] > content_[*best]) best = slot;
    }
    if (!best || slots::claim(words, *best, content_[*best])) return best;
    tried |= 1u << *best;
  }
}

void FrameWriter::log_frame(const wire::FrameInfo& info, std::span<const Rect> damage) {
  const Rect everything = full_rect(info.size);
  const bool whole = !same_picture(info, last_info_);
  last_info_ = info;
  if (whole) {
    logged_ = 0;
    damage_floor_ = 0;
    log_rect(everything);
    return;
  }
  for (const Rect& rect : damage) {
    const Rect clipped = intersection(rect, everything);
    if (!clipped.empty()) log_rect(clipped);
  }
}

void FrameWriter::log_rect(const Rect& rect) {
  const auto covered = [&](const Logged& entry) { return rect.contains(entry.rect); };
  std::span<Logged> log = std::span(log_).first(logged_);
  for (const Logged& entry : log) {
    if (entry.sequence == next_sequence_ && entry.rect.contains(rect)) return;
  }
  logged_ =
      static_cast<std::uint32_t>(std::remove_if(log.begin(), log.end(), covered) - log.begin());
  if (logged_ == log_.size()) forget_oldest();
  if (logged_ == log_.size()) {
    merge_into_nearest(rect);
    return;
  }
  log_[logged_++] = {.rect = rect, .sequence = next_sequence_};
}

// Readers that lag so far behind repaint everything.
void FrameWriter::forget_oldest() {
  std::span<Logged> log = std::span(log_).first(logged_);
  const std::uint64_t oldest = std::ranges::min(log, {}, &Logged::sequence).sequence;
  if (next_sequence_ - oldest < kRememberedFrames) return;
  damage_floor_ = std::max(damage_floor_, oldest);
  const auto gone = [&](const Logged& entry) { return entry.sequence <= oldest; };
  logged_ = static_cast<std::uint32_t>(std::remove_if(log.begin(), log.end(), gone) - log.begin());
}

void FrameWriter::merge_into_nearest(const Rect& rect) {
  const auto growth = [&](const Logged& entry) {
    return bounding(entry.rect, rect).area() - entry.rect.area();
  };
  Logged& nearest = *std::ranges::min_element(std::span(log_).first(logged_), {}, growth);
  nearest = {.rect = bounding(nearest.rect, rect), .sequence = next_sequence_};
}

void FrameWriter::list_damage(wire::FrameRecord& record) const {
  record.damage_floor = damage_floor_;
  record.damage_count = logged_;
  for (std::uint32_t i = 0; i < logged_; ++i) {
    record.damage[i] = {.rect = log_[i].rect,
                        .age = saturated(record.info.sequence - log_[i].sequence)};
  }
}

}  // namespace pierglass::ring
