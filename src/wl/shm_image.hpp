// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/geometry.hpp"
#include "base/handle.hpp"
#include "base/result.hpp"
#include "wl/listener.hpp"
#include "wl/proxy.hpp"

namespace pierglass::wl {

// A picture of ARGB8888 words (premultiplied) in memory that the compositor reads, a sealed file of
// its own. Its release event belongs to the queue of `shm`; used by that queue's thread.
class ShmImage : Pinned {
 public:
  // Fails with InvalidArgument (no area), TooLarge, or OsCall.
  static Result<std::unique_ptr<ShmImage>> create(wl_shm* shm, Size size);

  [[nodiscard]] Size size() const { return size_; }
  [[nodiscard]] wl_buffer* buffer() const { return buffer_.get(); }
  // Rows from the top, without padding. Not to be written while busy.
  [[nodiscard]] std::span<std::uint32_t> pixels() const;

  // The compositor may read it: from its commit until its release.
  [[nodiscard]] bool busy() const { return busy_; }
  void set_busy() { busy_ = true; }

 private:
  struct MappingTraits {
    struct Value {
      void* address = nullptr;
      std::size_t bytes = 0;
      friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr Value invalid() { return {}; }
    static void close(Value mapping) noexcept;
  };

  friend struct ShmImageEvents;
  explicit ShmImage(Size size) : size_(size) {}
  void on_release() noexcept { busy_ = false; }

  Size size_;
  Handle<MappingTraits> memory_;
  Proxy<wl_buffer> buffer_;
  bool busy_ = false;
};

}  // namespace pierglass::wl
