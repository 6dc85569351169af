// SPDX-License-Identifier: GPL-2.0-or-later
#include "spice/parse.hpp"

#include <spice/enums.h>
#include <spice/protocol.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/checked.hpp"
#include "spice/wire.hpp"

namespace pierglass::spice {
namespace {

static_assert(kMagicBytes + 12 == kLinkHeaderBytes && sizeof(SpiceLinkHeader) == kLinkHeaderBytes);
static_assert(sizeof(SpiceLinkReply) == kLinkReplyBytes);
static_assert(SPICE_TICKET_PUBKEY_BYTES == kPublicKeyBytes);
static_assert(sizeof(SpiceMiniDataHeader) == kMessageHeaderBytes);

constexpr std::uint32_t kMaxChannels = 256;

Result<void> require(bool ok, const char* field, std::uint64_t got = 0,
                     std::source_location where = std::source_location::current()) {
  if (!ok) return fail(ErrorCode::Corrupt, field, got, 0, where);
  return {};
}

constexpr std::uint32_t bit(unsigned number) {
  return std::uint32_t{1} << number;
}

Result<void> check_link_error(std::uint32_t error) {
  if (error == SPICE_LINK_ERR_OK) return {};
  if (error == SPICE_LINK_ERR_NEED_SECURED) return fail(ErrorCode::Unsupported, "TLS", error);
  return fail(ErrorCode::PermissionDenied, "the SPICE server", error);
}

Result<void> check_common_caps(std::uint32_t caps) {
  if ((caps & bit(SPICE_COMMON_CAP_MINI_HEADER)) == 0)
    return fail(ErrorCode::Unsupported, "short message headers");
  const bool selects = (caps & bit(SPICE_COMMON_CAP_PROTOCOL_AUTH_SELECTION)) != 0;
  if (selects && (caps & bit(SPICE_COMMON_CAP_AUTH_SPICE)) == 0)
    return fail(ErrorCode::Unsupported, "passwords of SPICE's own kind");
  return {};
}

// ---- messages ----------------------------------------------------------------------------------

template <typename Message>
Result<Message> whole(const Reader& reader, Message message, const char* name, std::uint32_t size) {
  TRY(require(reader.complete(), name, size));
  return message;
}

Result<SetAck> parse_set_ack(Reader reader, std::uint32_t size) {
  SetAck out;
  out.generation = reader.take<std::uint32_t>();
  out.window = reader.take<std::uint32_t>();
  return whole(reader, out, "the size of SET_ACK", size);
}

Result<Ping> parse_ping(Reader reader, std::uint32_t size) {
  Ping out;
  out.id = reader.take<std::uint32_t>();
  out.time = reader.take<std::uint64_t>();
  return whole(reader, out, "the size of PING", size);
}

Result<Disconnecting> parse_disconnecting(Reader reader, std::uint32_t size) {
  reader.take<std::uint64_t>();  // when
  const Disconnecting out{.reason = reader.take<std::uint32_t>()};
  return whole(reader, out, "the size of DISCONNECTING", size);
}

// A mode that is in force is there, whatever the list says.
Result<PointerModes> modes_of(std::uint32_t supported, std::uint32_t current) {
  TRY(require(current == SPICE_MOUSE_MODE_SERVER || current == SPICE_MOUSE_MODE_CLIENT,
              "the mouse mode", current));
  const std::uint32_t has = supported | current;
  return PointerModes{.relative = (has & SPICE_MOUSE_MODE_SERVER) != 0,
                      .absolute = (has & SPICE_MOUSE_MODE_CLIENT) != 0,
                      .current = current == SPICE_MOUSE_MODE_CLIENT ? input::PointerMode::Absolute
                                                                    : input::PointerMode::Relative};
}

Result<MainInit> parse_init(Reader reader, std::uint32_t size) {
  const auto session = reader.take<std::uint32_t>();
  reader.take<std::uint32_t>();  // displays
  const auto supported = reader.take<std::uint32_t>();
  const auto current = reader.take<std::uint32_t>();
  reader.take_bytes(16);  // agent, its tokens, multimedia time, memory
  TRY(require(reader.complete(), "the size of INIT", size));
  return MainInit{.session = session, .modes = TRY(modes_of(supported, current))};
}

Result<ModesChanged> parse_modes(Reader reader, std::uint32_t size) {
  const auto supported = reader.take<std::uint16_t>();
  const auto current = reader.take<std::uint16_t>();
  TRY(require(reader.complete(), "the size of MOUSE_MODE", size));
  return ModesChanged{.modes = TRY(modes_of(supported, current))};
}

Result<ChannelsList> parse_channels(Reader reader, std::uint32_t size) {
  const auto count = reader.take<std::uint32_t>();
  TRY(require(reader.complete(), "the size of CHANNELS_LIST", size));
  TRY(require(count <= kMaxChannels && reader.left() / 2 >= count, "the number of channels",
              count));
  ChannelsList out;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto type = reader.take<std::uint8_t>();
    const auto id = reader.take<std::uint8_t>();
    if (type == SPICE_CHANNEL_INPUTS && !out.inputs) out.inputs = id;
  }
  return out;
}

Result<MachineName> parse_name(Reader reader, std::uint32_t size) {
  const auto length = reader.take<std::uint32_t>();
  TRY(require(reader.complete(), "the size of NAME", size));
  TRY(require(length <= size - sizeof length, "the length of NAME", length));
  const std::size_t taken = std::min({std::size_t{length}, reader.left(), kMaxNameBytes});
  MachineName out;
  for (const std::byte byte : reader.take_bytes(taken)) {
    const auto letter = static_cast<char>(byte);
    if (letter == '\0') break;
    out.name += letter >= ' ' && letter <= '~' ? letter : '?';
  }
  return out;
}

Result<MachineUuid> parse_uuid(Reader reader, std::uint32_t size) {
  MachineUuid out;
  const auto bytes = reader.take_bytes(out.uuid.size());
  TRY(require(reader.complete(), "the size of UUID", size));
  std::ranges::copy(bytes, out.uuid.begin());
  return out;
}

Result<input::Locks> parse_locks(Reader reader, std::uint32_t size) {
  const auto bits = reader.take<std::uint16_t>();
  TRY(require(reader.complete(), "the size of key modifiers", size));
  return input::Locks{.caps = (bits & SPICE_KEYBOARD_MODIFIER_FLAGS_CAPS_LOCK) != 0,
                      .num = (bits & SPICE_KEYBOARD_MODIFIER_FLAGS_NUM_LOCK) != 0,
                      .scroll = (bits & SPICE_KEYBOARD_MODIFIER_FLAGS_SCROLL_LOCK) != 0};
}

// The kinds that both channels have; anything else is Ignored.
template <typename Message>
Result<Message> parse_common(MessageHeader header, Reader reader) {
  switch (header.type) {
    case SPICE_MSG_SET_ACK:
      return TRY(parse_set_ack(reader, header.size));
    case SPICE_MSG_PING:
      return TRY(parse_ping(reader, header.size));
    case SPICE_MSG_DISCONNECTING:
      return TRY(parse_disconnecting(reader, header.size));
    default:
      return Ignored{};
  }
}

}  // namespace

