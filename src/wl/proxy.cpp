// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/proxy.hpp"

#include <content-type-v1-client-protocol.h>
#include <cursor-shape-v1-client-protocol.h>
#include <fractional-scale-v1-client-protocol.h>
#include <idle-inhibit-unstable-v1-client-protocol.h>
#include <keyboard-shortcuts-inhibit-unstable-v1-client-protocol.h>
#include <linux-dmabuf-unstable-v1-client-protocol.h>
#include <linux-drm-syncobj-v1-client-protocol.h>
#include <pointer-constraints-unstable-v1-client-protocol.h>
#include <presentation-time-client-protocol.h>
#include <relative-pointer-unstable-v1-client-protocol.h>
#include <tearing-control-v1-client-protocol.h>
#include <viewporter-client-protocol.h>
#include <wayland-client.h>
#include <xdg-activation-v1-client-protocol.h>
#include <xdg-decoration-unstable-v1-client-protocol.h>
#include <xdg-shell-client-protocol.h>

namespace pierglass::wl {

void destroy(wl_buffer* proxy) noexcept {
  wl_buffer_destroy(proxy);
}
void destroy(wl_callback* proxy) noexcept {
  wl_callback_destroy(proxy);
}
void destroy(wl_compositor* proxy) noexcept {
  wl_compositor_destroy(proxy);
}
void destroy(wl_event_queue* queue) noexcept {
  wl_event_queue_destroy(queue);
}
void destroy(wl_region* proxy) noexcept {
  wl_region_destroy(proxy);
}
void destroy(wl_registry* proxy) noexcept {
  wl_registry_destroy(proxy);
}
void destroy(wl_shm* proxy) noexcept {
  wl_shm_destroy(proxy);
}
void destroy(wl_shm_pool* proxy) noexcept {
  wl_shm_pool_destroy(proxy);
}
void destroy(wl_surface* proxy) noexcept {
  wl_surface_destroy(proxy);
}
void destroy(wp_linux_drm_syncobj_manager_v1* proxy) noexcept {
  wp_linux_drm_syncobj_manager_v1_destroy(proxy);
}
void destroy(wp_presentation* proxy) noexcept {
  wp_presentation_destroy(proxy);
}
void destroy(wp_viewport* proxy) noexcept {
  wp_viewport_destroy(proxy);
}
void destroy(wp_viewporter* proxy) noexcept {
  wp_viewporter_destroy(proxy);
}
void destroy(xdg_surface* proxy) noexcept {
  xdg_surface_destroy(proxy);
}
void destroy(xdg_toplevel* proxy) noexcept {
  xdg_toplevel_destroy(proxy);
}
void destroy(xdg_wm_base* proxy) noexcept {
  xdg_wm_base_destroy(proxy);
}

void destroy(wl_output* proxy) noexcept {
  if (wl_output_get_version(proxy) >= WL_OUTPUT_RELEASE_SINCE_VERSION) {
    wl_output_release(proxy);
  } else {
    wl_output_destroy(proxy);
  }
}

void destroy(wl_keyboard* proxy) noexcept {
  if (wl_keyboard_get_version(proxy) >= WL_KEYBOARD_RELEASE_SINCE_VERSION) {
    wl_keyboard_release(proxy);
  } else {
    wl_keyboard_destroy(proxy);
  }
}

void destroy(wl_pointer* proxy) noexcept {
  if (wl_pointer_get_version(proxy) >= WL_POINTER_RELEASE_SINCE_VERSION) {
    wl_pointer_release(proxy);
  } else {
    wl_pointer_destroy(proxy);
  }
}

void destroy(wl_seat* proxy) noexcept {
  if (wl_seat_get_version(proxy) >= WL_SEAT_RELEASE_SINCE_VERSION) {
    wl_seat_release(proxy);
  } else {
    wl_seat_destroy(proxy);
  }
}

void destroy(wp_content_type_manager_v1* proxy) noexcept {
  wp_content_type_manager_v1_destroy(proxy);
}

void destroy(wp_content_type_v1* proxy) noexcept {
  wp_content_type_v1_destroy(proxy);
}

void destroy(wp_cursor_shape_device_v1* proxy) noexcept {
  wp_cursor_shape_device_v1_destroy(proxy);
}
void destroy(wp_cursor_shape_manager_v1* proxy) noexcept {
  wp_cursor_shape_manager_v1_destroy(proxy);
}
void destroy(wp_fractional_scale_manager_v1* proxy) noexcept {
  wp_fractional_scale_manager_v1_destroy(proxy);
}

void destroy(wp_fractional_scale_v1* proxy) noexcept {
  wp_fractional_scale_v1_destroy(proxy);
}

void destroy(struct wp_presentation_feedback* proxy) noexcept {
  wp_presentation_feedback_destroy(proxy);
}

void destroy(wp_tearing_control_manager_v1* proxy) noexcept {
  wp_tearing_control_manager_v1_destroy(proxy);
}

void destroy(wp_tearing_control_v1* proxy) noexcept {
  wp_tearing_control_v1_destroy(proxy);
}

void destroy(xdg_activation_token_v1* proxy) noexcept {
  xdg_activation_token_v1_destroy(proxy);
}

void destroy(xdg_activation_v1* proxy) noexcept {
  xdg_activation_v1_destroy(proxy);
}

void destroy(zwp_idle_inhibit_manager_v1* proxy) noexcept {
  zwp_idle_inhibit_manager_v1_destroy(proxy);
}

void destroy(zwp_idle_inhibitor_v1* proxy) noexcept {
  zwp_idle_inhibitor_v1_destroy(proxy);
}

void destroy(zwp_keyboard_shortcuts_inhibit_manager_v1* proxy) noexcept {
  zwp_keyboard_shortcuts_inhibit_manager_v1_destroy(proxy);
}

void destroy(zwp_keyboard_shortcuts_inhibitor_v1* proxy) noexcept {
  zwp_keyboard_shortcuts_inhibitor_v1_destroy(proxy);
}

void destroy(zwp_linux_dmabuf_feedback_v1* proxy) noexcept {
  zwp_linux_dmabuf_feedback_v1_destroy(proxy);
}
void destroy(zwp_linux_dmabuf_v1* proxy) noexcept {
  zwp_linux_dmabuf_v1_destroy(proxy);
}
void destroy(zwp_locked_pointer_v1* proxy) noexcept {
  zwp_locked_pointer_v1_destroy(proxy);
}

void destroy(zwp_pointer_constraints_v1* proxy) noexcept {
  zwp_pointer_constraints_v1_destroy(proxy);
}

void destroy(zwp_relative_pointer_manager_v1* proxy) noexcept {
  zwp_relative_pointer_manager_v1_destroy(proxy);
}

void destroy(zwp_relative_pointer_v1* proxy) noexcept {
  zwp_relative_pointer_v1_destroy(proxy);
}

void destroy(zxdg_decoration_manager_v1* proxy) noexcept {
  zxdg_decoration_manager_v1_destroy(proxy);
}

void destroy(zxdg_toplevel_decoration_v1* proxy) noexcept {
  zxdg_toplevel_decoration_v1_destroy(proxy);
}

void destroy_wrapper(void* wrapper) noexcept {
  wl_proxy_wrapper_destroy(wrapper);
}

void* make_wrapper(void* object, wl_event_queue* queue) {
  void* wrapper = wl_proxy_create_wrapper(object);
  wl_proxy_set_queue(static_cast<wl_proxy*>(wrapper), queue);
  return wrapper;
}

}  // namespace pierglass::wl
