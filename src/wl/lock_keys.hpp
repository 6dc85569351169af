// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/handle.hpp"
#include "input/events.hpp"

struct xkb_context;
struct xkb_keymap;
struct xkb_state;

namespace pierglass::wl {

// Which lock keys are in force, out of the compositor's keymap and what it says of the modifiers.
// One thread.
class LockKeys {
 public:
  LockKeys();

  // Reads a keymap of the text format 1 of xkb, `size` bytes at the file's start, which are copied:
  // whoever made the file may change it later. With one that is unreadable, too large or wrong,
  // nothing is known until the next. The same text again costs only the comparison.
  void load(int file, std::uint32_t size);
  void clear();

  // As wl_keyboard.modifiers counts; nothing without a keymap.
  void update(std::uint32_t depressed, std::uint32_t latched, std::uint32_t locked,
              std::uint32_t group);

  // None: there is no keymap, or no modifiers came since it did.
  [[nodiscard]] std::optional<input::Locks> locks() const;

 private:
  template <typename T>
  struct Traits {
    using Value = T*;
    static constexpr Value invalid() { return nullptr; }
    static void close(Value object) noexcept;
  };
  template <typename T>
  using Owner = Handle<Traits<T>>;

  [[nodiscard]] bool in_force(const char* led, const char* modifier) const;

  Owner<xkb_context> context_;
  Owner<xkb_keymap> keymap_;
  Owner<xkb_state> state_;
  std::string text_;  // of keymap_
  bool updated_ = false;
};

}  // namespace pierglass::wl