Result<void> check_magic(std::span<const std::byte, kMagicBytes> bytes) {
  constexpr auto kTlsAlert = std::byte{21};
  constexpr auto kTlsHandshake = std::byte{22};
  if ((bytes[0] == kTlsAlert || bytes[0] == kTlsHandshake) && bytes[1] == std::byte{3})
    return fail(ErrorCode::Unsupported, "TLS", SPICE_LINK_ERR_NEED_SECURED);
  const auto magic = Reader(bytes).take<std::uint32_t>();
  return require(magic == SPICE_MAGIC, "the SPICE magic", magic);
}

Result<std::uint32_t> parse_link_header(std::span<const std::byte, kLinkHeaderBytes> bytes) {
  TRY(check_magic(bytes.first<kMagicBytes>()));
  Reader reader(bytes.subspan(kMagicBytes));
  const auto major = reader.take<std::uint32_t>();
  reader.take<std::uint32_t>();  // minor: additive
  const auto size = reader.take<std::uint32_t>();
  if (major != SPICE_VERSION_MAJOR)
    return fail(ErrorCode::VersionMismatch, "the SPICE server", major, SPICE_VERSION_MAJOR);
  TRY(require(size >= kLinkReplyBytes && size <= kMaxLinkBytes, "the size of the link reply",
              size));
  return size;
}

