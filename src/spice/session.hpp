// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "input/guest.hpp"
#include "loop/event_loop.hpp"
#include "loop/timer.hpp"
#include "spice/address.hpp"
#include "spice/backoff.hpp"
#include "spice/connection.hpp"
#include "spice/conversation.hpp"
#include "spice/trouble.hpp"

namespace pierglass::spice {

struct SessionOptions {
  std::vector<Address> addresses;  // tried in turn; none: never connected
  std::string password;            // empty: none
  bool shift_wheel = true;         // a horizontal notch is Shift and a vertical one; else nothing
  BackoffLimits retry;
  Nanoseconds answer_within = std::chrono::seconds(5);  // from connecting until it is ready
};

// What a session tells; main thread. Input may be sent from inside; the session may not be ended.
class SessionEvents {
 public:
  // Input arrives from now on, and nothing is pressed. Followed by the guest's locks and by the
  // pointer mode.
  virtual void on_connected() noexcept = 0;
  // Nothing arrives any more. The server has released the keys; buttons are when the session, which
  // tries again, is connected.
  virtual void on_disconnected() noexcept = 0;
  // There is no connection, and why: once of each kind until a connection has lasted. The session
  // goes on trying.
  virtual void on_trouble(const Trouble& trouble) noexcept = 0;
  virtual void on_guest_locks(input::Locks locks) noexcept = 0;
  // The mode in force; told again when the machine got or lost the other one.
  virtual void on_pointer_mode(input::PointerMode mode) noexcept = 0;

 protected:
  ~SessionEvents() = default;
};

// Keyboard and mouse of a virtual machine over SPICE: main and inputs channel. Connects by itself,
// at once and again and again, also to a server that was never there. One thread, the loop's;
// nothing blocks. What a server does not read is kept up to a bound, then the connection is given
// up: the server then releases all keys.
class Session final : public input::Guest {
 public:
  // Connects from the loop's next turn on. `loop` and `events` outlive the session. Errors:
  // InvalidArgument with a password that no server can have; OsCall.
  static Result<std::unique_ptr<Session>> create(loop::EventLoop& loop, SessionOptions options,
                                                 SessionEvents& events);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  void key(input::KeyCode key, bool down) override;
  void button(input::Button button, bool down) override;
  // At most kMaxNotches in one call.
  void scroll(input::Axis axis, std::int32_t notches) override;
  void move_by(std::int32_t dx, std::int32_t dy) override;
  void move_to(Point position) override;
  void set_locks(input::Locks locks) override;
  // The wish outlives connections. Without a connection: false, and asked for when there is one.
  bool set_pointer_mode(input::PointerMode mode) override;

  [[nodiscard]] bool connected() const { return state_ == State::Connected; }
  // In force; relative without a connection.
  [[nodiscard]] input::PointerMode pointer_mode() const { return conversation_.pointer_mode(); }
  // Of the options', the one that the connection is to, or is tried now. There must be one.
  [[nodiscard]] const Address& address() const {
    return options_.addresses[tries_[next_try_].address];
  }
  // What the server told of the machine since connected.
  [[nodiscard]] const Machine& machine() const { return conversation_.machine(); }
  // Bytes that the server has not taken yet.
  [[nodiscard]] std::size_t unsent_bytes() const;
  // Messages to the inputs channel, of all connections.
  [[nodiscard]] std::uint64_t sent_messages() const { return conversation_.sent_messages(); }

 private:
  enum class State : std::uint8_t {
    Waiting,     // for the next try
    Connecting,  // until the deadline
    Connected,
    Lost,  // just now; the timer tells it, for it may have been noticed inside a call
  };
  struct Try {  // one endpoint, and the address that it belongs to
    Endpoint endpoint;
    std::size_t address;
  };

  Session(loop::EventLoop& loop, SessionOptions options, SessionEvents& events);

  void on_timer();
  void begin_round();
  void try_next();
  void end_round();
  Result<void> open(ChannelKind kind);
  void on_ready(ChannelKind kind, loop::Ready ready);
  Result<void> serve(ChannelKind kind, loop::Ready ready);
  Result<void> read_some(ChannelKind kind);
  Result<void> follow_up();
  Result<void> flush(ChannelKind kind);
  void send_now(ChannelKind kind);
  void announce();
  void tell_news();
  void lose(ChannelKind kind, const Error& error);
  void close_channels();
  void report_loss();
  void note(TroubleKind kind, const Error& error);
  void tell_trouble();
  void arm(Nanoseconds from_now);
  [[nodiscard]] Connection* connection(ChannelKind kind) {
    auto& one = connections_[static_cast<std::size_t>(kind)];
    return one ? &*one : nullptr;
  }
  [[nodiscard]] Phase phase(ChannelKind kind);

  SessionOptions options_;
  SessionEvents& events_;
  loop::EventLoop& loop_;
  std::vector<Try> tries_;
  std::unique_ptr<loop::Timer> timer_;  // next try, deadline or report, by state
  State state_ = State::Waiting;
  std::size_t next_try_ = 0;
  Backoff backoff_;
  HostTime connected_since_;
  std::optional<Trouble> trouble_;  // the most telling of this round
  std::bitset<kTroubleKinds> told_;
  input::Locks told_locks_;
  PointerModes told_modes_;
  Conversation conversation_;
  std::array<std::optional<Connection>, kChannelCount> connections_;  // by ChannelKind
};

}  // namespace pierglass::spice
