// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/fake_seat.hpp"

#include <keyboard-shortcuts-inhibit-unstable-v1-server-protocol.h>
#include <pointer-constraints-unstable-v1-server-protocol.h>
#include <relative-pointer-unstable-v1-server-protocol.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wayland-server-protocol.h>
#include <xkbcommon/xkbcommon.h>

#include <cstdlib>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "tests/support/fake_server.hpp"

namespace pierglass::test {

namespace {

int version(const FakeObject* object) {
  return wl_resource_get_version(object->resource);
}

void end_frame(const FakeObject* pointer) {
  if (version(pointer) >= WL_POINTER_FRAME_SINCE_VERSION) wl_pointer_send_frame(pointer->resource);
}

void send_scroll(const FakeObject* pointer, const FakeScroll& scroll) {
  wl_resource* to = pointer->resource;
  const int has = version(pointer);
  if (scroll.source && has >= WL_POINTER_AXIS_SOURCE_SINCE_VERSION)
    wl_pointer_send_axis_source(to, *scroll.source);
  const bool new_wheel = has >= WL_POINTER_AXIS_VALUE120_SINCE_VERSION;
  if (scroll.value120 != 0 && new_wheel)
    wl_pointer_send_axis_value120(to, scroll.axis, scroll.value120);
  if (scroll.notches != 0 && has >= WL_POINTER_AXIS_DISCRETE_SINCE_VERSION && !new_wheel)
    wl_pointer_send_axis_discrete(to, scroll.axis, scroll.notches);
  if (scroll.distance != 0)
    wl_pointer_send_axis(to, 0, scroll.axis, wl_fixed_from_double(scroll.distance));
}

void send_keymap(const FakeObject* keyboard, const FakeKeymap& keymap) {
  const Fd file(memfd_create("keymap", MFD_CLOEXEC));
  const std::size_t bytes = keymap.text.size() + 1;
  CHECK(write(file.get(), keymap.text.c_str(), bytes) == static_cast<ssize_t>(bytes));
  wl_keyboard_send_keymap(keyboard->resource, keymap.format, file.get(), keymap.size);
}

}  // namespace

std::string xkb_keymap_text(const std::string& layout) {
  xkb_context* context = xkb_context_new(XKB_CONTEXT_NO_FLAGS);
  CHECK(context != nullptr);
  const xkb_rule_names names{.layout = layout.c_str()};
  xkb_keymap* keymap = xkb_keymap_new_from_names(context, &names, XKB_KEYMAP_COMPILE_NO_FLAGS);
  CHECK(keymap != nullptr);
  char* text = xkb_keymap_get_as_string(keymap, XKB_KEYMAP_FORMAT_TEXT_V1);
  std::string copy(text);
  std::free(text);
  xkb_keymap_unref(keymap);
  xkb_context_unref(context);
  return copy;
}

SeatState FakeSeat::state() {
  SeatState state;
  server_.run([&] {
    state = server_.seat(name_).state;
    const auto count = [&](std::string_view interface) {
      return server_.of_seat(interface, name_).size();
    };
    state.keyboards = count("wl_keyboard");
    state.pointers = count("wl_pointer");
    state.relative_pointers = count("zwp_relative_pointer_v1");
    state.locks = count("zwp_locked_pointer_v1");
    state.inhibitors = count("zwp_keyboard_shortcuts_inhibitor_v1");
    server_.add_image(state.image, server_.seat(name_));
  });
  return state;
}

void FakeSeat::set_capabilities(bool keyboard, bool pointer) {
  server_.run([&] {
    server_.seat(name_).capabilities = capabilities_of(keyboard, pointer);
    for (const FakeObject* seat : server_.of_seat("wl_seat", name_))
      wl_seat_send_capabilities(seat->resource, server_.seat(name_).capabilities);
  });
}

void FakeSeat::remove() {
  server_.run([&] { server_.remove_global("wl_seat", name_); });
}

void FakeSeat::keymap(const std::string& text, std::uint32_t size, std::uint32_t format) {
  server_.run([&] {
    const auto whole = static_cast<std::uint32_t>(text.size() + 1);
    FakeKeymap& keymap = server_.seat(name_).keymap;
    keymap = {.text = text, .size = size == 0 ? whole : size, .format = format};
    for (const FakeObject* one : server_.of_seat("wl_keyboard", name_)) send_keymap(one, keymap);
  });
}

void FakeSeat::keyboard_enter(std::vector<std::uint32_t> held) {
  server_.run([&] {
    const FakeSurface* surface = server_.toplevel_surface();
    if (surface == nullptr) return;
    wl_array keys{.size = held.size() * sizeof(std::uint32_t), .alloc = 0, .data = held.data()};
    for (const FakeObject* one : server_.of_seat("wl_keyboard", name_))
      wl_keyboard_send_enter(one->resource, wl_display_next_serial(server_.display()),
                             surface->resource, &keys);
  });
}

void FakeSeat::keyboard_leave() {
  server_.run([&] {
    const FakeSurface* surface = server_.toplevel_surface();
    if (surface == nullptr) return;
    for (const FakeObject* one : server_.of_seat("wl_keyboard", name_))
      wl_keyboard_send_leave(one->resource, wl_display_next_serial(server_.display()),
                             surface->resource);
  });
}

void FakeSeat::key(std::uint32_t code, std::uint32_t state) {
  server_.run([&] {
    for (const FakeObject* one : server_.of_seat("wl_keyboard", name_))
      wl_keyboard_send_key(one->resource, wl_display_next_serial(server_.display()), 0, code,
                           state);
  });
}

void FakeSeat::modifiers(std::uint32_t depressed, std::uint32_t latched, std::uint32_t locked,
                         std::uint32_t group) {
  server_.run([&] {
    for (const FakeObject* one : server_.of_seat("wl_keyboard", name_))
      wl_keyboard_send_modifiers(one->resource, wl_display_next_serial(server_.display()),
                                 depressed, latched, locked, group);
  });
}

std::uint32_t FakeSeat::pointer_enter(input::PointF position, std::uint32_t surface) {
  std::uint32_t serial = 0;
  server_.run([&] {
    wl_resource* entered = server_.surface_or_toplevel(surface);
    if (entered == nullptr) return;
    for (const FakeObject* one : server_.of_seat("wl_pointer", name_)) {
      serial = wl_display_next_serial(server_.display());
      wl_pointer_send_enter(one->resource, serial, entered, wl_fixed_from_double(position.x),
                            wl_fixed_from_double(position.y));
      end_frame(one);
    }
  });
  return serial;
}

void FakeSeat::pointer_leave(std::uint32_t surface) {
  server_.run([&] {
    wl_resource* left = server_.surface_or_toplevel(surface);
    if (left == nullptr) return;
    for (const FakeObject* one : server_.of_seat("wl_pointer", name_)) {
      wl_pointer_send_leave(one->resource, wl_display_next_serial(server_.display()), left);
      end_frame(one);
    }
  });
}

void FakeSeat::pointer_motion(input::PointF position) {
  server_.run([&] {
    for (const FakeObject* one : server_.of_seat("wl_pointer", name_)) {
      wl_pointer_send_motion(one->resource, 0, wl_fixed_from_double(position.x),
                             wl_fixed_from_double(position.y));
      end_frame(one);
    }
  });
}

void FakeSeat::button(std::uint32_t code, bool down) {
  server_.run([&] {
    for (const FakeObject* one : server_.of_seat("wl_pointer", name_)) {
      wl_pointer_send_button(
          one->resource, wl_display_next_serial(server_.display()), 0, code,
          down ? WL_POINTER_BUTTON_STATE_PRESSED : WL_POINTER_BUTTON_STATE_RELEASED);
      end_frame(one);
    }
  });
}

void FakeSeat::scroll(const FakeScroll& scroll) {
  scroll_without_frame(scroll);
  frame();
}

void FakeSeat::scroll_without_frame(const FakeScroll& scroll) {
  server_.run([&] {
    for (const FakeObject* one : server_.of_seat("wl_pointer", name_)) send_scroll(one, scroll);
  });
}

void FakeSeat::frame() {
  server_.run([&] {
    for (const FakeObject* one : server_.of_seat("wl_pointer", name_)) end_frame(one);
  });
}

void FakeSeat::relative_motion(input::PointF accelerated, input::PointF raw) {
  server_.run([&] {
    for (const FakeObject* one : server_.of_seat("zwp_relative_pointer_v1", name_))
      zwp_relative_pointer_v1_send_relative_motion(
          one->resource, 0, 0, wl_fixed_from_double(accelerated.x),
          wl_fixed_from_double(accelerated.y), wl_fixed_from_double(raw.x),
          wl_fixed_from_double(raw.y));
  });
}

void FakeSeat::lock_pointer() {
  server_.run([&] {
    for (const FakeObject* one : server_.of_seat("zwp_locked_pointer_v1", name_))
      zwp_locked_pointer_v1_send_locked(one->resource);
  });
}

void FakeSeat::unlock_pointer() {
  server_.run([&] {
    for (const FakeObject* one : server_.of_seat("zwp_locked_pointer_v1", name_))
      zwp_locked_pointer_v1_send_unlocked(one->resource);
  });
}

void FakeSeat::set_inhibited(bool active) {
  server_.run([&] {
    for (const FakeObject* one : server_.of_seat("zwp_keyboard_shortcuts_inhibitor_v1", name_)) {
      if (active) {
        zwp_keyboard_shortcuts_inhibitor_v1_send_active(one->resource);
      } else {
        zwp_keyboard_shortcuts_inhibitor_v1_send_inactive(one->resource);
      }
    }
  });
}

void FakeCompositor::Server::greet_keyboard(FakeObject& keyboard) {
  const FakeKeymap& keymap = seat(keyboard.seat).keymap;
  if (keymap.size != 0) send_keymap(&keyboard, keymap);
  if (version(&keyboard) >= WL_KEYBOARD_REPEAT_INFO_SINCE_VERSION)
    wl_keyboard_send_repeat_info(keyboard.resource, 25, 600);
}

}  // namespace pierglass::test
