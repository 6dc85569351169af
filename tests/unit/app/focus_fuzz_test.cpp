// SPDX-License-Identifier: GPL-2.0-or-later
// Keyboard, pointer, window, desktop and server in any order, through all the real parts: whatever
// happened, once the window has lost everything the guest holds nothing pressed, and what it saw
// pressed and released was possible. PIERGLASS_SEED repeats a run, PIERGLASS_SEQUENCES says how
// long it is.
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/app/input_bench.hpp"
#include "tests/unit/app/spice_peer.hpp"

namespace pierglass::app {
namespace {

using test::SpicePeer;
using wl::test::Answers;
using wl::test::Grants;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kSequences = 2'000;
#else
constexpr std::size_t kSequences = 10'000;
#endif
// Then everything ends and begins anew, with other options.
constexpr std::size_t kSequencesPerBench = 250;

std::size_t number_from(const char* variable, std::size_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoul(text, nullptr, 10);
}

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}
  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool once_in(std::size_t bound) { return below(bound) == 0; }
  bool coin() { return once_in(2); }
  template <typename All>
  auto one_of(const All& all) {
    return all[below(all.size())];
  }

 private:
  std::mt19937 random_;
};

// The trigger, chords, what has no scan code, and what is no key at all among them.
constexpr auto kKeys = std::to_array<std::uint32_t>(
    {KEY_A, KEY_B, KEY_F, KEY_S, KEY_R, KEY_DELETE, KEY_F1, KEY_LEFTCTRL, KEY_LEFTALT,
     KEY_LEFTSHIFT, KEY_RIGHTALT, KEY_RIGHTCTRL, KEY_CAPSLOCK, KEY_NUMLOCK, KEY_MICMUTE, 0x2ff,
     0x300, 0xffffffff});
constexpr auto kButtons = std::to_array<std::uint32_t>(
    {BTN_LEFT, BTN_LEFT, BTN_RIGHT, BTN_MIDDLE, BTN_SIDE, BTN_EXTRA, BTN_TASK});
// Pressed only to see whether keys arrive.
constexpr std::uint32_t kProbe = KEY_Z;

wl::test::FakeOptions any_desktop(Dice& dice) {
  constexpr std::array kGrants = {Grants::AtOnce, Grants::Withheld, Grants::Denied};
  return {.seats = {kKeyboardAndPointer},
          .pointer_locks = dice.coin() ? Answers::AtOnce : Answers::Withheld,
          .shortcut_inhibitors = dice.one_of(kGrants)};
}

input::RouterOptions any_router(Dice& dice) {
  constexpr std::array kWhen = {input::CaptureWhen::Manual, input::CaptureWhen::Fullscreen,
                                input::CaptureWhen::Never};
  input::RouterOptions options = InputBench::router_options();
  options.when = dice.one_of(kWhen);
  if (dice.coin()) options.capture_button = input::Button::Side;
  return options;
}

// What came about, so that a run that tried nothing is noticed.
struct Seen {
  std::uint64_t presses = 0;
  std::uint64_t held_at_the_end = 0;  // sequences that had something pressed before the loss
  std::uint64_t locked = 0;           // of one in sixteen sequences
  std::uint64_t hidden = 0;
  std::uint64_t lost = 0;  // connections
};

class FocusBench final : public InputBench {
 public:
  FocusBench(Dice dice, Seen& seen) : InputBench(any_desktop(dice)), dice_(dice), seen_(seen) {
    peer_.tablet = dice_.coin();
    router_ = any_router(dice_);
    seat.keymap(keymap());
    peer_.listen();
    open({}, {.router = router_, .session = session_options()});
    begin();
  }
  void TestBody() override {}

  // Names what went wrong; empty: nothing.
  std::string play(Dice dice) {
    dice_ = dice;
    const std::size_t events = 10 + dice_.below(31);
    for (std::size_t i = 0; i < events; i += 1 + dice_.below(8)) {
      burst(1 + dice_.below(8));
      if (dice_.coin()) settle();
    }
    settle();
    peer_.hear();
    note();
    lose_everything();
    if (!serve_until([&] { return peer_.connected(); })) return "there is no connection any more";
    const bool released = serve_until([&] {  // a client that has just come has still to speak
      peer_.hear();
      return peer_.devices.nothing_pressed();
    });
    if (!released) return "still pressed: " + peer_.devices.pressed();
    if (const std::string wrong = first_wrong(); !wrong.empty()) return wrong;
    begin();
    return keys_arrive() ? first_wrong() : "keys do not arrive any more";
  }

