// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/create_presenter.hpp"

#include <wayland-client.h>

#include <utility>

#include "base/describe.hpp"
#include "gfx/gl_driver.hpp"
#include "gfx/gl_presenter.hpp"
#include "gfx/lasting_presenter.hpp"
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

constexpr Nanoseconds kPatience = std::chrono::milliseconds(100);
// At the start, and where a picture waits for the end of the trial.
const TrialLimits kTrial{.share = std::chrono::milliseconds(15), .patience = kPatience};
const TrialLimits kShortTrial{.share = std::chrono::milliseconds(3), .patience = kPatience};

// GL, or a reason why not, unless `must`: then an error. Software rasterisers only if `must`.
Result<std::unique_ptr<GlPresenter>> create_gl(const NativeSurface& native, bool must,
                                               std::string& reason) {
  // Without a render node a driver can only draw with the CPU; asking it would cost a tenth of a
  // second and its memory.
  if (!must && render_nodes().empty()) {
    reason = "no GPU: /dev/dri has no render node";
    return nullptr;
  }
  Result<std::unique_ptr<GlPresenter>> gl = GlPresenter::create(native);
  if (must) return gl;
  if (!gl) {
    reason = "no usable OpenGL ES: " + describe(gl.error());
    return nullptr;
  }
  if (!is_software_renderer((*gl)->device())) return gl;
  reason = "OpenGL ES is a software rasteriser (" + std::string((*gl)->device()) + ")";
  return nullptr;
}

// Of the presenter that was there before.
void reset_surface(wl_surface* surface) {
  wl_surface_set_buffer_transform(surface, WL_OUTPUT_TRANSFORM_NORMAL);
}

// Makes presenters for one surface, one after the other.
class PresenterMaker {
 public:
  // `wish` is not Shm.
  PresenterMaker(Renderer wish, NativeSurface native) : wish_(wish), native_(std::move(native)) {}

  Result<LastingPresenter::Made> operator()(GpuPlan plan, bool first) {
    LastingPresenter::Made made;
    if (!first) reset_surface(native_.surface);
    if (plan != GpuPlan::None) {
      made.presenter = TRY(make_gl(plan, first, made.reason));
      if (made.presenter != nullptr) return made;
    }
    made.presenter = TRY(create_shm(native_));
    return made;
  }

 private:
  Result<std::unique_ptr<Presenter>> make_gl(GpuPlan plan, bool first, std::string& reason) {
    NativeSurface native = native_;
    if (plan == GpuPlan::Compositors) native.output.gpu.clear();
    const bool must = native.shm == nullptr || wish_ == Renderer::Gl;
    std::unique_ptr<GlPresenter> gl = TRY(create_gl(native, must, reason));
    if (gl == nullptr) return nullptr;
    uploads_ = gl->choose_upload_way(first ? kTrial : kShortTrial, std::move(uploads_));
    if (!native.imports_anyway) gl->weigh_imports(kTrial);
    return gl;
  }

  Renderer wish_;
  NativeSurface native_;
  GlPresenter::Uploads uploads_;  // of the last one
};

}  // namespace

Result<std::unique_ptr<Presenter>> create_presenter(Renderer wish, const NativeSurface& native,
                                                    std::string* reason) {
  if (wish == Renderer::Shm) return create_shm(native);
  // Without a wish the compositor's GPU is the first.
  const GpuPlan plan = native.output.gpu.empty() ? GpuPlan::Compositors : GpuPlan::Wished;
  auto lasting = TRY(LastingPresenter::create(PresenterMaker(wish, native), plan, native.dmabufs));
  if (reason != nullptr && !lasting->first_reason().empty()) *reason = lasting->first_reason();
  return lasting;
}

}  // namespace pierglass::gfx
