// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/gl_pass.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/checked.hpp"
#include "gfx/damage.hpp"
#include "gfx/message.hpp"
#include "pixel/copy.hpp"
#include "pixel/scale.hpp"
#include "pixel/turn.hpp"
#include "wire/layout.hpp"

namespace pierglass::gfx {
namespace {

constexpr GLint kPictureUnit = GlPrograms::kPictureUnit;
constexpr GLint kPointerUnit = GlPrograms::kPointerUnit;

// Of the bound texture.
void swap_red_and_blue() {
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_R, GL_BLUE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_B, GL_RED);
}

struct TextureFormat {
  GLenum internal, format, type;
  bool swap_red_blue;
};

// Three bytes a pixel are widened on the way into the buffer: drivers would do it later, and rows
// stay runs of whole pixels.
wire::PixelFormat buffer_format(wire::PixelFormat format) {
  return wire::bytes_per_pixel(format) == 3 ? wire::PixelFormat::Xrgb8888 : format;
}

TextureFormat texture_format(wire::PixelFormat format) {
  switch (format) {
    case wire::PixelFormat::Xrgb8888:
      return {GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE, true};
    case wire::PixelFormat::Xbgr8888:
      return {GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE, false};
    case wire::PixelFormat::Xbgr2101010:
      return {GL_RGB10_A2, GL_RGBA, GL_UNSIGNED_INT_2_10_10_10_REV, false};
    case wire::PixelFormat::Xbgr16161616f:
      return {GL_RGBA16F, GL_RGBA, GL_HALF_FLOAT, false};
    case wire::PixelFormat::Rgb888:
    case wire::PixelFormat::Bgr888:
      break;  // no pixel buffer has them
  }
  die("pixel format", std::source_location::current());
}

// Copies rectangles of the picture to `to`, which is the part of a pixel buffer that begins with
// the picture's row `top`.
void copy_band(const pixel::Image& to, const pixel::ConstImage& picture, std::uint32_t top,
               std::span<const Rect> rects, pixel::Stores stores) {
  pixel::ConstImage from = picture;  // as stored: the shader turns it
  from.rotation = wire::Rotation::None;
  from.data = picture.row(top);
  from.size = to.size;
  std::array<Rect, pixel::DamageRegion::kMaxRects> moved;
  const auto end = std::ranges::transform(rects, moved.begin(), [top](Rect rect) {
                     rect.y -= top;
                     return rect;
                   }).out;
  if (to.format == from.format) {
    pixel::copy_rects(to, from, {moved.begin(), end}, stores);
  } else {
    pixel::take_upright(to, from, pixel::RowConverter(from.format, {}), {moved.begin(), end});
    pixel::store_fence();
  }
}

void clear(const Rect& rect, const Target& target) {
  if (rect.empty()) return;
  set_scissor(target, rect);
  glClear(GL_COLOR_BUFFER_BIT);
}

// Black everywhere but in `into`.
void clear_bars(const Rect& into, const Target& target) {
  const Size size = target.size;
  const auto right = static_cast<std::uint32_t>(into.right());
  const auto bottom = static_cast<std::uint32_t>(into.bottom());
  glEnable(GL_SCISSOR_TEST);
  clear({0, 0, size.width, into.y}, target);
  clear({0, bottom, size.width, size.height - bottom}, target);
  clear({0, into.y, into.x, into.height}, target);
  clear({right, into.y, size.width - right, into.height}, target);
  glDisable(GL_SCISSOR_TEST);
}

}  // namespace

Result<std::unique_ptr<GlPass>> GlPass::create(UploadWay way) {
  std::unique_ptr<GlPass> pass(new GlPass(way));
  // Messages need it.
  (void)TRY(pass->programs_.prepare({}, pixel::Sampling::Copy));
  pass->pointer_ = generate_texture();
  glGetIntegerv(GL_MAX_TEXTURE_SIZE, &pass->max_texture_side_);
  glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
  glDisable(GL_DITHER);
  glClearColor(0, 0, 0, 1);
  return pass;
}

