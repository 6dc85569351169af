// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/pointer_feed.hpp"

#include <array>
#include <utility>

#include "base/checked.hpp"

namespace pierglass::compat {
namespace {

// As many as hosts keep in flight; more come in the next round.
constexpr std::size_t kBatch = 32;

}  // namespace

void PointerFeed::begin(std::span<std::byte> memory, const Dialect& dialect,
                        std::uint32_t client_id) {
  end();
  subscription_.begin(memory, dialect, kPointerQueue, client_id);
  shape_bytes_.resize(kMaxCursorBytes);
}

void PointerFeed::end() {
  subscription_.end();
  visible_ = false;
  has_image_ = false;
}

void PointerFeed::keep(HostTime now) {
  subscription_.keep(now);
  drain();
}

void PointerFeed::drain() {
  LgmpQueue* queue = subscription_.queue();
  if (queue == nullptr) return;
  std::array<LgmpMessage, kBatch> messages;
  const std::size_t count = queue->messages(messages);
  bool reshaped = false;
  for (const LgmpMessage& message : std::span(messages).first(count)) {
    reshaped |= take_in(message);
    queue->finish(message.slot);
  }
  if (reshaped) make_image();
}

bool PointerFeed::take_in(const LgmpMessage& message) {
  const auto payload = subscription_.payload(message);
  const auto parsed =
      parse_kvmfr_cursor(payload, message.flags, subscription_.dialect().kvmfr.cursor);
  if (!parsed) return false;
  const KvmfrCursor& cursor = *parsed;
  corner_ = cursor.corner.value_or(corner_);
  visible_ = cursor.visible.value_or(visible_);
  if (!cursor.has_shape) return false;
  read_shared(shape_bytes_.data(), payload.data() + cursor.shape_offset, cursor.shape.bytes());
  shape_ = cursor;
  return true;
}

void PointerFeed::make_image() {
  auto image =
      pixel::make_cursor_image(shape_.shape, std::span(shape_bytes_).first(shape_.shape.bytes()));
  if (!image) return;
  image_ = std::move(*image);
  hot_ = shape_.hot;
  has_image_ = true;
  ++serial_;
}

source::Cursor PointerFeed::cursor(const DesktopMap& map) {
  drain();
  // The picture is drawn as it is, also when the desktop is scaled: the hot spot is what fits.
  const Point spot = map.to_frame({corner_.x + hot_.x, corner_.y + hot_.y});
  return {.position = {spot.x - hot_.x + image_.hot.x, spot.y - hot_.y + image_.hot.y},
          .visible = visible_ && has_image_,
          .serial = serial_,
          .image = &image_};
}

Result<void> PointerFeed::send(std::span<const std::byte> message) {
  LgmpQueue* queue = subscription_.queue();
  if (queue == nullptr) return fail(ErrorCode::NotReady, "pointer queue");
  const auto sent = queue->send(message);
  if (sent) return {};
  return fail(sent.error().code == ErrorCode::Busy ? ErrorCode::Busy : ErrorCode::NotReady,
              "mailbox");
}

}  // namespace pierglass::compat