Result<LinkReply> parse_link_reply(std::span<const std::byte> body) {
  Reader reader(body);
  const auto error = reader.take<std::uint32_t>();
  LinkReply out;
  const auto key = reader.take_bytes(out.key.size());
  const auto common = reader.take<std::uint32_t>();
  const auto channel = reader.take<std::uint32_t>();
  const auto offset = reader.take<std::uint32_t>();
  TRY(require(reader.complete(), "the size of the link reply", body.size()));
  TRY(check_link_error(error));
  const std::uint64_t words = std::uint64_t{common} + channel;
  TRY(require(range_fits(offset, words * sizeof(std::uint32_t), body.size()),
              "the capabilities' place", offset));
  const std::uint32_t caps = common == 0 ? 0 : Reader(body.subspan(offset)).take<std::uint32_t>();
  TRY(check_common_caps(caps));
  std::ranges::copy(key, out.key.begin());
  out.selects_auth = (caps & bit(SPICE_COMMON_CAP_PROTOCOL_AUTH_SELECTION)) != 0;
  return out;
}

Result<void> parse_ticket_result(std::span<const std::byte, kTicketResultBytes> bytes) {
  const auto error = Reader(bytes).take<std::uint32_t>();
  if (error != SPICE_LINK_ERR_OK)
    return fail(ErrorCode::PermissionDenied, "the SPICE password", error);
  return {};
}

Result<MessageHeader> parse_message_header(std::span<const std::byte, kMessageHeaderBytes> bytes) {
  Reader reader(bytes);
  MessageHeader out;
  out.type = reader.take<std::uint16_t>();
  out.size = reader.take<std::uint32_t>();
  if (out.size > kMaxBodyBytes)
    return fail(ErrorCode::TooLarge, "a SPICE message", out.size, kMaxBodyBytes);
  return out;
}

Result<MainMessage> parse_main(MessageHeader header, std::span<const std::byte> kept) {
  const Reader reader(kept);
  switch (header.type) {
    case SPICE_MSG_MAIN_INIT:
      return TRY(parse_init(reader, header.size));
    case SPICE_MSG_MAIN_MOUSE_MODE:
      return TRY(parse_modes(reader, header.size));
    case SPICE_MSG_MAIN_CHANNELS_LIST:
      return TRY(parse_channels(reader, header.size));
    case SPICE_MSG_MAIN_NAME:
      return TRY(parse_name(reader, header.size));
    case SPICE_MSG_MAIN_UUID:
      return TRY(parse_uuid(reader, header.size));
    default:
      return parse_common<MainMessage>(header, reader);
  }
}

Result<InputsMessage> parse_inputs(MessageHeader header, std::span<const std::byte> kept) {
  const Reader reader(kept);
  switch (header.type) {
    case SPICE_MSG_INPUTS_INIT:
      return InputsInit{.locks = TRY(parse_locks(reader, header.size))};
    case SPICE_MSG_INPUTS_KEY_MODIFIERS:
      return LocksChanged{.locks = TRY(parse_locks(reader, header.size))};
    case SPICE_MSG_INPUTS_MOUSE_MOTION_ACK:
      return MotionAck{};
    default:
      return parse_common<InputsMessage>(header, reader);
  }
}

}  // namespace pierglass::spice
