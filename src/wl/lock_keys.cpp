// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/lock_keys.hpp"

#include <unistd.h>
#include <xkbcommon/xkbcommon.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace pierglass::wl {

namespace {

// Real ones have 40 to 80 KiB.
constexpr std::uint32_t kMaxKeymap = 4 << 20;

// Read, not mapped: a file that shrinks under a mapping would end the program. Empty when it cannot
// be read in full.
std::string read_text(int file, std::uint32_t size) {
  if (size > kMaxKeymap) return {};
  std::string text(size, '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const ssize_t got =
        ::pread(file, text.data() + have, text.size() - have, static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return {};
    have += static_cast<std::size_t>(got);
  }
  text.resize(::strnlen(text.data(), text.size()));
  return text;
}

void say_nothing(xkb_context*, xkb_log_level, const char*, va_list) {}

}  // namespace

template <>
void LockKeys::Traits<xkb_context>::close(xkb_context* object) noexcept {
  xkb_context_unref(object);
}
template <>
void LockKeys::Traits<xkb_keymap>::close(xkb_keymap* object) noexcept {
  xkb_keymap_unref(object);
}
template <>
void LockKeys::Traits<xkb_state>::close(xkb_state* object) noexcept {
  xkb_state_unref(object);
}

// The text is complete: nothing of the system's own keymaps is read.
LockKeys::LockKeys() : context_(xkb_context_new(XKB_CONTEXT_NO_DEFAULT_INCLUDES)) {
  if (context_) xkb_context_set_log_fn(context_.get(), say_nothing);
}

void LockKeys::load(int file, std::uint32_t size) {
  std::string text = read_text(file, size);
  if (keymap_ && text == text_) return;
  clear();
  if (text.empty() || !context_) return;
  keymap_.reset(xkb_keymap_new_from_buffer(context_.get(), text.data(), text.size(),
                                           XKB_KEYMAP_FORMAT_TEXT_V1, XKB_KEYMAP_COMPILE_NO_FLAGS));
  if (!keymap_) return;
  state_.reset(xkb_state_new(keymap_.get()));
  text_ = std::move(text);
}

void LockKeys::clear() {
  state_.reset();
  keymap_.reset();
  text_.clear();
  updated_ = false;
}

void LockKeys::update(std::uint32_t depressed, std::uint32_t latched, std::uint32_t locked,
                      std::uint32_t group) {
  if (!state_) return;
  xkb_state_update_mask(state_.get(), depressed, latched, locked, 0, 0, group);
  updated_ = true;
}

std::optional<input::Locks> LockKeys::locks() const {
  if (!updated_) return std::nullopt;
  return input::Locks{
      .caps = in_force(XKB_LED_NAME_CAPS, XKB_MOD_NAME_CAPS),
      .num = in_force(XKB_LED_NAME_NUM, XKB_MOD_NAME_NUM),
      .scroll = in_force(XKB_LED_NAME_SCROLL, "ScrollLock"),
  };
}

// A keymap says with its lamps which modifiers make a lock; one without lamps has the usual ones.
bool LockKeys::in_force(const char* led, const char* modifier) const {
  if (xkb_keymap_led_get_index(keymap_.get(), led) != XKB_LED_INVALID)
    return xkb_state_led_name_is_active(state_.get(), led) > 0;
  return xkb_state_mod_name_is_active(state_.get(), modifier, XKB_STATE_MODS_LOCKED) > 0;
}

}  // namespace pierglass::wl
