// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gfx/create_presenter.hpp"
#include "gfx/egl.hpp"
#include "gfx/gl_output.hpp"
#include "gfx/gl_pass.hpp"
#include "gfx/imported_slots.hpp"

namespace pierglass::gfx {

// Draws with OpenGL ES into what a GlOutput gives. The context stays current on the thread that
// made it.
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

  [[nodiscard]] bool leaves_tearing() const override { return output_->leaves_tearing(); }

  Result<void> resize(Size window) override;
  void set_transform(Transform transform) override;
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
  void on_unmapped() override;  // each commit shows a whole new buffer

 private:
  // A picture that lies in the guest's memory.
  struct Borrowed {
    pixel::SlotMemory memory;
    bool drawn = false;  // the guest may overwrite it once the GPU has sampled it
    bool over = false;   // it may now
  };

  GlPresenter() = default;
  Result<void> begin();
  Result<DrawStats> present(HostTime start);

  wl_surface* surface_ = nullptr;
  // The order of destruction is part of the design: pass, imports, output, context, display.
  EglDisplay display_;
  EglContext context_;
  std::unique_ptr<GlOutput> output_;
  std::unique_ptr<ImportedSlots> imports_;
  std::unique_ptr<GlPass> pass_;
  std::optional<Borrowed> borrowed_;  // what pass_ shows
  std::string device_;
  Size size_;
  Transform transform_ = Transform::Normal;
  bool tells_transform_ = false;  // with the next commit
};

}  // namespace pierglass::gfx
