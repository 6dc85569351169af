// SPDX-License-Identifier: GPL-2.0-or-later
#include "spice/parse.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/spice_bytes.hpp"

namespace pierglass::spice {
namespace {

using test::Bytes;
using test::LinkAnswer;

Result<std::uint32_t> header_of(const Bytes& link) {
  return parse_link_header(std::span(link).first<kLinkHeaderBytes>());
}
Result<LinkReply> reply_of(const Bytes& link) {
  return parse_link_reply(std::span(link).subspan(kLinkHeaderBytes));
}

// A message as Stream would hand it over.
struct Cut {
  MessageHeader header;
  std::span<const std::byte> kept;
};
Cut cut(const Bytes& message) {
  const auto header = parse_message_header(std::span(message).first<kMessageHeaderBytes>()).value();
  return {header, std::span(message).subspan(kMessageHeaderBytes)};
}
Result<MainMessage> main_of(const Bytes& message) {
  return parse_main(cut(message).header, cut(message).kept);
}
Result<InputsMessage> inputs_of(const Bytes& message) {
  return parse_inputs(cut(message).header, cut(message).kept);
}
template <typename T>
T main_as(const Bytes& message) {
  return std::get<T>(main_of(message).value());
}
template <typename T>
T inputs_as(const Bytes& message) {
  return std::get<T>(inputs_of(message).value());
}

TEST(ParseLinkTest, AnHonestReplyIsRead) {
  const Bytes link = test::link_answer();
  EXPECT_EQ(header_of(link), 186U);
  const auto reply = reply_of(link);
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->selects_auth);
  EXPECT_TRUE(std::ranges::equal(reply->key, test::spice_public_key()));
  EXPECT_FALSE(reply_of(test::link_answer({.common_caps = 0x08}))->selects_auth);
}

TEST(ParseLinkTest, WhatIsNoSpiceServerIsCorrupt) {
  EXPECT_EQ(header_of(test::link_answer({.magic = 0x50545448})).error().code, ErrorCode::Corrupt);
  for (const std::uint32_t size : {0U, 177U, 4097U, 0xffffffffU})
    EXPECT_EQ(header_of(test::link_answer({.size = size})).error().code, ErrorCode::Corrupt);
  EXPECT_TRUE(header_of(test::link_answer({.size = 178})));
  EXPECT_TRUE(header_of(test::link_answer({.size = 4096})));
}

TEST(ParseLinkTest, AnotherVersionIsNamed) {
  const auto header = header_of(test::link_answer({.major = 3}));
  ASSERT_FALSE(header);
  EXPECT_EQ(header.error().code, ErrorCode::VersionMismatch);
  EXPECT_EQ(header.error().got, 3U);
}

TEST(ParseLinkTest, ATlsPortIsRecognised) {
  Bytes alert(kMagicBytes, std::byte{0});
  alert[0] = std::byte{21};
  alert[1] = std::byte{3};
  const auto checked = check_magic(std::span(alert).first<kMagicBytes>());
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::Unsupported);
  EXPECT_EQ(checked.error().got, 5U);
}

TEST(ParseLinkTest, CapabilitiesOutsideTheReplyAreCorrupt) {
  struct Case {
    std::uint32_t common, channel, offset;
    bool good;
  };
  const Case cases[] = {
      {1, 1, 178, true},
      {1, 1, 179, false},
      {1, 1, 0xffffffff, false},
      {2, 1, 178, false},
      {1, 0xffffffff, 178, false},
      {0x40000000, 1, 178, false},
      {0x80000000, 0x80000000, 178, false},
      {1, 0, 182, true},
      {1, 0, 183, false},
  };
  for (const Case& given : cases) {
    LinkAnswer answer{.common_words = given.common,
                      .channel_words = given.channel,
                      .caps_offset = given.offset,
                      .common_caps = 0x0B};
    Bytes link = test::link_answer(answer);
    // The second word holds good capabilities too.
    link[link.size() - 4] = std::byte{0x0B};
    EXPECT_EQ(reply_of(link).has_value(), given.good)
        << given.common << ' ' << given.channel << ' ' << given.offset;
  }
}

TEST(ParseLinkTest, AReplyThatIsTooShortIsCorrupt) {
  const Bytes link = test::link_answer();
  for (std::size_t size = 0; size < 178; ++size)
    EXPECT_FALSE(parse_link_reply(std::span(link).subspan(kLinkHeaderBytes, size)));
}

