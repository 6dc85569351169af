// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "gfx/buffer_wishes.hpp"
#include "gfx/dmabuf_offers.hpp"
#include "gfx/explicit_sync.hpp"
#include "gfx/gl_output.hpp"
#include "gfx/output_memory.hpp"
#include "gfx/swap_buffer.hpp"

struct wl_display;
struct wl_surface;

namespace pierglass::gfx {

// What a swapchain needs. Borrowed but for `memory`; all must outlive it.
struct SwapchainParts {
  wl_display* connection = nullptr;
  wl_surface* surface = nullptr;
  const DmabufOffers* offers = nullptr;
  std::unique_ptr<OutputMemory> memory;
  std::unique_ptr<ExplicitSync> sync;  // null: by fences in the memory
  WhoReads reader = WhoReads::SameGpu;
  // Also where a release does not keep the GPU from drawing into what is still being read.
  bool unfenced = false;
  Nanoseconds patience = std::chrono::seconds(1);  // with the compositor's answers to create()
};

// Output buffers of our own, handed over as dma-bufs and committed here. One more is asked for with
// each commit until there are three; a fourth when all are with the compositor. When window or
// offer change, new ones take their place once the compositor has taken the first; what it refuses
// is asked for in the next way of buffer_wishes(), and when there is none left begin() fails.
class Swapchain final : public GlOutput {
 public:
  // Usual and most buffers of one size.
  static constexpr std::size_t kUsual = 3;
  static constexpr std::size_t kMost = 4;

  // Tries a small buffer in each way until one is drawn into as it should be and the compositor
  // takes it, for which it waits a while. Unsupported: none; why not stands in `refusal`, as a
  // sentence without a full stop. Lost.
  static Result<std::unique_ptr<Swapchain>> create(SwapchainParts parts, std::string& refusal);

  [[nodiscard]] std::string_view description() const override { return description_; }
  [[nodiscard]] FirstRow first_row() const override { return FirstRow::Topmost; }
  Result<void> resize(Size buffer) override;
  Result<void> begin() override;
  Result<void> present() override;
  void free_buffers() override;
  [[nodiscard]] std::string_view refusal() const override { return refusal_; }

 private:
  using Buffers = std::vector<std::unique_ptr<SwapBuffer>>;
  // Buffers of one size, made in one way.
  struct Chain {
    Size size;
    std::uint64_t way = 0;  // way_ when it was begun
    bool full = false;      // there is no memory for more
    Buffers buffers;
  };

  explicit Swapchain(SwapchainParts parts) : parts_(std::move(parts)) {}
  Result<void> choose_way();
  [[nodiscard]] std::expected<std::vector<BufferWish>, std::string> wishes() const;
  void follow_offer();
  Result<void> refuse(std::string why);
  [[nodiscard]] bool is_wanted(const Chain& chain) const {
    return chain.size == size_ && chain.way == way_ && !chain.buffers.empty();
  }
  bool drop_refused(Chain& chain) const;
  Result<void> begin_chain();
  Result<void> settle_chains();
  Result<void> add_buffer(Chain& chain);
  Result<void> ask_for_another();
  void retire(Chain& chain);
  SwapBuffer* find_free();
  void look_at_buffers();
  Result<void> wake_when_one_is_free();
  Result<void> finish_drawing();
  Result<void> check_connection() const;
  void describe_buffers(const OutputBuffer& memory);

  SwapchainParts parts_;
  std::uint64_t told_ = 0;  // of the offers, when wishes_ was made
  std::vector<BufferWish> wishes_;
  std::size_t wish_ = 0;      // in force
  std::uint64_t way_ = 1;     // changes with each other wish in force
  std::uint64_t proven_ = 0;  // way that was drawn into as it should be
  Size size_{1, 1};
  Chain current_;    // what is drawn into
  Chain next_;       // what is to replace it, once the compositor takes it; no buffers: nothing
  Buffers retired_;  // on the screen or on the way there
  SwapBuffer* drawing_ = nullptr;
  std::string refusal_;
  std::string description_;
};

}  // namespace pierglass::gfx
