// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/upload_way.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "pixel/trial.hpp"

namespace pierglass::gfx {
namespace {

constexpr Size kFrame{1920, 1080};
constexpr std::size_t kFrameBytes = std::size_t{kFrame.width} * kFrame.height * 4;

std::string_view mode_name(PboMode mode) {
  switch (mode) {
    case PboMode::Persistent:
      return "persistent buffers";
    case PboMode::PersistentClient:
      return "persistent buffers in client storage";
    case PboMode::Unsynchronised:
      break;
  }
  return "buffers mapped anew";
}

std::string name_of(const UploadWay& way) {
  return std::string(mode_name(way.mode)) + ", " + pixel::name(way.stores);
}

// A frame and a texture to bring it to.
class TrialUpload {
 public:
  TrialUpload() : frame_(kFrameBytes, std::byte{1}), texture_(generate_texture()) {
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, texture_.get());
    glTexStorage2D(GL_TEXTURE_2D, 1, GL_RGBA8, kFrame.width, kFrame.height);
  }

  // After each buffer was used once.
  Result<Nanoseconds> time(PboRing& ring, pixel::Stores stores, const TrialLimits& limits) {
    return time_on_gpu(limits, PboRing::kBuffers, [&] { return upload(ring, stores); });
  }

 private:
  Result<void> upload(PboRing& ring, pixel::Stores stores) {
    std::byte* to = TRY(ring.begin_write(0, kFrameBytes));
    constexpr Rect kAll{0, 0, kFrame.width, kFrame.height};
    const auto image = [](auto* data) {
      return pixel::ConstImage{.data = data, .pitch = kFrame.width * 4, .size = kFrame};
    };
    pixel::copy_rects({to, kFrame.width * 4, kFrame}, image(frame_.data()), {&kAll, 1}, stores);
    TRY(ring.end_write());
    glBindTexture(GL_TEXTURE_2D, texture_.get());
    glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, kFrame.width, kFrame.height, GL_RGBA, GL_UNSIGNED_BYTE,
                    nullptr);
    ring.end_read();
    return {};
  }

  std::vector<std::byte> frame_;
  GlTexture texture_;
};

}  // namespace

std::string describe(std::span<const UploadTrial> trials) {
  const UploadTrial& chosen = pixel::quickest(trials);
  std::string text = name_of(chosen.way) + ", " + pixel::milliseconds(chosen.time, 2) + " a frame";
  std::string others;
  for (const UploadTrial& trial : trials) {
    if (trial.way == chosen.way) continue;
    others += (others.empty() ? "" : "; ") + name_of(trial.way) + " " +
              pixel::milliseconds(trial.time, 2);
  }
  return others.empty() ? text : text + " (" + others + ")";
}

std::vector<UploadTrial> time_uploads(const TrialLimits& limits) {
  std::vector<UploadTrial> trials;
  TrialUpload upload;
  for (const PboMode mode : pbo_modes()) {
    if (mode == PboMode::Unsynchronised && !trials.empty()) break;
    Result<PboRing> ring = PboRing::create(mode, kFrameBytes);
    if (!ring) continue;
    for (const pixel::Stores stores : {pixel::Stores::Streaming, pixel::Stores::Plain}) {
      if (const auto time = upload.time(*ring, stores, limits))
        trials.push_back({{mode, stores}, *time});
    }
  }
  return trials;
}

}  // namespace pierglass::gfx