TEST(ParseLinkTest, RefusalsAreTold) {
  const auto tls = reply_of(test::link_answer({.error = 5}));
  ASSERT_FALSE(tls);
  EXPECT_EQ(tls.error().code, ErrorCode::Unsupported);
  EXPECT_STREQ(tls.error().what, "TLS");
  const auto refused = reply_of(test::link_answer({.error = 8}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::PermissionDenied);
  EXPECT_EQ(refused.error().got, 8U);
}

TEST(ParseLinkTest, AServerWithoutWhatWeNeedIsUnsupported) {
  for (const LinkAnswer& answer :
       {LinkAnswer{.common_caps = 0x03}, LinkAnswer{.common_words = 0, .common_caps = 0x0B},
        LinkAnswer{.common_caps = 0x0D}}) {
    const auto reply = reply_of(test::link_answer(answer));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::Unsupported);
  }
}

TEST(ParseLinkTest, OnlyZeroAcceptsATicket) {
  const auto result = [](std::uint32_t error) {
    const Bytes bytes = test::ticket_answer(error);
    return parse_ticket_result(std::span(bytes).first<kTicketResultBytes>());
  };
  EXPECT_TRUE(result(0));
  for (const std::uint32_t error : {1U, 7U, 0x80000000U}) {
    EXPECT_EQ(result(error).error().code, ErrorCode::PermissionDenied);
    EXPECT_EQ(result(error).error().got, error);
  }
}

TEST(ParseMessageTest, ABodyIsBounded) {
  Bytes header;
  test::put(header, std::uint16_t{4});
  test::put(header, std::uint32_t{1024 * 1024});
  EXPECT_TRUE(parse_message_header(std::span(header).first<kMessageHeaderBytes>()));
  header[2] = std::byte{1};
  const auto refused = parse_message_header(std::span(header).first<kMessageHeaderBytes>());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::TooLarge);
}

TEST(ParseMessageTest, WhatBothChannelsHave) {
  const Bytes set_ack = test::spice_message(3, std::uint32_t{5}, std::uint32_t{20});
  EXPECT_EQ(main_as<SetAck>(set_ack).generation, 5U);
  EXPECT_EQ(inputs_as<SetAck>(set_ack).window, 20U);
  const Bytes ping = test::spice_message(4, std::uint32_t{9}, std::uint64_t{1} << 40);
  EXPECT_EQ(main_as<Ping>(ping).id, 9U);
  EXPECT_EQ(inputs_as<Ping>(ping).time, std::uint64_t{1} << 40);
  const Bytes farewell = test::spice_message(6, std::uint64_t{1}, std::uint32_t{2});
  EXPECT_EQ(main_as<Disconnecting>(farewell).reason, 2U);
  EXPECT_EQ(inputs_as<Disconnecting>(farewell).reason, 2U);
}

TEST(ParseMessageTest, UnknownOnesAreIgnored) {
  for (const int type : {0, 1, 2, 5, 7, 99, 106, 107, 109, 115, 999, 65535}) {
    EXPECT_NO_THROW(
        main_as<Ignored>(test::spice_message(static_cast<std::uint16_t>(type), std::uint8_t{1})));
  }
  for (const int type : {0, 1, 5, 7, 100, 103, 110, 112, 65535}) {
    EXPECT_NO_THROW(
        inputs_as<Ignored>(test::spice_message(static_cast<std::uint16_t>(type), std::uint8_t{1})));
  }
}

TEST(ParseMainTest, InitTellsSessionAndModes) {
  const auto init = main_as<MainInit>(test::main_init(77, 3, 2));
  EXPECT_EQ(init.session, 77U);
  EXPECT_TRUE(init.modes.relative);
  EXPECT_TRUE(init.modes.absolute);
  EXPECT_EQ(init.modes.current, input::PointerMode::Absolute);
}

TEST(ParseMainTest, AModeInForceIsThere) {
  const auto modes =
      main_as<ModesChanged>(test::spice_message(105, std::uint16_t{0}, std::uint16_t{1})).modes;
  EXPECT_TRUE(modes.relative);
  EXPECT_FALSE(modes.absolute);
}

