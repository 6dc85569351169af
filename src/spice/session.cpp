// SPDX-License-Identifier: GPL-2.0-or-later
#include "spice/session.hpp"

#include <utility>

#include "spice/ticket.hpp"

namespace pierglass::spice {
namespace {

constexpr std::size_t kReadBytes = 16'384;
// Then others on the loop have their turn.
constexpr int kReadsAtOnce = 8;

}  // namespace

Result<std::unique_ptr<Session>> Session::create(loop::EventLoop& loop, SessionOptions options,
                                                 SessionEvents& events) {
  TRY(check_password(options.password));
  std::unique_ptr<Session> out(new Session(loop, std::move(options), events));
  out->timer_ = std::make_unique<loop::Timer>(TRY(loop::Timer::create(
      loop, [session = out.get()](std::uint64_t /*expirations*/) -> Result<loop::Next> {
        session->on_timer();
        return loop::Next::Keep;
      })));
  if (!out->tries_.empty()) out->arm({});
  return out;
}

Session::Session(loop::EventLoop& loop, SessionOptions options, SessionEvents& events)
    : options_(std::move(options)),
      events_(events),
      loop_(loop),
      backoff_(options_.retry),
      conversation_(options_.password, options_.shift_wheel) {
  for (std::size_t i = 0; i < options_.addresses.size(); ++i) {
    for (const Endpoint& endpoint : endpoints_of(options_.addresses[i])) {
      tries_.push_back({.endpoint = endpoint, .address = i});
    }
  }
}

Session::~Session() = default;

// ---- connecting --------------------------------------------------------------------------------

void Session::on_timer() {
  switch (state_) {
    case State::Waiting:
      return begin_round();
    case State::Connecting:
      return lose(ChannelKind::Main, Error{.code = ErrorCode::NotReady, .what = "an answer"});
    case State::Connected:
      return;
    case State::Lost:
      return report_loss();
  }
}

void Session::begin_round() {
  trouble_.reset();
  next_try_ = 0;
  try_next();
}

void Session::try_next() {
  for (; next_try_ < tries_.size(); ++next_try_) {
    conversation_.begin();
    state_ = State::Connecting;
    const auto opened = open(ChannelKind::Main);
    if (opened) return arm(options_.answer_within);
    note(trouble_kind(Phase::Connect, opened.error()), opened.error());
    close_channels();
  }
  end_round();
}

void Session::end_round() {
  state_ = State::Waiting;
  const bool wrong_password = trouble_ && trouble_->kind == TroubleKind::WrongPassword;
  arm(wrong_password ? backoff_.after_wrong_password() : backoff_.next());
  tell_trouble();
}

Result<void> Session::open(ChannelKind kind) {
  connections_[static_cast<std::size_t>(kind)].emplace(
      TRY(Connection::open(loop_, tries_[next_try_].endpoint,
                           [this, kind](loop::Ready ready) { on_ready(kind, ready); })));
  return flush(kind);
}

void Session::on_ready(ChannelKind kind, loop::Ready ready) {
  if (const auto served = serve(kind, ready); !served) lose(kind, served.error());
}

Result<void> Session::serve(ChannelKind kind, loop::Ready ready) {
  Connection* const from = connection(kind);
  if (!from->established()) TRY(from->establish());
  if (ready.readable || ready.hung_up) TRY(read_some(kind));
  TRY(follow_up());
  TRY(flush(ChannelKind::Inputs));
  return flush(ChannelKind::Main);
}

Result<void> Session::read_some(ChannelKind kind) {
  std::array<std::byte, kReadBytes> bytes;
  for (int i = 0; i < kReadsAtOnce; ++i) {
    const std::size_t count = TRY(connection(kind)->receive(bytes));
    if (count == 0) break;
    TRY(conversation_.receive(kind, std::span(bytes).first(count)));
  }
  return {};
}

Result<void> Session::follow_up() {
  if (conversation_.wants_inputs()) {
    conversation_.begin_inputs();
    TRY(open(ChannelKind::Inputs));
  }
  if (!conversation_.ready()) return {};
  if (state_ == State::Connecting) announce();
  tell_news();
  return {};
}

Result<void> Session::flush(ChannelKind kind) {
  if (conversation_.overflowed()) {
    return fail(ErrorCode::TooLarge, "what the SPICE server left unread", Stream::kMaxWaiting,
                Stream::kMaxWaiting);
  }
  Connection* const to = connection(kind);
  if (!to || !to->established()) return {};
  while (!conversation_.waiting(kind).empty()) {
    const std::size_t count = TRY(to->send(conversation_.waiting(kind)));
    if (count == 0) break;
    conversation_.drop_sent(kind, count);
  }
  return to->wait_writable(!conversation_.waiting(kind).empty());
}

// ---- telling -----------------------------------------------------------------------------------

void Session::announce() {
  state_ = State::Connected;
  connected_since_ = HostClock::now();
  static_cast<void>(timer_->disarm());
  told_locks_ = conversation_.locks();
  told_modes_ = conversation_.modes();
  events_.on_connected();
  if (connected()) events_.on_guest_locks(told_locks_);
  if (connected()) events_.on_pointer_mode(told_modes_.current);
}

void Session::tell_news() {
  if (connected() && conversation_.locks() != told_locks_)
    events_.on_guest_locks(told_locks_ = conversation_.locks());
  if (!connected() || conversation_.modes() == told_modes_) return;
  told_modes_ = conversation_.modes();
  events_.on_pointer_mode(told_modes_.current);
}

void Session::note(TroubleKind kind, const Error& error) {
  if (trouble_ && trouble_->kind >= kind) return;
  const std::size_t address = tries_[next_try_].address;
  trouble_ = {.kind = kind, .error = error, .address = options_.addresses[address]};
}

void Session::tell_trouble() {
  if (!trouble_) return;
  const auto kind = static_cast<std::size_t>(trouble_->kind);
  if (told_[kind]) return;
  told_[kind] = true;
  events_.on_trouble(*trouble_);
}

// ---- losing ------------------------------------------------------------------------------------

Phase Session::phase(ChannelKind kind) {
  Connection* const of = connection(kind);
  return of && of->established() ? conversation_.phase(kind) : Phase::Connect;
}

void Session::lose(ChannelKind kind, const Error& error) {
  const TroubleKind trouble = trouble_kind(phase(kind), error);
  close_channels();
  if (state_ == State::Connected) {
    trouble_.reset();
    // That a machine was shut down is no trouble.
    if (trouble != TroubleKind::Closed) note(trouble, error);
    state_ = State::Lost;
    return arm({});
  }
  note(trouble, error);
  ++next_try_;
  try_next();
}

// The server releases what is pressed when the inputs channel closes.
void Session::close_channels() {
  for (auto& one : connections_) one.reset();
  conversation_.end();
}

void Session::report_loss() {
  if (backoff_.ended_after(HostClock::now() - connected_since_)) told_.reset();
  state_ = State::Waiting;
  arm(backoff_.next());
  events_.on_disconnected();
  tell_trouble();
}

void Session::arm(Nanoseconds from_now) {
  const auto armed = timer_->arm_at(HostClock::now() + from_now);
  CHECK(armed);
}

// ---- input -------------------------------------------------------------------------------------

void Session::send_now(ChannelKind kind) {
  if (!connected()) return;
  if (const auto sent = flush(kind); !sent) lose(kind, sent.error());
}

void Session::key(input::KeyCode key, bool down) {
  conversation_.key(key, down);
  send_now(ChannelKind::Inputs);
}

void Session::button(input::Button button, bool down) {
  conversation_.button(button, down);
  send_now(ChannelKind::Inputs);
}

void Session::scroll(input::Axis axis, std::int32_t notches) {
  conversation_.scroll(axis, notches);
  send_now(ChannelKind::Inputs);
}

void Session::move_by(std::int32_t dx, std::int32_t dy) {
  conversation_.move_by(dx, dy);
  send_now(ChannelKind::Inputs);
}

void Session::move_to(Point position) {
  conversation_.move_to(position);
  send_now(ChannelKind::Inputs);
}

void Session::set_locks(input::Locks locks) {
  conversation_.set_locks(locks);
  send_now(ChannelKind::Inputs);
}

bool Session::set_pointer_mode(input::PointerMode mode) {
  const bool possible = conversation_.set_pointer_mode(mode);
  send_now(ChannelKind::Main);
  return possible && connected();
}

std::size_t Session::unsent_bytes() const {
  return conversation_.waiting(ChannelKind::Main).size() +
         conversation_.waiting(ChannelKind::Inputs).size();
}

}  // namespace pierglass::spice
