// SPDX-License-Identifier: GPL-2.0-or-later
#include "spice/conversation.hpp"

#include <gtest/gtest.h>
#include <linux/input-event-codes.h>

#include <string>
#include <vector>

#include "tests/support/spice_bytes.hpp"

namespace pierglass::spice {
namespace {

using enum ChannelKind;
using input::Axis;
using input::Button;
using input::PointerMode;
using test::Bytes;
using test::spice_message;

// A conversation with the server's part said by the test.
class ConversationTest : public ::testing::Test {
 protected:
  void hear(ChannelKind kind, const Bytes& bytes) {
    ASSERT_TRUE(conversation_.receive(kind, bytes));
  }
  void link(ChannelKind kind) {
    hear(kind, test::link_answer());
    hear(kind, test::ticket_answer());
  }
  void connect(std::uint32_t modes = 3, std::uint32_t mode = 1, std::uint16_t locks = 0) {
    conversation_.begin();
    link(Main);
    hear(Main, test::main_init(7, modes, mode));
    hear(Main, test::channels_list());
    ASSERT_TRUE(conversation_.wants_inputs());
    conversation_.begin_inputs();
    link(Inputs);
    ASSERT_FALSE(conversation_.ready());
    hear(Inputs, test::inputs_init(locks));
    ASSERT_TRUE(conversation_.ready());
    main_ = test::ClientBytes(true);
    inputs_ = test::ClientBytes(false);
    said(Main);
    said(Inputs);
    EXPECT_EQ(inputs_.session(), 7U);
  }
  // What the client said on a channel since the last call.
  std::vector<test::ClientMessage> said(ChannelKind kind) {
    test::ClientBytes& client = kind == Main ? main_ : inputs_;
    EXPECT_TRUE(client.take(conversation_.waiting(kind)));
    conversation_.drop_sent(kind, conversation_.waiting(kind).size());
    EXPECT_TRUE(client.whole());
    return client.messages();
  }
  // The same on the inputs channel, as bytes.
  Bytes said_bytes() {
    Bytes out;
    for (const test::ClientMessage& message : said(Inputs)) {
      test::put(out, message.type);
      test::put(out, static_cast<std::uint32_t>(message.body.size()));
      out.insert(out.end(), message.body.begin(), message.body.end());
    }
    return out;
  }
  static Bytes key(bool down, std::uint32_t code) { return spice_message(down ? 101 : 102, code); }
  static Bytes motion(std::int32_t dx, std::int32_t dy, std::uint16_t buttons = 0) {
    return spice_message(111, dx, dy, buttons);
  }
  static Bytes position(std::uint32_t x, std::uint32_t y, std::uint16_t buttons = 0) {
    return spice_message(112, x, y, buttons, std::uint8_t{0});
  }
  static Bytes press(std::uint8_t button, std::uint16_t buttons) {
    return spice_message(113, button, buttons);
  }
  static Bytes release(std::uint8_t button, std::uint16_t buttons) {
    return spice_message(114, button, buttons);
  }
  static Bytes mode(std::uint16_t supported, std::uint16_t current) {
    return spice_message(105, supported, current);
  }
  void expect_said(const std::vector<Bytes>& parts) {
    EXPECT_EQ(said_bytes(), test::joined(parts));
  }

