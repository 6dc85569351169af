// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/pointer_feed.hpp"

#include <array>
#include <utility>

namespace pierglass::compat {
namespace {

// As many as hosts keep in flight; more come in the next round.
constexpr std::size_t kBatch = 32;

}  // namespace

void PointerFeed::begin(std::span<std::byte> memory, const Dialect& dialect,
                        std::uint32_t client_id, LgmpPatience patience) {
  end();
  subscription_.begin(memory, dialect, kPointerQueue, client_id, patience);
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
  std::array<LgmpMessage, kBatch> batch;
  const auto messages = std::span(batch).first(queue->messages(batch));
  const auto newest = take_in(messages);
  wire::ShapeInfo shape;
  if (newest) shape = copy_kvmfr_shape(newest->cursor, newest->payload, shape_bytes_);
  queue->finish(messages);
  if (newest) make_image(shape, newest->cursor.hot);
}

std::optional<PointerFeed::Shape> PointerFeed::take_in(std::span<const LgmpMessage> messages) {
  std::optional<Shape> newest;
  for (const LgmpMessage& message : messages) {
    const auto payload = subscription_.payload(message);
    const auto cursor =
        parse_kvmfr_cursor(payload, message.flags, subscription_.dialect().kvmfr.cursor);
    if (!cursor) continue;
    corner_ = cursor->corner.value_or(corner_);
    visible_ = cursor->visible.value_or(visible_);
    if (cursor->has_shape) newest = Shape{*cursor, payload};
  }
  return newest;
}

void PointerFeed::make_image(const wire::ShapeInfo& shape, Point hot) {
  auto image = pixel::make_cursor_image(shape, shape_bytes_);
  if (!image) return;
  image_ = std::move(*image);
  hot_ = hot;
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
