// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "input/events.hpp"
#include "input/guest.hpp"
#include "spice/inputs.hpp"
#include "spice/messages.hpp"
#include "spice/stream.hpp"

namespace pierglass::spice {

// All that is said between us and a server, on both channels, without sockets, clock or loop:
//   begin() → main channel's bytes → wants_inputs() → begin_inputs() → its bytes → ready()
// Whoever owns it carries waiting() bytes to the connections and theirs to receive(). Input before
// ready() is lost, but for the wish for a pointer mode, which outlives end().
class Conversation {
 public:
  // `password` was checked by check_password().
  Conversation(std::string password, bool shift_wheel)
      : password_(std::move(password)), shift_wheel_(shift_wheel) {}
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  // A connection for the main channel begins; ends what was before.
  void begin();
  // The main channel has said where keyboard and mouse are; their connection is still missing.
  [[nodiscard]] bool wants_inputs() const { return inputs_place_ && !inputs_stream_; }
  void begin_inputs();
  // No connection any more.
  void end();

  // What came in on a channel that has begun. Errors, after which only end() may follow: as of
  // Stream::next(); Lost when the server says farewell; Unsupported without an inputs channel.
  Result<void> receive(ChannelKind kind, std::span<const std::byte> bytes);

  // To be sent on a channel; empty on one that has not begun.
  [[nodiscard]] std::span<const std::byte> waiting(ChannelKind kind) const;
  void drop_sent(ChannelKind kind, std::size_t count);
  // More than a server may leave unread was to be sent: end() must follow.
  [[nodiscard]] bool overflowed() const;

  // Input arrives.
  [[nodiscard]] bool ready() const { return inputs_ && inputs_->locks(); }
  [[nodiscard]] Phase phase(ChannelKind kind) const;
  [[nodiscard]] const Machine& machine() const { return machine_; }
  // In force; relative while nothing was said of it.
  [[nodiscard]] input::PointerMode pointer_mode() const { return modes_.current; }
  // That one, and those that the machine has.
  [[nodiscard]] const PointerModes& modes() const { return modes_; }
  [[nodiscard]] input::Locks locks() const;
  [[nodiscard]] std::uint64_t sent_messages() const;

  // As of input::Guest.
  void key(input::KeyCode key, bool down);
  void button(input::Button button, bool down);
  void scroll(input::Axis axis, std::int32_t notches);
  void move_by(std::int32_t dx, std::int32_t dy);
  void move_to(Point position);
  void set_locks(input::Locks locks);
  bool set_pointer_mode(input::PointerMode mode);

 private:
  [[nodiscard]] Stream* stream(ChannelKind kind);
  [[nodiscard]] const Stream* stream(ChannelKind kind) const;
  Result<void> handle(ChannelKind kind, const Received& received);
  Result<void> on(ChannelKind kind, const Ignored&);
  Result<void> on(ChannelKind kind, const SetAck& set_ack);
  Result<void> on(ChannelKind kind, const Ping& ping);
  Result<void> on(ChannelKind kind, const Disconnecting& farewell);
  Result<void> on(ChannelKind kind, const MainInit& init);
  Result<void> on(ChannelKind kind, const ModesChanged& changed);
  Result<void> on(ChannelKind kind, const ChannelsList& list);
  Result<void> on(ChannelKind kind, const MachineName& name);
  Result<void> on(ChannelKind kind, const MachineUuid& uuid);
  Result<void> on(ChannelKind kind, const InputsInit& init);
  Result<void> on(ChannelKind kind, const LocksChanged& changed);
  Result<void> on(ChannelKind kind, const MotionAck&);
  void ask_for_mode();
  // Once ready().
  [[nodiscard]] Inputs* speaking();
  [[nodiscard]] input::PointerMode expected_mode() const;

  std::string password_;
  bool shift_wheel_;
  std::optional<input::PointerMode> wish_;
  std::uint64_t sent_before_ = 0;  // on connections that ended

  // Of a connection.
  std::optional<Stream> main_;
  std::optional<std::uint32_t> session_;
  PointerModes modes_;
  std::optional<std::uint8_t> inputs_place_;
  std::optional<Stream> inputs_stream_;
  std::optional<Inputs> inputs_;  // speaks through inputs_stream_
  Machine machine_;
};

}  // namespace pierglass::spice
