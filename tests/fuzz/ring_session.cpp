// SPDX-License-Identifier: GPL-2.0-or-later
// A script of operations on one region: an honest guest, two readers, and a hostile hand that
// rewrites any word of the region's tables in between. Nothing may reach outside the region, no
// unchecked value may come out, and as long as the hostile hand rests every promise must be kept.
// Input: operations {code u8, arguments}, see Script::step(); at most kMaxSteps.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "base/checked.hpp"
#include "ring/guest_session.hpp"
#include "ring/reader_session.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"

namespace pierglass::fuzz {
namespace {

using ring::FrameLease;
using ring::GuestSession;
using ring::ReaderSession;

constexpr wire::RegionSpec kSpec{
    .slot_count = 3, .shape_count = 2, .reader_count = 3, .guest_release = 1, .guest_name = "fuzz"};
constexpr Size kLargest{640, 480};
constexpr std::size_t kReaders = 2;
constexpr std::size_t kMaxLeases = 4;
constexpr int kMaxSteps = 200;

// A heap block, so that the address sanitizer sees what lies behind its end.
std::span<std::byte> region() {
  static const std::size_t bytes = static_cast<std::size_t>(
      wire::region_bytes_for(kSpec, kLargest, wire::PixelFormat::Xrgb8888));
  static const std::unique_ptr<std::byte, decltype(&std::free)> memory(
      static_cast<std::byte*>(std::aligned_alloc(4096, bytes)), &std::free);
  static const bool cleared = (std::fill_n(memory.get(), bytes, std::byte{}), true);
  require(cleared, "cleared once");
  return {memory.get(), bytes};
}

bool inside_region(std::span<const std::byte> bytes) {
  return bytes.data() >= region().data() &&
         bytes.data() + bytes.size() <= region().data() + region().size();
}

void check_frame(const FrameLease& lease) {
  const wire::FrameRecord& record = lease.record();
  const Size size = record.info.size;
  require(
      size.area() != 0 && size.width <= wire::kMaxDimension && size.height <= wire::kMaxDimension,
      "a frame has a possible size");
  require(lease.pixels().size() == record.info.bytes(), "all rows are there");
  require(inside_region(lease.pixels()), "pixels lie inside the region");
  require(record.damage_count <= wire::kMaxDamageRects, "damage fits its list");
  for (const wire::Damage& damage : std::span(record.damage).first(record.damage_count)) {
    require(!damage.rect.empty() && damage.rect.inside(size), "damage lies inside the frame");
  }
  require(lease.rows_complete() <= size.height, "rows lie inside the frame");
  static_cast<void>(*const_cast<const volatile std::byte*>(&lease.pixels().front()));
  static_cast<void>(*const_cast<const volatile std::byte*>(&lease.pixels().back()));
}

class Script {
 public:
  explicit Script(Input input) : input_(input) { start_guest(); }

  ~Script() {
    for (Reader& reader : readers_) detach(reader);
    for (const wire::RegionLayout& layout : claimed_) wipe_blocks(layout);
  }

  void run() {
    for (int i = 0; i < kMaxSteps && !input_.empty(); ++i) step();
  }

 private:
  struct Held {
    FrameLease lease;
    bool complete;  // not a started frame, which the guest may give up
  };
  struct Reader {
    std::unique_ptr<ReaderSession> session;
    std::vector<Held> leases;
    bool safe = true;  // has not been retired while it held something
    bool asleep = false;
    ring::DoorbellAddress own;
  };

  std::uint8_t byte() { return input_.take<std::uint8_t>(); }

  void step() {
    switch (byte() % 24) {
      case 0:
        return begin();
      case 1:
        return rows();
      case 2:
        return commit();
      case 3:
        return abort();
      case 4:
        return move_cursor();
      case 5:
        return set_shape();
      case 6:
        return keep_house();
      case 7:
        return take_control();
      case 8:
        return scribble();
      case 9:
        return scribble_word();
      case 10:
        return attach(any_reader());
      case 11:
        return detach(any_reader());
      case 12:
        return acquire(any_reader(), true);
      case 13:
        return acquire(any_reader(), false);
      case 14:
        return use_leases(any_reader());
      case 15:
        return release(any_reader());
      case 16:
        return live(any_reader());
      case 17:
        return look_at_cursor(any_reader());
      case 18:
        return send(any_reader());
      case 19:
        return restart_guest();
      case 20:
        return fall_asleep(any_reader());
      case 21:
        return wake_up(any_reader());
      case 22:
        return ring();
      case 23:
        return change_addresses(any_reader());
    }
  }

  Reader& any_reader() { return readers_[byte() % kReaders]; }

  // ---- the honest guest ---------------------------------------------------------------------

