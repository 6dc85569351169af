// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/gl_presenter.hpp"

#include <EGL/eglext.h>
#include <wayland-client.h>
#include <wayland-egl.h>

#include <algorithm>
#include <array>

namespace pierglass::gfx {
namespace {

// Of the trial: for one way to upload, and for one frame, as a GPU that hangs is not waited for.
constexpr Nanoseconds kTrialShare = std::chrono::milliseconds(15);
constexpr Nanoseconds kTrialPatience = std::chrono::milliseconds(100);

std::string gl_string(GLenum name) {
  const auto* text = reinterpret_cast<const char*>(glGetString(name));
  return text == nullptr ? std::string() : std::string(text);
}

}  // namespace

void WlEglWindowTraits::close(Value window) noexcept {
  wl_egl_window_destroy(window);
}

bool is_software_renderer(std::string_view renderer) {
  constexpr std::array<std::string_view, 5> kNames = {"llvmpipe", "softpipe", "swrast", "SWR",
                                                      "Software Rasterizer"};
  return std::ranges::any_of(
      kNames, [&](std::string_view name) { return renderer.find(name) != renderer.npos; });
}

bool leaves_tearing(std::string_view vendor, std::string_view renderer) {
  const bool known = vendor.starts_with("Mesa") || vendor.starts_with("NVIDIA");
  return known && !renderer.starts_with("zink");
}

Result<std::unique_ptr<GlPresenter>> GlPresenter::create(
    const NativeSurface& native, std::unique_ptr<TextureImporter> importer) {
  std::unique_ptr<GlPresenter> self(new GlPresenter);
  self->display_ = TRY(open_egl_display(EGL_PLATFORM_WAYLAND_KHR, native.display));
  self->connection_ = native.display;
  self->size_ = {1, 1};  // until the first resize
  self->window_ = Handle<WlEglWindowTraits>(wl_egl_window_create(native.surface, 1, 1));
  if (!self->window_) return fail(ErrorCode::OsCall, "wl_egl_window_create");
  self->config_ = TRY(choose_egl_config(self->display_.get(), EGL_WINDOW_BIT));
  self->context_ = TRY(create_egl_context(self->display_.get(), self->config_));
  TRY(self->replace_surface());
  self->device_ = gl_string(GL_RENDERER);
  if (importer == nullptr) importer = make_egl_importer(self->display_.get());
  self->imports_ = std::make_unique<ImportedSlots>(std::move(importer));
  const char* const vendor = eglQueryString(self->display_.get(), EGL_VENDOR);
  self->leaves_tearing_ = vendor != nullptr && gfx::leaves_tearing(vendor, self->device_);
  self->pass_ = TRY(GlPass::create({.mode = pbo_modes().front()}));
  return self;
}

void GlPresenter::choose_upload_way() {
  const std::vector<UploadTrial> trials = time_uploads(kTrialShare, kTrialPatience);
  if (trials.empty()) return;  // the first upload will say what is wrong
  pass_->set_upload_way(quickest(trials).way);
  device_ += "; uploads: " + describe(trials);
}

// A new EGL surface for the window, made current.
Result<void> GlPresenter::replace_surface() {
  EGLDisplay display = display_.get();
  eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
  surface_.reset();
  EGLSurface surface = eglCreatePlatformWindowSurface(display, config_, window_.get(), nullptr);
  if (surface == EGL_NO_SURFACE) return fail_egl("eglCreatePlatformWindowSurface");
  surface_ = EglSurface({display, surface});
  if (!eglMakeCurrent(display, surface, surface, context_.get().object)) {
    return fail_egl("eglMakeCurrent");
  }
  // The frame callback is the caller's business.
  if (!eglSwapInterval(display, 0)) return fail_egl("eglSwapInterval");
  return {};
}

Result<void> GlPresenter::resize(Size window) {
  if (window.area() == 0) return fail(ErrorCode::InvalidArgument, "window size");
  if (window == size_) return {};
  size_ = window;
  wl_egl_window_resize(window_.get(), static_cast<int>(window.width),
                       static_cast<int>(window.height), 0, 0);
  // Mesa's software drivers notice a new size only after a swap of the old one (seen with 22.3).
  return is_software_renderer(device_) ? replace_surface() : Result<void>();
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
  borrowed_.reset();
  imports_->drop();
  TRY(pass_->draw_message(size_, text));
  return present(start);
}

Result<DrawStats> GlPresenter::present(HostTime start) {
  const HostTime drawn = HostClock::now();
  const EglSurfaceTraits::Value surface = surface_.get();
  const bool swapped = eglSwapBuffers(surface.display, surface.object) != EGL_FALSE;
  // A broken connection fails the swap or, in Mesa, passes unnoticed; a swap fails for other
  // reasons too.
  if (const int broken = wl_display_get_error(connection_); broken != 0) {
    return fail_os(OsErrorKind::Errno, broken, "wl_display", ErrorCode::Lost);
  }
  if (!swapped) return fail_egl("eglSwapBuffers");
  return DrawStats{drawn - start, HostClock::now() - drawn};
}

}  // namespace pierglass::gfx
