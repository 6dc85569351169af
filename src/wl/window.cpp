// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/window.hpp"

#include <content-type-v1-client-protocol.h>
#include <fractional-scale-v1-client-protocol.h>
#include <viewporter-client-protocol.h>
#include <wayland-client.h>
#include <xdg-decoration-unstable-v1-client-protocol.h>
#include <xdg-shell-client-protocol.h>

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "wl/display.hpp"
#include "wl/registry.hpp"

namespace pierglass::wl {

struct WindowListeners {
  static constexpr wl_surface_listener kSurface{
      .enter = on<&Window::on_enter>,
      .leave = on<&Window::on_leave>,
  };
  static constexpr xdg_surface_listener kXdgSurface{.configure = on<&Window::on_surface_configure>};
  static constexpr xdg_toplevel_listener kToplevel{
      .configure = on<&Window::on_toplevel_configure>,
      .close = on<&Window::on_close>,
      .configure_bounds = ignored,
      .wm_capabilities = ignored,
  };
  static constexpr wp_fractional_scale_v1_listener kFractionalScale{
      .preferred_scale = on<&Window::on_preferred_scale>};
};

namespace {

// Keeps buffer sizes far from overflow at any scale.
constexpr std::int32_t kMaxLogical = 32767;
constexpr std::uint32_t kMaxScale120 = 16 * kScaleOne;

// xdg_toplevel.state of xdg_wm_base 6, which the header does not know.
constexpr std::uint32_t kStateSuspended = 9;

// 0 leaves the choice to the client.
std::uint32_t dimension(std::int32_t asked, std::uint32_t own) {
  return asked <= 0 ? own : static_cast<std::uint32_t>(std::min(asked, kMaxLogical));
}

// Rounded half up, as the fractional-scale protocol says.
std::uint32_t scaled(std::uint32_t logical, std::uint32_t scale120) {
  return std::max((logical * scale120 + kScaleOne / 2) / kScaleOne, 1U);
}

std::uint32_t bounded(std::uint32_t scale120) {
  return std::clamp(scale120, 1U, kMaxScale120);
}

bool contains(const wl_array* states, std::uint32_t state) {
  const std::span all(static_cast<const std::uint32_t*>(states->data),
                      states->size / sizeof(std::uint32_t));
  return std::ranges::find(all, state) != all.end();
}

}  // namespace

Result<std::unique_ptr<Window>> Window::create(Display& display, Registry& registry,
                                               const WindowOptions& options, WindowEvents& events) {
  TRY(registry.require());
  std::unique_ptr<Window> self(new Window(registry, options, events));
  self->create_surface();
  self->create_role({.fullscreen = options.fullscreen, .output = options.output});
  registry.outputs().on_change([window = self.get()] { window->follow_outputs(); });
  self->ask_for_configure();
  display.flush();
  return self;
}

Window::~Window() {
  registry_.outputs().on_change([] {});
}

void Window::create_surface() {
  surface_.reset(wl_compositor_create_surface(registry_.compositor()));
  wl_surface_add_listener(surface(), &WindowListeners::kSurface, this);

  // Regions are clipped to the surface, so this one stays right at every size.
  const Proxy<wl_region> everywhere(wl_compositor_create_region(registry_.compositor()));
  constexpr auto kEnd = std::numeric_limits<std::int32_t>::max();
  wl_region_add(everywhere.get(), 0, 0, kEnd, kEnd);
  wl_surface_set_opaque_region(surface(), everywhere.get());

  if (registry_.viewporter() != nullptr)
    viewport_.reset(wp_viewporter_get_viewport(registry_.viewporter(), surface()));
  if (viewport_ && registry_.fractional_scale_manager() != nullptr) {
    fractional_scale_.reset(wp_fractional_scale_manager_v1_get_fractional_scale(
        registry_.fractional_scale_manager(), surface()));
    wp_fractional_scale_v1_add_listener(fractional_scale_.get(), &WindowListeners::kFractionalScale,
                                        this);
  }
  if (registry_.content_type_manager() != nullptr) {
    content_type_.reset(wp_content_type_manager_v1_get_surface_content_type(
        registry_.content_type_manager(), surface()));
    wp_content_type_v1_set_content_type(content_type_.get(), WP_CONTENT_TYPE_V1_TYPE_GAME);
  }
}

// A commit without a buffer; of those of the main thread the only kind.
void Window::ask_for_configure() {
  wl_surface_commit(surface());
}

void Window::create_role(const ShowOptions& options) {
  xdg_surface_.reset(xdg_wm_base_get_xdg_surface(registry_.wm_base(), surface()));
  xdg_surface_add_listener(xdg_surface_.get(), &WindowListeners::kXdgSurface, this);
  toplevel_.reset(xdg_surface_get_toplevel(xdg_surface_.get()));
  xdg_toplevel_add_listener(toplevel_.get(), &WindowListeners::kToplevel, this);
  xdg_toplevel_set_app_id(toplevel_.get(), app_id_.c_str());
  xdg_toplevel_set_title(toplevel_.get(), title_.c_str());
  if (registry_.decoration_manager() != nullptr) {
    decoration_.reset(zxdg_decoration_manager_v1_get_toplevel_decoration(
        registry_.decoration_manager(), toplevel_.get()));
    // Its answer changes nothing: we draw no decoration in either case.
    zxdg_toplevel_decoration_v1_set_mode(decoration_.get(),
                                         ZXDG_TOPLEVEL_DECORATION_V1_MODE_SERVER_SIDE);
  }
  if (options.fullscreen) enter_fullscreen(options.output);
}

void Window::end_role() {
  decoration_.reset();
  toplevel_.reset();
  xdg_surface_.reset();
}

void Window::hide() {
  show_.reset();
  if (stage_ != Stage::Shown) return;
  stage_ = Stage::Hiding;
  hearing_.hidden = true;
  hearing_.fullscreen = hearing_.activated = hearing_.suspended = false;
  publish(std::nullopt);
}

void Window::on_unmapped(std::uint64_t generation) {
  if (stage_ != Stage::Hiding || generation != state_.generation) return;
  end_role();
  stage_ = Stage::Hidden;
  if (const auto options = std::exchange(show_, std::nullopt)) show(*options);
}

void Window::show(const ShowOptions& options) {
  if (stage_ == Stage::Shown) return;
  if (stage_ == Stage::Hiding) {
    show_ = options;
    return;
  }
  stage_ = Stage::Shown;
  create_role(options);
  ask_for_configure();
}

void Window::enter_fullscreen(wl_output* output) {
  if (stage_ != Stage::Shown) return;
  xdg_toplevel_set_fullscreen(toplevel_.get(), output);
}

void Window::leave_fullscreen() {
  if (stage_ != Stage::Shown) return;
  xdg_toplevel_unset_fullscreen(toplevel_.get());
}

void Window::toggle_fullscreen(wl_output* output) {
  if (is_fullscreen()) {
    leave_fullscreen();
  } else {
    enter_fullscreen(output);
  }
}

void Window::set_title(const char* title) {
  title_ = title;
  if (stage_ == Stage::Shown) xdg_toplevel_set_title(toplevel_.get(), title);
}

std::optional<WindowState> Window::apply_pending() {
  Mailbox mail;
  {
    const std::scoped_lock lock(mutex_);
    if (mailbox_.state.generation == applied_) return std::nullopt;
    mail = mailbox_;
    mailbox_.unacked = false;
  }
  applied_ = mail.state.generation;
  if (mail.state.hidden) return mail.state;
  if (mail.unacked) xdg_surface_ack_configure(xdg_surface_.get(), mail.serial);
  apply_scale(mail.state);
  return mail.state;
}

// With the fractional-scale protocol by the viewport alone; without it by what there always was, as
// far as that goes.
void Window::apply_scale(const WindowState& state) {
  const bool stretch = fractional_scale_ || state.scale120 % kScaleOne != 0;
  if (stretch) {
    wp_viewport_set_destination(viewport_.get(), static_cast<std::int32_t>(state.logical.width),
                                static_cast<std::int32_t>(state.logical.height));
  } else if (stretched_) {
    wp_viewport_set_destination(viewport_.get(), -1, -1);
  }
  stretched_ = stretch;
  if (fractional_scale_) return;
  wl_surface_set_buffer_scale(surface(),
                              stretch ? 1 : static_cast<std::int32_t>(state.scale120 / kScaleOne));
}

void Window::publish(std::optional<std::uint32_t> serial) {
  hearing_.generation = state_.generation + 1;
  hearing_.buffer = {scaled(hearing_.logical.width, hearing_.scale120),
                     scaled(hearing_.logical.height, hearing_.scale120)};
  state_ = hearing_;
  {
    const std::scoped_lock lock(mutex_);
    mailbox_.state = state_;
    if (serial) {
      mailbox_.serial = *serial;
      mailbox_.unacked = true;
    }
  }
  events_.on_state();
}

void Window::on_toplevel_configure(std::int32_t width, std::int32_t height,
                                   wl_array* states) noexcept {
  if (stage_ != Stage::Shown) return;
  hearing_.fullscreen = contains(states, XDG_TOPLEVEL_STATE_FULLSCREEN);
  hearing_.activated = contains(states, XDG_TOPLEVEL_STATE_ACTIVATED);
  hearing_.suspended = contains(states, kStateSuspended);
  hearing_.logical = {dimension(width, floating_size_.width),
                      dimension(height, floating_size_.height)};
  const bool floating = !hearing_.fullscreen && !contains(states, XDG_TOPLEVEL_STATE_MAXIMIZED);
  if (floating) floating_size_ = hearing_.logical;
}

void Window::on_surface_configure(std::uint32_t serial) noexcept {
  if (stage_ != Stage::Shown) return;
  hearing_.hidden = false;
  hear_outputs();
  publish(serial);
}

void Window::on_preferred_scale(std::uint32_t scale120) noexcept {
  set_scale(scale120);
}

void Window::set_scale(std::uint32_t scale120) {
  if (hear_scale(scale120)) publish_change();
}

// Whether it is another one.
bool Window::hear_scale(std::uint32_t scale120) {
  const std::uint32_t wanted = bounded(scale120);
  return std::exchange(hearing_.scale120, wanted) != wanted;
}

// Before the first configure there is no size to apply it to, and nothing is drawn while hidden.
void Window::publish_change() {
  if (configured() && !hearing_.hidden) publish(std::nullopt);
}

void Window::on_enter(wl_output* output) noexcept {
  const Output* known = registry_.outputs().find(output);
  if (known == nullptr) return;
  entered_.push_back(known->global_name());
  follow_outputs();
}

void Window::on_leave(wl_output* output) noexcept {
  const Output* known = registry_.outputs().find(output);
  if (known == nullptr) return;
  std::erase(entered_, known->global_name());
  follow_outputs();
}

void Window::follow_outputs() {
  // An output that is gone is not left any more.
  std::erase_if(entered_, [this](std::uint32_t name) {
    const auto& all = registry_.outputs().all();
    return std::ranges::none_of(all, [name](const auto& o) { return o->global_name() == name; });
  });
  if (hear_outputs()) publish_change();
}

// Whether scale or transform are others.
bool Window::hear_outputs() {
  const std::uint32_t scale120 = scale_of_outputs();
  const bool rescaled = scale120 != 0 && hear_scale(scale120);
  const Transform transform = transform_of_output();
  return std::exchange(hearing_.transform, transform) != transform || rescaled;
}

Transform Window::transform_of_output() const {
  if (!hearing_.fullscreen || entered_.size() != 1) return Transform::Normal;
  const auto& all = registry_.outputs().all();
  const auto found = std::ranges::find_if(
      all, [this](const auto& output) { return output->global_name() == entered_.front(); });
  return found == all.end() ? Transform::Normal : (*found)->info().transform;
}

// 0: nothing changes, as where the compositor tells the window its scale, or it is on no screen. Of
// an output that is not entered the scale does not count.
std::uint32_t Window::scale_of_outputs() const {
  if (fractional_scale_) return 0;
  const OutputInfo* largest = nullptr;
  for (const auto& output : registry_.outputs().all()) {
    if (std::ranges::find(entered_, output->global_name()) == entered_.end()) continue;
    if (largest == nullptr || output->info().scale > largest->scale) largest = &output->info();
  }
  if (largest == nullptr) return 0;
  const bool fills = viewport_ && hearing_.fullscreen && entered_.size() == 1;
  const std::uint32_t between = fills ? fractional_scale_of(*largest, hearing_.logical) : 0;
  return between != 0 ? between : static_cast<std::uint32_t>(largest->scale) * kScaleOne;
}

}  // namespace pierglass::wl
