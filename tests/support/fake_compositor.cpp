// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/fake_compositor.hpp"

#include <fractional-scale-v1-server-protocol.h>
#include <presentation-time-server-protocol.h>
#include <sys/socket.h>
#include <wayland-server-protocol.h>
#include <xdg-shell-server-protocol.h>

#include <algorithm>

#include "base/result.hpp"
#include "tests/support/fake_seat.hpp"
#include "tests/support/fake_server.hpp"

namespace pierglass::test {

std::vector<OfferedGlobal> all_globals() {
  return {{"wl_compositor", 5},
          {"xdg_wm_base", 6},
          {"wl_shm", 1},
          {"wl_output", 4},
          {"wp_viewporter", 1},
          {"wp_fractional_scale_manager_v1", 1},
          {"wp_presentation", 2},
          {"wp_content_type_manager_v1", 1},
          {"wp_tearing_control_manager_v1", 1},
          {"zxdg_decoration_manager_v1", 1},
          {"zwp_idle_inhibit_manager_v1", 1},
          {"xdg_activation_v1", 1},
          {"wl_seat", 8},
          {"zwp_relative_pointer_manager_v1", 1},
          {"zwp_pointer_constraints_v1", 1},
          {"zwp_keyboard_shortcuts_inhibit_manager_v1", 1},
          {"zwp_linux_dmabuf_v1", 4},
          {"wp_cursor_shape_manager_v1", 1},
          {"wp_linux_drm_syncobj_manager_v1", 1}};
}

std::vector<OfferedGlobal> all_globals_but(std::string_view interface) {
  std::vector<OfferedGlobal> globals = all_globals();
  std::erase_if(globals, [&](const OfferedGlobal& one) { return one.interface == interface; });
  return globals;
}

std::vector<OfferedGlobal> all_globals_with(std::string_view interface, std::uint32_t version) {
  std::vector<OfferedGlobal> globals = all_globals();
  for (OfferedGlobal& one : globals)
    if (one.interface == interface) one.version = version;
  return globals;
}

FakeCompositor::FakeCompositor(FakeOptions options)
    : server_(std::make_unique<Server>(std::move(options))) {}

FakeCompositor::~FakeCompositor() = default;

int FakeCompositor::connect() {
  std::array<int, 2> ends;
  CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  server_->run([&] { server_->adopt(ends[0]); });
  return ends[1];
}

std::string FakeCompositor::listen() {
  std::string path;
  server_->run([&] { path = server_->listen(); });
  return path;
}

std::size_t FakeCompositor::clients() {
  std::size_t count = 0;
  server_->run([&] { count = server_->clients(); });
  return count;
}

void FakeCompositor::pause() {
  server_->run([&] { server_->pause(true); });
}

void FakeCompositor::resume() {
  server_->run([&] { server_->pause(false); });
}

std::vector<Request> FakeCompositor::requests() {
  return server_->requests();
}

std::size_t FakeCompositor::count(std::string_view interface, std::string_view request) {
  const std::vector<Request> all = server_->requests();
  return static_cast<std::size_t>(std::ranges::count_if(
      all, [&](const Request& one) { return one.interface == interface && one.name == request; }));
}

ToplevelState FakeCompositor::toplevel() {
  ToplevelState state;
  server_->run([&] {
    state = server_->toplevel();
    const FakeSurface* surface = server_->toplevel_surface();
    state.exists = surface != nullptr;
    if (surface == nullptr) return;
    state.mapped = surface->has_content;
    state.owed_frame_callbacks = surface->frames.size();
    state.owed_feedbacks = surface->feedbacks.size();
    state.idle_inhibitors = server_->count_objects("zwp_idle_inhibitor_v1", *surface);
  });
  return state;
}

ShownPicture FakeCompositor::shown() {
  ShownPicture picture;
  server_->run([&] {
    if (FakeSurface* surface = server_->toplevel_surface()) picture = server_->shown(*surface);
  });
  return picture;
}

std::size_t FakeCompositor::living(std::string_view interface) {
  std::size_t count = 0;
  server_->run([&] { count = server_->count_objects(interface); });
  return count;
}

bool FakeCompositor::wait_until(std::move_only_function<bool()> condition,
                                std::chrono::nanoseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const std::uint64_t activity = server_->activity();
    if (condition()) return true;
    if (!server_->wait_for_activity(activity, deadline)) return condition();
  }
}

bool FakeCompositor::wait_for_request(std::string_view interface, std::string_view request,
                                      std::size_t count) {
  return wait_until([&] { return this->count(interface, request) >= count; });
}

