// SPDX-License-Identifier: GPL-2.0-or-later
#include "ring/guest_session.hpp"

#include <algorithm>
#include <utility>

#include "ring/shared_words.hpp"

namespace pierglass::ring {
namespace {

template <typename T>
T load_field(std::span<std::byte> region, std::uint64_t offset) {
  return word_at<T>(region, offset).load(std::memory_order_acquire);
}

std::uint64_t control_entry(std::uint32_t index) {
  return offsetof(wire::RawReader, control) +
         std::uint64_t{index % wire::kControlEntries} * sizeof(wire::RawControl);
}

}  // namespace

Result<GuestSession> GuestSession::create(std::span<std::byte> region, const wire::RegionSpec& spec,
                                          std::uint64_t session) {
  if (session == 0) return fail(ErrorCode::InvalidArgument, "session");
  wire::RegionLayout layout = TRY(wire::plan_region(region.size(), spec));
  layout.session = session;
  DoorbellList former;
  if (const auto before = wire::parse_region(region)) former = members(region, *before);
  const auto published = SharedWords(region, layout).session();
  published.store(0, std::memory_order_seq_cst);
  wire::write_region(region, layout);
  published.store(session, std::memory_order_release);

  GuestSession guest;
  guest.region_ = guest.frames_.region_ = guest.cursor_.region_ = region;
  guest.former_readers_ = former;
  guest.layout_ = guest.frames_.layout_ = guest.cursor_.layout_ = layout;
  return guest;
}

GuestSession::GuestSession(GuestSession&& other) noexcept
    : region_(std::exchange(other.region_, {})),
      layout_(other.layout_),
      frames_(other.frames_),
      cursor_(other.cursor_),
      heartbeat_(other.heartbeat_),
      watched_(other.watched_),
      rings_(other.rings_.load()),
      former_readers_(other.former_readers_),
      retired_(other.retired_),
      control_tail_(other.control_tail_),
      next_reader_(other.next_reader_),
      dropped_control_(other.dropped_control_) {
  for (std::size_t i = 0; i < marks_.size(); ++i) marks_[i] = other.marks_[i].load();
}

GuestSession::~GuestSession() {
  static_cast<void>(end());
}

bool GuestSession::current() const {
  return SharedWords(region_, layout_).session().load(std::memory_order_acquire) == layout_.session;
}

void GuestSession::beat() {
  word_at<std::uint64_t>(region_, offsetof(wire::RawHeader, heartbeat))
      .store(++heartbeat_, std::memory_order_relaxed);
}

void GuestSession::set_state(wire::GuestState state) {
  word_at<std::uint32_t>(region_, offsetof(wire::RawHeader, state))
      .store(std::to_underlying(state), std::memory_order_relaxed);
}

ReaderDemand GuestSession::demand() const {
  SharedWords words(region_, layout_);
  ReaderDemand demand;
  bool unlimited = false;
  for (std::uint32_t reader = 0; reader < layout_.reader_count; ++reader) {
    if (words.token(reader).load(std::memory_order_acquire) == 0) continue;
    ++demand.readers;
    const std::uint64_t block = layout_.reader_at(reader);
    const auto flags = load_field<std::uint32_t>(region_, block + offsetof(wire::RawReader, flags));
    if ((flags & wire::kReaderVisible) == 0) continue;
    ++demand.visible;
    const auto rate =
        load_field<std::uint32_t>(region_, block + offsetof(wire::RawReader, wanted_millihertz));
    unlimited = unlimited || rate == 0;
    demand.max_millihertz = std::max(demand.max_millihertz, rate);
  }
  if (unlimited) demand.max_millihertz = 0;
  return demand;
}

LatchNotes GuestSession::latches() const {
  SharedWords words(region_, layout_);
  LatchNotes notes;
  for (std::uint32_t reader = 0; reader < layout_.reader_count; ++reader) {
    const std::uint64_t token = words.token(reader).load(std::memory_order_acquire);
    if (token == 0) continue;
    const std::uint32_t flags = words.flags(reader).load(std::memory_order_acquire);
    if ((flags & wire::kReaderVisible) == 0) continue;
    const std::uint64_t block = layout_.reader_at(reader);
    const auto serial =
        load_field<std::uint32_t>(region_, block + offsetof(wire::RawReader, latch_serial));
    // May be newer than the serial, by the time between two stores.
    const auto in =
        load_field<std::uint64_t>(region_, block + offsetof(wire::RawReader, latch_in_ns));
    constexpr auto kLongest = static_cast<std::uint64_t>(LatchNote::kLongest.count());
    notes[reader] = {.token = token,
                     .serial = serial,
                     .in = Nanoseconds(in <= kLongest ? static_cast<std::int64_t>(in) : 0)};
  }
  return notes;
}

std::optional<wire::ControlMessage> GuestSession::next_control() {
  // Bounded although readers may go on writing: one full ring each.
  for (std::uint32_t i = 0; i < layout_.reader_count; ++i) {
    const std::uint32_t reader = (next_reader_ + i) % layout_.reader_count;
    if (auto message = next_control_of(reader)) {
      next_reader_ = reader + 1;
      return message;
    }
  }
  return std::nullopt;
}

std::optional<wire::ControlMessage> GuestSession::next_control_of(std::uint32_t reader) {
  const std::uint64_t block = layout_.reader_at(reader);
  const auto head =
      load_field<std::uint32_t>(region_, block + offsetof(wire::RawReader, control_head));
  std::uint32_t& tail = control_tail_[reader];
  std::optional<wire::ControlMessage> message;
  if (head - tail > wire::kControlEntries) {
    tail = head;  // nonsense: begin anew with what comes
    ++dropped_control_;
  }
  while (tail != head && !message) {
    const auto parsed = wire::parse_control(region_.subspan(block + control_entry(tail)));
    ++tail;
    if (parsed) message = *parsed;
    if (!message) ++dropped_control_;
  }
  word_at<std::uint32_t>(region_, block + offsetof(wire::RawReader, control_tail))
      .store(tail, std::memory_order_release);
  return message;
}

}  // namespace pierglass::ring
