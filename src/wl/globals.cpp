// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/globals.hpp"

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

#include <algorithm>
#include <array>
#include <utility>

namespace pierglass::wl {

namespace {

using enum Global;
using enum Need;

constexpr std::array<GlobalRow, kGlobalCount> kTable{{
    // wl_surface.damage_buffer is of version 4.
    {Compositor, &wl_compositor_interface, "wl_compositor", 4, 5, 0, Required,
     "Pierglass cannot draw here; use a compositor that offers wl_compositor 4 (Sway, GNOME, KDE "
     "and "
     "Weston since 2016 do)"},
    // 6 added the toplevel state "suspended".
    {WmBase, &xdg_wm_base_interface, "xdg_wm_base", 1, 6, 6, Required,
     "Pierglass cannot open a window here; use a compositor with xdg-shell (Sway, GNOME, KDE and "
     "Weston "
     "have it)"},
    {Shm, &wl_shm_interface, "wl_shm", 1, 1, 0, Required,
     "Pierglass cannot hand pictures over here; use a compositor that offers wl_shm (each one "
     "should: "
     "restart the session or report it there)"},
    // 4 added the name.
    {Output, &wl_output_interface, "wl_output", 2, 4, 0, Optional,
     "the screen cannot be chosen with --output; the compositor places the window"},
    {Viewporter, &wp_viewporter_interface, "wp_viewporter", 1, 1, 0, Optional,
     "fractional scales are not followed; the compositor resizes the picture on such screens"},
    {FractionalScaleManager, &wp_fractional_scale_manager_v1_interface,
     "wp_fractional_scale_manager_v1", 1, 1, 0, Optional,
     "fractional scales are followed by a fullscreen window only, if there is wp_viewporter; else "
     "the compositor resizes the picture on such screens"},
    // 2 only says more about `refresh` on screens with a variable rate.
    {Presentation, &wp_presentation_interface, "wp_presentation", 1, 2, 2, Optional,
     "the moment a frame reaches the screen is not known"},
    {ContentTypeManager, &wp_content_type_manager_v1_interface, "wp_content_type_manager_v1", 1, 1,
     0, Optional, "the compositor and the monitor are not told that a game is shown"},
    {TearingControlManager, &wp_tearing_control_manager_v1_interface,
     "wp_tearing_control_manager_v1", 1, 1, 0, Optional,
     "pictures are only shown whole, so --tearing changes nothing"},
    {DecorationManager, &zxdg_decoration_manager_v1_interface, "zxdg_decoration_manager_v1", 1, 1,
     0, Optional, "the window has no title bar unless the compositor draws one by itself"},
    {IdleInhibitManager, &zwp_idle_inhibit_manager_v1_interface, "zwp_idle_inhibit_manager_v1", 1,
     1, 0, Optional, "the screen may go dark or lock while the guest plays a film"},
    {Activation, &xdg_activation_v1_interface, "xdg_activation_v1", 1, 1, 0, Optional,
     "a guest that asks for attention is not pointed out, and a window that is asked for is put on "
     "the "
     "desktop anew instead of raised"},
    // 8 has the wheel in parts of a notch. Later ones tell repeats, which code 8 need not hear.
    {Seat, &wl_seat_interface, "wl_seat", 1, 8, 0, Optional,
     "keyboard and mouse do not reach the guest"},
    {RelativePointerManager, &zwp_relative_pointer_manager_v1_interface,
     "zwp_relative_pointer_manager_v1", 1, 1, 0, Optional,
     "the guest's pointer does not move while the mouse is captured"},
    {PointerConstraints, &zwp_pointer_constraints_v1_interface, "zwp_pointer_constraints_v1", 1, 1,
     0, Optional, "the mouse cannot be captured, so games that turn a view with it do not work"},
    {ShortcutsInhibitManager, &zwp_keyboard_shortcuts_inhibit_manager_v1_interface,
     "zwp_keyboard_shortcuts_inhibit_manager_v1", 1, 1, 0, Optional,
     "key combinations of the desktop do not reach the guest"},
    // 3 names modifiers; 4 tells them by feedback; 5 only explains more.
    {LinuxDmabuf, &zwp_linux_dmabuf_v1_interface, "zwp_linux_dmabuf_v1", 3, 5, 5, Optional,
     "the guest's memory cannot be handed over as dma-bufs (--path scanout), "
     "and what OpenGL draws is handed over by the graphics driver"},
    {CursorShapeManager, &wp_cursor_shape_manager_v1_interface, "wp_cursor_shape_manager_v1", 1, 1,
     0, Optional, "where the guest shows no pointer, ours is a plain arrow"},
    {DrmSyncobjManager, &wp_linux_drm_syncobj_manager_v1_interface,
     "wp_linux_drm_syncobj_manager_v1", 1, 1, 0, Optional,
     "graphics drivers that leave no fences in shared memory hand pictures over themselves"},
}};

constexpr bool in_order_of_enum() {
  for (std::size_t i = 0; i < kTable.size(); ++i)
    if (std::to_underlying(kTable[i].global) != i) return false;
  return true;
}
static_assert(in_order_of_enum());

}  // namespace

std::span<const GlobalRow> global_table() {
  return kTable;
}

const GlobalRow& row_of(Global global) {
  return kTable[std::to_underlying(global)];
}

std::uint32_t version_to_bind(const GlobalRow& row, std::uint32_t advertised) {
  const auto header = static_cast<std::uint32_t>(row.interface->version);
  const std::uint32_t known = std::max(header, row.same_messages_until);
  const std::uint32_t version = std::min({advertised, row.max_version, known});
  return version < row.min_version ? 0 : version;
}

}  // namespace pierglass::wl