TEST(ParseMainTest, AModeThatIsNoneIsCorrupt) {
  for (const std::uint32_t mode : {0U, 3U, 4U, 0x10001U})
    EXPECT_FALSE(main_of(test::main_init(1, 3, mode)));
  for (const int mode : {0, 3, 4, 0x101})
    EXPECT_FALSE(
        main_of(test::spice_message(105, std::uint16_t{3}, static_cast<std::uint16_t>(mode))));
}

TEST(ParseMainTest, TheInputsChannelIsFound) {
  EXPECT_EQ(main_as<ChannelsList>(test::channels_list()).inputs, 0);
  const Bytes two = test::spice_message(104, std::uint32_t{2}, std::uint8_t{3}, std::uint8_t{4},
                                        std::uint8_t{3}, std::uint8_t{5});
  EXPECT_EQ(main_as<ChannelsList>(two).inputs, 4);
  EXPECT_FALSE(main_as<ChannelsList>(test::spice_message(104, std::uint32_t{0})).inputs);
}

TEST(ParseMainTest, AListLongerThanItsMessageIsCorrupt) {
  for (const std::uint32_t count : {2U, 0x80000000U, 0x80000001U, 0xffffffffU})
    EXPECT_FALSE(main_of(test::spice_message(104, count, std::uint8_t{3}, std::uint8_t{0})));
}

TEST(ParseMainTest, NamesAreMadeHarmless) {
  const auto name = [](std::string_view text, std::uint32_t length) {
    return main_as<MachineName>(test::name_message(text, length)).name;
  };
  EXPECT_EQ(name(std::string_view("win11\0", 6), 6), "win11");
  EXPECT_EQ(name("win11", 3), "win");
  EXPECT_EQ(name("a\nb\x1b[0m\xff", 8), "a?b?[0m?");
  EXPECT_EQ(name("", 0), "");
  EXPECT_EQ(name(std::string(900, 'n'), 900).size(), kMaxNameBytes);
  EXPECT_FALSE(main_of(test::name_message("win", 4)));
  EXPECT_FALSE(main_of(test::name_message("win", 0xffffffff)));
}

TEST(ParseMainTest, AUuidIsSixteenBytes) {
  const auto uuid =
      main_as<MachineUuid>(test::spice_message(114, std::uint64_t{0x0102}, std::uint64_t{0x0304}))
          .uuid;
  EXPECT_EQ(uuid[0], std::byte{2});
  EXPECT_EQ(uuid[8], std::byte{4});
  EXPECT_FALSE(main_of(test::spice_message(114, std::uint64_t{1}, std::uint32_t{1})));
}

TEST(ParseInputsTest, LocksAreRead) {
  EXPECT_EQ(inputs_as<InputsInit>(test::inputs_init(7)).locks,
            (input::Locks{.caps = true, .num = true, .scroll = true}));
  EXPECT_EQ(inputs_as<LocksChanged>(test::spice_message(102, std::uint16_t{4})).locks,
            (input::Locks{.caps = true}));
  EXPECT_EQ(inputs_as<LocksChanged>(test::spice_message(102, std::uint16_t{0xfff9})).locks,
            (input::Locks{.scroll = true}));
  EXPECT_NO_THROW(inputs_as<MotionAck>(test::spice_message(111)));
}

// Each known message, cut at every length: what is missing is noticed, nothing is read behind it.
TEST(ParseMessageTest, EveryKnownMessageCutShortIsCorrupt) {
  struct Case {
    bool main;
    std::uint16_t type;
    std::size_t needed;
  };
  const Case cases[] = {{true, 3, 8},   {true, 4, 12},  {true, 6, 12},  {true, 103, 32},
                        {true, 104, 4}, {true, 105, 4}, {true, 113, 4}, {true, 114, 16},
                        {false, 3, 8},  {false, 4, 12}, {false, 6, 12}, {false, 101, 2},
                        {false, 102, 2}};
  for (const Case& given : cases) {
    for (std::size_t size = 0; size < given.needed; ++size) {
      const Bytes body(size, std::byte{0});
      const MessageHeader header{given.type, static_cast<std::uint32_t>(size)};
      const bool good = given.main ? parse_main(header, body).has_value()
                                   : parse_inputs(header, body).has_value();
      EXPECT_FALSE(good) << given.type << " of " << size << " bytes";
    }
  }
}

}  // namespace
}  // namespace pierglass::spice
