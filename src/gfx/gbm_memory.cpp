// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/gbm_memory.hpp"

#include <EGL/eglext.h>
#include <gbm.h>
// After <GLES3/gl3.h>, whose types it needs.
#include <GLES2/gl2ext.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "gfx/egl_image.hpp"
#include "gfx/gl_driver.hpp"
#include "gfx/gl_handles.hpp"
#include "gfx/render_node.hpp"

namespace pierglass::gfx {
namespace {

struct GbmBoTraits {
  using Value = gbm_bo*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value bo) noexcept { gbm_bo_destroy(bo); }
};
using GbmBo = Handle<GbmBoTraits>;

struct GlRenderbufferTraits {
  using Value = GLuint;
  static constexpr Value invalid() { return 0; }
  static void close(Value renderbuffer) noexcept { glDeleteRenderbuffers(1, &renderbuffer); }
};

struct GbmBuffer final : OutputBuffer {
  [[nodiscard]] GLuint framebuffer() const override { return target.get(); }
  [[nodiscard]] std::uint64_t modifier() const override { return told_modifier; }
  [[nodiscard]] std::span<const MemoryPlane> planes() const override {
    return {layout.data(), plane_count};
  }

  GbmBo bo;
  std::uint64_t told_modifier = kImplicitModifier;
  std::array<Fd, MemoryPlane::kMost> files;
  std::array<MemoryPlane, MemoryPlane::kMost> layout;
  std::size_t plane_count = 0;
  EglImage image;
  Handle<GlRenderbufferTraits> colour;
  GlFramebuffer target;
};

class GbmMemory final : public OutputMemory {
 public:
  GbmMemory(std::shared_ptr<GbmDevice> gbm, EGLDisplay display)
      : gbm_(std::move(gbm)), display_(display) {}
  Result<void> open();

  [[nodiscard]] std::span<const std::uint64_t> drawable() const override { return drawable_; }
  Result<std::unique_ptr<OutputBuffer>> allocate(Size size, const BufferWish& wish) override;
  [[nodiscard]] bool leaves_fences() const override { return leaves_fences_; }
  [[nodiscard]] bool has_fences() const override { return has_fences_; }
  Result<Fd> fence() override;
  Result<void> finish(OutputBuffer& buffer) override;

 private:
  [[nodiscard]] Result<GbmBo> create_bo(Size size, const BufferWish& wish) const;
  Result<void> attach(GbmBuffer& buffer, Size size) const;

  std::shared_ptr<GbmDevice> gbm_;
  EGLDisplay display_;
  std::vector<std::uint64_t> drawable_;
  bool knows_modifiers_ = false;
  bool leaves_fences_ = false;
  bool waits_ = false;  // for the GPU
  bool has_fences_ = false;
  PFNEGLCREATESYNCKHRPROC create_sync_ = nullptr;
  PFNEGLDESTROYSYNCKHRPROC destroy_sync_ = nullptr;
  PFNEGLDUPNATIVEFENCEFDANDROIDPROC dup_fence_ = nullptr;
  PFNGLEGLIMAGETARGETRENDERBUFFERSTORAGEOESPROC target_renderbuffer_ = nullptr;
};

Result<void> GbmMemory::open() {
  const char* egl = eglQueryString(display_, EGL_EXTENSIONS);
  if (!lists(egl, "EGL_EXT_image_dma_buf_import")) {
    return fail(ErrorCode::Unsupported, "EGL_EXT_image_dma_buf_import");
  }
  target_renderbuffer_ = egl_function<PFNGLEGLIMAGETARGETRENDERBUFFERSTORAGEOESPROC>(
      "glEGLImageTargetRenderbufferStorageOES");
  if (!gl_has("GL_OES_EGL_image") || target_renderbuffer_ == nullptr) {
    return fail(ErrorCode::Unsupported, "GL_OES_EGL_image");
  }
  knows_modifiers_ = knows_modifiers(display_);
  drawable_ = {kImplicitModifier};
  if (knows_modifiers_) {
    const auto listed = driver_modifiers(display_, kOutputFourcc);
    if (!listed) return fail(ErrorCode::Unsupported, "drawing into XRGB8888");
    for (const DriverModifier& one : *listed) {
      if (!one.external) drawable_.push_back(one.modifier);
    }
    // One that lists none takes linear ones by what it is told.
    if (listed->empty()) drawable_.push_back(kLinearModifier);
  }
  const char* vendor = eglQueryString(display_, EGL_VENDOR);
  const std::string renderer = gl_string(GL_RENDERER);
  leaves_fences_ = vendor != nullptr && gfx::leaves_fences(vendor, renderer);
  const bool software = is_software_renderer(renderer);
  waits_ = !leaves_fences_ || software;
  create_sync_ = egl_function<PFNEGLCREATESYNCKHRPROC>("eglCreateSyncKHR");
  destroy_sync_ = egl_function<PFNEGLDESTROYSYNCKHRPROC>("eglDestroySyncKHR");
  dup_fence_ = egl_function<PFNEGLDUPNATIVEFENCEFDANDROIDPROC>("eglDupNativeFenceFDANDROID");
  has_fences_ = !software && lists(egl, "EGL_ANDROID_native_fence_sync") &&
                create_sync_ != nullptr && destroy_sync_ != nullptr && dup_fence_ != nullptr;
  return {};
}

Result<GbmBo> GbmMemory::create_bo(Size size, const BufferWish& wish) const {
  std::uint32_t flags = GBM_BO_USE_RENDERING;
  if (wish.scanout) flags |= GBM_BO_USE_SCANOUT;
  const bool implicit = wish.modifiers.front() == kImplicitModifier;
  gbm_device* gbm = gbm_->device.get();
  GbmBo bo;
  if (!implicit) {
    bo.reset(gbm_bo_create_with_modifiers2(gbm, size.width, size.height, kOutputFourcc,
                                           wish.modifiers.data(),
                                           static_cast<unsigned>(wish.modifiers.size()), flags));
  }
  const bool linear = wish.modifiers == std::vector{kLinearModifier};
  if (!bo && (implicit || linear)) {
    if (linear) flags |= GBM_BO_USE_LINEAR;
    // There are drivers that can be asked for rows one after the other in this way only.
    bo.reset(gbm_bo_create(gbm, size.width, size.height, kOutputFourcc, flags));
  }
  if (!bo) return fail_os(OsErrorKind::Errno, errno, "gbm_bo_create");
  return bo;
}

// The memory as a framebuffer.
Result<void> GbmMemory::attach(GbmBuffer& buffer, Size size) const {
  const bool told = knows_modifiers_ && buffer.told_modifier != kImplicitModifier;
  buffer.image = TRY(
      import_image(display_, {.size = size,
                              .fourcc = kOutputFourcc,
                              .modifier = told ? std::optional(buffer.told_modifier) : std::nullopt,
                              .planes = buffer.planes()}));
  while (glGetError() != GL_NO_ERROR) {
  }
  GLuint colour = 0;
  glGenRenderbuffers(1, &colour);
  buffer.colour.reset(colour);
  glBindRenderbuffer(GL_RENDERBUFFER, colour);
  target_renderbuffer_(GL_RENDERBUFFER, buffer.image.get().object);
  buffer.target = generate_framebuffer();
  glBindFramebuffer(GL_FRAMEBUFFER, buffer.target.get());
  glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, colour);
  const GLenum status = glCheckFramebufferStatus(GL_FRAMEBUFFER);
  GLenum error = GL_NO_ERROR;
  for (GLenum one = glGetError(); one != GL_NO_ERROR; one = glGetError()) error = one;
  if (status != GL_FRAMEBUFFER_COMPLETE) return fail(ErrorCode::OsCall, "framebuffer", status);
  if (error != GL_NO_ERROR) {
    return fail(ErrorCode::OsCall, "glEGLImageTargetRenderbufferStorageOES", error);
  }
  return {};
}

