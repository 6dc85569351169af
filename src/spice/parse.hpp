// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "spice/messages.hpp"

// Bytes of a server to checked values; each byte is copied once before. Pure.
namespace pierglass::spice {

inline constexpr std::size_t kMagicBytes = 4;
inline constexpr std::size_t kLinkHeaderBytes = 16;
inline constexpr std::size_t kLinkReplyBytes = 178;  // without capabilities
inline constexpr std::uint32_t kMaxLinkBytes = 4096;
inline constexpr std::size_t kTicketResultBytes = 4;
inline constexpr std::size_t kMessageHeaderBytes = 6;

// The longest body that is borne; a PING that measures the network has some 250 KiB.
inline constexpr std::uint32_t kMaxBodyBytes = 1024 * 1024;
// So much of a body's start is looked at, whatever its length; the rest is skipped unseen.
inline constexpr std::size_t kMaxKeptBytes = 1024;
inline constexpr std::size_t kMaxNameBytes = 256;

// The first four bytes. Corrupt when this is no SPICE server, Unsupported (`got`:
// SPICE_LINK_ERR_NEED_SECURED) when it is one that speaks TLS.
Result<void> check_magic(std::span<const std::byte, kMagicBytes> bytes);

// How many bytes follow. Errors: VersionMismatch, Corrupt.
Result<std::uint32_t> parse_link_header(std::span<const std::byte, kLinkHeaderBytes> bytes);

// Errors: PermissionDenied when the server refuses (`got`: its SPICE_LINK_ERR_*), Unsupported when
// it lacks what we need or wants TLS (`got` as above), Corrupt.
Result<LinkReply> parse_link_reply(std::span<const std::byte> body);

// PermissionDenied (`got`: SPICE_LINK_ERR_*) unless the password was accepted.
Result<void> parse_ticket_result(std::span<const std::byte, kTicketResultBytes> bytes);

// TooLarge for a body that is not borne.
Result<MessageHeader> parse_message_header(std::span<const std::byte, kMessageHeaderBytes> bytes);

// `kept` is the body's start, min(header.size, kMaxKeptBytes) bytes. What is not read here is
// Ignored; bytes behind those that are known are, too. Corrupt for a known message that is too
// short or out of range.
Result<MainMessage> parse_main(MessageHeader header, std::span<const std::byte> kept);
Result<InputsMessage> parse_inputs(MessageHeader header, std::span<const std::byte> kept);

}  // namespace pierglass::spice
