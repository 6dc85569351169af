// SPDX-License-Identifier: GPL-2.0-or-later
// What the fake compositor does for the requests that concern a seat.
#include <keyboard-shortcuts-inhibit-unstable-v1-server-protocol.h>
#include <pointer-constraints-unstable-v1-server-protocol.h>
#include <wayland-server-protocol.h>

#include <algorithm>
#include <utility>

#include "base/result.hpp"
#include "tests/support/fake_server.hpp"

namespace pierglass::test {

std::uint32_t capabilities_of(bool keyboard, bool pointer) {
  std::uint32_t all = 0;
  if (keyboard) all |= WL_SEAT_CAPABILITY_KEYBOARD;
  if (pointer) all |= WL_SEAT_CAPABILITY_POINTER;
  return all;
}

FakeSeatRecord& FakeCompositor::Server::seat(std::string_view name) {
  const auto found =
      std::ranges::find_if(seats_, [&](const FakeSeatRecord& one) { return one.name == name; });
  CHECK(found != seats_.end());
  return *found;
}

std::vector<FakeObject*> FakeCompositor::Server::of_seat(std::string_view interface,
                                                         std::string_view name) {
  std::vector<FakeObject*> all;
  for (FakeObject& one : objects_)
    if (one.interface == interface && one.seat == name) all.push_back(&one);
  return all;
}

wl_resource* FakeCompositor::Server::surface_or_toplevel(std::uint32_t surface) {
  for (const FakeSurface& one : surfaces_) {
    const bool wanted =
        surface == 0 ? one.toplevel != nullptr : wl_resource_get_id(one.resource) == surface;
    if (wanted) return one.resource;
  }
  return nullptr;
}

void FakeCompositor::Server::add_image(FakePointerImage& image, const FakeSeatRecord& seat) {
  const auto found = std::ranges::find_if(
      surfaces_, [&](const FakeSurface& one) { return one.resource == seat.image_surface; });
  if (found == surfaces_.end()) return;
  image.shown = found->has_content;
  image.buffer = found->content_size;
  image.pixels = found->content;
  image.destination = found->pending.destination;
  image.scale = found->pending.scale;
  image.commits = found->commits;
}

void FakeCompositor::Server::get_keyboard(const Call& call) {
  greet_keyboard(*call.made);
}

void FakeCompositor::Server::set_cursor(const Call& call) {
  FakeSeatRecord& record = seat(call.self.seat);
  const FakeObject* object = object_of(call.arguments[1]);
  record.state.image.serial = call.arguments[0].u;
  record.state.image.shape = 0;
  record.state.image.hot_spot = {call.arguments[2].i, call.arguments[3].i};
  record.image_surface = object == nullptr ? nullptr : object->resource;
  if (object == nullptr) return;
  FakeSurface& surface = *object->surface;
  if (surface.role != FakeSurface::Role::None && surface.role != FakeSurface::Role::Pointer) {
    wl_resource_post_error(call.self.resource, WL_POINTER_ERROR_ROLE, "has another role");
    return;
  }
  surface.role = FakeSurface::Role::Pointer;
}

void FakeCompositor::Server::get_shape_device(const Call& call) {
  call.made->seat = object_of(call.arguments[1])->seat;
}

void FakeCompositor::Server::set_shape(const Call& call) {
  FakeSeatRecord& record = seat(call.self.seat);
  record.state.image.serial = call.arguments[0].u;
  record.state.image.shape = call.arguments[1].u;
  record.image_surface = nullptr;
}

void FakeCompositor::Server::get_relative_pointer(const Call& call) {
  call.made->seat = object_of(call.arguments[1])->seat;
}

void FakeCompositor::Server::lock_pointer(const Call& call) {
  FakeSurface* surface = object_of(call.arguments[1])->surface;
  const std::string& name = object_of(call.arguments[2])->seat;
  const auto others = of_seat("zwp_locked_pointer_v1", name);
  if (std::ranges::any_of(others, [&](const FakeObject* one) { return one->surface == surface; })) {
    wl_resource_post_error(call.self.resource, ZWP_POINTER_CONSTRAINTS_V1_ERROR_ALREADY_CONSTRAINED,
                           "has a constraint");
    return;
  }
  call.made->surface = surface;
  call.made->seat = name;
  if (options_.pointer_locks == Answers::AtOnce)
    zwp_locked_pointer_v1_send_locked(call.made->resource);
}

void FakeCompositor::Server::set_pointer_hint(const Call& call) {
  call.self.pending_hint = {.x = wl_fixed_to_double(call.arguments[0].f),
                            .y = wl_fixed_to_double(call.arguments[1].f)};
}

void FakeCompositor::Server::apply_hints(FakeSurface& surface) {
  surface.pending.pointer_hint.reset();
  for (FakeObject& one : objects_) {
    if (one.surface != &surface || !one.pending_hint) continue;
    one.hint = std::exchange(one.pending_hint, std::nullopt);
    surface.pending.pointer_hint = one.hint;
  }
}

void FakeCompositor::Server::inhibit_shortcuts(const Call& call) {
  FakeSurface* surface = object_of(call.arguments[1])->surface;
  const std::string& name = object_of(call.arguments[2])->seat;
  const auto others = of_seat("zwp_keyboard_shortcuts_inhibitor_v1", name);
  if (std::ranges::any_of(others, [&](const FakeObject* one) { return one->surface == surface; })) {
    wl_resource_post_error(call.self.resource,
                           ZWP_KEYBOARD_SHORTCUTS_INHIBIT_MANAGER_V1_ERROR_ALREADY_INHIBITED,
                           "has an inhibitor");
    return;
  }
  call.made->surface = surface;
  call.made->seat = name;
  if (options_.shortcut_inhibitors == Grants::AtOnce)
    zwp_keyboard_shortcuts_inhibitor_v1_send_active(call.made->resource);
  if (options_.shortcut_inhibitors == Grants::Denied)
    zwp_keyboard_shortcuts_inhibitor_v1_send_inactive(call.made->resource);
}

void FakeCompositor::Server::forget_of_seat(const FakeObject& object) {
  if (object.interface == "zwp_locked_pointer_v1" && !object.seat.empty())
    seat(object.seat).state.reappeared = object.hint;
}

}  // namespace pierglass::test
