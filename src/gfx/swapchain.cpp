// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/swapchain.hpp"

#include <wayland-client.h>

#include <algorithm>
#include <utility>

#include "base/describe.hpp"
#include "gfx/output_probe.hpp"

namespace pierglass::gfx {
namespace {

using State = SwapBuffer::State;

bool is_in(const std::unique_ptr<SwapBuffer>& buffer, State state) {
  return buffer->state() == state;
}

std::size_t count(const std::vector<std::unique_ptr<SwapBuffer>>& buffers, State state) {
  return static_cast<std::size_t>(
      std::ranges::count_if(buffers, [&](const auto& buffer) { return is_in(buffer, state); }));
}

}  // namespace

Result<std::unique_ptr<Swapchain>> Swapchain::create(SwapchainParts parts, std::string& refusal) {
  std::unique_ptr<Swapchain> self(new Swapchain(std::move(parts)));
  Result<void> chosen = self->choose_way();
  if (chosen) return self;
  refusal = self->refusal_;
  return std::unexpected(chosen.error());
}

std::expected<std::vector<BufferWish>, std::string> Swapchain::wishes() const {
  const auto offer = parts_.offers->buffers(kOutputFourcc);
  if (!offer) return std::unexpected(offer.error());
  auto found = buffer_wishes(*offer, parts_.memory->drawable(), parts_.reader);
  if (found.empty()) {
    return std::unexpected("the compositor takes nothing that this GPU draws into");
  }
  return found;
}

Result<void> Swapchain::choose_way() {
  told_ = parts_.offers->serial();
  if (parts_.offers->factory() == nullptr) {
    refusal_ = "the compositor has no zwp_linux_dmabuf_v1";
    return fail(ErrorCode::Unsupported, "zwp_linux_dmabuf_v1");
  }
  const bool ordered = parts_.sync != nullptr || parts_.memory->leaves_fences();
  if (!ordered && !parts_.unfenced) {
    refusal_ = "the graphics driver leaves no fences in shared memory";
    return fail(ErrorCode::Unsupported, "implicit synchronisation");
  }
  auto found = wishes();
  if (!found) {
    refusal_ = found.error();
    return fail(ErrorCode::Unsupported, "output buffers");
  }
  wishes_ = *std::move(found);
  const OutputProbe probe{.connection = parts_.connection,
                          .desk = {parts_.offers->factory(), &parts_.offers->unheard()},
                          .memory = parts_.memory.get(),
                          .deadline = HostClock::now() + parts_.patience};
  while (true) {
    auto tried = probe.run(wishes_[wish_]);
    if (tried) {
      describe_buffers(**tried);
      proven_ = way_;
      return {};
    }
    TRY(check_connection());
    if (HostClock::now() >= probe.deadline) wish_ = wishes_.size() - 1;  // no time for others
    TRY(refuse(std::move(tried.error())));
  }
}

// Another way, or none.
Result<void> Swapchain::refuse(std::string why) {
  refusal_ = std::move(why);
  if (wish_ + 1 == wishes_.size()) return fail(ErrorCode::Unsupported, "output buffers");
  ++wish_;
  ++way_;
  return {};
}

// What was refused once is refused again only if the offer is another one. An offer that goes away
// changes nothing while its buffers are taken.
void Swapchain::follow_offer() {
  if (std::exchange(told_, parts_.offers->serial()) == parts_.offers->serial()) return;
  auto found = wishes();
  if (!found || *found == wishes_) return;
  const BufferWish before = wishes_[wish_];
  wishes_ = *std::move(found);
  wish_ = 0;
  if (wishes_.front() != before) ++way_;
}

Result<void> Swapchain::check_connection() const {
  const int broken = wl_display_get_error(parts_.connection);
  if (broken == 0) return {};
  return fail_os(OsErrorKind::Errno, broken, "wl_display", ErrorCode::Lost);
}

Result<void> Swapchain::resize(Size buffer) {
  size_ = buffer;
  return {};
}

Result<void> Swapchain::add_buffer(Chain& chain) {
  auto memory = TRY(parts_.memory->allocate(chain.size, wishes_[wish_]));
  // The probe saw another way work.
  if (proven_ != way_ && !draws_right(*memory, chain.size)) {
    return fail(ErrorCode::Unsupported, "right drawing");
  }
  proven_ = way_;
  std::unique_ptr<SyncedBuffer> synced;
  if (parts_.sync != nullptr) synced = TRY(parts_.sync->add_buffer());
  const DmabufDesk desk{parts_.offers->factory(), &parts_.offers->unheard()};
  chain.buffers.push_back(
      std::make_unique<SwapBuffer>(desk, chain.size, std::move(memory), std::move(synced)));
  wl_display_flush(parts_.connection);  // what is left goes with the next commit
  return {};
}

void Swapchain::retire(Chain& chain) {
  for (auto& buffer : chain.buffers) {
    if (is_in(buffer, State::Busy)) retired_.push_back(std::move(buffer));
  }
  chain = {};
}

// Whether the way in force has failed with them.
bool Swapchain::drop_refused(Chain& chain) const {
  const auto refused = std::erase_if(
      chain.buffers, [](const auto& buffer) { return is_in(buffer, State::Refused); });
  return refused > 0 && chain.way == way_;
}

Result<void> Swapchain::begin_chain() {
  next_ = {.size = size_, .way = way_, .buffers = {}};
  while (true) {
    const Result<void> added = add_buffer(next_);
    if (added) return {};
    TRY(refuse("output buffers cannot be made: " + describe(added.error())));
    next_.way = way_;
  }
}

// Leaves a current chain that may be drawn into, or says Busy.
Result<void> Swapchain::settle_chains() {
  while (true) {
    const bool current_failed = drop_refused(current_);
    if (drop_refused(next_) || current_failed) {
      TRY(refuse("the compositor refused an output buffer"));
    }
    if (is_wanted(current_)) {
      retire(next_);
      return {};
    }
    if (!is_wanted(next_)) TRY(begin_chain());
    if (count(next_.buffers, State::Free) > 0) {
      retire(current_);
      current_ = std::exchange(next_, {});
      describe_buffers(current_.buffers.front()->memory());
      return {};
    }
    if (count(next_.buffers, State::Refused) > 0) continue;  // there was no asking
    // Until it is answered what was good for the old offer is good enough.
    if (current_.size == size_ && !current_.buffers.empty()) return {};
    return fail(ErrorCode::Busy, "output buffers");
  }
}

SwapBuffer* Swapchain::find_free() {
  const auto free = std::ranges::find_if(
      current_.buffers, [](const auto& buffer) { return is_in(buffer, State::Free); });
  return free == current_.buffers.end() ? nullptr : free->get();
}

// None is free. With a single one there would be none before the next commit.
Result<void> Swapchain::ask_for_another() {
  if (!is_wanted(current_) || count(current_.buffers, State::Asked) > 0) return {};
  if (!current_.full && current_.buffers.size() < kMost) current_.full = !add_buffer(current_);
  if (!current_.full || current_.buffers.size() > 1) return {};
  TRY(refuse("there is no memory for more than one output buffer"));
  const Result<void> settled = settle_chains();
  return !settled && settled.error().code != ErrorCode::Busy ? settled : Result<void>();
}

// Releases that are no events.
Result<void> Swapchain::wake_when_one_is_free() {
  for (const auto& buffer : current_.buffers) {
    if (is_in(buffer, State::Busy) && buffer->synced() != nullptr) {
      TRY(buffer->synced()->wake_when_free());
    }
  }
  return {};
}

Result<void> Swapchain::finish_drawing() {
  if (parts_.sync == nullptr) return parts_.memory->finish(drawing_->memory());
  const Fd fence = TRY(parts_.memory->fence());
  parts_.sync->enable();
  return drawing_->synced()->set_points(fence.get());
}

void Swapchain::look_at_buffers() {
  drawing_ = nullptr;
  for (Buffers* buffers : {&current_.buffers, &retired_}) {
    for (const auto& buffer : *buffers) buffer->look();
  }
  std::erase_if(retired_, [](const auto& buffer) { return !is_in(buffer, State::Busy); });
}

// Nothing is asked for any more by then: the compositor answers within milliseconds.
void Swapchain::free_buffers() {
  look_at_buffers();
  retire(current_);
  retire(next_);
}

Result<void> Swapchain::begin() {
  TRY(check_connection());
  look_at_buffers();
  follow_offer();
  TRY(settle_chains());
  drawing_ = find_free();
  if (drawing_ == nullptr) {
    TRY(ask_for_another());
    TRY(wake_when_one_is_free());
    return fail(ErrorCode::Busy, "output buffers");
  }
  glBindFramebuffer(GL_FRAMEBUFFER, drawing_->memory().framebuffer());
  return {};
}

Result<void> Swapchain::present() {
  TRY(finish_drawing());
  drawing_->attach(parts_.surface);
  drawing_ = nullptr;
  wl_surface_commit(parts_.surface);
  TRY(check_connection());
  const bool more = is_wanted(current_) && !current_.full && current_.buffers.size() < kUsual;
  if (more) current_.full = !add_buffer(current_);
  return {};
}

void Swapchain::describe_buffers(const OutputBuffer& memory) {
  description_ = "own buffers, " + modifier_name(memory.modifier()) +
                 (wishes_[wish_].scanout ? ", for the screen" : "") +
                 (parts_.sync != nullptr ? ", explicit fences" : "");
}

}  // namespace pierglass::gfx
