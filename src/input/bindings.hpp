// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "input/command.hpp"
#include "input/events.hpp"
#include "input/key_names.hpp"

namespace pierglass::input {

// The trigger key and what it does together with others.
class Bindings {
 public:
  // Right Ctrl, and with it F, Q, S, P, R, Delete and F1 to F12.
  Bindings();

  // The defaults, changed by the user. `trigger` is a key's name or "none"; each of `changes` is
  // "KEY=COMMAND" or "KEY=none". Else one sentence about the first mistake, without a full stop.
  static std::expected<Bindings, std::string> parse(std::string_view trigger,
                                                    std::span<const std::string> changes);

  // None: there are no chords, and no key toggles capture.
  [[nodiscard]] std::optional<KeyCode> trigger() const { return trigger_; }
  // What trigger + key asks for.
  [[nodiscard]] std::optional<Command> command(KeyCode key) const {
    return key < kKeyCount ? commands_[key] : std::nullopt;
  }

  // The list for people, a line each, two columns apart by a tab, all ASCII; empty without a
  // trigger. `tap_captures`: whether it says so of the trigger alone.
  [[nodiscard]] std::vector<std::string> lines(bool tap_captures = true) const;

 private:
  using Named = std::array<bool, kKeyCount>;
  std::expected<void, std::string> change(std::string_view text, Named& named);
  [[nodiscard]] bool all_function_keys() const;

  std::optional<KeyCode> trigger_ = key::kRightCtrl;
  std::array<std::optional<Command>, kKeyCount> commands_{};
};

}  // namespace pierglass::input
