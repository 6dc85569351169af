// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "wl/listener.hpp"
#include "wl/proxy.hpp"

namespace pierglass::wl {

class Display;
class Registry;

// Scales are in 120ths, as wp_fractional_scale_v1 counts: 120 is 1:1.
inline constexpr std::uint32_t kScaleOne = 120;

struct WindowOptions {
  std::string title = "Pierglass";
  std::string app_id = "pierglass";  // the .desktop file's base name
  bool fullscreen = false;
  wl_output* output = nullptr;  // where to be fullscreen; null: the compositor chooses
  Size size{1280, 720};         // logical; used where the compositor leaves the choice to us
};

// What the compositor wants the window to be. A value; the newest replaces the others.
struct WindowState {
  std::uint64_t generation = 0;  // grows with every change; 0: not configured yet
  Size logical;                  // surface coordinates
  Size buffer;                   // pixels: the size every buffer must have from now on
  std::uint32_t scale120 = kScaleOne;
  bool fullscreen = false;
  bool activated = false;
  bool suspended = false;  // nobody sees it (xdg_wm_base 6): no need to draw
};

// Called on the main thread from the display's dispatch.
class WindowEvents {
 public:
  // The user wants the window closed.
  virtual void on_close() noexcept = 0;
  // state() changed: let the present thread call apply_pending() and draw, even if no frame came. A
  // compositor may show nothing (and will not resize) until that happened.
  virtual void on_state() noexcept = 0;

 protected:
  ~WindowEvents() = default;
};

// One xdg_toplevel and its wl_surface.
//
// Threads. The main thread owns the shell objects and hears their events; the present thread is the
// only one that commits the surface. What a configure event asks for is double-buffered state of
// the surface (ack, viewport destination, buffer scale), so it must reach the compositor together
// with the first buffer of the new size. Therefore the main thread only stores what it hears, and
// the present thread calls apply_pending() right before it draws: that sends these requests, and
// the presenter's commit makes them effective. The only commit made by the main thread is the first
// one, without a buffer, in create(), before a present thread exists.
//
// Must outlive the present thread's use; must end after the presenter and before registry and
// display.
class Window : Pinned {
 public:
  // Makes the window known to the compositor, which answers with the first configure; wait for that
  // with Display::dispatch_until(configured). Needs a registry that passed require().
  static Result<std::unique_ptr<Window>> create(Display& display, Registry& registry,
                                                const WindowOptions& options, WindowEvents& events);
  ~Window();

  // ---- main thread ----
  [[nodiscard]] bool configured() const { return state_.generation != 0; }
  [[nodiscard]] const WindowState& state() const { return state_; }
  // Takes effect by a later configure event. `output` null: the compositor chooses.
  void enter_fullscreen(wl_output* output = nullptr);
  void leave_fullscreen();
  void set_title(const char* title);
  [[nodiscard]] const std::string& app_id() const { return app_id_; }

  // ---- present thread ----
  // If the state changed since the last call: sends what makes it effective with the next commit
  // (one ack for all configure events so far) and gives it. Resize the presenter to `buffer`, then
  // draw. Takes a lock that the main thread holds for a copy of a few words.
  std::optional<WindowState> apply_pending();

  // ---- any thread ----
  [[nodiscard]] wl_surface* surface() const { return surface_.get(); }

 private:
  friend struct WindowListeners;

  // What the present thread has not applied yet.
  struct Mailbox {
    WindowState state;
    std::uint32_t serial = 0;  // of the last configure event
    bool unacked = false;
  };

  Window(Registry& registry, const WindowOptions& options, WindowEvents& events)
      : registry_(registry),
        events_(events),
        app_id_(options.app_id),
        floating_size_(options.size) {}

  void create_surface();
  void create_role(const WindowOptions& options);
  void publish(std::optional<std::uint32_t> serial);
  void set_scale(std::uint32_t scale120);
  void update_output_scale();

  void on_enter(wl_output* output) noexcept;
  void on_leave(wl_output* output) noexcept;
  void on_surface_configure(std::uint32_t serial) noexcept;
  void on_toplevel_configure(std::int32_t width, std::int32_t height, wl_array* states) noexcept;
  void on_close() noexcept { events_.on_close(); }
  void on_preferred_scale(std::uint32_t scale120) noexcept;

  Registry& registry_;
  WindowEvents& events_;
  std::string app_id_;
  Proxy<wl_surface> surface_;
  Proxy<wp_viewport> viewport_;  // only together with fractional_scale_
  Proxy<wp_fractional_scale_v1> fractional_scale_;
  Proxy<wp_content_type_v1> content_type_;
  Proxy<xdg_surface> xdg_surface_;
  Proxy<xdg_toplevel> toplevel_;
  Proxy<zxdg_toplevel_decoration_v1> decoration_;

  WindowState state_;    // in force for the main thread
  WindowState hearing_;  // collected by toplevel events until the surface's configure event
  Size floating_size_;   // logical, of the window when not fullscreen
  std::vector<std::uint32_t> entered_;  // outputs under the window, by global name

  std::mutex mutex_;  // guards mailbox_
  Mailbox mailbox_;
  std::uint64_t applied_ = 0;  // present thread: generation last given
};

}  // namespace pierglass::wl
