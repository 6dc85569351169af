// SPDX-License-Identifier: GPL-2.0-or-later
#include "spice/stream.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "spice/build.hpp"
#include "spice/ticket.hpp"

namespace pierglass::spice {

static_assert(kMaxKeptBytes <= kMaxLinkBytes);

Stream::Stream(Opening opening, std::string_view password)
    : password_(password), output_(kMaxWaiting) {
  const Packet link = link_message(opening.kind, opening.id, opening.session);
  CHECK(output_.push(link.bytes()));
}

Result<std::optional<Received>> Stream::next(std::span<const std::byte>& rest) {
  for (;;) {
    fill(rest);
    if (have_ < needed_ || skip_ != 0) return std::nullopt;
    if (const auto message = TRY(advance())) return message;
  }
}

void Stream::fill(std::span<const std::byte>& rest) {
  const std::size_t taken = std::min(needed_ - have_, rest.size());
  if (taken != 0) std::memcpy(buffer_.data() + have_, rest.data(), taken);
  have_ += taken;
  rest = rest.subspan(taken);
  if (have_ < needed_) return;
  const std::size_t skipped = std::min(skip_, rest.size());
  skip_ -= skipped;
  rest = rest.subspan(skipped);
}

void Stream::expect(Stage stage, std::size_t bytes) {
  // A link header goes on where its magic ended.
  if (stage != Stage::LinkHeader) have_ = 0;
  stage_ = stage;
  needed_ = bytes;
}

// The stage's bytes are there.
Result<std::optional<Received>> Stream::advance() {
  switch (stage_) {
    case Stage::Magic:
      TRY(check_magic(first<kMagicBytes>()));
      expect(Stage::LinkHeader, kLinkHeaderBytes);
      return std::nullopt;
    case Stage::LinkHeader:
      expect(Stage::LinkReply, TRY(parse_link_header(first<kLinkHeaderBytes>())));
      return std::nullopt;
    case Stage::LinkReply:
      TRY(prove());
      return std::nullopt;
    case Stage::TicketResult:
      TRY(parse_ticket_result(first<kTicketResultBytes>()));
      expect(Stage::Header, kMessageHeaderBytes);
      return std::nullopt;
    case Stage::Header:
      return begin_body();
    case Stage::Body:
      return end_body();
  }
  std::unreachable();
}

Result<void> Stream::prove() {
  const LinkReply reply = TRY(parse_link_reply(std::span(buffer_).first(needed_)));
  const Ticket ticket = TRY(encrypt_ticket(reply.key, password_));
  CHECK(output_.push(ticket_message(reply.selects_auth, ticket).bytes()));
  expect(Stage::TicketResult, kTicketResultBytes);
  return {};
}

Result<std::optional<Received>> Stream::begin_body() {
  header_ = TRY(parse_message_header(first<kMessageHeaderBytes>()));
  const std::size_t kept = std::min<std::size_t>(header_.size, kMaxKeptBytes);
  expect(Stage::Body, kept);
  skip_ = header_.size - kept;
  return std::nullopt;
}

Received Stream::end_body() {
  const std::span<const std::byte> kept = std::span(buffer_).first(needed_);
  expect(Stage::Header, kMessageHeaderBytes);
  if (acks_.count()) send(ack());
  return {.header = header_, .kept = kept};
}

void Stream::send(const Packet& message) {
  if (!output_.push(message.bytes())) overflowed_ = true;
  ++sent_messages_;
}

void Stream::answer(const SetAck& set_ack) {
  acks_.restart(set_ack.window);
  send(ack_sync(set_ack.generation));
}

void Stream::answer(const Ping& ping) {
  send(pong(ping));
}

Phase Stream::phase() const {
  switch (stage_) {
    case Stage::Magic:
    case Stage::LinkHeader:
    case Stage::LinkReply:
      return Phase::Link;
    case Stage::TicketResult:
      return Phase::Ticket;
    case Stage::Header:
    case Stage::Body:
      return Phase::Talk;
  }
  std::unreachable();
}

}  // namespace pierglass::spice
