// SPDX-License-Identifier: GPL-2.0-or-later
#include "spice/build.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace pierglass::spice {
namespace {

std::string hex(const Packet& packet) {
  std::string out;
  for (const std::byte byte : packet.bytes()) {
    char text[4];
    std::snprintf(text, sizeof text, "%02x", std::to_integer<unsigned>(byte));
    out += text;
  }
  return out;
}

TEST(BuildTest, LinkMessages) {
  EXPECT_EQ(hex(link_message(ChannelKind::Main, 0, 0)),
            "52454451"
            "02000000"
            "02000000"
            "1a000000"
            "00000000"
            "01"
            "00"
            "01000000"
            "01000000"
            "12000000"
            "0b000000"
            "02000000");
  EXPECT_EQ(hex(link_message(ChannelKind::Inputs, 1, 0x01020304)),
            "52454451"
            "02000000"
            "02000000"
            "1a000000"
            "04030201"
            "03"
            "01"
            "01000000"
            "01000000"
            "12000000"
            "0b000000"
            "00000000");
}

TEST(BuildTest, ATicketFollowsTheMethodWhereItIsAskedFor) {
  std::array<std::byte, 128> ticket{};
  ticket.fill(std::byte{0xab});
  EXPECT_EQ(ticket_message(true, ticket).bytes().size(), 132U);
  EXPECT_EQ(hex(ticket_message(true, ticket)).substr(0, 12), "01000000abab");
  EXPECT_EQ(ticket_message(false, ticket).bytes().size(), 128U);
}

TEST(BuildTest, EveryMessageIsAsTheProtocolHasIt) {
  using enum MouseButton;
  struct Case {
    Packet packet;
    const char* bytes;
  };
  const Case cases[] = {
      {ack_sync(3),
       "0100"
       "04000000"
       "03000000"},
      {ack(),
       "0200"
       "00000000"},
      {pong({.id = 1, .time = 2}),
       "0300"
       "0c000000"
       "01000000"
       "0200000000000000"},
      {attach_channels(),
       "6800"
       "00000000"},
      {mouse_mode_request(input::PointerMode::Relative),
       "6900"
       "02000000"
       "0100"},
      {mouse_mode_request(input::PointerMode::Absolute),
       "6900"
       "02000000"
       "0200"},
      {key_message(0x1e, true),
       "6500"
       "04000000"
       "1e000000"},
      {key_message(0x9de0, false),
       "6600"
       "04000000"
       "e09d0000"},
      {key_modifiers({.caps = true}),
       "6700"
       "02000000"
       "0400"},
      {key_modifiers({.num = true, .scroll = true}),
       "6700"
       "02000000"
       "0300"},
      {mouse_motion({-1, 127}, 5),
       "6f00"
       "0a000000"
       "ffffffff"
       "7f000000"
       "0500"},
      {mouse_position({640, 360}, 1),
       "7000"
       "0b000000"
       "80020000"
       "68010000"
       "0100"
       "00"},
      {mouse_position({-5, 3}, 0),
       "7000"
       "0b000000"
       "00000000"
       "03000000"
       "0000"
       "00"},
      {mouse_button_message(Left, true, 1),
       "7100"
       "03000000"
       "01"
       "0100"},
      {mouse_button_message(Extra, false, 32),
       "7200"
       "03000000"
       "07"
       "2000"},
  };
  for (const Case& given : cases) EXPECT_EQ(hex(given.packet), given.bytes);
}

TEST(BuildTest, MasksAreOneBitEach) {
  using input::Button;
  EXPECT_EQ(mask_of(mouse_button(Button::Left)), 1);
  EXPECT_EQ(mask_of(mouse_button(Button::Middle)), 2);
  EXPECT_EQ(mask_of(mouse_button(Button::Right)), 4);
  EXPECT_EQ(mask_of(mouse_button(Button::Side)), 32);
  EXPECT_EQ(mask_of(mouse_button(Button::Extra)), 64);
}

}  // namespace
}  // namespace pierglass::spice
