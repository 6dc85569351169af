// SPDX-License-Identifier: GPL-2.0-or-later
// Very many random keys, buttons, movements and notches: all arrive, in order, and nothing stays
// pressed. PIERGLASS_SEED repeats a run.
#include <gtest/gtest.h>
#include <linux/input-event-codes.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ostream>
#include <random>
#include <set>

#include "tests/e2e/input_desk.hpp"

namespace pierglass::test {
namespace {

// Without the trigger (Right Ctrl), lock keys, and PrtSc and Pause, which PC keyboards send
// differently while Alt or Ctrl is held.
constexpr auto kKeys = std::to_array<std::uint32_t>(
    {KEY_Q,     KEY_W,    KEY_E,     KEY_R,        KEY_T,          KEY_1,       KEY_2,
     KEY_3,     KEY_A,    KEY_S,     KEY_D,        KEY_SPACE,      KEY_ENTER,   KEY_TAB,
     KEY_ESC,   KEY_F1,   KEY_F4,    KEY_F12,      KEY_LEFTSHIFT,  KEY_LEFTALT, KEY_LEFTCTRL,
     KEY_UP,    KEY_DOWN, KEY_LEFT,  KEY_RIGHT,    KEY_RIGHTSHIFT, KEY_DELETE,  KEY_LEFTMETA,
     KEY_102ND, KEY_HOME, KEY_KPDOT, KEY_RIGHTALT, KEY_KPENTER});
constexpr auto kButtons =
    std::to_array<std::uint32_t>({BTN_LEFT, BTN_RIGHT, BTN_MIDDLE, BTN_SIDE, BTN_EXTRA});

// What was injected, as the guest must tell it.
struct Told {
  std::vector<KeyStep> keys;
  MouseStory mouse;
};

class RandomHand {
 public:
  RandomHand(Injector& injector, unsigned seed) : injector_(injector), random_(seed) {}

  // Does something; how many reports of one device that makes at most.
  unsigned act() {
    switch (kinds_(random_)) {
      case 0:
        toggle_key(kKeys[below(kKeys.size())]);
        return 1;
      case 1:
        toggle_button(kButtons[below(kButtons.size())]);
        return 1;
      case 2:
        move();
        return 1;
      default:
        turn();
        return 2;  // SPICE presses and releases something
    }
  }
  // Everything that is pressed, one at a time.
  bool release_one() {
    if (!keys_.empty()) {
      toggle_key(*keys_.begin());
    } else if (!buttons_.empty()) {
      toggle_button(*buttons_.begin());
    } else {
      return false;
    }
    return true;
  }

  [[nodiscard]] const Told& told() const { return told_; }
  void forget() { told_ = {}; }

 private:
  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }
  // Whether it is down now.
  static bool toggle(std::set<std::uint32_t>& held, std::uint32_t one) {
    if (held.erase(one) != 0) return false;
    held.insert(one);
    return true;
  }
  void step(std::uint16_t type, std::uint32_t code, std::int32_t value) {
    told_.mouse.steps.push_back({.before = std::exchange(told_.mouse.after, {}),
                                 .type = type,
                                 .code = static_cast<std::uint16_t>(code),
                                 .value = value});
  }

  void toggle_key(std::uint32_t key) {
    const bool down = toggle(keys_, key);
    injector_.key(key, down);
    told_.keys.push_back({.key = key, .value = down ? 1 : 0});
  }
  void toggle_button(std::uint32_t button) {
    const bool down = toggle(buttons_, button);
    injector_.button(button, down);
    step(EV_KEY, button, down ? 1 : 0);
  }
  void move() {
    std::uniform_int_distribution way(-100, 100);
    const int x = way(random_);
    const int y = way(random_);
    injector_.move(x, y);
    told_.mouse.after.x += x;
    told_.mouse.after.y += y;
  }
  void turn() {
    const std::int32_t notch = below(2) == 0 ? 1 : -1;
    injector_.wheel(WheelAxis::Vertical, notch);
    step(EV_REL, REL_WHEEL, -notch);
  }

  Injector& injector_;
  std::mt19937 random_;
  std::discrete_distribution<int> kinds_{4, 2, 3, 1};  // keys, buttons, movements, notches
  std::set<std::uint32_t> keys_;
  std::set<std::uint32_t> buttons_;
  Told told_;
};

unsigned chosen_seed() {
  const char* text = std::getenv("PIERGLASS_SEED");
  const unsigned seed = text != nullptr ? static_cast<unsigned>(std::strtoul(text, nullptr, 10))
                                        : std::random_device()();
  std::fprintf(stderr, "PIERGLASS_SEED=%u\n", seed);
  return seed;
}

// Until the guest has told what the hand did since the last time.
testing::AssertionResult arrives(InputDesk& desk, RandomHand& hand) {
  desk.injector().sync();
  const testing::AssertionResult mouse = desk.mouse_is(hand.told().mouse);
  if (!mouse) return mouse;
  const auto keys = [&] { return key_story(desk.log().events()); };
  if (!desk.log().wait([&] { return keys() == hand.told().keys; }, kPatience)) {
    desk.log().forget();
    return testing::AssertionFailure() << "keys differ\n" << desk.words();
  }
  desk.log().forget();
  hand.forget();
  return testing::AssertionSuccess();
}

struct Load {
  const char* name;
  InputDevices devices;
  unsigned events;
  unsigned in_flight;  // so many reports at a time, for the emulated devices would lose more

  friend void PrintTo(const Load& load, std::ostream* out) { *out << load.name; }
};

class RandomInput : public testing::TestWithParam<Load> {};
INSTANTIATE_TEST_SUITE_P(
    EndToEnd, RandomInput,
    testing::Values(Load{"OfAHundredThousandEventsOverVirtio", InputDevices::Virtio, 100'000, 16},
                    Load{"OfTenThousandEventsOverPs2", InputDevices::Ps2, 10'000, 4}),
    [](const auto& one) { return one.param.name; });

TEST_P(RandomInput, ArrivesInOrderWithNothingLostOrStuck) {
  InputDesk desk({.devices = GetParam().devices});
  desk.start_client();
  ASSERT_TRUE(desk.keyboard_arrives());
  ASSERT_TRUE(desk.capture());
  const unsigned seed = chosen_seed();
  RandomHand hand(desk.injector(), seed);
  unsigned in_flight = 0;
  for (unsigned done = 0; done < GetParam().events; ++done) {
    in_flight += hand.act();
    if (in_flight + 2 <= GetParam().in_flight) continue;
    ASSERT_TRUE(arrives(desk, hand)) << "after " << done << " events, PIERGLASS_SEED=" << seed;
    in_flight = 0;
  }
  while (hand.release_one()) ASSERT_TRUE(arrives(desk, hand)) << "PIERGLASS_SEED=" << seed;
  EXPECT_TRUE(desk.nothing_pressed());
  desk.desk().expect_clean_end();
}

}  // namespace
}  // namespace pierglass::test