  void start_guest() {
    guest_.emplace(GuestSession::create(region(), kSpec, ++session_).value());
    guest_->set_doorbell({.peer = 1, .vector = 0});
    require(guest_->former_readers().size() <= wire::kMaxReaders, "former readers are few");
    honest_ = true;
    ticket_.reset();
    newest_ = 0;
  }

  void restart_guest() {
    const std::uint8_t choice = byte();
    if (choice % 4 == 2) static_cast<void>(guest_->end());
    if (choice % 2 == 0) guest_.reset();
    start_guest();
  }

  // What was published rings everybody who sleeps, and nobody else.
  void ring() {
    guest_->set_asleep(byte() % 2 == 0);
    const ring::DoorbellList rung = guest_->sleepers();
    static_cast<void>(guest_->control_waits());
    static_cast<void>(guest_->unanswered(now_));
    for (const ring::LatchNote& note : guest_->latches()) {
      require(note.in >= Nanoseconds::zero() && note.in <= ring::LatchNote::kLongest,
              "a latch is soon, or not known");
    }
    if (!honest_) return;
    std::size_t expected = 0;
    bool all_safe = true;
    for (const Reader& reader : readers_) {
      all_safe = all_safe && reader.safe;
      if (!reader.asleep || !reader.safe || !reader.session->current()) continue;
      if (!reader.own.reachable()) continue;
      ++expected;
      require(std::find(rung.begin(), rung.end(), reader.own) != rung.end(), "a sleeper is rung");
    }
    require(!all_safe || rung.size() == expected, "only sleepers are rung");
  }

  Rect any_rect() {
    return {input_.take<std::uint16_t>(), byte(), input_.take<std::uint16_t>(), byte()};
  }

  void begin() {
    wire::FrameInfo info;
    const std::uint8_t choice = byte();
    info.size = choice < 200 ? Size{64u + choice % 2, 48} : Size{byte() * 4u, byte() * 4u};
    info.pitch = wire::pitch_for(info.size.width, info.format);
    std::vector<Rect> damage(byte() % 80);
    for (Rect& rect : damage) rect = any_rect();
    const auto ticket = guest_->frames().begin(info, damage);
    if (!ticket) {
      if (ticket.error().code == ErrorCode::Busy) ticket_.reset();
      return;
    }
    ticket_ = *ticket;
    require(inside_region(ticket->pixels), "the guest writes inside the region");
    for (const Reader& reader : readers_) {
      for (const Held& held : reader.leases) {
        if (!promised(reader, held)) continue;
        require(held.lease.pixels().data() != ticket->pixels.data(), "a held slot is not written");
      }
    }
  }

  void rows() {
    if (ticket_) guest_->frames().rows_complete(*ticket_, byte());
  }

  void commit() {
    if (!ticket_) return;
    guest_->frames().commit(*ticket_, Nanoseconds{byte()});
    newest_ = ticket_->sequence;
    ticket_.reset();
  }

  void abort() {
    if (ticket_) guest_->frames().abort(*ticket_);
    ticket_.reset();
  }

  void move_cursor() {
    guest_->cursor().move({.position = {input_.take<std::int32_t>(), input_.take<std::int32_t>()},
                           .visible = byte() % 2 == 0});
  }

  void set_shape() {
    static const std::vector<std::byte> image(wire::kMaxShapeBytes);
    wire::ShapeInfo shape;
    shape.type = static_cast<wire::CursorType>(byte() % 4);
    shape.size = {byte(), byte()};
    shape.pitch = byte() * 4u;
    shape.hot = {byte() % 16, byte() % 16};
    const std::size_t bytes = shape.bytes();
    if (bytes <= image.size()) {
      static_cast<void>(guest_->cursor().set_shape(shape, std::span(image).first(bytes)));
    }
  }

  void keep_house() {
    const std::uint8_t choice = byte();
    guest_->beat();
    guest_->set_state(static_cast<wire::GuestState>(choice % 4));
    now_ += std::chrono::milliseconds(choice * 16);
    if (guest_->retire_dead_readers(now_) != 0) {
      for (Reader& reader : readers_) reader.safe = false;
    }
    require(guest_->demand().readers <= kSpec.reader_count, "readers fit their blocks");
  }

  void take_control() {
    const auto message = guest_->next_control();
    if (!message) return;
    require(message->size.width <= wire::kMaxDimension, "a mode is possible");
    require(message->position.x >= 0 && message->position.y >= 0, "a position is possible");
  }

  // ---- the hostile hand ---------------------------------------------------------------------

