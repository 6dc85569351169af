// SPDX-License-Identifier: GPL-2.0-or-later
#include "input/bindings.hpp"

#include <algorithm>
#include <utility>

namespace pierglass::input {
namespace {

constexpr std::uint8_t kFunctionKeys = 12;

constexpr bool is_function_key(KeyCode code) {
  return (code >= key::kF1 && code < key::kF1 + 10) || code == key::kF11 || code == key::kF12;
}

// The command that sends it with Ctrl and Alt.
constexpr Command ctrl_alt(std::uint8_t number) {
  return static_cast<Command>(static_cast<std::uint8_t>(Command::CtrlAltF1) + number);
}
static_assert(ctrl_alt(kFunctionKeys - 1) == Command::CtrlAltF12);

constexpr auto kDefaults = std::to_array<std::pair<std::string_view, Command>>({
    {"F", Command::ToggleFullscreen},
    {"S", Command::Stats},
    {"P", Command::Screenshot},
    {"N", Command::NextFilter},
    {"R", Command::ReleaseAll},
    {"DELETE", Command::CtrlAltDel},
    {"Q", Command::Quit},
});

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

std::string line(const std::string& keys, std::string_view effect) {
  return keys + "\t" + std::string(effect);
}

}  // namespace

Bindings::Bindings() {
  for (const auto& [name, command] : kDefaults) {
    if (const auto key = key_named(name)) commands_[*key] = command;
  }
  for (std::uint8_t i = 0; i < kFunctionKeys; ++i) commands_[key::function(i)] = ctrl_alt(i);
}

std::expected<Bindings, std::string> Bindings::parse(std::string_view trigger,
                                                     std::span<const std::string> changes) {
  Bindings bindings;
  bindings.trigger_ = key_named(trimmed(trigger));
  if (!bindings.trigger_ && trimmed(trigger) != "none") {
    return std::unexpected(quoted(trigger) + " is not the name of a key, such as rightctrl");
  }
  if (bindings.trigger_) bindings.commands_[*bindings.trigger_].reset();
  Named named{};
  for (const std::string& text : changes) {
    if (auto changed = bindings.change(text, named); !changed) {
      return std::unexpected(std::move(changed).error());
    }
  }
  return bindings;
}

std::expected<void, std::string> Bindings::change(std::string_view text, Named& named) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return std::unexpected(quoted(text) + " is not KEY=COMMAND, such as f=toggle-fullscreen");
  }
  const std::string_view key_text = trimmed(text.substr(0, equals));
  const std::string_view command_text = trimmed(text.substr(equals + 1));
  const auto key = key_named(key_text);
  if (!key) {
    return std::unexpected(quoted(key_text) + " is not the name of a key, such as f or delete");
  }
  if (key == trigger_) {
    return std::unexpected(quoted(key_text) +
                           " is the capture key and cannot be pressed with itself");
  }
  if (std::exchange(named[*key], true)) {
    return std::unexpected(quoted(key_text) + " is given two commands");
  }
  const auto command = command_named(command_text);
  if (!command && command_text != "none") {
    return std::unexpected(quoted(command_text) + " is not a command, such as stats or none");
  }
  commands_[*key] = command;
  return {};
}

bool Bindings::all_function_keys() const {
  for (std::uint8_t i = 0; i < kFunctionKeys; ++i) {
    if (commands_[key::function(i)] != ctrl_alt(i)) return false;
  }
  return true;
}

std::vector<std::string> Bindings::lines(bool tap_captures) const {
  if (!trigger_) return {};
  const std::string alone(key_label(*trigger_));
  std::vector<std::string> lines;
  if (tap_captures) lines.push_back(line(alone, help(Command::ToggleCapture)));
  const bool together = all_function_keys();
  for (std::uint8_t number = 0; number < kCommandCount; ++number) {
    const auto command = static_cast<Command>(number);
    for (KeyCode key = 0; key < kKeyCount; ++key) {
      if (commands_[key] != command || (together && is_function_key(key))) continue;
      lines.push_back(line(alone + " + " + std::string(key_label(key)), help(command)));
    }
    if (together && command == Command::CtrlAltF1) {
      lines.push_back(line(alone + " + F1 ... F12", "Ctrl+Alt+F1 ... F12 to the guest"));
    }
  }
  return lines;
}

}  // namespace pierglass::input
