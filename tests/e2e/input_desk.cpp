// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/e2e/input_desk.hpp"

#include <linux/input-event-codes.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <ostream>
#include <sstream>

namespace pierglass::test {
namespace {

using namespace std::chrono_literals;

// Tapped, clicked after what a test presses and moves.
constexpr std::uint32_t kMark = KEY_F9;
constexpr std::uint32_t kMarkButton = BTN_MIDDLE;  // a USB tablet has no more
constexpr std::chrono::milliseconds kRetry(300);
constexpr std::chrono::seconds kLost(3);  // what has not arrived by then never will

bool is_mouse_button(const GuestEvent& event) {
  return event.type == EV_KEY && event.code >= BTN_MISC;
}

template <typename Steps>
std::string text_of_steps(const Steps& steps, std::size_t from) {
  std::ostringstream text;
  for (std::size_t i = from; i < std::min(from + 12, steps.size()); ++i) {
    if constexpr (requires { steps[i].before; }) {
      text << " (" << steps[i].before.x << "," << steps[i].before.y << ")";
    }
    if constexpr (requires { steps[i].key; }) {
      text << " key " << steps[i].key << "=" << steps[i].value;
    } else {
      text << (steps[i].type == EV_KEY ? " button " : " wheel ") << steps[i].code << "="
           << steps[i].value;
    }
  }
  return text.str();
}

// The first place where they are not the same.
template <typename Steps>
testing::AssertionResult same_steps(const Steps& actual, const Steps& expected) {
  if (actual == expected) return testing::AssertionSuccess();
  const auto place = std::ranges::mismatch(actual, expected).in1 - actual.begin();
  const auto at = static_cast<std::size_t>(place);
  return testing::AssertionFailure()
         << actual.size() << " of " << expected.size() << " arrived; from number " << at
         << " on:" << text_of_steps(actual, at)
         << "\n                       expected:" << text_of_steps(expected, at);
}

std::string text_of(const Way& way) {
  return std::to_string(way.x) + "," + std::to_string(way.y);
}

}  // namespace

std::vector<KeyStep> key_story(const std::vector<GuestEvent>& events) {
  std::vector<KeyStep> story;
  for (const GuestEvent& event : events) {
    if (event.type == EV_KEY && !is_mouse_button(event)) {
      story.push_back({.key = event.code, .value = event.value});
    }
  }
  return story;
}

MouseStory mouse_story(const std::vector<GuestEvent>& events) {
  MouseStory story;
  const auto add = [&story](const GuestEvent& event, std::int32_t value) {
    story.steps.push_back(
        {.before = story.after, .type = event.type, .code = event.code, .value = value});
    story.after = {};
  };
  for (const GuestEvent& event : events) {
    if (is_mouse_button(event)) add(event, event.value);
    if (event.type != EV_REL) continue;
    if (event.code == REL_X) story.after.x += event.value;
    if (event.code == REL_Y) story.after.y += event.value;
    if (event.code != REL_WHEEL) continue;
    for (int i = 0; i < std::abs(event.value); ++i) add(event, event.value > 0 ? 1 : -1);
  }
  return story;
}

std::vector<KeyStep> tapped(std::uint32_t key) {
  return {{.key = key, .value = 1}, {.key = key, .value = 0}};
}

InputDesk::InputDesk(Machine machine)
    : injector_(desk_.sway().display()), machine_(desk_.lab(), std::move(machine)) {
  injector_.set_layout(kInputScreen.width, kInputScreen.height);
  injector_.place(kInputScreen.width / 2, kInputScreen.height / 2);
}

void InputDesk::start_client(std::vector<std::string> more) {
  more.insert(more.begin(),
              {"--spice", "unix:" + machine_.socket().string(), "--capture", "manual"});
  desk_.start_client("shm", std::move(more));
  desk_.start_guest(Guest::Linux, {"--size", text_of(kInputScreen), "--rate", "60"});
}

void InputDesk::tap(std::uint32_t key) {
  injector_.key(key, true);
  injector_.key(key, false);
  injector_.sync();
}

testing::AssertionResult InputDesk::keyboard_arrives() {
  log().forget();
  const auto began = std::chrono::steady_clock::now();
  const auto heard = [this] { return !log().events().empty(); };
  do {
    tap(KEY_F10);
  } while (!log().wait(heard, kRetry) && std::chrono::steady_clock::now() - began < kPatience);
  if (!heard()) return testing::AssertionFailure() << "no key arrives\n" << words();
  tap(kMark);
  const auto marked = [this] {
    const std::vector<KeyStep> story = key_story(log().events());
    return !story.empty() && story.back() == KeyStep{.key = kMark, .value = 0};
  };
  if (!log().wait(marked, kPatience)) {
    return testing::AssertionFailure() << "keys do not arrive any more\n" << words();
  }
  log().forget();
  return testing::AssertionSuccess();
}

testing::AssertionResult InputDesk::keys_are(const std::vector<KeyStep>& expected) {
  std::vector<KeyStep> wanted = expected;
  std::ranges::copy(tapped(kMark), std::back_inserter(wanted));
  tap(kMark);
  std::vector<KeyStep> story;
  // As many, for the mark itself may be expected before.
  const bool arrived = log().wait(
      [&] {
        story = key_story(log().events());
        return story.size() >= wanted.size() && story.back() == wanted.back();
      },
      kPatience);
  log().forget();
  const testing::AssertionResult same = same_steps(story, wanted);
  return arrived || same ? same : testing::AssertionFailure() << same.message() << "\n" << words();
}

testing::AssertionResult InputDesk::mouse_is(const MouseStory& expected) {
  MouseStory story;
  const bool same = log().wait(
      [&] {
        story = mouse_story(log().events());
        return story == expected;
      },
      kPatience);
  if (same) return testing::AssertionSuccess();
  testing::AssertionResult result = same_steps(story.steps, expected.steps);
  return (result ? testing::AssertionFailure() : result)
         << "\nlast movement " << text_of(story.after) << ", expected " << text_of(expected.after)
         << "\n"
         << words();
}

// The desktop's pointer stands at the left edge, and the mouse moves left.
bool InputDesk::mouse_moves_at_the_edge() {
  log().forget();
  injector_.place(0, kInputScreen.height / 2);
  injector_.move(-7, 0);
  injector_.move(-7, 0);
  injector_.sync();
  return log().wait([this] { return mouse_story(log().events()).after.x <= -14; }, kRetry);
}

testing::AssertionResult InputDesk::capture_becomes(bool wanted) {
  const auto began = std::chrono::steady_clock::now();
  while (mouse_moves_at_the_edge() != wanted) {
    if (std::chrono::steady_clock::now() - began > kPatience) {
      return testing::AssertionFailure()
             << (wanted ? "the mouse is not captured\n" : "the mouse is still captured\n")
             << words();
    }
  }
  return mouse_arrives();
}

// A PS/2 mouse that was moved too fast loses a click, so that another may be needed.
testing::AssertionResult InputDesk::mouse_arrives() {
  const auto clicked = [this] {
    const MouseStory story = mouse_story(log().events());
    return !story.steps.empty() && story.steps.back().code == kMarkButton &&
           story.steps.back().value == 0;
  };
  const auto began = std::chrono::steady_clock::now();
  do {
    if (std::chrono::steady_clock::now() - began > kPatience) {
      return testing::AssertionFailure() << "the mouse does not arrive\n" << words();
    }
    injector_.button(kMarkButton, true);
    injector_.button(kMarkButton, false);
    injector_.sync();
  } while (!log().wait(clicked, kLost));
  return keyboard_arrives();
}

testing::AssertionResult InputDesk::capture() {
  injector_.place(0, kInputScreen.height / 2);
  tap(KEY_RIGHTCTRL);
  return captured();
}

testing::AssertionResult InputDesk::release() {
  tap(KEY_RIGHTCTRL);
  return free();
}

testing::AssertionResult InputDesk::nothing_pressed() {
  const GuestState state = log().state();
  if (state.pressed.empty()) return testing::AssertionSuccess();
  testing::AssertionResult result = testing::AssertionFailure() << "pressed in the guest:";
  for (const std::uint32_t key : state.pressed) result << " " << key;
  return result << "\n" << words();
}

std::string InputDesk::words() {
  return "client: " + desk_.client().process().err();
}

}  // namespace pierglass::test
