// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/region_source.hpp"

#include <sys/random.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/checked.hpp"
#include "base/describe.hpp"
#include "wire/build.hpp"

namespace pierglass::source {
namespace {

constexpr Nanoseconds kBeatInterval = std::chrono::milliseconds(250);
constexpr Nanoseconds kLookLive = std::chrono::seconds(1);
constexpr Nanoseconds kLookWaiting = std::chrono::milliseconds(100);

std::uint64_t random_token() {
  std::uint64_t token = 0;
  while (token == 0) {
    if (getrandom(&token, sizeof token, 0) != sizeof token) token = 0;
  }
  return token;
}

// Memory that no guest could ever lay a picture out in is not worth waiting in.
Result<void> check_room(std::uint64_t bytes) {
  TRY(wire::plan_region(
      bytes,
      {.slot_count = wire::kMinSlots, .shape_count = wire::kMinShapeSlots, .reader_count = 1}));
  return {};
}

bool is_foreign(const Error& error) {
  return error.code == ErrorCode::NotARegion || error.code == ErrorCode::VersionMismatch;
}

GuestDescription describe_guest(const wire::RegionLayout& layout) {
  const std::uint32_t release = layout.guest_release;
  std::string program = layout.guest_name.data();
  if (!program.empty()) program += ' ';
  program += std::to_string(release >> 16) + '.' + std::to_string(release >> 8 & 0xff) + '.' +
             std::to_string(release & 0xff);
  return {.program = std::move(program)};
}

pixel::Colour colour_of(const wire::FrameInfo& info) {
  constexpr std::uint32_t kUsualWhite = 80'000;
  pixel::Colour colour{.space = info.colour_space};
  colour.white_millinits = info.sdr_white_millinits == 0 ? kUsualWhite : info.sdr_white_millinits;
  // Luminances are in 1/10000 cd/m2.
  const bool brighter = info.hdr.max_luminance > std::uint64_t{colour.white_millinits} * 10;
  colour.compress = info.colour_space != wire::ColourSpace::Srgb && brighter;
  return colour;
}

std::uint64_t next_mapping() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

pixel::PictureKind kind_of(const wire::FrameInfo& info) {
  return {info.size, info.format, colour_of(info), info.rotation};
}

}  // namespace

RegionSource::RegionSource(WatchedMemory memory, KnownElsewhere known_elsewhere,
                           LazySlotBuffers::Maker maker)
    : memory_(std::move(memory)), known_elsewhere_(known_elsewhere), slot_buffers_(maker) {}

bool RegionSource::recognises(std::span<const std::byte> memory) {
  return memory.size() >= sizeof wire::kMagic &&
         snapshot<std::uint64_t>(memory.data()) == wire::kMagic;
}

Result<void> RegionSource::check_contents(std::span<const std::byte> memory) {
  const auto layout = wire::parse_region(memory);
  if (!layout && is_foreign(layout.error())) return std::unexpected(layout.error());
  if (!layout) TRY(check_room(memory.size()));
  return {};
}

Result<std::unique_ptr<RegionSource>> RegionSource::open(std::string path) {
  WatchedMemory memory = TRY(WatchedMemory::open(std::move(path)));
  TRY(check_contents(memory.bytes()));
  return over(std::move(memory));
}

std::unique_ptr<RegionSource> RegionSource::over(WatchedMemory memory,
                                                 KnownElsewhere known_elsewhere,
                                                 LazySlotBuffers::Maker maker) {
  return std::unique_ptr<RegionSource>(new RegionSource(std::move(memory), known_elsewhere, maker));
}

GuestStatus RegionSource::tick(HostTime now) {
  if (session_ != nullptr && !session_stands()) detach();
  check_memory(now);
  if (session_ == nullptr) attach(now);
  if (session_ != nullptr) {
    follow_broker(now);
    beat(now);
    status_ = watch_heartbeat(now);
  }
  memory_.set_guest_lives(status_ == GuestStatus::Live);
  return status_;
}

void RegionSource::beat(HostTime now) {
  if (now < next_beat_) return;
  next_beat_ = now + kBeatInterval;
  // Busy: stopped for long, our place went to somebody else; the next beat tries again.
  (void)session_->beat();
}

// Another program that took the memory over may leave the session's word as it was, and write where
// the heartbeat is; it has no use for our magic number.
bool RegionSource::session_stands() const {
  return memory_.intact() && session_->current() && recognises(memory_.bytes());
}

void RegionSource::check_memory(HostTime now) {
  memory_.tick(now);
  if (memory_.broker() == nullptr && now < next_look_) return;
  if (session_ != nullptr) next_look_ = now + kLookLive;
  if (!memory_.changed()) return;
  detach();
  memory_.reopen();
  error_ = memory_.error();
}

void RegionSource::on_no_memory() {
  error_ = memory_.error();
  const bool comes = error_.empty() || memory_.waiting();
  status_ = comes ? GuestStatus::Absent : GuestStatus::Unreadable;
}

void RegionSource::attach(HostTime now) {
  if (now < next_look_) return;
  next_look_ = now + kLookWaiting;
  if (!memory_.intact()) return on_no_memory();
  const BrokerLink* broker = memory_.broker();
  own_address_ = broker != nullptr ? broker->own() : ring::DoorbellAddress{};
  auto session = ring::ReaderSession::attach(memory_.bytes(), random_token(), own_address_);
  if (!session) return on_unreadable(session.error());
  session_ = std::move(*session);
  mapping_ = next_mapping();
  slot_buffers_.begin(memory_.handle(), session_->layout());
  error_.clear();
  description_ = describe_guest(session_->layout());
  heartbeat_ = session_->guest_heartbeat();
  heartbeat_moved_ = now;
  next_beat_ = now;
  shape_bytes_.resize(session_->layout().shape_bytes);
  session_->set_wish({.visible = visible_, .size = {}});
  ring_guest();
}

void RegionSource::on_unreadable(const Error& error) {
  const bool elsewhere = error.code == ErrorCode::NotARegion && known_elsewhere_ != nullptr &&
                         known_elsewhere_(memory_.bytes());
  const bool waiting = error.code == ErrorCode::NotReady || elsewhere;
  status_ = waiting ? GuestStatus::Absent : GuestStatus::Unreadable;
  // Nobody comes to memory whose broker is gone, but to the next one's.
  error_ = waiting ? memory_.error() : describe(error);
}

void RegionSource::detach() {
  for (Hold& hold : holds_) hold.lease.reset();
  slot_buffers_.end();
  session_.reset();
  successor_ = {};
  ++attachments_;
  peer_seen_ = false;
  rung_ = false;
  spared_heartbeat_ = 0;
  shape_ticket_ = 0;
  rejected_shape_ = 0;
  last_cursor_ = {};
  cursor_serial_ = 0;
  description_ = {};
  next_look_ = {};
  status_ = GuestStatus::Absent;
  forget();
}

GuestStatus RegionSource::watch_heartbeat(HostTime now) {
  const std::uint64_t heartbeat = session_->guest_heartbeat();
  const bool rung = std::exchange(rung_, false);
  if (heartbeat != heartbeat_) {
    heartbeat_ = heartbeat;
    heartbeat_moved_ = now;
  } else if (rung && heartbeat != spared_heartbeat_ &&
             now - heartbeat_moved_ > kGuestTimeout - kGrace) {
    // A machine that was paused while we slept: it goes on, and its next beat comes.
    spared_heartbeat_ = heartbeat;
    heartbeat_moved_ = now - kGuestTimeout + kGrace;
  }
  return now - heartbeat_moved_ < kGuestTimeout ? GuestStatus::Live : GuestStatus::Silent;
}

bool RegionSource::has_new_frame() const {
  if (session_ == nullptr || one_is_out()) return false;
  const std::uint64_t newest = session_->newest_sequence();
  return newest != 0 && newest != seen_ && newest != rejected_;
}

std::optional<HeldFrame> RegionSource::acquire() {
  if (!has_new_frame()) return std::nullopt;
  const std::uint64_t newest = session_->newest_sequence();
  auto lease = session_->acquire_newest(newest > seen_ ? seen_ : 0);
  if (!lease) {
    // Nonsense once is nonsense until the guest publishes another one.
    if (lease.error().code == ErrorCode::Corrupt) rejected_ = newest;
    return std::nullopt;
  }
  std::optional<ring::FrameLease>& newest_frame = *lease;
  if (!newest_frame) return std::nullopt;
  Hold& place = free_hold();
  const ring::FrameLease& held = place.lease.emplace(*std::move(newest_frame));
  const wire::FrameInfo& info = held.info();
  return HeldFrame(this, info, held.copy_ns(),
                   {.data = held.pixels().data(),
                    .pitch = info.pitch,
                    .size = info.size,
                    .format = info.format,
                    .colour = colour_of(info),
                    .rotation = info.rotation},
                   damage_since_seen(held.record()),
                   {.hold = place.number, .memory = place_of(held)});
}

std::optional<pixel::SlotMemory> RegionSource::place_of(const ring::FrameLease& lease) {
  if (memory_.handle() < 0) return std::nullopt;
  const std::span<const std::byte> bytes = memory_.bytes();
  return pixel::SlotMemory{
      .fd = memory_.descriptor(),
      .bytes = bytes.size(),
      .offset = static_cast<std::uint64_t>(lease.pixels().data() - bytes.data()),
      .slot = lease.slot(),
      .mapping = mapping_,
      .may_shrink = memory_.may_shrink(),
      .dma_bufs = &slot_buffers_};
}

// There is a place for one more than may be kept.
RegionSource::Hold& RegionSource::free_hold() {
  Hold& free = *std::ranges::find_if(holds_, [](const Hold& one) { return !one.lease; });
  const auto place = static_cast<std::uint64_t>(&free - holds_.data());
  free.number = free.number == 0 ? holds_.size() + place : free.number + holds_.size();
  free.kept = false;
  return free;
}

// Null: tick() had to let go of it.
const ring::FrameLease* RegionSource::lease_of(const HeldFrame& frame) const {
  const Hold& hold = holds_[frame.hold() % holds_.size()];
  return hold.number == frame.hold() && hold.lease ? &*hold.lease : nullptr;
}

std::size_t RegionSource::kept() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      holds_, [](const Hold& one) { return one.lease.has_value() && one.kept; }));
}

