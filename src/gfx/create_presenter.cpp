// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/create_presenter.hpp"

#include "base/describe.hpp"
#include "gfx/gl_driver.hpp"
#include "gfx/gl_presenter.hpp"
#include "gfx/render_node.hpp"
#include "gfx/scanout_sink.hpp"
#include "gfx/shm_sink.hpp"
#include "gfx/software_presenter.hpp"

namespace pierglass::gfx {
namespace {

Result<std::unique_ptr<Presenter>> create_shm(const NativeSurface& native) {
  if (native.shm == nullptr) return fail(ErrorCode::Unsupported, "wl_shm");
  std::unique_ptr<BufferSink> sink = make_shm_sink(native);
  if (native.lends_dmabufs && native.dmabufs != nullptr)
    sink = make_scanout_sink(std::move(sink), *native.dmabufs);
  return std::make_unique<SoftwarePresenter>(std::move(sink));
}

std::unique_ptr<Presenter> ready(std::unique_ptr<GlPresenter> gl) {
  gl->choose_upload_way();
  return gl;
}

Result<std::unique_ptr<Presenter>> create_gl(const NativeSurface& native) {
  return ready(TRY(GlPresenter::create(native)));
}

void set(std::string* reason, std::string text) {
  if (reason != nullptr) *reason = std::move(text);
}

Result<std::unique_ptr<Presenter>> create_best(const NativeSurface& native, std::string* reason) {
  // Without a render node a driver can only draw with the CPU; asking it would cost a tenth of a
  // second and its memory.
  if (native.shm != nullptr && render_nodes().empty()) {
    set(reason, "no GPU: /dev/dri has no render node");
    return create_shm(native);
  }
  Result<std::unique_ptr<GlPresenter>> gl = GlPresenter::create(native);
  if (!gl) {
    set(reason, "no usable OpenGL ES: " + describe(gl.error()));
    return create_shm(native);
  }
  if (native.shm == nullptr || !is_software_renderer((*gl)->device())) {
    return ready(*std::move(gl));
  }
  set(reason, "OpenGL ES is a software rasteriser (" + std::string((*gl)->device()) + ")");
  return create_shm(native);
}

}  // namespace

Result<std::unique_ptr<Presenter>> create_presenter(Renderer wish, const NativeSurface& native,
                                                    std::string* reason) {
  switch (wish) {
    case Renderer::Gl:
      return create_gl(native);
    case Renderer::Shm:
      return create_shm(native);
    case Renderer::Auto:
      return create_best(native, reason);
  }
  return fail(ErrorCode::InvalidArgument, "renderer");
}

}  // namespace pierglass::gfx
