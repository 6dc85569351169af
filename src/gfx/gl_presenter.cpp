// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/gl_presenter.hpp"

#include <EGL/eglext.h>
#include <wayland-client.h>

#include <utility>

#include "gfx/egl_window_output.hpp"
#include "gfx/gl_driver.hpp"

namespace pierglass::gfx {
namespace {

// Of the trial: for one way to upload, and for one frame, as a GPU that hangs is not waited for.
constexpr Nanoseconds kTrialShare = std::chrono::milliseconds(15);
constexpr Nanoseconds kTrialPatience = std::chrono::milliseconds(100);

}  // namespace

Result<std::unique_ptr<GlPresenter>> GlPresenter::create(
    const NativeSurface& native, std::unique_ptr<TextureImporter> importer) {
  std::unique_ptr<GlPresenter> self(new GlPresenter);
  self->display_ = TRY(open_egl_display(EGL_PLATFORM_WAYLAND_KHR, native.display));
  EGLDisplay display = self->display_.get();
  EGLConfig config = TRY(choose_egl_config(display, EGL_WINDOW_BIT));
  self->context_ = TRY(create_egl_context(display, config));
  self->output_ = TRY(make_egl_window_output({.connection = native.display,
                                              .surface = native.surface,
                                              .display = display,
                                              .config = config,
                                              .context = self->context_.get().object}));
  self->size_ = {1, 1};  // until the first resize
  self->surface_ = native.surface;
  self->device_ = gl_string(GL_RENDERER);
  if (importer == nullptr) importer = make_egl_importer(display);
  self->imports_ = std::make_unique<ImportedSlots>(std::move(importer));
  self->pass_ = TRY(GlPass::create({.mode = pbo_modes().front()}));
  return self;
}

void GlPresenter::choose_upload_way() {
  const std::vector<UploadTrial> trials = time_uploads(kTrialShare, kTrialPatience);
  if (trials.empty()) return;  // the first upload will say what is wrong
  pass_->set_upload_way(quickest(trials).way);
  device_ += "; uploads: " + describe(trials);
}

Result<void> GlPresenter::resize(Size window) {
  if (window.area() == 0) return fail(ErrorCode::InvalidArgument, "window size");
  if (window == size_) return {};
  size_ = window;
  return {};
}

void GlPresenter::set_transform(Transform transform) {
  if (transform == transform_) return;
  transform_ = transform;
  tells_transform_ = true;
  pass_->set_transform(transform);
}

Result<UploadStats> GlPresenter::upload(const pixel::ConstImage& picture,
                                        std::span<const Rect> damage) {
  borrowed_.reset();
  return pass_->upload(picture, damage);
}

// Nothing is drawn by damage here.
Result<void> GlPresenter::borrow(const pixel::ConstImage& picture, const pixel::SlotMemory& memory,
                                 std::span<const Rect> /*damage*/) {
  const Result<GLuint> texture = imports_->texture(picture, memory);
  if (!texture) {
    if (borrowed_) borrowed_->over = true;  // its texture may be gone with the others
    return std::unexpected(texture.error());
  }
  pass_->borrow(picture.kind(), *texture);
  borrowed_ = {.memory = memory};
  return {};
}

bool GlPresenter::reads(const pixel::SlotMemory& memory) const {
  const bool next = borrowed_ && !borrowed_->drawn && !borrowed_->over;
  return (next && borrowed_->memory.same_slot(memory)) || imports_->busy(memory);
}

void GlPresenter::on_unmapped() {
  if (borrowed_) borrowed_->over = true;
  imports_->drop();  // the guest's memory may go while nobody looks
}

Result<DrawStats> GlPresenter::draw(const CursorOverlay& cursor) {
  const HostTime start = HostClock::now();
  if (borrowed_) {
    borrowed_->over |= borrowed_->drawn && !imports_->busy(borrowed_->memory);
    if (borrowed_->over) return fail(ErrorCode::Stale, "borrowed picture");
  }
  TRY(begin());
  if (const auto drawn = pass_->draw(size_, cursor); !drawn) {
    borrowed_.reset();
    return std::unexpected(drawn.error());
  }
  if (borrowed_) {
    imports_->on_sampled(borrowed_->memory);
    borrowed_->drawn = true;
  }
  return present(start);
}

Result<DrawStats> GlPresenter::draw_message(std::string_view text) {
  const HostTime start = HostClock::now();
  TRY(begin());
  borrowed_.reset();
  imports_->drop();
  TRY(pass_->draw_message(size_, text));
  return present(start);
}

Result<void> GlPresenter::begin() {
  TRY(output_->resize(turned(size_, transform_)));
  return output_->begin();
}

Result<DrawStats> GlPresenter::present(HostTime start) {
  const HostTime drawn = HostClock::now();
  if (std::exchange(tells_transform_, false)) {
    wl_surface_set_buffer_transform(surface_, std::to_underlying(transform_));
  }
  TRY(output_->present());
  return DrawStats{drawn - start, HostClock::now() - drawn};
}

}  // namespace pierglass::gfx
