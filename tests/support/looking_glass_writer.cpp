// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/looking_glass_writer.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <utility>

#include "pixel/copy.hpp"
#include "tests/support/lgmp_host_raw.hpp"

namespace pierglass::test {
namespace {

constexpr std::uint32_t kWritePositionBytes = 4;
constexpr std::uint32_t kFrameDepth = 2;
constexpr std::uint32_t kPointerDepth20 = 20;
constexpr std::uint32_t kPointerDepth34 = 32;

LgmpVersion lgmp_of(GlassProtocol protocol) {
  return protocol == GlassProtocol::Kvmfr20 ? LgmpVersion::V6 : LgmpVersion::V12;
}

void append(std::vector<std::byte>& to, const void* from, std::size_t bytes) {
  const std::size_t size = to.size();
  to.resize(size + bytes);
  std::memcpy(to.data() + size, from, bytes);
}

// Cut, and with a zero at the end.
void put_text(std::span<char> to, const std::string& text) {
  text.copy(to.data(), to.size() - 1);
}

void append_record(std::vector<std::byte>& to, std::uint8_t type, const void* fixed,
                   std::size_t fixed_bytes, const std::string& text) {
  const kvmfr::Record record{
      .type = type, .pad = {}, .bytes = static_cast<std::uint32_t>(fixed_bytes + text.size() + 1)};
  append(to, &record, sizeof record);
  append(to, fixed, fixed_bytes);
  append(to, text.c_str(), text.size() + 1);
}

std::uint32_t cursor_type(wire::CursorType type) {
  switch (type) {
    case wire::CursorType::Colour:
      return 0;
    case wire::CursorType::Monochrome:
      return 1;
    case wire::CursorType::MaskedColour:
      return 2;
  }
  return 0;
}

// The bytes of a stored row that hold pixels [rect.x, rect.right()).
std::pair<std::uint32_t, std::uint32_t> byte_span(const Rect& rect, GlassFormat format,
                                                  std::uint32_t pitch) {
  const bool packed = format == GlassFormat::Bgr32 || format == GlassFormat::Rgb24;
  const std::uint32_t bytes = packed ? 3 : format == GlassFormat::Rgba16F ? 8 : 4;
  const auto right = std::min<std::uint64_t>(rect.right() * bytes, pitch);
  const auto left = std::min<std::uint64_t>(std::uint64_t{rect.x} * bytes, right);
  return {static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(right)};
}

}  // namespace

LookingGlassWriter::LookingGlassWriter(std::span<std::byte> memory, const GlassOptions& options)
    : memory_(memory),
      options_(options),
      host_(std::make_unique<LgmpHost>(memory, lgmp_of(options.protocol), user_data(),
                                       options.clock, options.claimed_lgmp, options.session)) {
  plan_memory();
}

std::vector<std::byte> LookingGlassWriter::user_data() const {
  std::vector<std::byte> data;
  data.reserve(256);
  kvmfr::UserData head{.magic = {'K', 'V', 'M', 'F', 'R', '-', '-', '-'},
                       .version = version34() ? 34U : 20U,
                       .release = {},
                       .features = options_.features};
  if (options_.claimed_kvmfr != 0) head.version = options_.claimed_kvmfr;
  put_text(head.release, options_.release);
  append(data, &head, sizeof head);
  kvmfr::VmInfo machine{.uuid = {},
                        .capture = {},
                        .threads = options_.threads,
                        .cores = options_.cores,
                        .sockets = options_.sockets};
  std::ranges::copy(options_.uuid, machine.uuid);
  put_text(machine.capture, options_.capture);
  append_record(data, kvmfr::kVmInfo, &machine, sizeof machine, options_.processor);
  append_record(data, kvmfr::kOsInfo, &options_.system, 1, options_.system_name);
  return data;
}

void LookingGlassWriter::plan_memory() {
  const std::uint32_t pointers = version34() ? kPointerDepth34 : kPointerDepth20;
  host_->create_queue(kvmfr::kFrameQueue, kFrameDepth);
  host_->create_queue(kvmfr::kPointerQueue, pointers);
  positions_.reserve(pointers);
  for (std::uint32_t i = 0; i < pointers; ++i) {
    positions_.push_back(host_->allocate(cursor_bytes()));
    std::memset(at(positions_.back()), 0, positions_.back().bytes);
  }
  for (LgmpHost::Allocation& shape : shapes_) {
    shape = host_->allocate(cursor_bytes() + options_.shape_bytes);
    std::memset(at(shape), 0, cursor_bytes());
  }
  const std::uint32_t a = options_.alignment;
  const std::uint32_t left = host_->left();
  const std::uint32_t each = left < a ? 0 : ((left - (a - 1)) & ~(a - 1)) / 2;
  if (each <= a) throw std::runtime_error("the memory is too small for two frames");
  for (LgmpHost::Allocation& frame : frames_) frame = host_->allocate(each, a);
}

bool LookingGlassWriter::heartbeat() {
  if (host_->word(host_->offsets().magic) != lgmp::kMagic) return false;
  host_->process();
  for (std::uint32_t i = 0; i < host_->offsets().mails; ++i) {
    const auto mail = host_->take_mail(pointer_queue());
    if (!mail) break;
    handle(*mail);
    host_->acknowledge(pointer_queue());
  }
  return true;
}

void LookingGlassWriter::handle(const LgmpHost::Mail& mail) {
  kvmfr::SetCursorPosition wish{};
  std::memcpy(&wish, mail.data.data(), sizeof wish);
  const std::scoped_lock guard(mail_mutex_);
  if (mail.size >= sizeof wish && wish.type == 0) {
    wishes_.push_back({wish.x, wish.y});
  } else {
    ++other_mail_;
  }
}

std::vector<Point> LookingGlassWriter::pointer_wishes() const {
  const std::scoped_lock guard(mail_mutex_);
  return wishes_;
}

std::uint64_t LookingGlassWriter::other_mail() const {
  const std::scoped_lock guard(mail_mutex_);
  return other_mail_;
}

void LookingGlassWriter::serve_new_readers() {
  frame_wanted_ |= host_->take_new_readers(frame_queue()) != 0;
  pointer_wanted_ |= host_->take_new_readers(pointer_queue()) != 0;
  if (frame_wanted_ && last_frame_) frame_wanted_ = repost_frame(*last_frame_) == Posted::Full;
  if (pointer_wanted_) pointer_wanted_ = send_pointer() == Posted::Full;
}

bool LookingGlassWriter::has_readers() {
  return host_->has_readers(frame_queue()) || host_->has_readers(pointer_queue());
}

// ---- frames
// --------------------------------------------------------------------------------------

std::uint32_t LookingGlassWriter::bytes_for_pixels() const {
  return frames_[0].bytes - options_.alignment;
}

std::span<std::byte> LookingGlassWriter::pixels(std::size_t buffer) {
  return {at(frames_[buffer], options_.alignment), bytes_for_pixels()};
}

void LookingGlassWriter::write_start(const GlassFrame& frame, std::uint32_t flags,
                                     kvmfr::FrameStart& start) {
  const Size screen = frame.screen.value_or(frame.size);
  start = {.format_version = last_start_.format_version,
           .serial = next_serial_,
           .type = frame_type(frame.format),
           .screen_width = screen.width,
           .screen_height = screen.height,
           .data_width = geometry_.width,
           .data_height = rows_,
           .frame_width = frame.size.width,
           .frame_height = frame.size.height,
           .rotation = frame.rotation,
           .stride = geometry_.pitch / geometry_.texel_bytes,
           .pitch = geometry_.pitch,
           .offset = options_.alignment - kWritePositionBytes};
  last_start_.serial = start.serial;
  const bool same_format = std::memcmp(&start, &last_start_, sizeof start) == 0;
  const bool same_flags = flags == last_format_flags_;
  if (last_frame_ && !(same_format && same_flags)) ++start.format_version;
  last_start_ = start;
  last_format_flags_ = flags;
}

void LookingGlassWriter::write_header(const GlassFrame& frame, std::size_t buffer) {
  const std::uint32_t format = format_flags(frame.format) | (truncated() ? kvmfr::kTruncated : 0);
  const bool listed = frame.damage.size() <= kvmfr::kDamageRects;
  kvmfr::FrameStart start{};
  write_start(frame, format, start);
  const auto fill = [&](auto& header) {
    header.start = start;
    header.flags = format | frame.flags;
    header.damage_count = listed ? static_cast<std::uint32_t>(frame.damage.size()) : 0;
    for (std::uint32_t i = 0; i < header.damage_count; ++i) {
      const Rect& rect = frame.damage[i];
      header.damage[i] = {rect.x, rect.y, rect.width, rect.height};
    }
    std::memcpy(at(frames_[buffer]), &header, sizeof header);
  };
  if (version34()) {
    kvmfr::Frame34 header{};
    header.sdr_white = frame.sdr_white;
    fill(header);
  } else {
    kvmfr::Frame20 header{};
    fill(header);
  }
}

LookingGlassWriter::Posted LookingGlassWriter::begin_frame(const GlassFrame& frame) {
  if (host_->pending(frame_queue()) >= kFrameDepth) return Posted::Full;
  geometry_ = stored_geometry(frame.size, frame.format, frame.pitch.value_or(0));
  rows_ = std::min({geometry_.rows, frame.keep_rows, bytes_for_pixels() / geometry_.pitch});
  if (rows_ == 0) throw std::runtime_error("not one row fits the memory");
  const std::size_t buffer = next_frame_;
  write_header(frame, buffer);
  last_frame_ = buffer;
  next_frame_ = (buffer + 1) % frames_.size();
  ++next_serial_;
  written_ = 0;
  publish(0);
  return host_->post(frame_queue(), 0, frames_[buffer]);
}

LookingGlassWriter::Posted LookingGlassWriter::repost_frame(std::size_t buffer) {
  return host_->post(frame_queue(), 0, frames_[buffer]);
}

void LookingGlassWriter::write_rows(std::span<const std::byte> stored, std::uint32_t up_to,
                                    bool publish_them) {
  const std::uint32_t end = std::min(up_to, rows_);
  if (std::size_t{end} * geometry_.pitch > stored.size())
    throw std::runtime_error("the picture lacks rows");
  if (end > written_) {
    const std::size_t from = std::size_t{written_} * geometry_.pitch;
    pixel::stream_copy(pixels(last_frame_.value()).data() + from, stored.data() + from,
                       std::size_t{end - written_} * geometry_.pitch);
    written_ = end;
  }
  if (publish_them) publish(written_ * geometry_.pitch);
}

void LookingGlassWriter::write_all(std::span<const std::byte> stored, std::uint32_t chunk) {
  const std::size_t bytes = std::size_t{rows_} * geometry_.pitch;
  if (bytes > stored.size() || chunk == 0) throw std::runtime_error("the picture lacks rows");
  std::byte* to = pixels(last_frame_.value()).data();
  for (std::size_t done = 0; done < bytes;) {
    const std::size_t step = std::min<std::size_t>(chunk, bytes - done);
    pixel::stream_copy(to + done, stored.data() + done, step);
    done += step;
    publish(static_cast<std::uint32_t>(done));
  }
  written_ = rows_;
}

void LookingGlassWriter::write_changed(std::span<const std::byte> stored, GlassFormat format,
                                       std::span<const Rect> changed, std::uint32_t chunk) {
  std::byte* to = pixels(last_frame_.value()).data();
  std::uint32_t told = 0;
  for (std::uint32_t y = 0; y < rows_; ++y) {
    const std::size_t row = std::size_t{y} * geometry_.pitch;
    for (const Rect& rect : changed) {
      if (y < rect.y || y >= rect.bottom()) continue;
      const auto [left, right] = byte_span(rect, format, geometry_.pitch);
      pixel::stream_copy(to + row + left, stored.data() + row + left, right - left);
    }
    const std::uint32_t done = (y + 1) * geometry_.pitch;
    if (done - told < chunk) continue;
    publish(done);
    told = done;
  }
  publish(rows_ * geometry_.pitch);
  written_ = rows_;
}

LookingGlassWriter::Posted LookingGlassWriter::post_frame(const GlassFrame& frame,
                                                          std::span<const std::byte> stored) {
  const Posted posted = begin_frame(frame);
  if (posted != Posted::Full) write_all(stored);
  return posted;
}

void LookingGlassWriter::set_write_position(std::uint32_t bytes) {
  publish(bytes);
}

void LookingGlassWriter::publish(std::uint32_t bytes) {
  using Word [[gnu::may_alias]] = std::uint32_t;
  std::byte* word = at(frames_[last_frame_.value()], options_.alignment - kWritePositionBytes);
  pixel::store_fence();  // pixels go past the caches, as the Windows hosts' do
  __atomic_store_n(reinterpret_cast<Word*>(word), bytes, __ATOMIC_RELEASE);
}

std::byte* LookingGlassWriter::at(LgmpHost::Allocation allocation, std::uint32_t offset) const {
  return memory_.data() + allocation.offset + offset;
}

// ---- pointer
// -------------------------------------------------------------------------------------

std::uint32_t LookingGlassWriter::cursor_bytes() const {
  return version34() ? kvmfr::kCursorBytes34 : kvmfr::kCursorBytes20;
}

std::uint64_t LookingGlassWriter::visibility() const {
  return (visible_ ? kvmfr::kVisible : 0) | (version34() ? kvmfr::kVisibleValid : 0);
}

// What a message does not flag keeps what an earlier one left in its buffer.
LookingGlassWriter::Posted LookingGlassWriter::set_shape(const guest::PatternCursor& shape) {
  const wire::ShapeInfo& info = shape.info;
  if (shape.image.size() > options_.shape_bytes) throw std::runtime_error("the shape is too large");
  const std::scoped_lock guard(pointer_mutex_);
  const std::size_t buffer = next_shape_;
  std::byte* payload = at(shapes_[buffer]);
  kvmfr::Cursor header{};
  std::memcpy(&header, payload, sizeof header);
  header.type = cursor_type(info.type);
  header.hot_x = static_cast<std::int8_t>(info.hot.x);
  header.hot_y = static_cast<std::int8_t>(info.hot.y);
  header.width = info.size.width;
  header.height = info.size.height * (info.type == wire::CursorType::Monochrome ? 2 : 1);
  header.pitch = info.pitch;
  std::memcpy(payload, &header, sizeof header);
  std::memcpy(payload + cursor_bytes(), shape.image.data(), shape.image.size());
  last_shape_ = buffer;
  next_shape_ = (buffer + 1) % shapes_.size();
  return host_->post(pointer_queue(), kvmfr::kShape | visibility(), shapes_[buffer]);
}

LookingGlassWriter::Posted LookingGlassWriter::post_position(std::uint64_t flags) {
  const LgmpHost::Allocation buffer = positions_[next_position_];
  next_position_ = (next_position_ + 1) % positions_.size();
  if ((flags & kvmfr::kPosition) != 0) put_corner(buffer);
  return host_->post(pointer_queue(), flags, buffer);
}

void LookingGlassWriter::put_corner(LgmpHost::Allocation buffer) {
  const std::int16_t corner[2] = {static_cast<std::int16_t>(corner_.x),
                                  static_cast<std::int16_t>(corner_.y)};
  std::memcpy(at(buffer), corner, sizeof corner);
}

LookingGlassWriter::Posted LookingGlassWriter::move_pointer(Point corner) {
  const std::scoped_lock guard(pointer_mutex_);
  corner_ = corner;
  return post_position(kvmfr::kPosition | visibility());
}

LookingGlassWriter::Posted LookingGlassWriter::show_pointer(bool visible) {
  const std::scoped_lock guard(pointer_mutex_);
  visible_ = visible;
  return post_position(visibility());
}

LookingGlassWriter::Posted LookingGlassWriter::send_pointer() {
  const std::scoped_lock guard(pointer_mutex_);
  const std::uint64_t flags = kvmfr::kPosition | visibility();
  if (!last_shape_) return post_position(flags);
  put_corner(shapes_[*last_shape_]);
  return host_->post(pointer_queue(), flags | kvmfr::kShape, shapes_[*last_shape_]);
}

LookingGlassWriter::Posted LookingGlassWriter::post_pointer_raw(std::uint64_t flags,
                                                                std::span<const std::byte> bytes) {
  const std::scoped_lock guard(pointer_mutex_);
  const LgmpHost::Allocation buffer = shapes_[next_shape_];
  next_shape_ = (next_shape_ + 1) % shapes_.size();
  std::memcpy(at(buffer), bytes.data(), std::min<std::size_t>(bytes.size(), buffer.bytes));
  return host_->post(pointer_queue(), flags, buffer);
}

}  // namespace pierglass::test