  // Begin and end of the tables; what lies there is written anew with each session.
  std::pair<std::uint64_t, std::uint64_t> window(std::uint8_t number) const {
    const wire::RegionLayout& layout = guest_->layout();
    switch (number % 6) {
      case 0:
        return {0, sizeof(wire::RawHeader)};
      case 1:
        return {sizeof(wire::RawHeader), sizeof(wire::RawHeader) + 3 * sizeof(wire::RawChannel)};
      case 2:
        return {layout.frames_offset, layout.record_at(layout.slot_count)};
      case 3:
        return {layout.cursor_offset, layout.shapes_offset};
      case 4:
        return {layout.shape_at(number % 2), layout.shape_at(number % 2) + sizeof(wire::RawShape)};
      default:
        return {layout.readers_offset - sizeof(wire::RawReadersHeader),
                layout.reader_at(layout.reader_count)};
    }
  }

  void scribble() {
    honest_ = false;
    const auto [first, last] = window(byte());
    const std::uint64_t offset = first + std::uint64_t{4} * input_.take<std::uint16_t>();
    const std::uint64_t bytes = 1 + byte() % 32;
    if (offset >= last) return;
    input_.take_into(region().data() + offset, std::min(bytes, last - offset));
  }

  // The words that both sides use, with the values that hurt most.
  void scribble_word() {
    honest_ = false;
    const wire::RegionLayout& layout = guest_->layout();
    const std::uint8_t which = byte();
    const std::uint32_t slot = which / 16 % kSpec.slot_count;
    const std::array<std::uint64_t, 17> places{
        offsetof(wire::RawHeader, session),
        offsetof(wire::RawHeader, heartbeat),
        layout.frames_offset + offsetof(wire::RawFramesHeader, newest_started),
        layout.frames_offset + offsetof(wire::RawFramesHeader, newest_complete),
        layout.record_at(slot) + offsetof(wire::RawFrameRecord, sequence),
        layout.record_at(slot) + offsetof(wire::RawFrameRecord, rows_complete),
        layout.record_at(slot) + offsetof(wire::RawFrameRecord, info),
        layout.cursor_offset + offsetof(wire::RawCursorHeader, lock),
        layout.cursor_offset + offsetof(wire::RawCursorHeader, shape),
        layout.shape_at(slot % kSpec.shape_count),
        layout.reader_at(slot) + offsetof(wire::RawReader, token),
        layout.reader_at(slot) + offsetof(wire::RawReader, held),
        layout.reader_at(slot) + offsetof(wire::RawReader, control_head),
        layout.reader_at(slot) + offsetof(wire::RawReader, control_tail),
        layout.reader_at(slot) + offsetof(wire::RawReader, flags),
        layout.reader_at(slot) + offsetof(wire::RawReader, doorbell_peer),
        offsetof(wire::RawHeader, doorbell_peer)};
    const std::uint64_t value = any_value();
    write_shared(region().data() + places[which % places.size()], &value, sizeof value);
  }

  std::uint64_t any_value() {
    switch (byte() % 6) {
      case 0:
        return 0;
      case 1:
        return ~std::uint64_t{0};
      case 2:
        return wire::make_ticket(byte(), byte() % 4u);
      case 3:
        return wire::make_ticket(newest_ + byte(), byte());
      case 4:
        return byte();
      default:
        return input_.take<std::uint64_t>();
    }
  }

  // ---- readers ------------------------------------------------------------------------------

  void attach(Reader& reader) {
    detach(reader);
    const std::uint8_t choice = byte();
    const std::size_t mapped = choice % 8 == 7 ? region().size() / 2 : region().size();
    const std::uint64_t token =
        0x1'0001u * static_cast<std::uint64_t>(1 + (&reader - readers_.data()));
    const ring::DoorbellAddress own{.peer = choice % 16 < 8 ? choice : wire::kNoPeer, .vector = 0};
    auto session = ReaderSession::attach(region().first(mapped), token, own);
    if (!session) return;
    reader.session = std::move(*session);
    reader.safe = true;
    reader.own = own;
    claimed_.push_back(reader.session->layout());
  }

  void detach(Reader& reader) {
    reader.leases.clear();
    reader.session.reset();
    reader.asleep = false;
  }

  void fall_asleep(Reader& reader) {
    if (!reader.session || reader.asleep) return;
    ring::News seen = reader.session->look();
    if (byte() % 4 == 0) ++seen.newest;
    const bool news = seen != reader.session->look();
    const bool asleep = reader.session->fall_asleep(seen);
    require(!asleep || reader.own.reachable(), "nobody sleeps who cannot be rung");
    require(!asleep || !news, "nobody sleeps beside news");
    reader.asleep = asleep;
  }

  void wake_up(Reader& reader) {
    if (!reader.session) return;
    static_cast<void>(reader.session->wake_up());
    reader.asleep = false;
  }

