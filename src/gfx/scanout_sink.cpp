// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/scanout_sink.hpp"

#include <expected>
#include <string>
#include <utility>

#include "base/describe.hpp"
#include "gfx/slot_buffer.hpp"
#include "wire/format.hpp"

namespace pierglass::gfx {
namespace {

class ScanoutSink final : public BufferSink {
 public:
  ScanoutSink(std::unique_ptr<BufferSink> shm, const DmabufOffers& offers)
      : shm_(std::move(shm)), offers_(offers), told_(offers.serial()), modifier_(linear()) {}

  Result<std::unique_ptr<SinkBuffer>> create_buffer(Size size) override {
    return shm_->create_buffer(size);
  }
  Result<std::unique_ptr<SinkPool>> create_pool(const pixel::SlotMemory& memory) override;
  Result<void> commit(SinkBuffer& buffer, std::span<const Rect> damage) override {
    return shm_->commit(buffer, damage);
  }
  [[nodiscard]] std::uint64_t pools_serial() override;
  [[nodiscard]] Borrowing borrowing() const override {
    const bool shown = refusal_.empty() && pooled_;
    return {.way = shown ? BorrowWay::DmaBuf : BorrowWay::Pool, .refusal = refusal_};
  }

  // No dma-buf of that mapping any more.
  void turn_off(std::uint64_t mapping, std::string reason);

  Result<std::unique_ptr<SinkBuffer>> ask(const pixel::SlotMemory& memory, std::uint32_t pitch,
                                          Size size);

 private:
  using Modifier = std::expected<std::uint64_t, std::string>;
  [[nodiscard]] Modifier linear() const {
    return offers_.linear(std::to_underlying(wire::PixelFormat::Xrgb8888));
  }

  std::unique_ptr<BufferSink> shm_;
  const DmabufOffers& offers_;
  std::uint64_t told_;  // of offers_, when modifier_ was asked for
  Modifier modifier_;
  std::uint64_t mapping_ = 0;  // of the newest pool
  std::uint64_t off_ = 0;      // mapping
  std::string off_reason_;
  std::string refusal_;  // of the newest pool; empty: none
  bool pooled_ = false;  // there was a pool
  std::uint64_t serial_ = 0;
};

class DmabufPool final : public SinkPool {
 public:
  explicit DmabufPool(ScanoutSink& sink) : sink_(sink) {}
  Result<std::unique_ptr<SinkBuffer>> create_buffer(const pixel::SlotMemory& memory,
                                                    std::uint32_t pitch, Size size) override {
    return sink_.ask(memory, pitch, size);
  }

 private:
  ScanoutSink& sink_;
};

std::uint64_t ScanoutSink::pools_serial() {
  const auto serial = offers_.serial();
  if (std::exchange(told_, serial) != serial) {
    if (const Modifier before = std::exchange(modifier_, linear()); before != modifier_) ++serial_;
  }
  return serial_;
}

Result<std::unique_ptr<SinkPool>> ScanoutSink::create_pool(const pixel::SlotMemory& memory) {
  (void)pools_serial();
  mapping_ = memory.mapping;
  pooled_ = true;
  refusal_ = {};
  if (memory.dma_bufs == nullptr) {
    refusal_ = "nobody makes dma-bufs of this memory";
  } else if (off_ == memory.mapping) {
    refusal_ = off_reason_;
    memory.dma_bufs->let_go();
  } else if (!modifier_) {
    refusal_ = modifier_.error();
  }
  if (refusal_.empty()) return std::make_unique<DmabufPool>(*this);
  if (memory.may_shrink) return fail(ErrorCode::Unsupported, "a pool that may shrink");
  return shm_->create_pool(memory);
}

Result<std::unique_ptr<SinkBuffer>> ScanoutSink::ask(const pixel::SlotMemory& memory,
                                                     std::uint32_t pitch, Size size) {
  const auto place = memory.dma_bufs->find(memory.slot);
  if (!place) {
    turn_off(memory.mapping, place.error());
    return fail(ErrorCode::Unsupported, "a dma-buf of the memory");
  }
  const SlotPicture picture{
      .place = *place, .modifier = modifier_.value_or(0), .pitch = pitch, .size = size};
  if (const Result<void> good = check_slot_picture(picture); !good) {
    turn_off(memory.mapping, describe(good.error()));
    return std::unexpected(good.error());
  }
  return ask_for_slot_buffer({offers_.factory(), &offers_.unheard()}, picture,
                             [this, mapping = memory.mapping] {
                               turn_off(mapping, "the compositor cannot use the memory's dma-bufs");
                             });
}

void ScanoutSink::turn_off(std::uint64_t mapping, std::string reason) {
  if (mapping != mapping_ || off_ == mapping) return;
  off_ = mapping;
  off_reason_ = refusal_ = std::move(reason);
  ++serial_;
}

}  // namespace

std::unique_ptr<BufferSink> make_scanout_sink(std::unique_ptr<BufferSink> shm,
                                              const DmabufOffers& offers) {
  return std::make_unique<ScanoutSink>(std::move(shm), offers);
}

}  // namespace pierglass::gfx