  Conversation conversation_{"", true};
  test::ClientBytes main_{true};
  test::ClientBytes inputs_{false};
};

TEST_F(ConversationTest, KeysAreScanCodes) {
  connect();
  conversation_.key(KEY_A, true);
  conversation_.key(KEY_A, false);
  conversation_.key(KEY_RIGHTCTRL, true);
  conversation_.key(KEY_RIGHTCTRL, false);
  conversation_.key(KEY_PAUSE, true);
  conversation_.key(KEY_PAUSE, false);
  conversation_.key(KEY_MICMUTE, true);
  expect_said({key(true, 0x1E), key(false, 0x9E), key(true, 0x1DE0), key(false, 0x9DE0),
               key(true, 0x451DE1), key(true, 0xC59DE1), key(false, 0xC6E0)});
}

TEST_F(ConversationTest, NothingIsPressedOrReleasedTwice) {
  connect();
  conversation_.key(KEY_A, true);
  conversation_.key(KEY_A, true);
  conversation_.key(KEY_B, false);
  conversation_.button(Button::Left, true);
  conversation_.button(Button::Left, true);
  conversation_.button(Button::Right, false);
  expect_said({key(true, 0x1E), press(1, 1)});
}

TEST_F(ConversationTest, MasksAreTheStateAfterTheEvent) {
  connect();
  conversation_.button(Button::Left, true);
  conversation_.button(Button::Side, true);
  conversation_.move_by(1, 2);
  conversation_.scroll(Axis::Vertical, -1);
  conversation_.button(Button::Left, false);
  conversation_.button(Button::Side, false);
  expect_said({press(1, 1), press(6, 33), motion(1, 2, 33), press(4, 33), release(4, 33),
               release(1, 32), release(6, 0)});
}

TEST_F(ConversationTest, ANotchIsAPressAndARelease) {
  connect();
  conversation_.scroll(Axis::Vertical, 2);
  conversation_.scroll(Axis::Vertical, 0);
  expect_said({press(5, 0), release(5, 0), press(5, 0), release(5, 0)});
}

TEST_F(ConversationTest, ABurstOfNotchesIsBounded) {
  connect();
  for (const std::int32_t notches : {1000, -1000, INT32_MAX, INT32_MIN}) {
    conversation_.scroll(Axis::Vertical, notches);
    EXPECT_EQ(said(Inputs).size(), 2U * kMaxNotches);
  }
}

TEST_F(ConversationTest, AHorizontalNotchIsShiftAndAVerticalOne) {
  connect();
  conversation_.scroll(Axis::Horizontal, 1);
  expect_said({key(true, 0x2A), press(5, 0), release(5, 0), key(false, 0xAA)});
  conversation_.key(KEY_RIGHTSHIFT, true);
  said(Inputs);
  conversation_.scroll(Axis::Horizontal, -1);
  expect_said({press(4, 0), release(4, 0)});
}

TEST(ConversationOptionTest, HorizontalNotchesCanBeLeftOut) {
  Conversation conversation("", false);
  conversation.begin();
  const std::vector<Bytes> main = {test::link_answer(), test::ticket_answer(), test::main_init(),
                                   test::channels_list()};
  ASSERT_TRUE(conversation.receive(Main, test::joined(main)));
  conversation.begin_inputs();
  const std::vector<Bytes> inputs = {test::link_answer(), test::ticket_answer(),
                                     test::inputs_init()};
  ASSERT_TRUE(conversation.receive(Inputs, test::joined(inputs)));
  const std::uint64_t before = conversation.sent_messages();
  conversation.scroll(Axis::Horizontal, 3);
  EXPECT_EQ(conversation.sent_messages(), before);
  conversation.scroll(Axis::Vertical, 3);
  EXPECT_EQ(conversation.sent_messages(), before + 6);
}

TEST_F(ConversationTest, MotionIsHeldWhileTheWindowIsClosedAndGoesBeforeAKey) {
  connect();
  for (int i = 0; i < 20; ++i) conversation_.move_by(1, 0);
  EXPECT_EQ(said(Inputs).size(), 8U);
  conversation_.key(KEY_A, true);
  expect_said({motion(12, 0), key(true, 0x1E)});
  conversation_.move_by(3, 3);
  expect_said({});
  hear(Inputs, spice_message(111));
  expect_said({motion(3, 3)});
}

TEST_F(ConversationTest, APositionThatWaitsIsReplaced) {
  connect(3, 2);
  for (std::int32_t i = 0; i < 20; ++i) conversation_.move_to({i, i});
  EXPECT_EQ(said(Inputs).size(), 8U);
  conversation_.button(Button::Left, true);
  expect_said({position(19, 19, 0), press(1, 1)});
}

TEST_F(ConversationTest, AModeIsAskedForAndMotionWaitsForIt) {
  connect(3, 1);
  EXPECT_TRUE(conversation_.set_pointer_mode(PointerMode::Absolute));
  ASSERT_EQ(said(Main), (std::vector<test::ClientMessage>{{105, {std::byte{2}, std::byte{0}}}}));
  conversation_.move_to({5, 5});
  conversation_.move_to({6, 7});
  conversation_.move_by(100, 100);
  expect_said({});
  EXPECT_EQ(conversation_.pointer_mode(), PointerMode::Relative);
  hear(Main, mode(3, 2));
  EXPECT_EQ(conversation_.pointer_mode(), PointerMode::Absolute);
  expect_said({position(6, 7)});
}

TEST_F(ConversationTest, AModeThatIsInForceIsNotAskedFor) {
  connect(3, 1);
  EXPECT_TRUE(conversation_.set_pointer_mode(PointerMode::Relative));
  EXPECT_TRUE(said(Main).empty());
}

TEST_F(ConversationTest, AModeThatTheMachineLacksIsAskedForWhenItComes) {
  connect(1, 1);
  EXPECT_FALSE(conversation_.set_pointer_mode(PointerMode::Absolute));
  EXPECT_TRUE(said(Main).empty());
  conversation_.move_by(1, 1);
  expect_said({motion(1, 1)});
  hear(Main, mode(3, 1));
  EXPECT_EQ(said(Main).size(), 1U);
}

TEST_F(ConversationTest, AWishOutlivesTheConnection) {
  EXPECT_FALSE(conversation_.set_pointer_mode(PointerMode::Absolute)) << "no connection";
  conversation_.begin();
  link(Main);
  hear(Main, test::main_init(7, 3, 1));
  const auto messages = said(Main);
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].type, 104);
  EXPECT_EQ(messages[1].type, 105);
}

