// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gfx/create_presenter.hpp"
#include "gfx/gl_device.hpp"
#include "gfx/gl_driver.hpp"
#include "gfx/gl_output.hpp"
#include "gfx/gl_pass.hpp"
#include "gfx/import_trial.hpp"
#include "gfx/imported_slots.hpp"
#include "gfx/wl_buffer.hpp"

namespace pierglass::gfx {

// Draws with OpenGL ES into what a GlOutput gives. The context stays current on the thread that
// made it.
class GlPresenter final : public Presenter {
 public:
  // What tests put in the place of drivers; null: as it is.
  struct StandIns {
    std::unique_ptr<TextureImporter> importer;  // of borrowed pictures
    std::unique_ptr<GlOutput> output;
    ResetStatus reset_status = nullptr;
  };
  static Result<std::unique_ptr<GlPresenter>> create(const NativeSurface& native,
                                                     StandIns stand_ins);
  static Result<std::unique_ptr<GlPresenter>> create(const NativeSurface& native) {
    return create(native, {});
  }

  // How pictures are uploaded by a driver, and what is said of it.
  struct Uploads {
    std::string driver;  // empty: nothing is known
    UploadWay way;
    std::string said;
  };
  // Takes the quickest way to upload: as known if it is of the same driver, else by timing them;
  // says so in device(). Before the first upload.
  Uploads choose_upload_way(const TrialLimits& limits, Uploads known);

  // From now on pictures are borrowed only where that is as quick as an upload, which is tried with
  // the first one of each size and format that could be; device() or borrowing() says so.
  void weigh_imports(TrialLimits limits) { import_limits_ = std::move(limits); }

  [[nodiscard]] std::string_view name() const override { return "gl"; }
  [[nodiscard]] std::string_view device() const override { return device_; }

  [[nodiscard]] std::string_view output() const override { return output_text_; }

  [[nodiscard]] const Ending* ending() const override { return ending_ ? &*ending_ : nullptr; }

  [[nodiscard]] bool leaves_tearing() const override { return leaves_tearing_; }

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
  void free_buffers() override {
    if (output_) output_->free_buffers();
  }
  void on_unmapped() override;  // each commit shows a whole new buffer

 private:
  // A picture that lies in the guest's memory.
  struct Borrowed {
    pixel::SlotMemory memory;
    bool drawn = false;  // the guest may overwrite it once the GPU has sampled it
    bool over = false;   // it may now
  };

  GlPresenter(const NativeSurface& native, GlDevice device)
      : connection_(native.display),
        surface_(native.surface),
        device_of_gl_(std::move(device)),
        replaceable_(device_of_gl_.has_windows()) {}
  static std::unique_ptr<GlPresenter> create_on_other_gpu(const NativeSurface& native,
                                                          std::string& trouble);
  Result<void> choose_output(const NativeSurface& native, std::unique_ptr<GlOutput> stand_in,
                             std::string trouble);
  void use(std::unique_ptr<GlOutput> output, std::string more);
  Result<void> use_window(std::string why);
  void tell_output();
  Result<void> start_drawing(StandIns stand_ins);
  [[nodiscard]] bool is_gpu_lost();
  [[nodiscard]] bool is_of_lost_gpu(const Error& error);
  Result<void> check_gpu();
  template <typename T>
  Result<T> watched(Result<T> result);
  Result<void> replace_output(const Error& why);
  [[nodiscard]] Size buffer_size() const { return turned(size_, transform_); }
  Result<void> begin_output();
  Result<void> begin();
  Result<GLuint> import(const pixel::ConstImage& picture, const pixel::SlotMemory& memory);
  void weigh_import(const pixel::ConstImage& picture, GLuint texture, const TrialLimits& limits);
  Result<DrawStats> draw_all(const CursorOverlay& cursor);
  Result<DrawStats> draw_text(std::string_view text);
  Result<void> draw_picture(const CursorOverlay& cursor);
  template <typename DrawPass>
  Result<DrawStats> show(HostTime start, DrawPass draw_pass);

  wl_display* connection_;
  wl_surface* surface_;
  // The order of destruction is part of the design: pass, imports, output, device.
  GlDevice device_of_gl_;
  std::unique_ptr<GlOutput> output_;
  std::unique_ptr<ImportedSlots> imports_;
  std::unique_ptr<GlPass> pass_;
  ResetStatus reset_status_ = nullptr;  // null: nobody tells
  bool gpu_lost_ = false;               // which may be told only once
  std::optional<Ending> ending_;
  std::optional<Borrowed> borrowed_;  // what pass_ shows
  // What sampling borrowed pictures costs; no limits: it does not matter.
  struct Weighed {
    Size size;  // stored
    wire::PixelFormat format{};
    ImportTrial trial;
  };
  std::optional<TrialLimits> import_limits_;
  Weighed weighed_;
  std::string driver_;  // and how pictures are uploaded
  std::string device_;
  std::string output_more_;  // than output_ says itself
  std::string output_said_;
  std::string output_text_;
  bool replaceable_;  // by EGL's window
  bool leaves_tearing_ = false;
  Size size_{1, 1};  // until the first resize
  Transform transform_ = Transform::Normal;
  BufferTransform buffer_transform_;
};

}  // namespace pierglass::gfx
