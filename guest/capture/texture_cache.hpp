// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <d3d11.h>

#include <array>
#include <cstddef>
#include <utility>

#include "guest/capture/com_ptr.hpp"

namespace pierglass::guest {

// What was made of the few textures that Windows hands out in turn; the oldest makes room. A
// texture is held as long as its entry, so that its address is not used again.
template <typename Made>
class TextureCache {
 public:
  // Null: nothing was made of it yet.
  [[nodiscard]] Made* find(ID3D11Texture2D& texture) const {
    for (const Entry& entry : entries_) {
      if (entry.texture.get() == &texture) return entry.made.get();
    }
    return nullptr;
  }

  Made* keep(ID3D11Texture2D& texture, ComPtr<Made> made) {
    Entry& entry = entries_[next_];
    next_ = (next_ + 1) % entries_.size();
    entry.texture = ComPtr<ID3D11Texture2D>::share(&texture);
    entry.made = std::move(made);
    return entry.made.get();
  }

  void clear() {
    for (Entry& entry : entries_) entry = {};
  }

 private:
  struct Entry {
    ComPtr<ID3D11Texture2D> texture;
    ComPtr<Made> made;
  };
  std::array<Entry, 8> entries_;
  std::size_t next_ = 0;
};

}  // namespace pierglass::guest
