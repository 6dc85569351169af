// SPDX-License-Identifier: GPL-2.0-or-later
// What the fake compositor does for each request that has a meaning to it.
#include <fractional-scale-v1-server-protocol.h>
#include <presentation-time-server-protocol.h>
#include <tearing-control-v1-server-protocol.h>
#include <unistd.h>
#include <wayland-server-protocol.h>
#include <xdg-activation-v1-server-protocol.h>
#include <xdg-decoration-unstable-v1-server-protocol.h>
#include <xdg-shell-server-protocol.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/result.hpp"
#include "tests/support/fake_server.hpp"

namespace pierglass::test {

namespace {

constexpr std::uint32_t kRefreshNs = 16'666'667;

std::chrono::nanoseconds now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

// Null when it was destroyed meanwhile.
wl_resource* buffer_called(const FakeSurface& surface, std::uint32_t id) {
  wl_resource* resource = wl_client_get_object(wl_resource_get_client(surface.resource), id);
  const bool lives =
      resource != nullptr && std::strcmp(wl_resource_get_class(resource), "wl_buffer") == 0;
  return lives ? resource : nullptr;
}

Size size_of(wl_shm_buffer* buffer) {
  return {static_cast<std::uint32_t>(wl_shm_buffer_get_width(buffer)),
          static_cast<std::uint32_t>(wl_shm_buffer_get_height(buffer))};
}

std::vector<std::uint32_t> pixels_of(wl_shm_buffer* buffer) {
  const Size size = size_of(buffer);
  const auto stride = static_cast<std::size_t>(wl_shm_buffer_get_stride(buffer));
  std::vector<std::uint32_t> pixels(size.area());
  wl_shm_buffer_begin_access(buffer);
  const auto* from = static_cast<const std::byte*>(wl_shm_buffer_get_data(buffer));
  for (std::size_t y = 0; y < size.height; ++y)
    std::memcpy(pixels.data() + y * size.width, from + y * stride, size.width * std::size_t{4});
  wl_shm_buffer_end_access(buffer);
  return pixels;
}

// Of a file that stands for a dma-buf; black where it has none.
std::vector<std::uint32_t> pixels_of(const FakePlane& plane) {
  std::vector<std::uint32_t> pixels(plane.size.area());
  const std::size_t row = plane.size.width * std::size_t{4};
  for (std::size_t y = 0; y < plane.size.height; ++y) {
    const auto at = static_cast<off_t>(plane.offset + y * plane.stride);
    (void)!pread(plane.file.get(), pixels.data() + y * plane.size.width, row, at);
  }
  return pixels;
}

}  // namespace

FakeObject* FakeCompositor::Server::object_of(const wl_argument& argument) {
  auto* resource = reinterpret_cast<wl_resource*>(argument.o);
  if (resource == nullptr) return nullptr;
  return static_cast<FakeObject*>(wl_resource_get_user_data(resource));
}

const std::map<std::string, FakeCompositor::Server::Handler, std::less<>>&
FakeCompositor::Server::handlers() {
  static const std::map<std::string, Handler, std::less<>> kHandlers = {
      {"wl_compositor.create_surface", &Server::create_surface},
      {"wl_surface.attach", &Server::attach},
      {"wl_surface.damage", &Server::damage},
      {"wl_surface.damage_buffer", &Server::damage_buffer},
      {"wl_surface.frame", &Server::frame},
      {"wl_surface.set_buffer_scale", &Server::set_buffer_scale},
      {"wl_surface.set_buffer_transform", &Server::set_buffer_transform},
      {"wl_surface.commit", &Server::commit},
      {"xdg_wm_base.get_xdg_surface", &Server::get_xdg_surface},
      {"xdg_surface.get_toplevel", &Server::get_toplevel},
      {"xdg_surface.destroy", &Server::end_xdg_surface},
      {"xdg_surface.ack_configure", &Server::ack_configure},
      {"xdg_toplevel.set_title", &Server::set_title},
      {"xdg_toplevel.set_app_id", &Server::set_app_id},
      {"xdg_toplevel.set_fullscreen", &Server::set_fullscreen},
      {"xdg_toplevel.unset_fullscreen", &Server::unset_fullscreen},
      {"wp_viewporter.get_viewport", &Server::join_surface_of_second_argument},
      {"wp_viewport.set_destination", &Server::set_destination},
      {"wp_fractional_scale_manager_v1.get_fractional_scale",
       &Server::join_surface_of_second_argument},
      {"wp_presentation.feedback", &Server::feedback},
      {"wp_tearing_control_manager_v1.get_tearing_control", &Server::get_tearing_control},
      {"wp_tearing_control_v1.set_presentation_hint", &Server::set_presentation_hint},
      {"zxdg_toplevel_decoration_v1.set_mode", &Server::set_decoration_mode},
      {"zwp_idle_inhibit_manager_v1.create_inhibitor", &Server::join_surface_of_second_argument},
      {"xdg_activation_token_v1.commit", &Server::commit_token},
      {"xdg_activation_v1.activate", &Server::activate},
      {"wl_seat.get_keyboard", &Server::get_keyboard},
      {"wl_pointer.set_cursor", &Server::set_cursor},
      {"zwp_relative_pointer_manager_v1.get_relative_pointer", &Server::get_relative_pointer},
      {"wp_cursor_shape_manager_v1.get_pointer", &Server::get_shape_device},
      {"wp_cursor_shape_device_v1.set_shape", &Server::set_shape},
      {"zwp_pointer_constraints_v1.lock_pointer", &Server::lock_pointer},
      {"zwp_locked_pointer_v1.set_cursor_position_hint", &Server::set_pointer_hint},
      {"zwp_keyboard_shortcuts_inhibit_manager_v1.inhibit_shortcuts", &Server::inhibit_shortcuts},
      {"zwp_linux_dmabuf_v1.get_default_feedback", &Server::get_dmabuf_feedback},
      {"zwp_linux_dmabuf_v1.get_surface_feedback", &Server::get_surface_dmabuf_feedback},
      {"wp_linux_drm_syncobj_manager_v1.get_surface", &Server::get_sync_surface},
      {"wp_linux_drm_syncobj_surface_v1.set_acquire_point", &Server::set_acquire_point},
      {"wp_linux_drm_syncobj_surface_v1.set_release_point", &Server::set_release_point},
      {"zwp_linux_buffer_params_v1.add", &Server::add_plane},
      {"zwp_linux_buffer_params_v1.create", &Server::create_dmabuf_buffer},
      {"zwp_linux_buffer_params_v1.create_immed", &Server::create_dmabuf_buffer_at_once},
  };
  return kHandlers;
}

void FakeCompositor::Server::create_surface(const Call& call) {
  FakeSurface& surface = surfaces_.emplace_back();
  surface.resource = call.made->resource;
  call.made->surface = &surface;
}

void FakeCompositor::Server::attach(const Call& call) {
  auto* buffer = reinterpret_cast<wl_resource*>(call.arguments[0].o);
  call.self.surface->attached = true;
  call.self.surface->buffer_id = buffer == nullptr ? 0 : wl_resource_get_id(buffer);
}

// In the surface's measure, which painting makes no use of.
void FakeCompositor::Server::damage(const Call& call) {
  call.self.surface->damaged_all = true;
}

void FakeCompositor::Server::damage_buffer(const Call& call) {
  const auto side = [&](int index) {
    return static_cast<std::uint32_t>(std::max(call.arguments[index].i, 0));
  };
  call.self.surface->pending.damage.push_back({side(0), side(1), side(2), side(3)});
}

void FakeCompositor::Server::frame(const Call& call) {
  call.self.surface->pending_frames.push_back(call.made->resource);
}

void FakeCompositor::Server::set_buffer_transform(const Call& call) {
  call.self.surface->pending.transform = call.arguments[0].i;
}

void FakeCompositor::Server::set_buffer_scale(const Call& call) {
  call.self.surface->pending.scale = call.arguments[0].i;
}

void FakeCompositor::Server::commit(const Call& call) {
  FakeSurface& surface = *call.self.surface;
  const bool with_buffer = surface.attached && surface.buffer_id != 0;
  if (with_buffer && surface.xdg_surface != nullptr && !surface.configured) {
    wl_resource_post_error(surface.xdg_surface, XDG_SURFACE_ERROR_UNCONFIGURED_BUFFER,
                           "buffer before the first ack");
    return;
  }
  surface.pending.with_buffer = with_buffer;
  surface.pending.buffer = {};
  surface.pending.dmabuf = false;
  surface.pending.frame_callbacks = surface.pending_frames.size();
  if (surface.attached && !show(surface)) return;
  if (!check_points(surface, with_buffer)) return;
  if (std::exchange(surface.attached, false)) map(surface, with_buffer);
  if (surface.toplevel != nullptr && with_buffer) paint(surface);
  ++surface.commits;
  apply_hints(surface);
  if (surface.toplevel != nullptr) {
    if (!options_.keeps_all) toplevel_.commits.clear();
    toplevel_.commits.push_back(surface.pending);
  }
  surface.pending.acks.clear();
  surface.pending.damage.clear();
  surface.damaged_all = false;
  surface.pending.acquire.reset();
  surface.pending.release.reset();
  std::ranges::move(surface.pending_frames, std::back_inserter(surface.frames));
  std::ranges::move(surface.pending_feedbacks, std::back_inserter(surface.feedbacks));
  surface.pending_frames.clear();
  surface.pending_feedbacks.clear();
  if (options_.frame_callbacks == Answers::AtOnce) send_frames(surface);
  if (options_.feedback == Answers::AtOnce)
    send_presented(surface, static_cast<std::uint64_t>(now().count()), kRefreshNs, 0, 0);
  const bool first = surface.toplevel != nullptr && !surface.first_configure_sent;
  if (first && options_.first_configure == Answers::AtOnce)
    configure(surface, options_.first_size, options_.first_states);
}

// A toplevel that loses its picture begins anew, with a commit that asks for a configure event.
void FakeCompositor::Server::map(FakeSurface& surface, bool with_buffer) {
  if (surface.has_content && !with_buffer) surface.configured = false;
  surface.has_content = with_buffer;
  if (!with_buffer) surface.painted_size = {};
}

// Takes over what is told as damage_buffer; with wl_surface.damage, and of a buffer of another
// size, all.
void FakeCompositor::Server::paint(FakeSurface& surface) {
  const Size size = toplevel_.pixels_size;
  const bool another = surface.damaged_all || surface.painted_size != size;
  surface.painted_size = size;
  surface.painted.resize(size.area());
  const std::vector<Rect> all{full_rect(size)};
  for (const Rect& told : another ? all : surface.pending.damage) {
    const Rect rect = intersection(told, full_rect(size));
    for (std::uint32_t y = rect.y; y < rect.bottom(); ++y) {
      const auto from = toplevel_.pixels.begin() + std::ptrdiff_t{y} * size.width + rect.x;
      std::copy_n(from, rect.width, surface.painted.begin() + (from - toplevel_.pixels.begin()));
    }
  }
}

// False when the client was killed for the buffer.
bool FakeCompositor::Server::show(FakeSurface& surface) {
  const std::uint32_t former = std::exchange(surface.current_buffer_id, surface.buffer_id);
  const bool replaced = former != 0 && former != surface.buffer_id;
  if (options_.releases == Releases::WithNextCommit && replaced) release(surface, former);
  if (options_.releases == Releases::Withheld && replaced) surface.owed_releases.push_back(former);
  wl_resource* buffer =
      surface.buffer_id == 0 ? nullptr : buffer_called(surface, surface.buffer_id);
  if (buffer == nullptr) return true;
  wl_shm_buffer* shm = wl_shm_buffer_get(buffer);
  surface.pending.dmabuf = shm == nullptr;
  if (shm != nullptr) return show_pixels(surface, size_of(shm), pixels_of(shm));
  const FakePlane& plane = *static_cast<FakeObject*>(wl_resource_get_user_data(buffer))->plane;
  return show_pixels(surface, plane.size, pixels_of(plane));
}

bool FakeCompositor::Server::show_pixels(FakeSurface& surface, Size size,
                                         std::vector<std::uint32_t> pixels) {
  const auto scale = static_cast<std::uint32_t>(surface.pending.scale);
  if (size.width % scale != 0 || size.height % scale != 0) {
    wl_resource_post_error(surface.resource, WL_SURFACE_ERROR_INVALID_SIZE, "not a multiple");
    return false;
  }
  surface.pending.buffer = size;
  surface.content_size = size;
  if (surface.role == FakeSurface::Role::Pointer) surface.content = pixels;
  if (surface.toplevel != nullptr) {
    toplevel_.pixels = std::move(pixels);
    toplevel_.pixels_size = size;
  }
  if (options_.releases == Releases::WithCommit) {
    release(surface, surface.buffer_id);
    surface.current_buffer_id = 0;
  }
  return true;
}

ShownPicture FakeCompositor::Server::shown(FakeSurface& surface) {
  if (toplevel_.commits.empty() || !surface.has_content) return {};
  ShownPicture picture{.commit = toplevel_.commits.back(),
                       .size = toplevel_.pixels_size,
                       .pixels = toplevel_.pixels,
                       .painted = surface.painted};
  const std::uint32_t held = surface.current_buffer_id;
  wl_resource* buffer = held == 0 ? nullptr : buffer_called(surface, held);
  wl_shm_buffer* shm = buffer == nullptr ? nullptr : wl_shm_buffer_get(buffer);
  if (shm != nullptr) picture.pixels = pixels_of(shm);
  return picture;
}

void FakeCompositor::Server::send_releases(FakeSurface& surface) {
  for (const std::uint32_t buffer : std::exchange(surface.owed_releases, {}))
    release(surface, buffer);
}

void FakeCompositor::Server::release(FakeSurface& surface, std::uint32_t buffer_id) {
  if (count_objects("wp_linux_drm_syncobj_surface_v1", surface) > 0) return;
  if (wl_resource* buffer = buffer_called(surface, buffer_id)) wl_buffer_send_release(buffer);
}

void FakeCompositor::Server::send_frames(FakeSurface& surface) {
  const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(now()).count();
  // Destroying one takes it out of the list.
  while (!surface.frames.empty()) {
    wl_resource* callback = surface.frames.front();
    wl_callback_send_done(callback, static_cast<std::uint32_t>(time));
    wl_resource_destroy(callback);
  }
}

void FakeCompositor::Server::send_presented(FakeSurface& surface, std::uint64_t time_ns,
                                            std::uint32_t refresh_ns, std::uint64_t sequence,
                                            std::uint32_t flags) {
  const std::uint64_t seconds = time_ns / 1'000'000'000;
  const auto high = [](std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); };
  const auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  while (!surface.feedbacks.empty()) {
    wl_resource* feedback = surface.feedbacks.front();
    wp_presentation_feedback_send_presented(feedback, high(seconds), low(seconds),
                                            low(time_ns % 1'000'000'000), refresh_ns,
                                            high(sequence), low(sequence), flags);
    wl_resource_destroy(feedback);
  }
}

void FakeCompositor::Server::send_discarded(FakeSurface& surface) {
  while (!surface.feedbacks.empty()) {
    wl_resource* feedback = surface.feedbacks.front();
    wp_presentation_feedback_send_discarded(feedback);
    wl_resource_destroy(feedback);
  }
}

void FakeCompositor::Server::get_xdg_surface(const Call& call) {
  FakeSurface* surface = object_of(call.arguments[1])->surface;
  if (surface->xdg_surface != nullptr) {
    wl_resource_post_error(call.self.resource, XDG_WM_BASE_ERROR_ROLE, "has an xdg_surface");
    return;
  }
  if (surface->role == FakeSurface::Role::Pointer) {
    wl_resource_post_error(call.self.resource, XDG_WM_BASE_ERROR_ROLE, "is a pointer's image");
    return;
  }
  if (surface->has_content || (surface->attached && surface->buffer_id != 0)) {
    wl_resource_post_error(call.self.resource, XDG_WM_BASE_ERROR_INVALID_SURFACE_STATE,
                           "has a buffer");
    return;
  }
  surface->role = FakeSurface::Role::Toplevel;
  surface->configured = false;
  surface->first_configure_sent = false;
  surface->unacked.clear();
  surface->xdg_surface = call.made->resource;
  call.made->surface = surface;
}

void FakeCompositor::Server::get_toplevel(const Call& call) {
  call.self.surface->toplevel = call.made->resource;
  toplevel_ = {};
}

void FakeCompositor::Server::end_xdg_surface(const Call& call) {
  if (call.self.surface == nullptr || call.self.surface->toplevel == nullptr) return;
  constexpr std::uint32_t kDefunctRoleObject = 6;  // xdg_surface.error of xdg_wm_base 6
  wl_resource_post_error(call.self.resource, kDefunctRoleObject, "has a toplevel");
}

std::uint32_t FakeCompositor::Server::configure(FakeSurface& surface, Size size,
                                                std::vector<std::uint32_t> states) {
  wl_array array{.size = states.size() * sizeof(std::uint32_t), .alloc = 0, .data = states.data()};
  const std::uint32_t serial = wl_display_next_serial(display_);
  xdg_toplevel_send_configure(surface.toplevel, static_cast<std::int32_t>(size.width),
                              static_cast<std::int32_t>(size.height), &array);
  xdg_surface_send_configure(surface.xdg_surface, serial);
  surface.unacked.insert(serial);
  surface.first_configure_sent = true;
  return serial;
}

void FakeCompositor::Server::ack_configure(const Call& call) {
  FakeSurface& surface = *call.self.surface;
  const std::uint32_t serial = call.arguments[0].u;
  if (!surface.unacked.contains(serial)) {
    constexpr std::uint32_t kInvalidSerial = 4;  // xdg_surface.error
    wl_resource_post_error(call.self.resource, kInvalidSerial, "no such configure");
    return;
  }
  surface.unacked.erase(surface.unacked.begin(), surface.unacked.upper_bound(serial));
  surface.configured = true;
  surface.pending.acks.push_back(serial);
}

void FakeCompositor::Server::set_title(const Call& call) {
  toplevel_.title = call.arguments[0].s;
}

void FakeCompositor::Server::set_app_id(const Call& call) {
  toplevel_.app_id = call.arguments[0].s;
}

void FakeCompositor::Server::set_fullscreen(const Call& call) {
  const FakeObject* output = object_of(call.arguments[0]);
  toplevel_.wants_fullscreen = true;
  toplevel_.fullscreen_output = output == nullptr ? std::string() : output->output;
}

void FakeCompositor::Server::unset_fullscreen(const Call&) {
  toplevel_.wants_fullscreen = false;
}

void FakeCompositor::Server::join_surface_of_second_argument(const Call& call) {
  call.made->surface = object_of(call.arguments[1])->surface;
}

void FakeCompositor::Server::set_destination(const Call& call) {
  const std::int32_t width = call.arguments[0].i;
  const std::int32_t height = call.arguments[1].i;
  // -1x-1 takes it away.
  call.self.surface->pending.destination =
      width == -1 && height == -1
          ? Size{}
          : Size{static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)};
}

