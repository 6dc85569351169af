// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "gfx/gl_handles.hpp"
#include "gfx/gl_lanczos.hpp"
#include "gfx/gl_panel.hpp"
#include "gfx/gl_programs.hpp"
#include "gfx/pbo_ring.hpp"
#include "gfx/presenter.hpp"
#include "gfx/target.hpp"
#include "gfx/upload_way.hpp"
#include "pixel/damage_region.hpp"
#include "pixel/filter.hpp"
#include "pixel/image.hpp"

namespace pierglass::gfx {

// Everything of GL that does not care where the pixels go: takes pictures over and draws them into
// the current framebuffer. One OpenGL ES 3 context is current whenever it is made, used or
// destroyed.
class GlPass {
 public:
  // Unsupported or OsCall with the failing GL call.
  static Result<std::unique_ptr<GlPass>> create(UploadWay way);

  // From the next kind of picture on.
  void set_upload_way(UploadWay way) { way_ = way; }

  // As Presenter::upload. TooLarge beyond the driver's texture size, OsCall beyond its memory.
  Result<UploadStats> upload(const pixel::ConstImage& picture, std::span<const Rect> damage);

  // The next draws show the texture, which has red in red and GL_LINEAR, stays the caller's, and
  // must live until another picture comes, or none. The next upload reads all of its picture.
  void borrow(const pixel::PictureKind& kind, GLuint texture);

  // Of the framebuffers from now on; at first as GL's own windows, and upright.
  void set_first_row(FirstRow row) { first_row_ = row; }
  void set_transform(Transform transform) { transform_ = transform; }
  [[nodiscard]] Transform transform() const { return transform_; }

  // Fills a framebuffer of `window` pixels, which is turned(window, transform) large. Where the
  // driver refuses what the filter needs, the picture is scaled bilinearly until it is of another
  // kind or size. NotReady without a picture; OsCall when it refuses that too, and then the picture
  // is forgotten.
  Result<void> draw(Size window, const CursorOverlay& cursor);

  // Forgets the picture. OsCall as Presenter::draw_message.
  Result<void> draw_message(Size window, std::string_view text);

  // As Presenter::set_filter.
  void set_filter(pixel::Filter filter) { filter_ = filter; }

  // As Presenter::set_panel.
  void set_panel(std::span<const std::string> lines) { panel_.set_lines(lines); }

 private:
  // What programs and textures for drawing are made for.
  struct Scaling {
    pixel::PictureKind kind;
    pixel::Sampling sampling = pixel::Sampling::Copy;
    Size into;
    friend bool operator==(const Scaling&, const Scaling&) = default;
  };

  [[nodiscard]] GLuint shown_texture() const { return borrowed_ != 0 ? borrowed_ : picture_.get(); }
  explicit GlPass(UploadWay way) : way_(way) {}
  Result<void> start_picture(const pixel::PictureKind& kind);
  Result<void> transfer(const pixel::ConstImage& picture, const pixel::DamageRegion& region);
  void forget_picture();
  void load_pointer(const pixel::CursorImage& image);
  Result<void> prepare_scaling(Size upright, Size into);
  Result<void> prepare(pixel::Sampling sampling, Size upright, Size into);
  void draw_picture(const CursorOverlay& cursor, Size upright, const Rect& into,
                    const Target& target);
  void draw_texture(const GlPrograms::Program& program, GLuint texture, const Rect& into,
                    const Target& target) const;
  void draw_pointer(const CursorOverlay& cursor, Size upright, const Rect& into,
                    const Target& target);
  void draw_lanczos(const CursorOverlay& cursor, Size upright, const Rect& into,
                    const Target& target);
  const GlPrograms::Program& use_with_pointer(const CursorOverlay& cursor);

  UploadWay way_;
  FirstRow first_row_ = FirstRow::Lowest;
  Transform transform_ = Transform::Normal;
  GlPrograms programs_;
  std::unique_ptr<PboRing> ring_;
  GlTexture picture_;
  GLuint borrowed_ = 0;      // what is drawn in its place; 0: nothing
  pixel::PictureKind kind_;  // of what is uploaded; an empty size: no picture
  pixel::Filter filter_ = pixel::Filter::Auto;
  std::optional<Scaling> asked_;  // what the last draw asked for, whatever came of it
  Result<void> answer_;           // whether there is something to draw by
  // What came of it.
  pixel::Sampling sampling_ = pixel::Sampling::Copy;
  const GlPrograms::Pair* programs_now_ = nullptr;
  GlLanczos lanczos_;
  std::uint32_t pitch_ = 0;  // of the pixel buffers
  GlTexture pointer_;
  std::optional<std::uint64_t> pointer_serial_;
  GlPanel panel_;
  GLint max_texture_side_ = 0;
};

}  // namespace pierglass::gfx
