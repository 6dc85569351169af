// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <utility>

#include "ring/reader_session.hpp"
#include "ring/shared_words.hpp"
#include "ring/slot_protocol.hpp"

namespace pierglass::ring {
namespace {

constexpr int kAcquireTries = 4;

// A guest that looks for a free slot hides the sequence of a held one for some nanoseconds before
// it sees the holder and gives way; more looks than it needs for that, and no more.
constexpr int kIntactTries = 256;

}  // namespace

std::uint64_t ReaderSession::load_ticket(std::uint64_t field) const {
  return word_at<std::uint64_t>(region_, layout_.frames_offset + field)
      .load(std::memory_order_acquire);
}

std::uint64_t ReaderSession::newest_sequence() const {
  return wire::ticket_sequence(load_ticket(offsetof(wire::RawFramesHeader, newest_complete)));
}

Result<std::optional<FrameLease>> ReaderSession::acquire_newest(std::uint64_t seen) {
  return acquire(offsetof(wire::RawFramesHeader, newest_complete), seen);
}

Result<std::optional<FrameLease>> ReaderSession::acquire_started(std::uint64_t seen) {
  std::optional<FrameLease> started =
      TRY(acquire(offsetof(wire::RawFramesHeader, newest_started), seen));
  // A frame that was started and given up hides a complete one.
  if (!started) return acquire_newest(seen);
  return started;
}

Result<std::optional<FrameLease>> ReaderSession::acquire(std::uint64_t field, std::uint64_t seen) {
  TRY(ensure_member());
  for (int i = 0; i < kAcquireTries; ++i) {
    const std::uint64_t ticket = load_ticket(field);
    if (wire::ticket_sequence(ticket) <= seen) break;
    auto lease = take(ticket);
    if (!lease || *lease) return lease;
  }
  return std::nullopt;
}

// Nothing when the guest has overtaken the ticket.
Result<std::optional<FrameLease>> ReaderSession::take(std::uint64_t ticket) {
  const std::uint32_t slot = wire::ticket_slot(ticket);
  const std::uint64_t sequence = wire::ticket_sequence(ticket);
  if (slot >= layout_.slot_count)
    return fail(ErrorCode::Corrupt, "ticket", slot, layout_.slot_count);

  SharedWords words(region_, layout_);
  const std::uint32_t before = mask_.fetch_or(1u << slot, std::memory_order_seq_cst);
  const std::uint32_t block = block_.load(std::memory_order_seq_cst);
  const slots::Hold outcome = slots::hold(words, block, token_, before, slot, sequence);
  if (outcome != slots::Hold::Held) {
    if (holds_[slot] == 0) mask_.fetch_and(~(1u << slot), std::memory_order_seq_cst);
    if (outcome == slots::Hold::Evicted) TRY(claim());
    return std::nullopt;
  }
  ++holds_[slot];
  const auto record =
      wire::parse_frame(region_.subspan(layout_.record_at(slot)), sequence, layout_.slot_bytes);
  if (!record) {
    release(slot);
    if (record.error().code == ErrorCode::Stale) return std::nullopt;
    return std::unexpected(record.error());
  }
  return FrameLease(this, slot, *record,
                    region_.subspan(layout_.slot_at(slot), record->info.bytes()));
}

void ReaderSession::release(std::uint32_t slot) noexcept {
  if (--holds_[slot] != 0) return;
  SharedWords words(region_, layout_);
  const std::uint32_t bit = 1u << slot;
  const std::uint32_t before = mask_.fetch_and(~bit, std::memory_order_seq_cst);
  slots::drop(words, block_.load(std::memory_order_seq_cst), token_, before & ~bit, slot);
}

// ---- the lease ----

FrameLease::FrameLease(ReaderSession* session, std::uint32_t slot, const wire::FrameRecord& record,
                       std::span<const std::byte> pixels)
    : session_(session), slot_(slot), record_(record), pixels_(pixels) {}

FrameLease::FrameLease(FrameLease&& other) noexcept
    : session_(std::exchange(other.session_, nullptr)),
      slot_(other.slot_),
      record_(other.record_),
      pixels_(other.pixels_) {}

FrameLease& FrameLease::operator=(FrameLease&& other) noexcept {
  if (this == &other) return *this;
  release();
  session_ = std::exchange(other.session_, nullptr);
  slot_ = other.slot_;
  record_ = other.record_;
  pixels_ = other.pixels_;
  return *this;
}

FrameLease::~FrameLease() {
  release();
}

void FrameLease::release() noexcept {
  if (session_ != nullptr) session_->release(slot_);
  session_ = nullptr;
}

std::uint32_t FrameLease::copy_ns() const {
  if (rows_complete() < info().size.height) return 0;
  const wire::RegionLayout& layout = session_->layout_;
  return word_at<std::uint32_t>(session_->region_,
                                layout.record_at(slot_) + offsetof(wire::RawFrameRecord, copy_ns))
      .load(std::memory_order_relaxed);
}

std::uint32_t FrameLease::rows_complete() const {
  const SharedWords words(session_->region_, session_->layout_);
  return std::min(words.rows(slot_).load(std::memory_order_acquire), record_.info.size.height);
}

bool FrameLease::intact() const {
  // The pixels were read before this; their loads must not sink below the look at the sequence.
#if !defined(__SANITIZE_THREAD__)
  std::atomic_thread_fence(std::memory_order_acquire);
#endif
  const SharedWords words(session_->region_, session_->layout_);
  for (int i = 0; i < kIntactTries; ++i) {
    const std::uint64_t sequence = words.sequence(slot_).load(std::memory_order_acquire);
    if (sequence == record_.info.sequence) return session_->current();
    if (sequence != 0) return false;
    SharedWords::pause();
  }
  return false;
}

}  // namespace pierglass::ring
