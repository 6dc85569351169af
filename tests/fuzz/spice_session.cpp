// SPDX-License-Identifier: GPL-2.0-or-later
// A script of what a server says on both channels, cut at random, of input in between, and of a
// transport that takes what is sent or does not. Whatever the server says: what the client says is
// well framed and bounded, nothing is pressed or released twice, masks are what the server
// believes, and after the script an honest server is served. Input: operations {code u8,
// arguments}, see Script::step(); at most kMaxSteps.
#include <linux/input-event-codes.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "spice/conversation.hpp"
#include "spice/ticket.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/support/spice_bytes.hpp"

namespace pierglass::fuzz {
namespace {

using spice::ChannelKind;
using test::Bytes;
using test::spice_message;

constexpr int kMaxSteps = 200;
constexpr std::array<input::KeyCode, 8> kKeys = {
    KEY_A, KEY_LEFTSHIFT, KEY_RIGHTSHIFT, KEY_PAUSE, KEY_SYSRQ, KEY_UP, KEY_MICMUTE, 100'000};

// What an honest server says first on either channel; made once, for that costs more than most
// scripts.
const Bytes& link_answer() {
  static const Bytes kBytes = test::link_answer();
  return kBytes;
}

// What a server has been told, and so believes.
class Believed {
 public:
  explicit Believed(bool main) : opened_(main), client_(main) {}

  void take(std::span<const std::byte> bytes) {
    require(client_.take(bytes), "what the client says is well framed");
    for (const test::ClientMessage& message : client_.messages()) believe(message);
  }
  [[nodiscard]] std::uint64_t messages() const { return count_; }

 private:
  static std::uint32_t number(const Bytes& body, std::size_t at, std::size_t bytes) {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < bytes; ++i)
      out |= std::to_integer<std::uint32_t>(body[at + i]) << (8 * i);
    return out;
  }

  void believe(const test::ClientMessage& message) {
    ++count_;
    if (message.type > 100 && !std::exchange(opened_, true)) {
      require(message.type == 114 && number(message.body, 1, 2) == 0,
              "first of all, buttons of an earlier client are released");
      return;
    }
    switch (message.type) {
      case 101:
      case 102:
        return key(number(message.body, 0, 4), message.type == 101);
      case 111:
        require(std::abs(int(number(message.body, 0, 4))) <= 127, "short steps");
        require(std::abs(int(number(message.body, 4, 4))) <= 127, "short steps");
        require(number(message.body, 8, 2) == buttons_, "the mask of a motion");
        return;
      case 112:
        require(number(message.body, 0, 4) <= 0x7fffffff, "a place in the picture");
        require(number(message.body, 8, 2) == buttons_, "the mask of a position");
        return;
      case 113:
      case 114:
        return button(number(message.body, 0, 1), number(message.body, 1, 2), message.type == 113);
      default:
        return;
    }
  }

  void key(std::uint32_t code, bool down) {
    if (code == 0x451DE1 || code == 0xC59DE1 || code == 0xC6E0) return;  // Pause
    const std::uint32_t prefix = (code & 0xff) == 0xE0 ? 0xE0 : 0;
    const std::uint32_t scan = prefix != 0 ? code >> 8 : code;
    require(scan != 0 && scan < 0x100, "one code");
    require(down == (scan < 0x80), "presses and releases are told apart");
    const std::uint32_t which = prefix << 8 | (scan & 0x7f);
    if (down) {
      require(keys_.insert(which).second, "no key is pressed twice");
    } else {
      require(keys_.erase(which) == 1, "what is released was pressed");
    }
  }

  void button(std::uint32_t which, std::uint32_t mask, bool down) {
    require(which >= 1 && which <= 7, "a button");
    if (which == 4 || which == 5) {
      require(mask == buttons_, "a wheel presses nothing");
      require(wheel_ != down, "a notch is a press and a release");
      wheel_ = down;
      return;
    }
    const std::uint32_t bit = 1U << (which - 1);
    require(((buttons_ & bit) != 0) != down, "no button is pressed twice");
    buttons_ ^= bit;
    require(mask == buttons_, "the mask is the state after the event");
  }

  bool opened_;  // inputs only: something was said about keyboard and mouse
  test::ClientBytes client_;
  std::uint64_t count_ = 0;
  std::set<std::uint32_t> keys_;
  std::uint32_t buttons_ = 0;
  bool wheel_ = false;
};

class Script {
 public:
  explicit Script(Input input) : input_(input) {}

  void run() {
    begin();
    if ((byte() & 1) == 0) connect();
    for (int i = 0; i < kMaxSteps && !input_.empty(); ++i) step();
    begin();
    connect();
    require(conversation_.ready(), "an honest server is served");
    const std::uint64_t before = believed(ChannelKind::Inputs).messages();
    conversation_.key(KEY_A, true);
    carry(ChannelKind::Inputs, SIZE_MAX);
    require(believed(ChannelKind::Inputs).messages() == before + 1, "a key is one message");
  }

 private:
  std::uint8_t byte() { return input_.take<std::uint8_t>(); }
  std::int32_t number() {
    const auto small = static_cast<std::int8_t>(byte());
    return small == 127 ? input_.take<std::int32_t>() : small * 3;
  }
  ChannelKind channel() { return byte() % 2 == 0 ? ChannelKind::Main : ChannelKind::Inputs; }
  Believed& believed(ChannelKind kind) { return *believed_[static_cast<std::size_t>(kind)]; }

  void begin() {
    conversation_.begin();
    require(!conversation_.ready(), "a new connection is not ready");
    believed_[0].emplace(true);
    believed_[1].emplace(false);
    inputs_began_ = false;
    dead_ = false;
  }

