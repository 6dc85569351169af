// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/software_presenter.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "gfx/damage.hpp"
#include "gfx/message.hpp"
#include "pixel/copy.hpp"
#include "pixel/turn.hpp"
#include "wire/format.hpp"

namespace pierglass::gfx {
namespace {

pixel::DamageRegion upright_region(const pixel::DamageRegion& stored,
                                   const pixel::PictureKind& kind) {
  if (kind.rotation == wire::Rotation::None) return stored;
  pixel::DamageRegion upright;
  for (const Rect& rect : stored.rects()) {
    upright.add(pixel::upright_rect(rect, kind.size, kind.rotation));
  }
  return upright;
}

// Clockwise to upright is counter-clockwise from there.
Transform transform_of(wire::Rotation rotation) {
  return static_cast<Transform>(std::to_underlying(rotation));
}

wire::Rotation opposite(wire::Rotation rotation) {
  return static_cast<wire::Rotation>((4 - std::to_underlying(rotation)) % 4);
}

bool covers(const pixel::DamageRegion& region, const Rect& rect) {
  return std::ranges::any_of(region.rects(), [&](const Rect& r) { return r.contains(rect); });
}

void fill_black(const pixel::Image& image, const Rect& rect) {
  for (std::uint32_t y = rect.y; y < rect.bottom(); ++y) {
    std::memset(image.row(y) + std::size_t{rect.x} * 4, 0, std::size_t{rect.width} * 4);
  }
}

}  // namespace

SoftwarePresenter::SoftwarePresenter(std::unique_ptr<BufferSink> sink) : sink_(std::move(sink)) {
  under_pointer_.reserve(std::size_t{pixel::kMaxPointerSide} * pixel::kMaxPointerSide);
}

Result<void> SoftwarePresenter::resize(Size window) {
  if (window == window_) return {};
  keep_picture();
  drop_buffers();
  window_ = window;
  place_picture();
  return {};
}

void SoftwarePresenter::set_filter(pixel::Filter filter) {
  filter_ = filter;
  if (!direct_ && sampling_now() != sampling_) place_picture();
}

Result<UploadStats> SoftwarePresenter::upload(const pixel::ConstImage& picture,
                                              std::span<const Rect> damage) {
  pixel::DamageRegion region = normalised(damage, picture.size);
  const bool fresh = picture.kind() != kind_ || borrowed_.buffer != nullptr;
  if (fresh) {
    TRY(end_borrowing());
    start_picture(picture.kind());
    region.clear();
    region.set_full(picture.size);
  }
  const pixel::DamageRegion changed = upright_region(region, kind_);
  Slot* current = nullptr;
  if (direct_) {
    const Result<Slot*> begun = begin_direct(changed);
    if (!begun) {
      if (fresh || begun.error().code != ErrorCode::Busy) forget_picture();
      return std::unexpected(begun.error());
    }
    current = *begun;
  }
  const pixel::Image to = direct_ ? picture_part(*current) : kept_picture();
  take_over(to, picture, region.rects());
  for (Slot& slot : std::span(slots_).first(slot_count_)) {
    if (&slot != current) slot.stale.add(changed);
  }
  uncommitted_.add(changed);
  uploads_ = std::min(uploads_ + 1, kUploadsUntilDropped);
  if (uploads_ == kUploadsUntilDropped) slots_of_guest_.drop();
  return UploadStats{region.area() * wire::bytes_per_pixel(picture.format), rows_of(region)};
}

void SoftwarePresenter::take_over(const pixel::Image& to, const pixel::ConstImage& picture,
                                  std::span<const Rect> rects) {
  const bool tries =
      !stores_.decided() && picture.format == to.format && picture.rotation == wire::Rotation::None;
  const HostTime began = tries ? HostClock::now() : HostTime();
  pixel::take_upright(to, picture, converter_, rects, stores_.stores());
  if (!tries) return;
  std::uint64_t pixels = 0;
  for (const Rect& rect : rects) pixels += rect.area();
  stores_.took(pixels * wire::bytes_per_pixel(picture.format), HostClock::now() - began);
  if (stores_.decided()) output_ = "wl_shm buffers, copied by " + stores_.describe();
}

Result<void> SoftwarePresenter::borrow(const pixel::ConstImage& picture,
                                       const pixel::SlotMemory& memory,
                                       std::span<const Rect> damage) {
  pixel::PictureKind kind = picture.kind();
  const pixel::PictureKind plain{.size = pixel::upright_size(window_, kind.rotation),
                                 .colour = {.white_millinits = 0},
                                 .rotation = kind.rotation};
  kind.colour.white_millinits = 0;  // which changes nothing in sRGB
  if (kind != plain || panel_shows()) return fail(ErrorCode::Unsupported, "picture as it lies");
  const Result<SinkBuffer*> buffer = slots_of_guest_.buffer(*sink_, picture, memory);
  if (!buffer) {
    // The last one's buffer may have made room for this one's.
    if (buffer.error().code != ErrorCode::Busy) borrowed_.committed = true;
    return std::unexpected(buffer.error());
  }
  if (picture.kind() != kind_) start_picture(picture.kind());
  if (borrowed_.buffer == nullptr) {
    restart_buffers();
    picture_ = {};
  }
  uncommitted_.add(upright_region(normalised(damage, picture.size), kind_));
  uploads_ = 0;
  (*buffer)->transform = transform_of(kind_.rotation);
  borrowed_ = {.buffer = *buffer, .memory = memory};
  return {};
}

// A picture is to come into our own buffers. A borrowed one stays while none of them is free.
Result<void> SoftwarePresenter::end_borrowing() {
  if (borrowed_.buffer == nullptr) return {};
  const Result<Slot*> own = acquire();
  if (!own) {
    if (own.error().code != ErrorCode::Busy) forget_picture();
    return std::unexpected(own.error());
  }
  borrowed_ = {};
  return {};
}

bool SoftwarePresenter::reads(const pixel::SlotMemory& memory) const {
  const bool next = borrowed_.buffer != nullptr && !borrowed_.committed;
  return (next && borrowed_.memory.same_slot(memory)) || slots_of_guest_.busy(memory);
}

int SoftwarePresenter::awaited() const {
  return slots_of_guest_.awaited();
}

void SoftwarePresenter::free_buffers() {
  collect();
  if (slot_count_ == 0) return;
  keep_picture();
  drop_buffers();
  place_picture();
}

void SoftwarePresenter::on_unmapped() {
  commit_everything_ = true;
  borrowed_.committed = true;
}

bool SoftwarePresenter::panel_shows() {
  panel_.fit(window_);
  return !panel_.into().empty();
}

Result<DrawStats> SoftwarePresenter::draw_borrowed(const Rect& pointer) {
  const bool as_it_is = picture_size_ == window_ && pointer.empty() && !panel_shows();
  if (borrowed_.committed || !as_it_is) return fail(ErrorCode::Stale, "borrowed picture");
  const HostTime start = HostClock::now();
  TRY(commit(*borrowed_.buffer, {}));
  borrowed_.committed = true;
  return DrawStats{{}, HostClock::now() - start};
}

Result<DrawStats> SoftwarePresenter::draw(const CursorOverlay& cursor) {
  if (picture_size_.area() == 0) return fail(ErrorCode::NotReady, "picture");
  const HostTime start = HostClock::now();
  const Rect pointer = cursor.image == nullptr
                           ? Rect{}
                           : pixel::cursor_bounds(*cursor.image, cursor.position, picture_size_);
  if (borrowed_.buffer != nullptr) return draw_borrowed(pointer);
  Slot& slot = *(direct_ ? TRY(begin_direct({})) : TRY(acquire()));
  draw_bars(slot);
  if (direct_) {
    draw_direct(slot, cursor, pointer);
  } else {
    draw_scaled(slot, cursor, pointer);
  }
  draw_panel(slot, cursor);
  if (direct_) newest_ = &slot;
  const HostTime drawn = HostClock::now();
  TRY(commit(*slot.buffer, pointer));
  return DrawStats{drawn - start, HostClock::now() - drawn};
}

Result<DrawStats> SoftwarePresenter::draw_message(std::string_view text) {
  const HostTime start = HostClock::now();
  forget_picture();
  Slot& slot = *TRY(acquire());
  fill_black(slot.buffer->image, full_rect(window_));
  const MessagePicture message = message_picture(text, window_);
  for (std::uint32_t y = 0; y < message.into.height; ++y) {
    std::memcpy(slot.buffer->image.row(message.into.y + y) + std::size_t{message.into.x} * 4,
                message.pixels.data() + std::size_t{y} * message.into.width,
                std::size_t{message.into.width} * 4);
  }
  draw_panel(slot, {});
  const HostTime drawn = HostClock::now();
  TRY(commit(*slot.buffer, {}));
  commit_everything_ = true;
  return DrawStats{drawn - start, HostClock::now() - drawn};
}

// A free buffer: the newest if possible, because nearly nothing in it is stale.
Result<SoftwarePresenter::Slot*> SoftwarePresenter::acquire() {
  collect();
  if (newest_ != nullptr && !newest_->buffer->busy) return newest_;
  Slot* best = nullptr;
  for (Slot& slot : std::span(slots_).first(slot_count_)) {
    if (slot.buffer->busy) continue;
    if (best == nullptr || slot.stale.area() < best->stale.area()) best = &slot;
  }
  if (best != nullptr) return best;
  return create_slot();
}

void SoftwarePresenter::collect() {
  std::erase_if(retired_, [](const auto& buffer) { return !buffer->busy; });
  slots_of_guest_.collect();
}

Result<SoftwarePresenter::Slot*> SoftwarePresenter::create_slot() {
  if (slot_count_ == kMaxBuffers) return fail(ErrorCode::Busy, "window buffers", kMaxBuffers);
  Slot& slot = slots_[slot_count_];
  slot.buffer = TRY(sink_->create_buffer(window_));
  slot.bars_black = false;
  slot.stale.clear();
  slot.stale.set_full(picture_size_);
  ++slot_count_;
  return &slot;
}

// The buffer that the next commit shows, holding the newest picture without pointer, except inside
// `overwritten`, which the caller writes next.
Result<SoftwarePresenter::Slot*> SoftwarePresenter::begin_direct(
    const pixel::DamageRegion& overwritten) {
  if (filling_) return newest_;
  Slot* slot = TRY(acquire());
  bring_up_to_date(*slot, overwritten);
  newest_ = slot;
  filling_ = true;
  return slot;
}

void SoftwarePresenter::bring_up_to_date(Slot& slot, const pixel::DamageRegion& overwritten) {
  const pixel::Image to = picture_part(slot);
  if (&slot != newest_ && (newest_ != nullptr || !picture_.empty())) {
    const pixel::Image from = newest_ != nullptr ? picture_part(*newest_) : kept_picture();
    for (const Rect& rect : slot.stale.rects()) {
      if (!covers(overwritten, rect)) pixel::copy_rects(to, from, {&rect, 1}, stores_.stores());
    }
  }
  if (newest_ != nullptr) restore_under(to);
  slot.stale.clear();
  forget_under();
  picture_ = {};  // the buffers hold it now
}

void SoftwarePresenter::start_picture(const pixel::PictureKind& kind) {
  if (kind.format != kind_.format || kind.colour != kind_.colour) {
    converter_ = pixel::RowConverter(kind.format, kind.colour);
  }
  kind_ = kind;
  picture_size_ = pixel::upright_size(kind.size, kind.rotation);
  picture_ = {};
  place_picture();
}

void SoftwarePresenter::forget_picture() {
  kind_.size = {};
  picture_size_ = {};
  picture_ = {};
  borrowed_ = {};
  slots_of_guest_.drop();
  place_picture();
}

// Decides where the picture lands; every buffer then starts anew.
void SoftwarePresenter::place_picture() {
  into_ = pixel::fit_rect(picture_size_, window_);
  direct_ = picture_size_.area() != 0 && Size{into_.width, into_.height} == picture_size_;
  sampling_ = sampling_now();
  restart_buffers();
  shown_pointer_ = {};
  uncommitted_.clear();
  commit_everything_ = true;
  const bool borrowed = borrowed_.buffer != nullptr;
  if (!direct_ && !borrowed) picture_.resize(picture_size_.area());
}

void SoftwarePresenter::restart_buffers() {
  newest_ = nullptr;
  filling_ = false;
  forget_under();
  for (Slot& slot : std::span(slots_).first(slot_count_)) {
    slot.bars_black = false;
    slot.stale.clear();
    slot.stale.set_full(picture_size_);
  }
}

pixel::Sampling SoftwarePresenter::sampling_now() const {
  return pixel::sampling_on_cpu_of(filter_, picture_size_, {into_.width, into_.height});
}

// Saves the picture from the buffers before they go.
void SoftwarePresenter::keep_picture() {
  if (newest_ == nullptr) return;
  picture_.resize(picture_size_.area());
  const Rect all = full_rect(picture_size_);
  pixel::copy_rects(kept_picture(), picture_part(*newest_), {&all, 1});
  restore_under(kept_picture());
}

void SoftwarePresenter::drop_buffers() {
  for (Slot& slot : std::span(slots_).first(slot_count_)) {
    if (slot.buffer->busy) retired_.push_back(std::move(slot.buffer));
    slot.buffer.reset();
  }
  slot_count_ = 0;
}

void SoftwarePresenter::draw_bars(Slot& slot) {
  if (slot.bars_black) return;
  slot.bars_black = true;
  const auto right = static_cast<std::uint32_t>(into_.right());
  const auto bottom = static_cast<std::uint32_t>(into_.bottom());
  const pixel::Image& image = slot.buffer->image;
  fill_black(image, {0, 0, window_.width, into_.y});
  fill_black(image, {0, bottom, window_.width, window_.height - bottom});
  fill_black(image, {0, into_.y, into_.x, into_.height});
  fill_black(image, {right, into_.y, window_.width - right, into_.height});
}

void SoftwarePresenter::draw_direct(Slot& slot, const CursorOverlay& cursor, const Rect& pointer) {
  if (pointer.empty()) return;
  const pixel::Image target = picture_part(slot);
  under_pointer_.save(target, pointer);
  pixel::draw_cursor(target, *cursor.image, cursor.position, pointer);
  slot.stale.add(pointer);
}

// The pointer is drawn into the picture and then scaled with it, as if the guest had drawn it.
void SoftwarePresenter::draw_scaled(Slot& slot, const CursorOverlay& cursor, const Rect& pointer) {
  slot.stale.add(pointer);
  const pixel::Image source = kept_picture();
  if (!pointer.empty()) {
    under_pointer_.save(source, pointer);
    pixel::draw_cursor(source, *cursor.image, cursor.position, pointer);
  }
  for (const Rect& rect : slot.stale.rects()) {
    scaler_.scale(sampling_, slot.buffer->image, into_, source, in_window(rect));
  }
  restore_under(source);
  forget_under();
  slot.stale.clear();
  slot.stale.add(pointer);
}

// Over picture, bars and pointer, which are as they should be everywhere in the box.
void SoftwarePresenter::draw_panel(Slot& slot, const CursorOverlay& cursor) {
  panel_.fit(window_);
  const Rect& box = panel_.into();
  if (box.empty()) return;
  const Rect hidden = in_picture(box);
  if (direct_) under_panel_.save(picture_part(slot), hidden);
  panel_.draw(slot.buffer->image, {cursor, picture_size_, into_});
  slot.stale.add(hidden);
  if (!into_.contains(box)) slot.bars_black = false;
}

Result<void> SoftwarePresenter::commit(SinkBuffer& buffer, const Rect& pointer) {
  // What a compositor keeps of the buffer before this one lies turned another way.
  const bool turned = std::exchange(shown_transform_, buffer.transform) != buffer.transform;
  pixel::DamageRegion damage;
  if (commit_everything_ || turned) {
    damage.set_full(window_);
  } else {
    uncommitted_.add(shown_pointer_);
    uncommitted_.add(pointer);
    for (const Rect& rect : uncommitted_.rects()) damage.add(in_window(rect));
    if (panel_version_ != panel_.version()) {
      damage.add(shown_panel_);
      damage.add(panel_.into());
    }
  }
  panel_version_ = panel_.version();
  shown_panel_ = panel_.into();
  filling_ = false;
  shown_pointer_ = pointer;
  uncommitted_.clear();
  commit_everything_ = false;
  if (buffer.transform == Transform::Normal) return sink_->commit(buffer, damage.rects());
  pixel::DamageRegion stored;
  for (const Rect& rect : damage.rects()) {
    stored.add(pixel::upright_rect(rect, window_, opposite(kind_.rotation)));
  }
  return sink_->commit(buffer, stored.rects());
}

// What changes in the window when `rect` of the picture does.
Rect SoftwarePresenter::in_window(const Rect& rect) const {
  if (!direct_) return pixel::scaled_damage(rect, picture_size_, into_, sampling_);
  return {rect.x + into_.x, rect.y + into_.y, rect.width, rect.height};
}

// What of the picture shows inside `rect` of the window.
Rect SoftwarePresenter::in_picture(const Rect& rect) const {
  const Rect seen = intersection(rect, into_);
  if (seen.empty()) return {};
  const auto first = [](std::uint64_t at, std::uint32_t from, std::uint32_t to) {
    return static_cast<std::uint32_t>(at * to / from);
  };
  const auto end = [](std::uint64_t at, std::uint32_t from, std::uint32_t to) {
    return static_cast<std::uint32_t>((at * to + from - 1) / from);
  };
  const std::uint32_t left = first(seen.x - into_.x, into_.width, picture_size_.width);
  const std::uint32_t top = first(seen.y - into_.y, into_.height, picture_size_.height);
  return {left, top, end(seen.right() - into_.x, into_.width, picture_size_.width) - left,
          end(seen.bottom() - into_.y, into_.height, picture_size_.height) - top};
}

void SoftwarePresenter::Underlay::save(const pixel::Image& from, const Rect& rect) {
  pixels_.resize(rect.area());
  rect_ = rect;
  for (std::uint32_t y = 0; y < rect.height; ++y) {
    std::memcpy(pixels_.data() + std::size_t{y} * rect.width,
                from.row(rect.y + y) + std::size_t{rect.x} * 4, std::size_t{rect.width} * 4);
  }
}

void SoftwarePresenter::Underlay::restore(const pixel::Image& to) const {
  for (std::uint32_t y = 0; y < rect_.height; ++y) {
    std::memcpy(to.row(rect_.y + y) + std::size_t{rect_.x} * 4,
                pixels_.data() + std::size_t{y} * rect_.width, std::size_t{rect_.width} * 4);
  }
}

void SoftwarePresenter::restore_under(const pixel::Image& to) const {
  under_panel_.restore(to);
  under_pointer_.restore(to);
}

void SoftwarePresenter::forget_under() {
  under_panel_.clear();
  under_pointer_.clear();
}

// The part of a buffer that shows the picture; 1:1 only.
pixel::Image SoftwarePresenter::picture_part(const Slot& slot) const {
  pixel::Image part = slot.buffer->image;
  part.data = part.row(into_.y) + std::size_t{into_.x} * 4;
  part.size = picture_size_;
  return part;
}

pixel::Image SoftwarePresenter::kept_picture() {
  return {reinterpret_cast<std::byte*>(picture_.data()), picture_size_.width * 4, picture_size_,
          wire::PixelFormat::Xrgb8888};
}

}  // namespace pierglass::gfx