bool RegionSource::one_is_out() const {
  return std::ranges::any_of(holds_,
                             [](const Hold& one) { return one.lease.has_value() && !one.kept; });
}

// Only complete frames are taken.
std::uint32_t RegionSource::rows_ready(const HeldFrame& frame) const {
  const ring::FrameLease* lease = lease_of(frame);
  return lease != nullptr ? lease->info().size.height : 0;
}

pixel::DamageRegion RegionSource::damage_since_seen(const wire::FrameRecord& record) const {
  pixel::DamageRegion damage;
  const wire::FrameInfo& info = record.info;
  const bool same_picture = kind_of(info) == seen_kind_;
  if (!same_picture || !record.damage_covers_since(seen_)) {
    damage.set_full(info.size);
    return damage;
  }
  for (std::uint32_t i = 0; i < record.damage_count; ++i) {
    if (info.sequence - record.damage[i].age > seen_) damage.add(record.damage[i].rect);
  }
  return damage;
}

bool RegionSource::give_back(const HeldFrame& frame, bool used) {
  const ring::FrameLease* lease = lease_of(frame);
  if (lease == nullptr) return false;
  const bool good = used && take_over(*lease);
  hold_of(frame).lease.reset();
  return good;
}

bool RegionSource::keep(const HeldFrame& frame) {
  const ring::FrameLease* lease = lease_of(frame);
  if (lease == nullptr || kept() == kMaxKept || !take_over(*lease)) return false;
  hold_of(frame).kept = true;
  return true;
}