 private:
  using Event = std::move_only_function<void()>;

  static const std::string& keymap() {
    static const std::string text = pierglass::test::xkb_keymap_text("us");
    return text;
  }

  // What the compositor sends by itself leaves together; other things come between.
  void burst(std::size_t count) {
    std::vector<Event> events;
    for (std::size_t i = 0; i < count; ++i) events.push_back(any_event());
    client.compositor.at_once([&] {
      for (Event& event : events) event();
    });
    if (dice_.once_in(12)) other_event();
    if (dice_.coin()) {
      EXPECT_TRUE(loop->step(Nanoseconds(0)));
    }
  }

  Event any_event() {
    const std::uint32_t key = dice_.one_of(kKeys);
    const input::PointF place{static_cast<double>(dice_.below(70)),
                              static_cast<double>(dice_.below(70))};
    switch (dice_.below(24)) {
      case 0:
        return [this, held = any_keys()] { seat.keyboard_enter(held); };
      case 1:
        if (dice_.coin()) return [this] { seat.keyboard_enter(); };
        return [this] { seat.keyboard_leave(); };
      case 2:
        return [this, place] { seat.pointer_enter(place); };
      case 3:
        if (dice_.coin()) return [this, place] { seat.pointer_enter(place); };
        return [this] { seat.pointer_leave(); };
      case 4:
        return [this, place] { seat.pointer_motion(place); };
      case 5:
        return [this, place] { seat.relative_motion(place, place); };
      case 6:
        return any_scroll();
      case 7:
        return any_configure();
      case 8:
        return any_answer();
      case 9:
        return [this, locked = static_cast<std::uint32_t>(dice_.below(32))] {
          seat.modifiers(0, 0, locked, 0);
        };
      case 10:
        if (dice_.once_in(4)) return any_devices();
        return [this] { press(KEY_RIGHTCTRL), release(KEY_RIGHTCTRL); };
      case 11:
      case 12:
      case 13:
      case 14:
        return [this, button = dice_.one_of(kButtons), down = !dice_.once_in(3)] {
          seat.button(button, down);
        };
      default:
        return [this, key, state = static_cast<std::uint32_t>(dice_.once_in(3) ? 0 : 1)] {
          seat.key(key, state);
        };
    }
  }
  std::vector<std::uint32_t> any_keys() {
    std::vector<std::uint32_t> keys;
    while (dice_.coin()) keys.push_back(dice_.one_of(kKeys));
    return keys;
  }
  Event any_scroll() {
    const pierglass::test::FakeScroll scroll{.axis = static_cast<std::uint32_t>(dice_.below(2)),
                                             .distance = dice_.coin() ? 15.0 : -15.0,
                                             .value120 = dice_.coin() ? 120 : 0};
    return [this, scroll] { seat.scroll(scroll); };
  }
  Event any_configure() {
    std::vector<std::uint32_t> states;
    if (!dice_.once_in(3)) states.push_back(window_states::kActivated);
    if (dice_.coin()) states.push_back(window_states::kFullscreen);
    if (dice_.once_in(6)) states.push_back(window_states::kSuspended);
    const Size size = dice_.once_in(4) ? Size{72, 60} : Size{64, 64};
    return [this, size, states] { client.compositor.configure(size, states); };
  }
  Event any_answer() {
    switch (dice_.below(4)) {
      case 0:
        return [this] { seat.lock_pointer(); };
      case 1:
        return [this] { seat.unlock_pointer(); };
      default:
        return [this, active = dice_.coin()] { seat.set_inhibited(active); };
    }
  }
  Event any_devices() {
    return [this, keyboard = dice_.coin(), pointer = dice_.coin()] {
      seat.set_capabilities(keyboard, pointer);
    };
  }

