// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/app/spice_peer.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/unix_address_linux.hpp"

namespace pierglass::app::test {
namespace {

using namespace pierglass::test;

constexpr std::uint32_t kRelative = 1;
constexpr std::uint32_t kAbsolute = 2;
constexpr std::uint32_t kMotionsPerAck = 4;

std::uint32_t word(const Bytes& bytes, std::size_t at, std::size_t size) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < size; ++i)
    out |= std::to_integer<std::uint32_t>(bytes.at(at + i)) << (8 * i);
  return out;
}

// Which lamp the key changes, as SPICE's bits.
std::uint16_t lamp_of(std::uint8_t scan_code) {
  switch (scan_code) {
    case 0x46:
      return 1;
    case 0x45:
      return 2;
    case 0x3A:
      return 4;
    default:
      return 0;
  }
}

}  // namespace

SpicePeer::SpicePeer(loop::EventLoop& loop, std::string path)
    : loop_(loop), path_(std::move(path)) {}

SpicePeer::~SpicePeer() {
  stop_listening();
}

void SpicePeer::listen() {
  if (listener_) return;
  listener_.reset(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const sockaddr_un address = unix_address(path_).value();
  EXPECT_EQ(bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(::listen(listener_.get(), 8), 0);
  registration_ = loop_
                      .watch(listener_.get(), loop::Interest::Read,
                             [this](loop::Ready) -> Result<loop::Next> {
                               on_connection();
                               return loop::Next::Keep;
                             })
                      .value();
}

void SpicePeer::stop_listening() {
  registration_.reset();
  if (listener_) unlink(path_.c_str());
  listener_.reset();
}

void SpicePeer::drop() {
  hear();
  main_.reset();
  inputs_.reset();
  while (listener_ && accept()) {  // the second channel of what ends now
  }
  mode_ = kRelative;
  motions_ = 0;
  devices.release_keys();
}

Fd SpicePeer::accept() const {
  return Fd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
}

// A client opens the main channel first, and the other when that has said where it is.
void SpicePeer::on_connection() {
  hear();  // the end of the one before
  Fd fd = accept();
  if (!fd) return;
  std::unique_ptr<Channel>& channel = main_ == nullptr ? main_ : inputs_;
  channel = std::make_unique<Channel>(std::move(fd), main_ == nullptr);
  channel->registration = loop_
                              .watch(channel->fd.get(), loop::Interest::Read,
                                     [this, &channel](loop::Ready) -> Result<loop::Next> {
                                       hear(channel);
                                       return loop::Next::Keep;
                                     })
                              .value();
}

void SpicePeer::hear() {
  hear(main_);
  hear(inputs_);
}

void SpicePeer::hear(std::unique_ptr<Channel>& channel) {
  std::array<std::byte, 4096> bytes;
  while (channel != nullptr) {
    const ssize_t count = recv(channel->fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
      channel.reset();
      return drop();
    }
    const auto taken = std::span(bytes).first(static_cast<std::size_t>(count));
    if (!channel->client.take(taken)) wrong = "bytes that no client may send";
    answer(*channel);
  }
}

void SpicePeer::answer(Channel& channel) {
  if (channel.client.linked() && !std::exchange(channel.linked, true)) say(channel, link_answer());
  if (channel.client.proved() && !std::exchange(channel.greeted, true)) {
    const std::array words = {ticket_answer(),
                              channel.main ? main_init(7, modes(), mode_) : inputs_init(locks_),
                              channel.main ? channels_list() : Bytes{}};
    say(channel, joined(words));
  }
  for (const ClientMessage& message : channel.client.messages()) obey(channel, message);
}

void SpicePeer::obey(Channel& channel, const ClientMessage& message) {
  const Bytes& body = message.body;
  if (channel.main) {
    if (message.type == 105) on_mouse_mode(word(body, 0, 2));
    return;
  }
  switch (message.type) {
    case 101:
    case 102:
      return on_key(body);
    case 103:
      locks_ = static_cast<std::uint16_t>(word(body, 0, 2));
      return tell_locks();
    case 111:
      if (mode_ == kRelative) devices.set_buttons(word(body, 8, 2));
      return on_motion();
    case 112:
      if (mode_ == kAbsolute) devices.set_buttons(word(body, 8, 2));
      return on_motion();
    case 113:
    case 114:
      return devices.set_buttons(word(body, 1, 2));
    default:
      return;
  }
}

void SpicePeer::on_key(const Bytes& scan_codes) {
  for (const std::byte one : scan_codes) {
    const auto code = std::to_integer<std::uint8_t>(one);
    if (code == 0) break;
    devices.scan(code);
    if (const std::uint16_t lamp = lamp_of(code)) {
      locks_ ^= lamp;
      tell_locks();
    }
  }
}

void SpicePeer::on_mouse_mode(std::uint32_t mode) {
  if (mode == kAbsolute && !tablet) return;
  mode_ = mode;
  say(*main_,
      spice_message(105, static_cast<std::uint16_t>(modes()), static_cast<std::uint16_t>(mode_)));
}

void SpicePeer::on_motion() {
  if (++motions_ % kMotionsPerAck == 0) say(*inputs_, spice_message(111));
}

void SpicePeer::tell_locks() {
  say(*inputs_, spice_message(102, locks_));
}

void SpicePeer::say(Channel& channel, const Bytes& bytes) {
  // A client that has closed is noticed by the next recv().
  (void)send(channel.fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace pierglass::app::test