void FakeCompositor::Server::feedback(const Call& call) {
  object_of(call.arguments[0])->surface->pending_feedbacks.push_back(call.made->resource);
}

void FakeCompositor::Server::get_tearing_control(const Call& call) {
  FakeSurface* surface = object_of(call.arguments[1])->surface;
  if (count_objects("wp_tearing_control_v1", *surface) > 0) {
    wl_resource_post_error(call.self.resource,
                           WP_TEARING_CONTROL_MANAGER_V1_ERROR_TEARING_CONTROL_EXISTS,
                           "has a tearing control");
    return;
  }
  call.made->surface = surface;
}

void FakeCompositor::Server::set_presentation_hint(const Call& call) {
  call.self.surface->pending.tearing =
      call.arguments[0].u == WP_TEARING_CONTROL_V1_PRESENTATION_HINT_ASYNC;
}

void FakeCompositor::Server::set_decoration_mode(const Call& call) {
  zxdg_toplevel_decoration_v1_send_configure(call.self.resource, call.arguments[0].u);
}

void FakeCompositor::Server::commit_token(const Call& call) {
  owed_tokens_.push_back(call.self.resource);
  if (options_.activation_tokens == Answers::AtOnce) send_tokens();
}

void FakeCompositor::Server::send_tokens() {
  for (wl_resource* owed : std::exchange(owed_tokens_, {})) {
    const std::string token = "token " + std::to_string(tokens_.size() + 1);
    tokens_.insert(token);
    xdg_activation_token_v1_send_done(owed, token.c_str());
  }
}

void FakeCompositor::Server::activate(const Call& call) {
  const FakeSurface* surface = object_of(call.arguments[1])->surface;
  const bool known = tokens_.contains(call.arguments[0].s);
  if (known && surface->toplevel != nullptr) ++toplevel_.activations;
}

}  // namespace pierglass::test
