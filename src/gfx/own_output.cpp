// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/own_output.hpp"

#include <utility>

#include "base/describe.hpp"
#include "gfx/explicit_sync.hpp"
#include "gfx/render_node.hpp"
#include "gfx/swapchain.hpp"

namespace pierglass::gfx {
namespace {

// Empty: the compositor or the system does not say.
std::string compositors_node(const NativeSurface& native) {
  if (native.dmabufs == nullptr) return {};
  const auto offer = native.dmabufs->buffers(kOutputFourcc);
  if (!offer || offer->device == 0) return {};
  return render_node_of(offer->device).value_or("");
}

// Where buffers come from, and who is to read them.
struct Place {
  std::string node;
  WhoReads reader = WhoReads::SameGpu;
};

std::expected<Place, std::string> place_of(const NativeSurface& native, const GlDevice& device) {
  const std::string read_by = compositors_node(native);
  if (!device.has_windows()) return Place{native.output.gpu, WhoReads::OtherGpu};
  const std::string drawn_by = device.render_node();
  if (drawn_by.empty() && read_by.empty()) {
    return std::unexpected("the compositor names no GPU with a render node");
  }
  if (!drawn_by.empty() && !read_by.empty() && drawn_by != read_by) {
    return std::unexpected("OpenGL draws with " + drawn_by + ", the compositor with " + read_by);
  }
  return Place{drawn_by.empty() ? read_by : drawn_by, WhoReads::SameGpu};
}

// Null where compositor, driver or kernel cannot.
std::unique_ptr<ExplicitSync> open_sync(const NativeSurface& native, const OutputMemory& memory,
                                        int node) {
  if (native.drm_syncobj == nullptr || native.wake_fd < 0 || !memory.has_fences()) return nullptr;
  auto kernel = open_timeline_kernel(node);
  if (!kernel) return nullptr;
  return std::make_unique<ExplicitSync>(
      SyncParts{
          .manager = native.drm_syncobj, .surface = native.surface, .wake_fd = native.wake_fd},
      *std::move(kernel));
}

std::string describe_gpu(const Place& place) {
  if (place.reader == WhoReads::SameGpu) return place.node + ", the compositor's GPU";
  return place.node + " as wished; its pictures cross to the compositor's GPU";
}

}  // namespace

bool wants_other_gpu(const NativeSurface& native) {
  return !native.output.gpu.empty() && native.output.gpu != compositors_node(native);
}

std::expected<OwnOutput, std::string> make_own_output(const NativeSurface& native,
                                                      const GlDevice& device) {
  if (native.dmabufs == nullptr) return std::unexpected("there is no GPU");
  const auto place = place_of(native, device);
  if (!place) return std::unexpected(place.error());
  if (const auto current = device.make_current(); !current) {
    return std::unexpected(describe(current.error()));
  }
  std::shared_ptr<GbmDevice> gbm = device.gbm;
  if (gbm == nullptr) {
    auto opened = open_gbm_device(place->node);
    if (!opened) return std::unexpected(place->node + ": " + describe(opened.error()));
    gbm = std::make_shared<GbmDevice>(*std::move(opened));
  }
  const int node = gbm->node.get();
  auto memory = make_gbm_memory(std::move(gbm), device.display.get());
  if (!memory) return std::unexpected(describe(memory.error()));
  std::unique_ptr<ExplicitSync> sync = open_sync(native, **memory, node);
  std::string refusal;
  auto chain = Swapchain::create({.connection = native.display,
                                  .surface = native.surface,
                                  .offers = native.dmabufs,
                                  .memory = *std::move(memory),
                                  .sync = std::move(sync),
                                  .reader = place->reader,
                                  .unfenced = native.output.buffers == OutputBuffers::Own},
                                 refusal);
  if (chain) return OwnOutput{*std::move(chain), describe_gpu(*place)};
  return std::unexpected(refusal.empty() ? describe(chain.error()) : refusal);
}

}  // namespace pierglass::gfx
