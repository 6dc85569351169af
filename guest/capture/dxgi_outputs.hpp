// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <dxgi1_6.h>

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "guest/capture/com_ptr.hpp"
#include "guest/capture/white_level.hpp"
#include "guest/core/output_choice.hpp"

namespace pierglass::guest {

// One output and the adapter that drives it.
struct DxgiOutput {
  ComPtr<IDXGIAdapter1> adapter;
  ComPtr<IDXGIOutput> output;
};

// Where a source finds its output: at the start and, because everything may have changed, after
// each loss. Everything else the source asks that output itself. One thread at a time.
class DxgiOutputs {
 public:
  virtual ~DxgiOutputs() = default;

  // NotFound: no output is as it should be. Else as failure_code() says.
  virtual Result<DxgiOutput> find() = 0;

  // Of the output that find() gave last, 1/1000 cd/m2; 0: unknown. Short.
  virtual std::uint32_t white_millinits() = 0;
};

// What Windows has.
class SystemOutputs final : public DxgiOutputs {
 public:
  explicit SystemOutputs(OutputWish wish) : wish_(std::move(wish)) {}

  Result<DxgiOutput> find() override;
  std::uint32_t white_millinits() override { return white_.millinits(); }

  // After find() failed with NotFound: what there is.
  [[nodiscard]] const std::string& explanation() const { return explanation_; }

 private:
  const OutputWish wish_;
  WhiteLevel white_;
  std::string explanation_;
};

}  // namespace pierglass::guest
