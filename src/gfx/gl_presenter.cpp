// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/gl_presenter.hpp"

#include <EGL/eglext.h>
#include <wayland-client.h>

#include <utility>

#include "base/describe.hpp"
#include "gfx/egl_window_output.hpp"
#include "gfx/gl_driver.hpp"
#include "gfx/own_output.hpp"
#include "pixel/trial.hpp"

namespace pierglass::gfx {

Result<std::unique_ptr<GlPresenter>> GlPresenter::create(const NativeSurface& native,
                                                         StandIns stand_ins) {
  std::string trouble;
  std::unique_ptr<GlPresenter> self;
  if (wants_other_gpu(native)) self = create_on_other_gpu(native, trouble);
  if (self == nullptr) {
    GlDevice device = TRY(open_connection_device(native.display));
    self.reset(new GlPresenter(native, std::move(device)));
    TRY(self->choose_output(native, std::move(stand_ins.output), std::move(trouble)));
  }
  TRY(self->start_drawing(std::move(stand_ins)));
  return self;
}

// `trouble` with another GPU that was wished; empty: none.
Result<void> GlPresenter::choose_output(const NativeSurface& native,
                                        std::unique_ptr<GlOutput> stand_in, std::string trouble) {
  if (stand_in != nullptr) {
    TRY(device_of_gl_.make_current());
    use(std::move(stand_in), {});
    return {};
  }
  if (native.output.buffers == OutputBuffers::Egl) return use_window(std::move(trouble));
  if (!trouble.empty()) trouble += "; ";
  auto own = make_own_output(native, device_of_gl_);
  if (!own) return use_window(trouble + own.error());
  use(std::move(own->output), trouble + own->gpu);
  return {};
}

// Null where that does not work, for which the compositor's GPU stands in.
std::unique_ptr<GlPresenter> GlPresenter::create_on_other_gpu(const NativeSurface& native,
                                                              std::string& trouble) {
  const std::string& node = native.output.gpu;
  auto device = open_node_device(node);
  if (!device) {
    trouble = node + " is not used: " + describe(device.error());
    return nullptr;
  }
  std::unique_ptr<GlPresenter> self(new GlPresenter(native, *std::move(device)));
  auto own = make_own_output(native, self->device_of_gl_);
  if (!own) {
    trouble = node + " is not used: " + own.error();
    return nullptr;
  }
  self->use(std::move(own->output), own->gpu);
  return self;
}

Result<void> GlPresenter::start_drawing(StandIns stand_ins) {
  EGLDisplay display = device_of_gl_.display.get();
  device_ = driver_ = gl_string(GL_RENDERER);
  reset_status_ = stand_ins.reset_status;
  if (reset_status_ == nullptr) reset_status_ = find_reset_status();
  const char* const vendor = eglQueryString(display, EGL_VENDOR);
  // Whatever buffers are in use: EGL's window may take their place.
  leaves_tearing_ = vendor != nullptr && gfx::leaves_tearing(vendor, device_);
  if (stand_ins.importer == nullptr) stand_ins.importer = make_egl_importer(display);
  imports_ = std::make_unique<ImportedSlots>(std::move(stand_ins.importer));
  pass_ = TRY(GlPass::create({.mode = pbo_modes().front()}));
  pass_->set_first_row(output_->first_row());
  return {};
}

void GlPresenter::use(std::unique_ptr<GlOutput> output, std::string more) {
  output_ = std::move(output);
  output_more_ = std::move(more);
  tell_output();
}

// What an output says of itself changes with its buffers.
void GlPresenter::tell_output() {
  if (output_said_ == output_->description()) return;
  output_said_ = output_->description();
  output_text_ = output_said_;
  if (!output_more_.empty()) output_text_ += " (" + output_more_ + ")";
}

// `why` not other buffers; empty: as wished. After an error there is no output.
Result<void> GlPresenter::use_window(std::string why) {
  output_.reset();
  output_more_ = why;
  use(TRY(make_egl_window_output({.connection = connection_,
                                  .surface = surface_,
                                  .display = device_of_gl_.display.get(),
                                  .config = device_of_gl_.config,
                                  .context = device_of_gl_.context.get().object})),
      std::move(why));
  replaceable_ = false;
  if (pass_) pass_->set_first_row(output_->first_row());
  return output_->resize(buffer_size());
}

GlPresenter::Uploads GlPresenter::choose_upload_way(const TrialLimits& limits, Uploads known) {
  if (known.driver != driver_) {
    const std::vector<UploadTrial> trials = time_uploads(limits);
    if (trials.empty()) return {};  // the first upload will say what is wrong
    known = {.driver = driver_, .way = pixel::quickest(trials).way, .said = describe(trials)};
  }
  pass_->set_upload_way(known.way);
  device_ = driver_ += "; uploads: " + known.said;
  return known;
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
  pass_->set_transform(transform);
}

bool GlPresenter::is_gpu_lost() {
  if (!gpu_lost_) gpu_lost_ = reset_status_ != nullptr && reset_status_() != GL_NO_ERROR;
  return gpu_lost_;
}

bool GlPresenter::is_of_lost_gpu(const Error& error) {
  return (error.os_kind == OsErrorKind::Egl && error.os == EGL_CONTEXT_LOST) || is_gpu_lost();
}

// After that the driver draws nothing and says of most of it that all is well.
Result<void> GlPresenter::check_gpu() {
  if (is_gpu_lost()) return fail(ErrorCode::OsCall, "the GPU");
  return {};
}

// Finds out what is behind an error.
template <typename T>
Result<T> GlPresenter::watched(Result<T> result) {
  if (result || ending_ || result.error().code == ErrorCode::Lost) return result;
  if (is_of_lost_gpu(result.error())) {
    ending_ = {Ending::Cause::Gpu, "the GPU or its driver was lost"};
  }
  return result;
}

// After an output's error: success means that another one has taken its place, which is to be drawn
// into from the start.
Result<void> GlPresenter::replace_output(const Error& why) {
  const bool passing = why.code == ErrorCode::Busy || why.code == ErrorCode::Lost;
  if (passing || is_of_lost_gpu(why)) return std::unexpected(why);
  const std::string_view refusal = output_->refusal();
  const std::string reason = refusal.empty() ? describe(why) : std::string(refusal);
  Result<void> replaced = std::unexpected(why);
  if (replaceable_) replaced = use_window(reason);
  if (!replaced) ending_ = {Ending::Cause::Output, reason};
  return replaced;
}

Result<void> GlPresenter::begin_output() {
  TRY(output_->resize(buffer_size()));
  return output_->begin();
}

Result<void> GlPresenter::begin() {
  TRY(check_gpu());
  if (!output_) TRY(use_window(output_more_));
  const Result<void> begun = begin_output();
  if (begun) return begun;
  TRY(replace_output(begun.error()));
  return output_->begin();
}

// `draw_pass` draws into the framebuffer that is current.
template <typename DrawPass>
Result<DrawStats> GlPresenter::show(HostTime start, DrawPass draw_pass) {
  TRY(draw_pass());
  HostTime drawn = HostClock::now();
  buffer_transform_.tell(surface_, transform_);
  if (const Result<void> presented = output_->present(); !presented) {
    TRY(replace_output(presented.error()));
    TRY(output_->begin());
    TRY(draw_pass());
    drawn = HostClock::now();
    TRY(output_->present());
  }
  tell_output();
  return DrawStats{drawn - start, HostClock::now() - drawn};
}

Result<UploadStats> GlPresenter::upload(const pixel::ConstImage& picture,
                                        std::span<const Rect> damage) {
  borrowed_.reset();
  return watched(pass_->upload(picture, damage));
}

Result<GLuint> GlPresenter::import(const pixel::ConstImage& picture,
                                   const pixel::SlotMemory& memory) {
  const GLuint texture = TRY(imports_->texture(picture, memory));
  if (!import_limits_) return texture;
  const bool known = weighed_.size == picture.size && weighed_.format == picture.format;
  if (!known) weigh_import(picture, texture, *import_limits_);
  if (weighed_.trial.worth_it()) return texture;
  return imports_->give_up(memory, "uploads are quicker: " + describe(weighed_.trial));
}

// A GPU that cannot be timed goes on as it does.
void GlPresenter::weigh_import(const pixel::ConstImage& picture, GLuint texture,
                               const TrialLimits& limits) {
  const auto trial = time_import(*pass_, picture, texture, limits);
  weighed_ = {
      .size = picture.size, .format = picture.format, .trial = trial.value_or(ImportTrial{})};
  device_ = driver_;
  if (trial && trial->worth_it()) device_ += "; " + describe(*trial);
}

// Nothing is drawn by damage here.
Result<void> GlPresenter::borrow(const pixel::ConstImage& picture, const pixel::SlotMemory& memory,
                                 std::span<const Rect> /*damage*/) {
  const Result<GLuint> texture = import(picture, memory);
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
  return watched(draw_all(cursor));
}

Result<DrawStats> GlPresenter::draw_all(const CursorOverlay& cursor) {
  const HostTime start = HostClock::now();
  if (borrowed_) {
    borrowed_->over |= borrowed_->drawn && !imports_->busy(borrowed_->memory);
    if (borrowed_->over) return fail(ErrorCode::Stale, "borrowed picture");
  }
  TRY(begin());
  return show(start, [&] { return draw_picture(cursor); });
}

Result<void> GlPresenter::draw_picture(const CursorOverlay& cursor) {
  const Result<void> drawn = pass_->draw(size_, cursor);
  if (!drawn) {
    borrowed_.reset();
    return drawn;
  }
  if (borrowed_) {
    imports_->on_sampled(borrowed_->memory);
    borrowed_->drawn = true;
  }
  return drawn;
}

Result<DrawStats> GlPresenter::draw_message(std::string_view text) {
  return watched(draw_text(text));
}

Result<DrawStats> GlPresenter::draw_text(std::string_view text) {
  const HostTime start = HostClock::now();
  TRY(begin());
  borrowed_.reset();
  imports_->drop();
  return show(start, [&] { return pass_->draw_message(size_, text); });
}

}  // namespace pierglass::gfx
