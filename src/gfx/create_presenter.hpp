// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "gfx/dmabuf_offers.hpp"
#include "gfx/output_wish.hpp"
#include "gfx/presenter.hpp"

struct wl_display;
struct wl_shm;
struct wl_surface;
struct wp_linux_drm_syncobj_manager_v1;

namespace pierglass::gfx {

enum class Renderer : std::uint8_t { Auto, Gl, Shm };

// Where pictures go. Borrowed; all must outlive the presenter. `surface` and `shm` are proxies or
// proxy wrappers on the present thread's queue: objects made from them (buffers) send their events
// there, and whoever dispatches that queue thereby tells the presenter which buffers are free. That
// must happen on the thread that calls the presenter, and go on while it draws.
struct NativeSurface {
  wl_display* display = nullptr;
  wl_surface* surface = nullptr;
  wl_shm* shm = nullptr;
  // What the compositor takes as dma-bufs; null: GL goes through EGL's window.
  const DmabufOffers* dmabufs = nullptr;
  // A presenter that draws by the CPU shows borrowed pictures as dma-bufs where it can.
  bool lends_dmabufs = false;
  // Pictures that a GPU can sample where they lie are not uploaded where that is quicker.
  bool imports_anyway = false;
  // For explicit synchronisation; null: there is none. Then `wake_fd` is an eventfd of the thread
  // that calls the presenter, to which the kernel writes when a buffer has become free.
  wp_linux_drm_syncobj_manager_v1* drm_syncobj = nullptr;
  int wake_fd = -1;
  OutputWish output;
};

// Makes a presenter; call it on the thread that will draw. Blocks for round trips to the compositor
// and for the driver's start (tens of milliseconds), attaches and commits nothing.
// Auto: GL, unless it fails or a software rasteriser drives it; then shm. When `reason` is given it
// gets one sentence fragment on why Auto did not take GL, else it is left alone. With Auto and Gl
// it follows the compositor to another GPU and outlives the loss of one, with shm if need be; see
// LastingPresenter.
// Errors: Unsupported or OsCall (EGL) for Gl; Unsupported for Shm without wl_shm.
Result<std::unique_ptr<Presenter>> create_presenter(Renderer wish, const NativeSurface& native,
                                                    std::string* reason = nullptr);

}  // namespace pierglass::gfx