  void other_event() {
    constexpr std::array kCommands = {input::Command::ToggleCapture, input::Command::Capture,
                                      input::Command::Release, input::Command::ReleaseAll,
                                      input::Command::CtrlAltDel};
    switch (dice_.below(8)) {
      case 0:
        ++seen_.hidden;
        return client.window->hide();
      case 1:
        return client.window->show({});
      case 2:
        return lose_connection();
      case 3:
        return peer_.stop_listening();
      case 4:
        return peer_.listen();
      default:
        return input->perform(dice_.one_of(kCommands));
    }
  }
  void lose_connection() {
    ++seen_.lost;
    peer_.drop();
  }

  void note() {
    if (!peer_.devices.nothing_pressed()) ++seen_.held_at_the_end;
    if (dice_.once_in(16) && seat.state().locks != 0) ++seen_.locked;
    seen_.presses += peer_.devices.presses - std::exchange(noted_, peer_.devices.presses);
  }

  void lose_everything() {
    switch (dice_.below(6)) {
      case 0:
        client.compositor.at_once([this] { seat.keyboard_leave(), seat.pointer_leave(); });
        break;
      case 1:
        seat.set_capabilities(false, false);
        break;
      case 2:
        client.compositor.configure({64, 64}, {window_states::kSuspended});
        break;
      case 3:
        client.window->hide();
        break;
      case 4:
        lose_connection();
        break;
      default:
        input.reset();
        peer_.hear();
        open_input({.router = router_, .session = session_options()});
        break;
    }
    settle();
    peer_.listen();
  }

  // As at the start of each sequence.
  void begin() {
    client.window->show({});
    ASSERT_TRUE(serve_until([&] { return !client.window->state().hidden; }));
    seat.set_capabilities(true, true);
    settle();
    settle();  // the compositor has heard of the keyboard that was asked for after the first
    client.compositor.at_once([this] {
      seat.keyboard_leave();
      seat.pointer_leave();
      client.compositor.configure({64, 64}, {window_states::kActivated});
      seat.keyboard_enter();
      seat.modifiers(0, 0, 0, 0);
      seat.pointer_enter({32, 32});
    });
    settle();
  }
  bool keys_arrive() {
    const std::uint64_t before = peer_.devices.presses;
    press(kProbe);
    settle();
    peer_.hear();
    const bool pressed = peer_.devices.presses == before + 1;
    release(kProbe);
    settle();
    peer_.hear();
    return pressed && peer_.devices.nothing_pressed();
  }
  [[nodiscard]] const std::string& first_wrong() const {
    return peer_.wrong.empty() ? peer_.devices.wrong : peer_.wrong;
  }

  SpicePeer peer_{*loop, socket};
  input::RouterOptions router_;
  Dice dice_;
  Seen& seen_;
  std::uint64_t noted_ = 0;
};

TEST(Focus, NothingStaysPressedWhateverComes) {
  const std::size_t seed = number_from("PIERGLASS_SEED", std::random_device()());
  const std::size_t sequences = number_from("PIERGLASS_SEQUENCES", kSequences);
  std::fprintf(stderr, "PIERGLASS_SEED=%zu\n", seed);
  spdlog::set_level(spdlog::level::off);  // connections come and go all the time
  Seen seen;
  std::unique_ptr<FocusBench> bench;
  for (std::size_t i = 0; i < sequences; ++i) {
    const Dice dice(static_cast<std::uint32_t>(seed + i));
    if (i % kSequencesPerBench == 0) {
      bench.reset();
      bench = std::make_unique<FocusBench>(dice, seen);
    }
    const std::string wrong = bench->play(dice);
    ASSERT_FALSE(testing::Test::HasFailure()) << "sequence " << i << ", PIERGLASS_SEED=" << seed;
    ASSERT_EQ(wrong, "") << "in sequence " << i << ", PIERGLASS_SEED=" << seed;
  }
  bench.reset();
  if (sequences < kSequences) return;  // too few to say
  EXPECT_GT(seen.presses, 2 * sequences);
  EXPECT_GT(seen.held_at_the_end, sequences / 6);
  EXPECT_GT(seen.locked, sequences / 200);
  EXPECT_GT(seen.hidden, sequences / 40);
  EXPECT_GT(seen.lost, sequences / 10);
}

}  // namespace
}  // namespace pierglass::app
