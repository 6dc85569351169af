// SPDX-License-Identifier: GPL-2.0-or-later
#include "ring/reader_session.hpp"

#include <algorithm>

#include "ring/shared_words.hpp"
#include "ring/slot_protocol.hpp"

namespace pierglass::ring {
ReaderSession::ReaderSession(std::span<std::byte> region, const wire::RegionLayout& layout,
                             std::uint64_t token, DoorbellAddress own)
    : region_(region),
      layout_(layout),
      token_(token),
      doorbell_(std::uint64_t{own.peer} << 32 | own.vector) {}

ReaderSession::~ReaderSession() {
  leave();
}

Result<std::unique_ptr<ReaderSession>> ReaderSession::attach(std::span<std::byte> region,
                                                             std::uint64_t token,
                                                             DoorbellAddress own) {
  if (token == 0) return fail(ErrorCode::InvalidArgument, "token");
  const wire::RegionLayout layout = TRY(wire::parse_region(region));
  std::unique_ptr<ReaderSession> session(
      new ReaderSession(region.first(layout.region_bytes), layout, token, own));
  TRY(session->claim_free_block());
  return session;
}

bool ReaderSession::current() const {
  return SharedWords(region_, layout_).session().load(std::memory_order_acquire) == layout_.session;
}

std::uint64_t ReaderSession::guest_heartbeat() const {
  return word_at<std::uint64_t>(region_, offsetof(wire::RawHeader, heartbeat))
      .load(std::memory_order_relaxed);
}

wire::GuestState ReaderSession::guest_state() const {
  const auto state = word_at<std::uint32_t>(region_, offsetof(wire::RawHeader, state))
                         .load(std::memory_order_relaxed);
  return static_cast<wire::GuestState>(
      std::min(state, static_cast<std::uint32_t>(wire::GuestState::Stopping)));
}

std::uint64_t ReaderSession::at(std::uint64_t field) const {
  return layout_.reader_at(block_.load(std::memory_order_seq_cst)) + field;
}

bool ReaderSession::member() const {
  return word_at<std::uint64_t>(region_, at(offsetof(wire::RawReader, token)))
             .load(std::memory_order_seq_cst) == token_;
}

Result<void> ReaderSession::ensure_member() {
  if (!current()) return fail(ErrorCode::Stale, "session");
  if (member()) return {};
  return claim();
}

// No thread waits for another here: who comes second is told to try again.
Result<void> ReaderSession::claim() {
  if (!current()) return fail(ErrorCode::Stale, "session");
  if (claiming_.exchange(true, std::memory_order_seq_cst)) {
    return fail(ErrorCode::Busy, "reader block");
  }
  Result<void> claimed;
  if (member()) {
    enter(block_.load(std::memory_order_relaxed));
  } else {
    claimed = claim_free_block();
  }
  claiming_.store(false, std::memory_order_release);
  return claimed;
}

Result<void> ReaderSession::claim_free_block() {
  SharedWords words(region_, layout_);
  for (std::uint32_t block = 0; block < layout_.reader_count; ++block) {
    std::uint64_t expected = 0;
    if (!words.token(block).compare_exchange_strong(expected, token_, std::memory_order_seq_cst)) {
      continue;
    }
    enter(block);
    if (current()) return {};
    leave();
    return fail(ErrorCode::Stale, "session");
  }
  return fail(ErrorCode::Busy, "reader block", layout_.reader_count);
}

// The block is ours: everything in it is what we say, whatever a former owner left.
void ReaderSession::enter(std::uint32_t block) {
  SharedWords words(region_, layout_);
  const std::uint64_t offset = layout_.reader_at(block);
  words.held(block).store(slots::held_tag(token_) | mask_.load(std::memory_order_seq_cst),
                          std::memory_order_seq_cst);
  const auto tail = words.at<std::uint32_t>(offset + offsetof(wire::RawReader, control_tail))
                        .load(std::memory_order_acquire);
  words.at<std::uint32_t>(offset + offsetof(wire::RawReader, control_head))
      .store(tail, std::memory_order_release);
  words.at<std::uint64_t>(offset + offsetof(wire::RawReader, latch_in_ns))
      .store(0, std::memory_order_relaxed);
  block_.store(block, std::memory_order_seq_cst);
  store_doorbell(block);
  store_flags(block);
  store_wish();
}

void ReaderSession::leave() {
  SharedWords words(region_, layout_);
  const std::uint32_t block = block_.load(std::memory_order_seq_cst);
  std::uint32_t held = slots::held_tag(token_) | mask_.load(std::memory_order_seq_cst);
  std::uint64_t token = token_;
  words.held(block).compare_exchange_strong(held, slots::held_tag(token_),
                                            std::memory_order_seq_cst);
  words.token(block).compare_exchange_strong(token, 0, std::memory_order_seq_cst);
}

Result<void> ReaderSession::beat() {
  TRY(ensure_member());
  word_at<std::uint64_t>(region_, at(offsetof(wire::RawReader, heartbeat)))
      .store(heartbeat_.fetch_add(1, std::memory_order_relaxed) + 1, std::memory_order_release);
  return {};
}

void ReaderSession::set_wish(const ReaderWish& wish) {
  change_flag(wire::kReaderVisible, wish.visible);
  wanted_size_.store(std::uint64_t{wish.size.width} << 32 | wish.size.height,
                     std::memory_order_seq_cst);
  wanted_millihertz_.store(wish.millihertz, std::memory_order_seq_cst);
  if (current() && member()) store_wish();  // else claim() will do it
}

// Two threads may be here, as in store_doorbell().
void ReaderSession::store_flags(std::uint32_t block) {
  const auto word = SharedWords(region_, layout_).flags(block);
  std::uint32_t stored = 0;
  do {
    stored = flags_.load(std::memory_order_seq_cst);
    word.store(stored, std::memory_order_seq_cst);
  } while (flags_.load(std::memory_order_seq_cst) != stored);
}

void ReaderSession::store_wish() {
  const auto store = [&](std::uint64_t field, std::uint32_t value) {
    word_at<std::uint32_t>(region_, at(field)).store(value, std::memory_order_release);
  };
  const std::uint64_t size = wanted_size_.load(std::memory_order_seq_cst);
  store(offsetof(wire::RawReader, wanted_width), static_cast<std::uint32_t>(size >> 32));
  store(offsetof(wire::RawReader, wanted_height), static_cast<std::uint32_t>(size));
  store(offsetof(wire::RawReader, wanted_millihertz),
        wanted_millihertz_.load(std::memory_order_seq_cst));
}

void ReaderSession::announce_latch(Nanoseconds from_now) {
  if (!current() || !member()) return;
  word_at<std::uint64_t>(region_, at(offsetof(wire::RawReader, latch_in_ns)))
      .store(static_cast<std::uint64_t>(std::max<std::int64_t>(from_now.count(), 0)),
             std::memory_order_relaxed);
  word_at<std::uint32_t>(region_, at(offsetof(wire::RawReader, latch_serial)))
      .fetch_add(1, std::memory_order_release);
}

}  // namespace pierglass::ring