bool RegionSource::take_over(const ring::FrameLease& lease) {
  if (!lease.intact() || !memory_.intact()) return false;
  seen_ = lease.info().sequence;
  seen_kind_ = kind_of(lease.info());
  return true;
}

void RegionSource::forget() {
  seen_ = 0;
  rejected_ = 0;
  seen_kind_ = {};
}

Cursor RegionSource::cursor() {
  if (session_ == nullptr) return {};
  const auto sample = session_->cursor();
  if (!sample) return last_cursor_;  // caught in the middle of a motion: the next look has it
  cursor_serial_ = sample->serial;
  if (sample->shape_ticket != shape_ticket_ && sample->shape_ticket != rejected_shape_) {
    refresh_shape(sample->shape_ticket);
  }
  last_cursor_ = {.position = sample->position,
                  .visible = sample->visible && shape_ticket_ != 0,
                  .serial = shape_serial_,
                  .image = &shape_};
  return last_cursor_;
}

void RegionSource::refresh_shape(std::uint64_t ticket) {
  const auto info = session_->copy_shape(ticket, shape_bytes_);
  if (!info) {
    // Replaced meanwhile: try again. Nonsense: not before it changes. The old shape stays.
    if (info.error().code == ErrorCode::Corrupt) rejected_shape_ = ticket;
    return;
  }
  auto image = pixel::make_cursor_image(*info, std::span(shape_bytes_).first(info->bytes()));
  if (!image) return;
  shape_ = std::move(*image);
  shape_ticket_ = ticket;
  ++shape_serial_;
}

Result<void> RegionSource::move_pointer(Point position) {
  if (session_ == nullptr) return fail(ErrorCode::NotReady, "the guest");
  TRY(session_->send({.type = wire::ControlType::SetCursorPosition, .position = position}));
  ring_guest();
  return {};
}

void RegionSource::announce_latch(Nanoseconds from_now) {
  if (session_ != nullptr) session_->announce_latch(from_now);
}

void RegionSource::set_visible(bool visible) {
  visible_ = visible;
  if (session_ == nullptr) return;
  session_->set_wish({.visible = visible, .size = {}});
  if (visible) ring_guest();
}

}  // namespace pierglass::source