Result<UploadStats> GlPass::upload(const pixel::ConstImage& picture, std::span<const Rect> damage) {
  pixel::DamageRegion region = normalised(damage, picture.size);
  const bool fresh = picture.kind() != kind_ || borrowed_ != 0;
  Result<void> taken;
  if (fresh) {
    taken = start_picture(picture.kind());
    region.clear();
    region.set_full(picture.size);
  }
  if (taken) taken = transfer(picture, region);
  // Drivers may allocate a texture as late as its first use.
  if (taken && fresh && glGetError() == GL_OUT_OF_MEMORY) {
    taken = fail(ErrorCode::OsCall, "allocating GPU memory", ring_->bytes());
  }
  if (!taken) {
    if (fresh || taken.error().code != ErrorCode::Busy) forget_picture();
    return std::unexpected(taken.error());
  }
  return UploadStats{region.area() * wire::bytes_per_pixel(picture.format), rows_of(region)};
}

void GlPass::borrow(const pixel::PictureKind& kind, GLuint texture) {
  forget_picture();
  kind_ = kind;
  borrowed_ = texture;
}

Result<void> GlPass::start_picture(const pixel::PictureKind& kind) {
  borrowed_ = 0;
  const Size size = kind.size;
  const auto side = static_cast<std::uint32_t>(max_texture_side_);
  const std::uint32_t longest = std::max(size.width, size.height);
  if (longest > side) return fail(ErrorCode::TooLarge, "picture", longest, side);
  if (size.area() == 0) return fail(ErrorCode::InvalidArgument, "picture size");

  const wire::PixelFormat format = buffer_format(kind.format);
  const TextureFormat gl = texture_format(format);
  while (glGetError() != GL_NO_ERROR) {
  }
  picture_ = generate_texture();
  glActiveTexture(GL_TEXTURE0 + kPictureUnit);
  glBindTexture(GL_TEXTURE_2D, picture_.get());
  glTexStorage2D(GL_TEXTURE_2D, 1, gl.internal, as_int(size.width), as_int(size.height));
  const GLenum error = glGetError();
  if (error == GL_OUT_OF_MEMORY) return fail(ErrorCode::OsCall, "allocating GPU memory");
  if (error != GL_NO_ERROR) return fail(ErrorCode::OsCall, "glTexStorage2D", error);
  set_sampling(GL_LINEAR);
  if (gl.swap_red_blue) swap_red_and_blue();

  // As pictures in the shared region have it, so that whole runs of rows copy as one block.
  pitch_ = align_up(size.width * wire::bytes_per_pixel(format), wire::kPitchAlignment);
  const std::size_t bytes = std::size_t{pitch_} * size.height;
  if (!ring_ || ring_->bytes() != bytes) {
    ring_.reset();
    ring_ = std::make_unique<PboRing>(TRY(PboRing::create(way_.mode, bytes)));
  }
  kind_ = kind;
  return {};
}

Result<void> GlPass::transfer(const pixel::ConstImage& picture, const pixel::DamageRegion& region) {
  if (region.empty()) return {};
  const wire::PixelFormat format = buffer_format(picture.format);
  const Rect bounds = region.bounds();
  std::byte* memory =
      TRY(ring_->begin_write(std::size_t{bounds.y} * pitch_, std::size_t{bounds.height} * pitch_));
  copy_band({memory, pitch_, {picture.size.width, bounds.height}, format}, picture, bounds.y,
            region.rects(), way_.stores);
  TRY(ring_->end_write());

  const TextureFormat gl = texture_format(format);
  const std::uint32_t pixel_bytes = wire::bytes_per_pixel(format);
  glActiveTexture(GL_TEXTURE0 + kPictureUnit);
  glBindTexture(GL_TEXTURE_2D, picture_.get());
  glPixelStorei(GL_UNPACK_ROW_LENGTH, as_int(pitch_ / pixel_bytes));
  for (const Rect& rect : region.rects()) {
    const std::size_t offset = std::size_t{rect.y} * pitch_ + std::size_t{rect.x} * pixel_bytes;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): with a bound buffer, GL takes an offset here
    const auto* from = reinterpret_cast<const void*>(offset);
    glTexSubImage2D(GL_TEXTURE_2D, 0, as_int(rect.x), as_int(rect.y), as_int(rect.width),
                    as_int(rect.height), gl.format, gl.type, from);
  }
  glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
  ring_->end_read();
  return {};
}

