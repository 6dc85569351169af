// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/handle.hpp"

struct wl_buffer;
struct wl_callback;
struct wl_compositor;
struct wl_array;
struct wl_display;
struct wl_event_queue;
struct wl_keyboard;
struct wl_output;
struct wl_pointer;
struct wl_region;
struct wl_registry;
struct wl_seat;
struct wl_shm;
struct wl_shm_pool;
struct wl_surface;
struct wp_content_type_manager_v1;
struct wp_content_type_v1;
struct wp_cursor_shape_device_v1;
struct wp_cursor_shape_manager_v1;
struct wp_fractional_scale_manager_v1;
struct wp_fractional_scale_v1;
struct wp_linux_drm_syncobj_manager_v1;
struct wp_presentation;
struct wp_presentation_feedback;
struct wp_tearing_control_manager_v1;
struct wp_tearing_control_v1;
struct wp_viewport;
struct wp_viewporter;
struct xdg_activation_token_v1;
struct xdg_activation_v1;
struct xdg_surface;
struct xdg_toplevel;
struct xdg_wm_base;
struct zwp_idle_inhibit_manager_v1;
struct zwp_idle_inhibitor_v1;
struct zwp_keyboard_shortcuts_inhibit_manager_v1;
struct zwp_keyboard_shortcuts_inhibitor_v1;
struct zwp_linux_dmabuf_feedback_v1;
struct zwp_linux_dmabuf_v1;
struct zwp_locked_pointer_v1;
struct zwp_pointer_constraints_v1;
struct zwp_relative_pointer_manager_v1;
struct zwp_relative_pointer_v1;
struct zxdg_decoration_manager_v1;
struct zxdg_toplevel_decoration_v1;

namespace pierglass::wl {

// End of an object: the destructor request that its bound version has, or only the local proxy.
// Any thread.
void destroy(wl_buffer* proxy) noexcept;
void destroy(wl_callback* proxy) noexcept;
void destroy(wl_compositor* proxy) noexcept;
void destroy(wl_event_queue* queue) noexcept;
void destroy(wl_keyboard* proxy) noexcept;
void destroy(wl_output* proxy) noexcept;
void destroy(wl_pointer* proxy) noexcept;
void destroy(wl_region* proxy) noexcept;
void destroy(wl_registry* proxy) noexcept;
void destroy(wl_seat* proxy) noexcept;
void destroy(wl_shm* proxy) noexcept;
void destroy(wl_shm_pool* proxy) noexcept;
void destroy(wl_surface* proxy) noexcept;
void destroy(wp_content_type_manager_v1* proxy) noexcept;
void destroy(wp_content_type_v1* proxy) noexcept;
void destroy(wp_cursor_shape_device_v1* proxy) noexcept;
void destroy(wp_cursor_shape_manager_v1* proxy) noexcept;
void destroy(wp_fractional_scale_manager_v1* proxy) noexcept;
void destroy(wp_fractional_scale_v1* proxy) noexcept;
void destroy(wp_linux_drm_syncobj_manager_v1* proxy) noexcept;
void destroy(wp_presentation* proxy) noexcept;
void destroy(struct wp_presentation_feedback* proxy) noexcept;
void destroy(wp_tearing_control_manager_v1* proxy) noexcept;
void destroy(wp_tearing_control_v1* proxy) noexcept;
void destroy(wp_viewport* proxy) noexcept;
void destroy(wp_viewporter* proxy) noexcept;
void destroy(xdg_activation_token_v1* proxy) noexcept;
void destroy(xdg_activation_v1* proxy) noexcept;
void destroy(xdg_surface* proxy) noexcept;
void destroy(xdg_toplevel* proxy) noexcept;
void destroy(xdg_wm_base* proxy) noexcept;
void destroy(zwp_idle_inhibit_manager_v1* proxy) noexcept;
void destroy(zwp_idle_inhibitor_v1* proxy) noexcept;
void destroy(zwp_keyboard_shortcuts_inhibit_manager_v1* proxy) noexcept;
void destroy(zwp_keyboard_shortcuts_inhibitor_v1* proxy) noexcept;
void destroy(zwp_linux_dmabuf_feedback_v1* proxy) noexcept;
void destroy(zwp_linux_dmabuf_v1* proxy) noexcept;
void destroy(zwp_locked_pointer_v1* proxy) noexcept;
void destroy(zwp_pointer_constraints_v1* proxy) noexcept;
void destroy(zwp_relative_pointer_manager_v1* proxy) noexcept;
void destroy(zwp_relative_pointer_v1* proxy) noexcept;
void destroy(zxdg_decoration_manager_v1* proxy) noexcept;
void destroy(zxdg_toplevel_decoration_v1* proxy) noexcept;

template <typename T>
struct ProxyTraits {
  using Value = T*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value proxy) noexcept { destroy(proxy); }
};

// Sole owner of a protocol object. Must end before the display connection and before the queue that
// its events go to.
template <typename T>
using Proxy = Handle<ProxyTraits<T>>;

void destroy_wrapper(void* wrapper) noexcept;

template <typename T>
struct WrapperTraits {
  using Value = T*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value wrapper) noexcept { destroy_wrapper(wrapper); }
};

// Owner of a proxy wrapper: the same protocol object, but what is created through it belongs to the
// wrapper's queue from its first event on. Must end before the object itself.
template <typename T>
using Wrapper = Handle<WrapperTraits<T>>;

void* make_wrapper(void* object, wl_event_queue* queue);

// Null stays null.
template <typename T>
Wrapper<T> wrap(T* object, wl_event_queue* queue) {
  if (object == nullptr) return {};
  return Wrapper<T>(static_cast<T*>(make_wrapper(object, queue)));
}

}  // namespace pierglass::wl
