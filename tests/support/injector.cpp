// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/injector.hpp"

#include <linux/input-event-codes.h>
#include <sys/mman.h>
#include <unistd.h>
#include <virtual-keyboard-unstable-v1-client-protocol.h>
#include <wayland-client.h>
#include <wlr-virtual-pointer-unstable-v1-client-protocol.h>
#include <xkbcommon/xkbcommon.h>

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace pierglass::test {
namespace {

constexpr unsigned kRequestsBetweenSyncs = 64;
constexpr double kDistanceOfNotch = 15;  // logical pixels, as libinput counts
constexpr std::uint32_t kXkbOffset = 8;  // xkb counts keys from there

template <auto kFree>
struct Freer {
  template <typename T>
  void operator()(T* pointer) const {
    kFree(pointer);
  }
};
template <typename T, auto kFree>
using Owned = std::unique_ptr<T, Freer<kFree>>;

// The US keymap; keys that would switch the virtual terminal mean nothing.
std::string us_keymap(xkb_keymap* keymap) {
  const Owned<char, std::free> text(xkb_keymap_get_as_string(keymap, XKB_KEYMAP_FORMAT_TEXT_V1));
  std::string result = text.get();
  const std::string_view prefix = "XF86Switch_VT_";
  for (std::size_t at = 0; (at = result.find(prefix, at)) != std::string::npos;) {
    const std::size_t end = result.find_first_not_of("0123456789", at + prefix.size());
    result.replace(at, end - at, "NoSymbol");
  }
  return result;
}

template <typename T>
T* bind(wl_registry* registry, std::uint32_t name, const wl_interface& interface,
        std::uint32_t version) {
  return static_cast<T*>(wl_registry_bind(registry, name, &interface, version));
}

}  // namespace

struct Injector::State {
  Owned<wl_display, wl_display_disconnect> display;
  Owned<wl_registry, wl_registry_destroy> registry;
  Owned<wl_seat, wl_seat_destroy> seat;
  Owned<zwlr_virtual_pointer_manager_v1, zwlr_virtual_pointer_manager_v1_destroy> pointers;
  Owned<zwp_virtual_keyboard_manager_v1, zwp_virtual_keyboard_manager_v1_destroy> keyboards;
  Owned<zwlr_virtual_pointer_v1, zwlr_virtual_pointer_v1_destroy> pointer;
  Owned<zwp_virtual_keyboard_v1, zwp_virtual_keyboard_v1_destroy> keyboard;
  Owned<xkb_context, xkb_context_unref> xkb;
  Owned<xkb_keymap, xkb_keymap_unref> keymap;
  Owned<xkb_state, xkb_state_unref> modifiers;
  std::uint32_t width = 1920;
  std::uint32_t height = 1080;
  std::uint32_t time = 0;
  unsigned requests = 0;

  static void on_global(void* data, wl_registry* registry, std::uint32_t name,
                        const char* interface, std::uint32_t) {
    State& state = *static_cast<State*>(data);
    const std::string_view is = interface;
    if (is == wl_seat_interface.name) {
      state.seat.reset(bind<wl_seat>(registry, name, wl_seat_interface, 1));
    } else if (is == zwlr_virtual_pointer_manager_v1_interface.name) {
      state.pointers.reset(bind<zwlr_virtual_pointer_manager_v1>(
          registry, name, zwlr_virtual_pointer_manager_v1_interface, 1));
    } else if (is == zwp_virtual_keyboard_manager_v1_interface.name) {
      state.keyboards.reset(bind<zwp_virtual_keyboard_manager_v1>(
          registry, name, zwp_virtual_keyboard_manager_v1_interface, 1));
    }
  }
  static void on_global_gone(void*, wl_registry*, std::uint32_t) {}
  static constexpr wl_registry_listener kListener = {.global = &on_global,
                                                     .global_remove = &on_global_gone};

  void roundtrip() {
    requests = 0;
    if (wl_display_roundtrip(display.get()) < 0) {
      throw std::runtime_error("the compositor does not take input any more");
    }
  }

  // Counts a request or two; waits from time to time.
  void sent() {
    ++time;
    if (++requests == kRequestsBetweenSyncs) roundtrip();
  }

  void upload_keymap() {
    xkb.reset(xkb_context_new(XKB_CONTEXT_NO_FLAGS));
    const xkb_rule_names names{
        .rules = "evdev", .model = "pc105", .layout = "us", .variant = nullptr, .options = nullptr};
    keymap.reset(xkb_keymap_new_from_names(xkb.get(), &names, XKB_KEYMAP_COMPILE_NO_FLAGS));
    if (!keymap) throw std::runtime_error("libxkbcommon has no US keymap; install xkb-data");
    modifiers.reset(xkb_state_new(keymap.get()));
    const std::string text = us_keymap(keymap.get());
    const int fd = memfd_create("keymap", MFD_CLOEXEC);
    const std::size_t size = text.size() + 1;
    if (fd < 0 || ::write(fd, text.c_str(), size) != static_cast<ssize_t>(size)) {
      throw std::runtime_error("cannot write the keymap");
    }
    zwp_virtual_keyboard_v1_keymap(keyboard.get(), WL_KEYBOARD_KEYMAP_FORMAT_XKB_V1, fd,
                                   static_cast<std::uint32_t>(size));
    ::close(fd);
  }

  void send_modifiers() {
    const auto serialized = [this](xkb_state_component component) {
      return xkb_state_serialize_mods(modifiers.get(), component);
    };
    zwp_virtual_keyboard_v1_modifiers(keyboard.get(), serialized(XKB_STATE_MODS_DEPRESSED),
                                      serialized(XKB_STATE_MODS_LATCHED),
                                      serialized(XKB_STATE_MODS_LOCKED), 0);
  }

  void frame() {
    zwlr_virtual_pointer_v1_frame(pointer.get());
    sent();
  }
};

Injector::Injector(const std::filesystem::path& display) : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.display.reset(wl_display_connect(display.c_str()));
  if (!state.display) throw std::runtime_error("no compositor at " + display.string());
  state.registry.reset(wl_display_get_registry(state.display.get()));
  wl_registry_add_listener(state.registry.get(), &State::kListener, &state);
  state.roundtrip();
  if (!state.seat || !state.pointers || !state.keyboards) {
    throw std::runtime_error("the compositor has no virtual pointers and keyboards");
  }
  state.pointer.reset(zwlr_virtual_pointer_manager_v1_create_virtual_pointer(state.pointers.get(),
                                                                             state.seat.get()));
  state.keyboard.reset(zwp_virtual_keyboard_manager_v1_create_virtual_keyboard(
      state.keyboards.get(), state.seat.get()));
  state.upload_keymap();
  state.roundtrip();
}