Result<void> GlPass::draw(Size window, const CursorOverlay& cursor) {
  if (kind_.size.area() == 0) return fail(ErrorCode::NotReady, "picture");
  const Target target{window, first_row_, transform_};
  const Size upright = pixel::upright_size(kind_.size, kind_.rotation);
  const Rect into = pixel::fit_rect(upright, window);
  if (const auto ready = prepare_scaling(upright, {into.width, into.height}); !ready) {
    forget_picture();
    return ready;
  }
  clear_bars(into, target);
  if (!into.empty()) draw_picture(cursor, upright, into, target);
  panel_.draw(target, {cursor, upright, into});
  return {};
}

void GlPass::draw_picture(const CursorOverlay& cursor, Size upright, const Rect& into,
                          const Target& target) {
  if (cursor.image != nullptr && pointer_serial_ != cursor.serial) {
    load_pointer(*cursor.image);
    pointer_serial_ = cursor.serial;
  }
  if (sampling_ == pixel::Sampling::Lanczos) {
    draw_lanczos(cursor, upright, into, target);
  } else {
    draw_texture(programs_now_->bare, shown_texture(), into, target);
    draw_pointer(cursor, upright, into, target);
  }
}

// For a new kind of picture, filter or size; else nothing: what was refused once is not asked for
// again with each frame.
Result<void> GlPass::prepare_scaling(Size upright, Size into) {
  const Scaling wanted{kind_, pixel::sampling_of(filter_, upright, into), into};
  if (wanted == asked_) return answer_;
  asked_ = wanted;
  answer_ = prepare(wanted.sampling, upright, into);
  using enum pixel::Sampling;
  if (!answer_ && wanted.sampling != Copy && wanted.sampling != Bilinear) {
    answer_ = prepare(Bilinear, upright, into);
  }
  return answer_;
}

Result<void> GlPass::prepare(pixel::Sampling sampling, Size upright, Size into) {
  programs_now_ = TRY(programs_.prepare(kind_, sampling));
  sampling_ = sampling;
  if (sampling != pixel::Sampling::Lanczos || into.area() == 0) return {};
  return lanczos_.prepare(upright, into);
}

void GlPass::draw_texture(const GlPrograms::Program& program, GLuint texture, const Rect& into,
                          const Target& target) const {
  set_viewport(target, into);
  glActiveTexture(GL_TEXTURE0 + kPictureUnit);
  glBindTexture(GL_TEXTURE_2D, texture);
  glUseProgram(program.name.get());
  program.target.set(target, into);
  glDrawArrays(GL_TRIANGLES, 0, 3);
}

// Draws once more what the pointer reaches, now with the pointer; after draw_texture.
void GlPass::draw_pointer(const CursorOverlay& cursor, Size upright, const Rect& into,
                          const Target& target) {
  if (cursor.image == nullptr) return;
  const Rect bounds = pixel::cursor_bounds(*cursor.image, cursor.position, upright);
  const Rect reached = pixel::scaled_damage(bounds, upright, into, sampling_);
  if (reached.empty()) return;
  use_with_pointer(cursor).target.set(target, into);
  glEnable(GL_SCISSOR_TEST);
  set_scissor(target, reached);
  glDrawArrays(GL_TRIANGLES, 0, 3);
  glDisable(GL_SCISSOR_TEST);
}