TEST_F(ConversationTest, WhatWaitedInOneModeIsNotMovedInTheOther) {
  connect(3, 1);
  for (int i = 0; i < 20; ++i) conversation_.move_by(1, 0);
  said(Inputs);
  conversation_.set_pointer_mode(PointerMode::Absolute);
  hear(Main, mode(3, 2));
  conversation_.set_pointer_mode(PointerMode::Relative);
  hear(Main, mode(3, 1));
  hear(Inputs, spice_message(111));
  expect_said({});
}

TEST_F(ConversationTest, LocksAreSentOnlyWhenTheyDiffer) {
  connect(3, 1, 4);
  EXPECT_EQ(conversation_.locks(), (input::Locks{.caps = true}));
  conversation_.set_locks({.caps = true});
  expect_said({});
  conversation_.set_locks({.num = true});
  expect_said({spice_message(103, std::uint16_t{2})});
  conversation_.set_locks({.num = true});
  expect_said({});
  hear(Inputs, spice_message(102, std::uint16_t{2}));
  conversation_.set_locks({.num = true});
  expect_said({});
  hear(Inputs, spice_message(102, std::uint16_t{4}));
  conversation_.set_locks({.num = true});
  expect_said({spice_message(103, std::uint16_t{2})});
}

TEST_F(ConversationTest, InputWithoutAConnectionIsLost) {
  conversation_.key(KEY_A, true);
  conversation_.move_by(5, 5);
  connect();
  expect_said({});
  conversation_.key(KEY_A, false);
  expect_said({});
  conversation_.key(KEY_A, true);
  said(Inputs);
  conversation_.end();
  connect();
  conversation_.key(KEY_A, true);
  expect_said({key(true, 0x1E)});
}

TEST_F(ConversationTest, PingsAreAnsweredOnTheirChannel) {
  connect();
  hear(Main, spice_message(4, std::uint32_t{1}, std::uint64_t{2}));
  hear(Inputs, spice_message(4, std::uint32_t{3}, std::uint64_t{4}));
  EXPECT_EQ(said(Main).size(), 1U);
  expect_said({spice_message(3, std::uint32_t{3}, std::uint64_t{4})});
}

TEST_F(ConversationTest, NameAndUuidMayComeAtAnyTime) {
  connect();
  EXPECT_EQ(conversation_.machine().name, "");
  EXPECT_FALSE(conversation_.machine().uuid);
  hear(Main, test::name_message("win11", 5));
  hear(Main, spice_message(114, std::uint64_t{1}, std::uint64_t{2}));
  EXPECT_EQ(conversation_.machine().name, "win11");
  ASSERT_TRUE(conversation_.machine().uuid);
  EXPECT_EQ((*conversation_.machine().uuid)[0], std::byte{1});
}

TEST_F(ConversationTest, AFarewellIsALoss) {
  connect();
  const auto heard =
      conversation_.receive(Main, spice_message(6, std::uint64_t{1}, std::uint32_t{0}));
  ASSERT_FALSE(heard);
  EXPECT_EQ(heard.error().code, ErrorCode::Lost);
}

TEST_F(ConversationTest, ASecondInitIsCorrupt) {
  connect();
  const auto heard = conversation_.receive(Main, test::main_init(8));
  ASSERT_FALSE(heard);
  EXPECT_EQ(heard.error().code, ErrorCode::Corrupt);
}

TEST_F(ConversationTest, AMachineWithoutInputsIsUnsupported) {
  conversation_.begin();
  link(Main);
  hear(Main, test::main_init());
  const auto heard = conversation_.receive(Main, spice_message(104, std::uint32_t{0}));
  ASSERT_FALSE(heard);
  EXPECT_EQ(heard.error().code, ErrorCode::Unsupported);
}

TEST_F(ConversationTest, AListBeforeInitOrASecondOneChangesNothing) {
  conversation_.begin();
  link(Main);
  hear(Main, test::channels_list());
  EXPECT_FALSE(conversation_.wants_inputs());
  hear(Main, test::main_init());
  hear(Main, test::channels_list());
  EXPECT_TRUE(conversation_.wants_inputs());
  conversation_.begin_inputs();
  hear(Main, test::channels_list());
  EXPECT_FALSE(conversation_.wants_inputs());
}

}  // namespace
}  // namespace pierglass::spice
