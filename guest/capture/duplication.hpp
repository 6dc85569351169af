// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <d3d11.h>
#include <dxgi1_6.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "guest/capture/com_ptr.hpp"
#include "guest/core/cursor_shape.hpp"
#include "guest/core/desktop_damage.hpp"
#include "guest/core/duplication_outcome.hpp"
#include "guest/core/output_colour.hpp"

namespace pierglass::guest {

// The duplication of one output. Holds at most one of its frames, which goes back exactly once:
// right before the next look, so that Windows can gather changes meanwhile, or at the end. The
// capture thread's.
class Duplication {
 public:
  // With the formats of `wish` where Windows is new enough, else as eight bits. `device` is on the
  // output's adapter. Errors as failure_code() says.
  static Result<Duplication> create(IDXGIOutput& output, ID3D11Device& device, HdrWish wish);
  Duplication(Duplication&& other) noexcept;
  Duplication& operator=(Duplication&& other) noexcept;
  ~Duplication();

  // Gives the held frame back and waits for the next, at most `timeout`. Picture and PointerOnly
  // hold a frame.
  Look acquire(Nanoseconds timeout);

  // The last look found that the device is gone.
  [[nodiscard]] bool lost_device() const { return lost_device_; }

  // ---- of the held frame ----

  // After Picture; null when Windows gave something else than a texture.
  [[nodiscard]] ID3D11Texture2D* texture() const { return texture_.get(); }
  [[nodiscard]] const DXGI_OUTDUPL_FRAME_INFO& info() const { return info_; }

  // Valid until the next call.
  DesktopChanges changes();

  // The new shape. False when there is none, and when it must be refused: `to` is as it was.
  bool read_shape(CursorShape& to);

 private:
  static constexpr std::size_t kMaxChanges = 256;  // of each kind; more is everything
  struct Buffers;

  explicit Duplication(ComPtr<IDXGIOutputDuplication> duplication);
  void let_go();
  std::optional<std::size_t> read_moves();
  std::optional<std::size_t> read_dirty();

  ComPtr<IDXGIOutputDuplication> duplication_;
  ComPtr<ID3D11Texture2D> texture_;
  DXGI_OUTDUPL_FRAME_INFO info_{};
  bool holding_ = false;
  bool lost_device_ = false;
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace pierglass::guest