// The first pass draws picture and pointer as others do, the second everything.
void GlPass::draw_lanczos(const CursorOverlay& cursor, Size upright, const Rect& into,
                          const Target& target) {
  lanczos_.begin_across();
  glActiveTexture(GL_TEXTURE0 + kPictureUnit);
  glBindTexture(GL_TEXTURE_2D, shown_texture());
  glUseProgram(programs_now_->bare.name.get());
  glUniform1i(programs_now_->bare.taps, lanczos_.taps_across());
  glDrawArrays(GL_TRIANGLES, 0, 3);
  const Rect bounds = cursor.image == nullptr
                          ? Rect{}
                          : pixel::cursor_bounds(*cursor.image, cursor.position, upright);
  const Rect across{0, 0, into.width, upright.height};  // pixels of the first pass
  const Rect reached = pixel::scaled_damage(bounds, upright, across, sampling_);
  if (!reached.empty()) {
    glUniform1i(use_with_pointer(cursor).taps, lanczos_.taps_across());
    glEnable(GL_SCISSOR_TEST);
    glScissor(as_int(reached.x), as_int(reached.y), as_int(reached.width), as_int(reached.height));
    glDrawArrays(GL_TRIANGLES, 0, 3);
    glDisable(GL_SCISSOR_TEST);
  }
  set_viewport(target, into);
  lanczos_.draw_down(into, target);
}

// The pointer is loaded.
const GlPrograms::Program& GlPass::use_with_pointer(const CursorOverlay& cursor) {
  const GlPrograms::Program& program = programs_now_->with_pointer;
  const pixel::CursorImage& image = *cursor.image;
  glUseProgram(program.name.get());
  glUniform4i(program.pointer_box, cursor.position.x - image.hot.x, cursor.position.y - image.hot.y,
              as_int(image.size.width), as_int(image.size.height));
  glUniform1i(program.pointer_inverts, image.invert.empty() ? 0 : 1);
  return program;
}

void GlPass::load_pointer(const pixel::CursorImage& image) {
  const GLint width = as_int(image.size.width);
  const GLint height = as_int(image.size.height);
  const auto load = [&](GLint top, const std::vector<std::uint32_t>& plane) {
    glTexSubImage2D(GL_TEXTURE_2D, 0, 0, top, width, height, GL_RED_INTEGER, GL_UNSIGNED_INT,
                    plane.data());
  };
  glActiveTexture(GL_TEXTURE0 + kPointerUnit);
  glBindTexture(GL_TEXTURE_2D, pointer_.get());
  set_sampling(GL_NEAREST);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_R32UI, width, image.invert.empty() ? height : 2 * height, 0,
               GL_RED_INTEGER, GL_UNSIGNED_INT, nullptr);
  load(0, image.blend);
  if (!image.invert.empty()) load(height, image.invert);
}

void GlPass::forget_picture() {
  kind_.size = {};
  borrowed_ = 0;
  picture_.reset();
  ring_.reset();
}

Result<void> GlPass::draw_message(Size window, std::string_view text) {
  forget_picture();
  const Target target{window, first_row_, transform_};
  const MessagePicture message = message_picture(text, window);
  const Rect& into = message.into;
  const GlTexture texture = generate_texture();
  glActiveTexture(GL_TEXTURE0 + kPictureUnit);
  glBindTexture(GL_TEXTURE_2D, texture.get());
  set_sampling(GL_NEAREST);
  swap_red_and_blue();
  if (!into.empty()) {
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, as_int(into.width), as_int(into.height), 0, GL_RGBA,
                 GL_UNSIGNED_BYTE, message.pixels.data());
  }
  clear_bars(into, target);
  if (!into.empty()) {
    const auto* programs = TRY(programs_.prepare({}, pixel::Sampling::Copy));
    draw_texture(programs->bare, texture.get(), into, target);
  }
  panel_.draw(target, {{}, {}, {}});
  return {};
}

}  // namespace pierglass::gfx
