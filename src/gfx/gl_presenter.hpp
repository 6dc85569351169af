// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gfx/create_presenter.hpp"
#include "gfx/egl.hpp"
#include "gfx/gl_pass.hpp"
#include "gfx/imported_slots.hpp"

struct wl_egl_window;

namespace pierglass::gfx {

struct WlEglWindowTraits {
  using Value = wl_egl_window*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value window) noexcept;
};

// Draws with OpenGL ES into an EGL window surface at swap interval 0. The context stays current on
// the thread that made it.
class GlPresenter final : public Presenter {
 public:
  // `importer` of borrowed pictures; null: EGL's.
  static Result<std::unique_ptr<GlPresenter>> create(
      const NativeSurface& native, std::unique_ptr<TextureImporter> importer = nullptr);

  // Times the ways to upload and takes the quickest; says so in device(). Some tens of
  // milliseconds. Before the first upload.
  void choose_upload_way();

  [[nodiscard]] std::string_view name() const override { return "gl"; }
  [[nodiscard]] std::string_view device() const override { return device_; }

  [[nodiscard]] bool leaves_tearing() const override { return leaves_tearing_; }

  Result<void> resize(Size window) override;
  void set_filter(pixel::Filter filter) override { pass_->set_filter(filter); }
  Result<UploadStats> upload(const pixel::ConstImage& picture,
                             std::span<const Rect> damage) override;
  Result<void> borrow(const pixel::ConstImage& picture, const pixel::SlotMemory& memory,
                      std::span<const Rect> damage) override;
  [[nodiscard]] Borrowing borrowing() const override {
    return {.way = BorrowWay::Sampled, .refusal = imports_->refusal()};
  }
  [[nodiscard]] bool reads(const pixel::SlotMemory& memory) const override;
  Result<DrawStats> draw(const CursorOverlay& cursor) override;
  Result<DrawStats> draw_message(std::string_view text) override;
  void set_panel(std::span<const std::string> lines) override { pass_->set_panel(lines); }
  void on_unmapped() override;  // each swap shows a whole new buffer

 private:
  // A picture that lies in the guest's memory.
  struct Borrowed {
    pixel::SlotMemory memory;
    bool drawn = false;  // the guest may overwrite it once the GPU has sampled it
    bool over = false;   // it may now
  };

  GlPresenter() = default;
  Result<void> replace_surface();
  Result<DrawStats> present(HostTime start);

  wl_display* connection_ = nullptr;
  // The order of destruction is part of the design: pass, imports, context, surface, window,
  // display.
  EglDisplay display_;
  EGLConfig config_ = nullptr;
  Handle<WlEglWindowTraits> window_;
  EglSurface surface_;
  EglContext context_;
  std::unique_ptr<ImportedSlots> imports_;
  std::unique_ptr<GlPass> pass_;
  std::optional<Borrowed> borrowed_;  // what pass_ shows
  std::string device_;
  bool leaves_tearing_ = false;
  Size size_;
};

// True for GL_RENDERER strings of drivers that draw with the CPU.
bool is_software_renderer(std::string_view renderer);

// Whether an EGL of that EGL_VENDOR and GL_RENDERER makes no wp_tearing_control_v1 at swap interval
// 0. Mesa's and NVIDIA's do not, but for drivers over Vulkan, whose swapchains do.
bool leaves_tearing(std::string_view vendor, std::string_view renderer);

}  // namespace pierglass::gfx