bool FakeCompositor::wait_for_commits(std::size_t count) {
  return wait_until([&] { return toplevel().commits.size() >= count; });
}

std::uint32_t FakeCompositor::configure(Size size, std::vector<std::uint32_t> states) {
  std::uint32_t serial = 0;
  server_->run([&] {
    if (FakeSurface* surface = server_->toplevel_surface())
      serial = server_->configure(*surface, size, states);
  });
  return serial;
}

void FakeCompositor::close_toplevel() {
  server_->run([&] {
    if (FakeSurface* surface = server_->toplevel_surface())
      xdg_toplevel_send_close(surface->toplevel);
  });
}

std::uint32_t FakeCompositor::ping() {
  std::uint32_t serial = 0;
  server_->run([&] {
    serial = wl_display_next_serial(server_->display());
    if (FakeObject* base = server_->any_object("xdg_wm_base"))
      xdg_wm_base_send_ping(base->resource, serial);
  });
  return serial;
}

void FakeCompositor::preferred_scale(std::uint32_t scale120) {
  server_->run([&] {
    if (const FakeObject* scale = server_->any_object("wp_fractional_scale_v1"))
      wp_fractional_scale_v1_send_preferred_scale(scale->resource, scale120);
  });
}

void FakeCompositor::enter_output(std::string_view name) {
  server_->run([&] {
    for (const FakeObject* output : server_->outputs(name))
      wl_surface_send_enter(server_->toplevel_surface()->resource, output->resource);
  });
}

void FakeCompositor::leave_output(std::string_view name) {
  server_->run([&] {
    for (const FakeObject* output : server_->outputs(name))
      wl_surface_send_leave(server_->toplevel_surface()->resource, output->resource);
  });
}

void FakeCompositor::send_frame_callbacks() {
  server_->run([&] {
    if (FakeSurface* surface = server_->toplevel_surface()) server_->send_frames(*surface);
  });
}

void FakeCompositor::send_releases() {
  server_->run([&] {
    if (FakeSurface* surface = server_->toplevel_surface()) server_->send_releases(*surface);
  });
}

void FakeCompositor::answer_dmabufs(bool created) {
  server_->run([&] { server_->answer_dmabufs(created); });
}

void FakeCompositor::deny_dmabufs(std::vector<std::uint64_t> modifiers) {
  server_->run([&] { server_->options().denied_modifiers = std::move(modifiers); });
}

void FakeCompositor::tell_dmabufs(FakeDmabufs dmabufs) {
  server_->run([&] { server_->tell_dmabufs(std::move(dmabufs)); });
}

void FakeCompositor::send_activation_tokens() {
  server_->run([&] { server_->send_tokens(); });
}

void FakeCompositor::send_presented(std::uint64_t time_ns, std::uint32_t refresh_ns,
                                    std::uint64_t sequence, std::uint32_t flags) {
  server_->run([&] {
    if (FakeSurface* surface = server_->toplevel_surface())
      server_->send_presented(*surface, time_ns, refresh_ns, sequence, flags);
  });
}

void FakeCompositor::send_discarded() {
  server_->run([&] {
    if (FakeSurface* surface = server_->toplevel_surface()) server_->send_discarded(*surface);
  });
}

void FakeCompositor::at_once(std::move_only_function<void()> events) {
  server_->run(std::move(events));
}

void FakeCompositor::add_output(FakeOutput output) {
  server_->run([&] { server_->add_output(output); });
}

void FakeCompositor::change_output(FakeOutput output) {
  server_->run([&] { server_->change_output(output); });
}

void FakeCompositor::remove_output(std::string_view name) {
  server_->run([&] { server_->remove_global("wl_output", name); });
}

void FakeCompositor::add_global(OfferedGlobal global) {
  server_->run([&] { server_->add_global(global); });
}

void FakeCompositor::remove_global(std::string_view interface) {
  server_->run([&] { server_->remove_global(interface, {}); });
}

bool FakeCompositor::post_error(std::string_view interface, std::uint32_t code,
                                std::string_view message) {
  bool found = false;
  server_->run([&] {
    FakeObject* object = server_->any_object(interface);
    found = object != nullptr;
    if (found) wl_resource_post_error(object->resource, code, "%s", std::string(message).c_str());
  });
  return found;
}

void FakeCompositor::disconnect_clients() {
  server_->run([&] { server_->disconnect_clients(); });
}

FakeSeat FakeCompositor::seat(std::string name) {
  return {*server_, std::move(name)};
}

void FakeCompositor::add_seat(const FakeSeatOptions& seat) {
  server_->run([&] { server_->add_seat(seat); });
}

}  // namespace pierglass::test
