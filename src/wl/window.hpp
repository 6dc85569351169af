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
  Size buffer;                   // pixels: the size every upright buffer must have from now on
  std::uint32_t scale120 = kScaleOne;
  Transform transform = Transform::Normal;  // of the one screen that it fills
  bool fullscreen = false;
  bool activated = false;
  bool suspended = false;  // nobody sees it (xdg_wm_base 6): no need to draw
  bool hidden = false;     // taken off the desktop by hide(): nothing may be committed
};

// How a hidden window comes back.
struct ShowOptions {
  bool fullscreen = false;
  wl_output* output = nullptr;  // where to be fullscreen; null: the compositor chooses
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
// the presenter's commit makes them effective. The main thread commits only what asks for the first
// configure event of a role, without a buffer: in create(), before a present thread exists, and in
// show(), while the present thread commits nothing.
//
// Hide and show. The surface stays, its role (the toplevel) ends and is made anew, because a role
// object must neither be made on a surface that has a buffer nor be used after its end. The two
// threads hand the surface over to each other:
//   main     hide(): publishes a state with `hidden` set. Events of the role count no more. The
//            role still exists, as the present thread may be about to commit.
//   present  apply_pending() gives the hidden state (each one belongs to one hide()). It calls
//            PresentQueue::unmap(), which commits no buffer, tells the main thread the state's
//            `generation` by a way of the application's own, and from then on neither draws nor
//            commits, nor uses the role, until apply_pending() gives a state that is not hidden.
//            It must not wait for a frame callback of before.
//   main     on_unmapped(generation): ends the role. The window is gone from the desktop.
//   main     show(): makes the role anew and commits without a buffer. If the present thread has
//            not answered yet, on_unmapped() does it. The window stays hidden until the
//            compositor's configure event, which publishes a state that is not hidden: on_state().
//   present  apply_pending() gives that state and sends its ack; draws and commits as ever.
// hide() may come at any of these moments, and begins from the top; of show() and hide() the last
// one counts. An answer to a hide() that was called before the latest is disregarded by its
// generation. The order of memory is that of the mutex behind apply_pending() and of the
// application's way back.
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
  // From what state() says to the other.
  void toggle_fullscreen(wl_output* output = nullptr);
  [[nodiscard]] bool is_fullscreen() const { return state_.fullscreen; }
  // While there is no role, from hide() to show(), the title is kept and those above do nothing.
  void set_title(const char* title);

  // Takes the window off the desktop and brings it back; see above. Hiding a hidden window and
  // showing a shown one does nothing.
  void hide();
  void on_unmapped(std::uint64_t generation);
  void show(const ShowOptions& options);
  // Whether the last of the two was show(), whatever has come of it yet.
  [[nodiscard]] bool shown() const { return stage_ == Stage::Shown || show_.has_value(); }
  [[nodiscard]] const std::string& app_id() const { return app_id_; }

  // ---- present thread ----
  // If the state changed since the last call: sends what makes it effective with the next commit
  // (one ack for all configure events so far) and gives it. Resize the presenter to `buffer`, then
  // draw; or, when it is hidden, PresentQueue::unmap(). Takes a lock that the main thread holds for
  // a copy of a few words.
  std::optional<WindowState> apply_pending();

  // ---- any thread ----
  [[nodiscard]] wl_surface* surface() const { return surface_.get(); }

 private:
  friend struct WindowListeners;

  enum class Stage : std::uint8_t {
    Shown,   // there is a role
    Hiding,  // it is no more used by us and not ended yet
    Hidden,  // there is none
  };

  // What the present thread has not applied yet.
  struct Mailbox {
    WindowState state;
    std::uint32_t serial = 0;  // of the last configure event
    bool unacked = false;
  };

  Window(Registry& registry, const WindowOptions& options, WindowEvents& events)
      : registry_(registry),
        events_(events),
        title_(options.title),
        app_id_(options.app_id),
        floating_size_(options.size) {}

  void create_surface();
  void create_role(const ShowOptions& options);
  void end_role();
  void ask_for_configure();
  void publish(std::optional<std::uint32_t> serial);
  void apply_scale(const WindowState& state);
  void set_scale(std::uint32_t scale120);
  bool hear_scale(std::uint32_t scale120);
  void publish_change();
  void follow_outputs();
  bool hear_outputs();
  std::uint32_t scale_of_outputs() const;
  [[nodiscard]] Transform transform_of_output() const;

  void on_enter(wl_output* output) noexcept;
  void on_leave(wl_output* output) noexcept;
  void on_surface_configure(std::uint32_t serial) noexcept;
  void on_toplevel_configure(std::int32_t width, std::int32_t height, wl_array* states) noexcept;
  void on_close() noexcept { events_.on_close(); }
  void on_preferred_scale(std::uint32_t scale120) noexcept;

  Registry& registry_;
  WindowEvents& events_;
  std::string title_;
  std::string app_id_;
  Proxy<wl_surface> surface_;
  Proxy<wp_viewport> viewport_;
  Proxy<wp_fractional_scale_v1> fractional_scale_;
  Proxy<wp_content_type_v1> content_type_;
  Proxy<xdg_surface> xdg_surface_;
  Proxy<xdg_toplevel> toplevel_;
  Proxy<zxdg_toplevel_decoration_v1> decoration_;

  Stage stage_ = Stage::Shown;
  std::optional<ShowOptions> show_;  // asked for while hiding
  WindowState state_;                // in force for the main thread
  WindowState hearing_;  // collected by toplevel events until the surface's configure event
  Size floating_size_;   // logical, of the window when not fullscreen
  std::vector<std::uint32_t> entered_;  // outputs under the window, by global name

  std::mutex mutex_;  // guards mailbox_
  Mailbox mailbox_;
  // Present thread.
  std::uint64_t applied_ = 0;  // generation last given
  bool stretched_ = false;     // the viewport has a destination
};

}  // namespace pierglass::wl
