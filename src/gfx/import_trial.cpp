// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/import_trial.hpp"

#include "gfx/gl_handles.hpp"
#include "pixel/turn.hpp"

namespace pierglass::gfx {
namespace {

// Made current as the framebuffer to draw into.
class UnseenWindow {
 public:
  explicit UnseenWindow(Size size)
      : texture_(generate_texture()), framebuffer_(generate_framebuffer()) {
    glBindTexture(GL_TEXTURE_2D, texture_.get());
    glTexStorage2D(GL_TEXTURE_2D, 1, GL_RGBA8, as_int(size.width), as_int(size.height));
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_.get());
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture_.get(), 0);
  }
  UnseenWindow(const UnseenWindow&) = delete;
  UnseenWindow& operator=(const UnseenWindow&) = delete;
  ~UnseenWindow() { glBindFramebuffer(GL_FRAMEBUFFER, 0); }

 private:
  GlTexture texture_;
  GlFramebuffer framebuffer_;
};

}  // namespace

std::string describe(const ImportTrial& trial) {
  const std::string sampled = pixel::milliseconds(trial.sampled, 2) + " a frame";
  if (trial.uploaded == Nanoseconds::zero())
    return "pictures sampled where they lie more than " + sampled;
  return "pictures sampled where they lie " + sampled + " (uploaded " +
         pixel::milliseconds(trial.uploaded, 2) + ")";
}

Result<ImportTrial> time_import(GlPass& pass, const pixel::ConstImage& picture, GLuint texture,
                                const TrialLimits& limits) {
  const Size window = pixel::upright_size(picture.size, picture.rotation);
  const UnseenWindow unseen(turned(window, pass.transform()));
  const auto draw = [&] { return pass.draw(window, {}); };
  ImportTrial trial;
  pass.borrow(picture.kind(), texture);
  const auto sampled = time_on_gpu(limits, 1, draw);
  if (!sampled && sampled.error().code == ErrorCode::Busy)
    return ImportTrial{.sampled = limits.patience};
  trial.sampled = TRY(sampled);
  const Rect all = full_rect(picture.size);
  const auto upload = [&]() -> Result<void> {
    TRY(pass.upload(picture, {&all, 1}));
    return draw();
  };
  trial.uploaded = TRY(time_on_gpu(limits, PboRing::kBuffers, upload));
  return trial;
}

}  // namespace pierglass::gfx