  // What an honest server says first.
  void connect() {
    say(ChannelKind::Main, link_answer());
    say(ChannelKind::Main, test::ticket_answer());
    say(ChannelKind::Main, test::main_init(7, 3, 1));
    say(ChannelKind::Main, test::channels_list());
    say(ChannelKind::Inputs, link_answer());
    say(ChannelKind::Inputs, test::ticket_answer());
    say(ChannelKind::Inputs, test::inputs_init());
    carry(ChannelKind::Main, SIZE_MAX);
    carry(ChannelKind::Inputs, SIZE_MAX);
  }

  void step() {
    switch (byte() % 16) {
      case 0:
        return say_raw();
      case 1:
        return say_known();
      case 2:
        return say(channel(), link_answer());
      case 3:
        return say(channel(), test::ticket_answer(byte() % 8 == 7 ? 7 : 0));
      case 4:
        return say(ChannelKind::Main, test::main_init(byte(), byte() % 4U, 1 + byte() % 2U));
      case 5:
        return say(ChannelKind::Main, test::channels_list());
      case 6:
        return say(ChannelKind::Inputs, spice_message(111));
      case 7:
        return say(ChannelKind::Main,
                   spice_message(105, std::uint16_t(byte() % 4), std::uint16_t(1 + byte() % 2)));
      case 8:
        return carry(channel(), byte() * 8);
      case 9:
        return begin();
      case 10:
        conversation_.key(kKeys[byte() % kKeys.size()], byte() % 2 == 0);
        break;
      case 11:
        conversation_.button(static_cast<input::Button>(byte() % input::kButtonCount),
                             byte() % 2 == 0);
        break;
      case 12:
        conversation_.scroll(byte() % 2 == 0 ? input::Axis::Vertical : input::Axis::Horizontal,
                             number());
        break;
      case 13:
        move();
        break;
      case 14:
        conversation_.set_locks({.caps = byte() % 2 == 0, .num = byte() % 2 == 0});
        break;
      case 15:
        conversation_.set_pointer_mode(byte() % 2 == 0 ? input::PointerMode::Relative
                                                       : input::PointerMode::Absolute);
        break;
    }
    check();
  }

  void move() {
    const std::int32_t x = number();
    const std::int32_t y = number();
    if (conversation_.pointer_mode() == input::PointerMode::Relative) {
      conversation_.move_by(x, y);
    } else {
      conversation_.move_to({x, y});
    }
  }

  void say_raw() {
    const ChannelKind kind = channel();
    Bytes bytes(byte() % 64);
    input_.take_into(bytes.data(), bytes.size());
    say(kind, bytes);
  }

  // A whole message of a known type with any body.
  void say_known() {
    constexpr std::array<std::uint16_t, 12> kTypes = {3,   4,   6,   7,   101, 102,
                                                      103, 104, 105, 111, 113, 114};
    const ChannelKind kind = channel();
    Bytes body(byte() % 40);
    const std::uint16_t type = kTypes[byte() % kTypes.size()];
    input_.take_into(body.data(), body.size());
    Bytes message;
    test::put(message, type);
    test::put(message, static_cast<std::uint32_t>(body.size()));
    message.insert(message.end(), body.begin(), body.end());
    say(kind, message);
  }

  void say(ChannelKind kind, const Bytes& bytes) {
    if (dead_ || (kind == ChannelKind::Inputs && !inputs_began_)) return;
    // Whole once the script is used up: a piece is an allocation.
    const bool whole = bytes.size() < 2 || input_.empty();
    const std::size_t piece =
        whole ? std::max<std::size_t>(bytes.size(), 1) : 1 + byte() % bytes.size();
    for (std::size_t at = 0; at < bytes.size() && !dead_; at += piece) {
      const auto part = std::span(bytes).subspan(at, std::min(piece, bytes.size() - at));
      // A block of its own, which ends where the part does.
      const std::vector<std::byte> own(part.begin(), part.end());
      if (!conversation_.receive(kind, own)) die();
    }
    if (dead_) return;
    if (conversation_.wants_inputs()) {
      conversation_.begin_inputs();
      inputs_began_ = true;
    }
    check();
  }

  void check() {
    const std::size_t waiting = conversation_.waiting(ChannelKind::Main).size() +
                                conversation_.waiting(ChannelKind::Inputs).size();
    require(waiting <= 2 * spice::Stream::kMaxWaiting, "what is sent is bounded");
    if (conversation_.overflowed()) die();
  }

  // The transport takes so many bytes.
  void carry(ChannelKind kind, std::size_t most) {
    const auto waiting = conversation_.waiting(kind);
    const std::size_t count = std::min(most, waiting.size());
    believed(kind).take(waiting.first(count));
    conversation_.drop_sent(kind, count);
  }

  void die() {
    conversation_.end();
    require(!conversation_.ready(), "without a connection it is not ready");
    conversation_.key(KEY_A, true);
    require(conversation_.waiting(ChannelKind::Inputs).empty(), "nothing survives");
    dead_ = true;
  }

  Input input_;
  spice::Conversation conversation_{"secret", true};
  std::array<std::optional<Believed>, 2> believed_;
  bool inputs_began_ = false;
  bool dead_ = false;
};

}  // namespace
}  // namespace pierglass::fuzz

// Short stacks of allocations, and few that are kept back: a stream's buffer is large.
extern "C" const char* __asan_default_options() {
  return "malloc_context_size=2:quarantine_size_mb=8";
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pierglass::fuzz::Script({data, size}).run();
  return 0;
}