  void change_addresses(Reader& reader) {
    if (!reader.session) return;
    const std::uint8_t choice = byte();
    reader.own.peer = choice % 8 == 7 ? wire::kNoPeer : choice;
    reader.session->set_doorbell(reader.own);
    static_cast<void>(reader.session->guest_doorbell());
    static_cast<void>(reader.session->guest_asleep());
  }

  // What a reader wrote where a lying table said its block was, the next script must not find.
  static void wipe_blocks(const wire::RegionLayout& layout) {
    for (std::uint32_t block = 0; block < layout.reader_count; ++block) {
      std::fill_n(region().data() + layout.reader_at(block), sizeof(wire::RawReader), std::byte{});
    }
  }

  // No hostile hand, no lost lease: the guest must keep what it promised.
  bool promised(const Reader& reader, const Held& held) const {
    return honest_ && reader.safe && reader.session->current() && held.complete;
  }

  void acquire(Reader& reader, bool complete) {
    if (!reader.session || reader.leases.size() >= kMaxLeases) return;
    const std::uint8_t choice = byte();
    const std::uint64_t seen = choice % 2 == 0 ? 0 : reader.session->newest_sequence() - choice / 2;
    auto lease =
        complete ? reader.session->acquire_newest(seen) : reader.session->acquire_started(seen);
    if (honest_ && reader.session->current()) {
      require(lease.has_value(), "an honest guest's frames can be had");
      if (complete && seen == 0) {
        require(lease->has_value() == (newest_ != 0), "there is a newest frame");
        require(newest_ == 0 || (*lease)->info().sequence == newest_, "it is the newest");
      }
    }
    if (!lease || !*lease) return;
    check_frame(**lease);
    reader.leases.push_back({.lease = std::move(**lease), .complete = complete});
  }

  void use_leases(Reader& reader) {
    for (const Held& held : reader.leases) {
      check_frame(held.lease);
      const bool intact = held.lease.intact();
      require(intact || !promised(reader, held), "a held frame stays whole");
    }
  }

  void release(Reader& reader) {
    if (reader.leases.empty()) return;
    std::swap(reader.leases[byte() % reader.leases.size()], reader.leases.back());
    reader.leases.pop_back();
  }

  void live(Reader& reader) {
    if (!reader.session) return;
    const bool beating = reader.session->beat().has_value();
    require(beating || !honest_ || !reader.session->current(), "there is a block for each reader");
    reader.session->set_wish({.size = {byte(), byte()}, .millihertz = byte()});
    reader.session->announce_latch(Nanoseconds{byte()});
    static_cast<void>(reader.session->guest_heartbeat());
    require(reader.session->guest_state() <= wire::GuestState::Stopping, "a state is one of ours");
  }

  void look_at_cursor(Reader& reader) {
    if (!reader.session) return;
    const auto sample = reader.session->cursor();
    require(sample || !honest_ || !reader.session->current(),
            "an honest guest's cursor can be read");
    if (!sample) return;
    require(std::abs(sample->position.x) <= 32768 && std::abs(sample->position.y) <= 32768,
            "position is clamped");
    const std::uint8_t choice = byte();
    const std::uint64_t ticket = choice % 4 == 0 ? any_value() : sample->shape_ticket;
    // The end is the heap block's end, which the address sanitizer guards.
    static std::vector<std::byte> buffer(wire::kMaxShapeBytes);
    const auto image = std::span(buffer).last(reader.session->layout().shape_bytes);
    const auto shape = reader.session->copy_shape(ticket, image);
    if (!shape) return;
    require(shape->bytes() <= image.size(), "a shape fits its buffer");
    require(shape->hot.x >= 0 && std::uint32_t(shape->hot.x) < shape->size.width &&
                shape->hot.y >= 0 && std::uint32_t(shape->hot.y) < shape->size.height,
            "the hot spot lies inside");
  }

  void send(Reader& reader) {
    if (!reader.session) return;
    wire::ControlMessage message{};
    message.type = static_cast<wire::ControlType>(1 + byte() % 4);
    message.position = {input_.take<std::int16_t>(), input_.take<std::int16_t>()};
    message.size = {byte(), byte()};
    static_cast<void>(reader.session->send(message));
  }

  Input input_;
  std::uint64_t session_ = 0;
  std::optional<GuestSession> guest_;
  std::optional<ring::WriteTicket> ticket_;
  std::uint64_t newest_ = 0;
  std::array<Reader, kReaders> readers_;
  std::vector<wire::RegionLayout> claimed_;
  HostTime now_{std::chrono::hours(1)};
  bool honest_ = true;
};

}  // namespace
}  // namespace pierglass::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pierglass::fuzz::Script(pierglass::fuzz::Input(data, size)).run();
  return 0;
}