Injector::~Injector() = default;

void Injector::key(std::uint32_t code, bool down) {
  zwp_virtual_keyboard_v1_key(
      state_->keyboard.get(), state_->time, code,
      down ? WL_KEYBOARD_KEY_STATE_PRESSED : WL_KEYBOARD_KEY_STATE_RELEASED);
  if (xkb_state_update_key(state_->modifiers.get(), code + kXkbOffset,
                           down ? XKB_KEY_DOWN : XKB_KEY_UP) != 0) {
    state_->send_modifiers();
  }
  state_->sent();
}

void Injector::button(std::uint32_t button, bool down) {
  zwlr_virtual_pointer_v1_button(
      state_->pointer.get(), state_->time, button,
      down ? WL_POINTER_BUTTON_STATE_PRESSED : WL_POINTER_BUTTON_STATE_RELEASED);
  state_->frame();
}

void Injector::move(double dx, double dy) {
  zwlr_virtual_pointer_v1_motion(state_->pointer.get(), state_->time, wl_fixed_from_double(dx),
                                 wl_fixed_from_double(dy));
  state_->frame();
}

void Injector::place(std::uint32_t x, std::uint32_t y) {
  zwlr_virtual_pointer_v1_motion_absolute(state_->pointer.get(), state_->time, x, y, state_->width,
                                          state_->height);
  state_->frame();
}

void Injector::wheel(WheelAxis axis, std::int32_t notches) {
  zwlr_virtual_pointer_v1* pointer = state_->pointer.get();
  zwlr_virtual_pointer_v1_axis_source(pointer, WL_POINTER_AXIS_SOURCE_WHEEL);
  zwlr_virtual_pointer_v1_axis_discrete(pointer, state_->time,
                                        axis == WheelAxis::Vertical
                                            ? WL_POINTER_AXIS_VERTICAL_SCROLL
                                            : WL_POINTER_AXIS_HORIZONTAL_SCROLL,
                                        wl_fixed_from_double(kDistanceOfNotch * notches), notches);
  state_->frame();
}

void Injector::set_layout(std::uint32_t width, std::uint32_t height) {
  state_->width = width;
  state_->height = height;
}

void Injector::flush() {
  wl_display_flush(state_->display.get());
}

void Injector::sync() {
  state_->roundtrip();
}

}  // namespace pierglass::test