Result<std::unique_ptr<OutputBuffer>> GbmMemory::allocate(Size size, const BufferWish& wish) {
  auto buffer = std::make_unique<GbmBuffer>();
  buffer->bo = TRY(create_bo(size, wish));
  gbm_bo* bo = buffer->bo.get();
  const bool implicit = wish.modifiers.front() == kImplicitModifier;
  if (!implicit) buffer->told_modifier = gbm_bo_get_modifier(bo);
  // What is asked for linear and does not say so is.
  if (wish.modifiers == std::vector{kLinearModifier}) buffer->told_modifier = kLinearModifier;
  const int planes = gbm_bo_get_plane_count(bo);
  if (planes < 1 || static_cast<std::size_t>(planes) > buffer->layout.size()) {
    return fail(ErrorCode::Unsupported, "the number of a buffer's planes");
  }
  for (int i = 0; i < planes; ++i) {
    const auto at = static_cast<std::size_t>(i);
    buffer->files[at].reset(gbm_bo_get_fd_for_plane(bo, i));
    if (!buffer->files[at]) return fail(ErrorCode::OsCall, "gbm_bo_get_fd_for_plane");
    buffer->layout[at] = {.fd = buffer->files[at].get(),
                          .offset = gbm_bo_get_offset(bo, i),
                          .pitch = gbm_bo_get_stride_for_plane(bo, i)};
  }
  buffer->plane_count = static_cast<std::size_t>(planes);
  TRY(attach(*buffer, size));
  return buffer;
}

Result<Fd> GbmMemory::fence() {
  const EGLSyncKHR sync = create_sync_(display_, EGL_SYNC_NATIVE_FENCE_ANDROID, nullptr);
  if (sync == EGL_NO_SYNC_KHR) return fail_egl("eglCreateSyncKHR");
  glFlush();  // the fence has its file after that
  Fd file(dup_fence_(display_, sync));
  destroy_sync_(display_, sync);
  if (!file) return fail_egl("eglDupNativeFenceFDANDROID");
  return file;
}

// Mesa's drivers leave a fence in the memory when they are flushed, and whoever reads it waits.
Result<void> GbmMemory::finish(OutputBuffer& /*buffer*/) {
  if (!waits_) {
    glFlush();
    return {};
  }
  constexpr GLuint64 kPatience = 1'000'000'000;
  const GlFence drawn(glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0));
  const GLenum waited = glClientWaitSync(drawn.get(), GL_SYNC_FLUSH_COMMANDS_BIT, kPatience);
  if (waited == GL_ALREADY_SIGNALED || waited == GL_CONDITION_SATISFIED) return {};
  return fail(ErrorCode::OsCall, "waiting for the GPU");
}

}  // namespace

void GbmDeviceTraits::close(Value device) noexcept {
  gbm_device_destroy(device);
}

Result<GbmDevice> open_gbm_device(const std::string& render_node) {
  GbmDevice opened{.node = TRY(open_render_node(render_node)), .device = {}};
  opened.device.reset(gbm_create_device(opened.node.get()));
  if (!opened.device) return fail_os(OsErrorKind::Errno, errno, "gbm_create_device");
  return opened;
}

Result<std::unique_ptr<OutputMemory>> make_gbm_memory(std::shared_ptr<GbmDevice> gbm,
                                                      EGLDisplay display) {
  auto memory = std::make_unique<GbmMemory>(std::move(gbm), display);
  TRY(memory->open());
  return memory;
}

}  // namespace pierglass::gfx
