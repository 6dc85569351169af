// SPDX-License-Identifier: GPL-2.0-or-later
#include "spice/conversation.hpp"

#include <utility>
#include <variant>

#include "spice/build.hpp"
#include "spice/parse.hpp"

namespace pierglass::spice {

void Conversation::begin() {
  end();
  main_.emplace(Stream::Opening{.kind = ChannelKind::Main}, password_);
}

void Conversation::begin_inputs() {
  CHECK(inputs_place_ && session_ && !inputs_stream_);
  inputs_stream_.emplace(
      Stream::Opening{.kind = ChannelKind::Inputs, .id = *inputs_place_, .session = *session_},
      password_);
  inputs_.emplace(*inputs_stream_, modes_.current, shift_wheel_);
}

void Conversation::end() {
  if (inputs_stream_) sent_before_ += inputs_stream_->sent_messages();
  inputs_.reset();
  inputs_stream_.reset();
  main_.reset();
  session_.reset();
  inputs_place_.reset();
  modes_ = {};
  machine_ = {};
}

// ---- what the server says ----------------------------------------------------------------------

Result<void> Conversation::receive(ChannelKind kind, std::span<const std::byte> bytes) {
  Stream* const from = stream(kind);
  CHECK(from != nullptr);
  while (const auto received = TRY(from->next(bytes))) TRY(handle(kind, *received));
  return {};
}

Result<void> Conversation::handle(ChannelKind kind, const Received& received) {
  const auto dispatch = [&](const auto& message) { return on(kind, message); };
  if (kind == ChannelKind::Main)
    return std::visit(dispatch, TRY(parse_main(received.header, received.kept)));
  return std::visit(dispatch, TRY(parse_inputs(received.header, received.kept)));
}

Result<void> Conversation::on(ChannelKind /*kind*/, const Ignored& /*message*/) {
  return {};
}

Result<void> Conversation::on(ChannelKind kind, const SetAck& set_ack) {
  stream(kind)->answer(set_ack);
  return {};
}

Result<void> Conversation::on(ChannelKind kind, const Ping& ping) {
  stream(kind)->answer(ping);
  return {};
}

Result<void> Conversation::on(ChannelKind /*kind*/, const Disconnecting& farewell) {
  return fail(ErrorCode::Lost, "the SPICE connection", farewell.reason);
}

Result<void> Conversation::on(ChannelKind /*kind*/, const MainInit& init) {
  if (session_) return fail(ErrorCode::Corrupt, "a second INIT", init.session);
  session_ = init.session;
  modes_ = init.modes;
  stream(ChannelKind::Main)->send(attach_channels());
  ask_for_mode();
  return {};
}

Result<void> Conversation::on(ChannelKind /*kind*/, const ModesChanged& changed) {
  const input::PointerMode expected = expected_mode();
  modes_ = changed.modes;
  ask_for_mode();
  if (!inputs_) return {};
  if (expected_mode() != expected) inputs_->forget_motion();
  inputs_->set_mode(modes_.current);
  return {};
}

// A list before INIT comes too early to be of use, one after the first changes nothing.
Result<void> Conversation::on(ChannelKind /*kind*/, const ChannelsList& list) {
  if (!session_ || inputs_place_) return {};
  if (!list.inputs) return fail(ErrorCode::Unsupported, "a channel for keyboard and mouse");
  inputs_place_ = list.inputs;
  return {};
}

Result<void> Conversation::on(ChannelKind /*kind*/, const MachineName& name) {
  machine_.name = name.name;
  return {};
}

Result<void> Conversation::on(ChannelKind /*kind*/, const MachineUuid& uuid) {
  machine_.uuid = uuid.uuid;
  return {};
}

Result<void> Conversation::on(ChannelKind /*kind*/, const InputsInit& init) {
  if (inputs_) inputs_->on_locks(init.locks);
  return {};
}

Result<void> Conversation::on(ChannelKind /*kind*/, const LocksChanged& changed) {
  if (inputs_) inputs_->on_locks(changed.locks);
  return {};
}

Result<void> Conversation::on(ChannelKind /*kind*/, const MotionAck& /*ack*/) {
  if (inputs_) inputs_->on_motion_ack();
  return {};
}

void Conversation::ask_for_mode() {
  if (wish_ && *wish_ != modes_.current && modes_.has(*wish_))
    stream(ChannelKind::Main)->send(mouse_mode_request(*wish_));
}

// ---- what the server is told -------------------------------------------------------------------

Inputs* Conversation::speaking() {
  return inputs_ && inputs_->locks() ? &*inputs_ : nullptr;
}

void Conversation::key(input::KeyCode key, bool down) {
  if (Inputs* const to = speaking()) to->key(key, down);
}

void Conversation::button(input::Button button, bool down) {
  if (Inputs* const to = speaking()) to->button(button, down);
}

void Conversation::scroll(input::Axis axis, std::int32_t notches) {
  if (Inputs* const to = speaking()) to->scroll(axis, notches);
}

void Conversation::move_by(std::int32_t dx, std::int32_t dy) {
  Inputs* const to = speaking();
  if (to && expected_mode() == input::PointerMode::Relative) to->move_by({dx, dy});
}

void Conversation::move_to(Point position) {
  Inputs* const to = speaking();
  if (to && expected_mode() == input::PointerMode::Absolute) to->move_to(position);
}

void Conversation::set_locks(input::Locks locks) {
  if (Inputs* const to = speaking()) to->set_locks(locks);
}

bool Conversation::set_pointer_mode(input::PointerMode mode) {
  const bool changes = expected_mode() != mode;
  wish_ = mode;
  Inputs* const to = speaking();
  if (!to || !modes_.has(mode)) return false;
  if (changes) {
    to->forget_motion();
    ask_for_mode();
  }
  return true;
}

// In force now or soon.
input::PointerMode Conversation::expected_mode() const {
  return wish_ && modes_.has(*wish_) ? *wish_ : modes_.current;
}

// ---- bytes -------------------------------------------------------------------------------------

Stream* Conversation::stream(ChannelKind kind) {
  auto& stream = kind == ChannelKind::Main ? main_ : inputs_stream_;
  return stream ? &*stream : nullptr;
}

const Stream* Conversation::stream(ChannelKind kind) const {
  const auto& stream = kind == ChannelKind::Main ? main_ : inputs_stream_;
  return stream ? &*stream : nullptr;
}

std::span<const std::byte> Conversation::waiting(ChannelKind kind) const {
  const Stream* const from = stream(kind);
  return from != nullptr ? from->waiting() : std::span<const std::byte>{};
}

void Conversation::drop_sent(ChannelKind kind, std::size_t count) {
  if (Stream* const from = stream(kind)) from->drop_sent(count);
}

bool Conversation::overflowed() const {
  return (main_ && main_->overflowed()) || (inputs_stream_ && inputs_stream_->overflowed());
}

Phase Conversation::phase(ChannelKind kind) const {
  const Stream* const of = stream(kind);
  return of != nullptr ? of->phase() : Phase::Connect;
}

input::Locks Conversation::locks() const {
  return inputs_ ? inputs_->locks().value_or(input::Locks{}) : input::Locks{};
}

std::uint64_t Conversation::sent_messages() const {
  return sent_before_ + (inputs_stream_ ? inputs_stream_->sent_messages() : 0);
}

}  // namespace pierglass::spice
