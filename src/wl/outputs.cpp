// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/outputs.hpp"

#include <wayland-client.h>

#include <algorithm>
#include <utility>

namespace pierglass::wl {

struct OutputEvents {
  static constexpr wl_output_listener kOutput{
      .geometry = on<&Output::on_geometry>,
      .mode = on<&Output::on_mode>,
      .done = on<&Output::on_done>,
      .scale = on<&Output::on_scale>,
      .name = on<&Output::on_name>,
      .description = on<&Output::on_description>,
  };
};

namespace {

constexpr std::uint64_t kOne = 120;

// The scales of which `pixels` / scale is `logical` after the fraction is dropped.
struct ScaleRange {
  std::uint64_t above;  // 120ths, itself not in the range
  std::uint64_t upto;   // 120ths
};

ScaleRange scales_between(std::uint32_t pixels, std::uint32_t logical) {
  const std::uint64_t all = pixels * kOne;
  return {.above = all / (std::uint64_t{logical} + 1), .upto = all / logical};
}

}  // namespace

std::uint32_t fractional_scale_of(const OutputInfo& output, Size logical) {
  if (logical.width == 0 || logical.height == 0) return 0;
  const Size pixels = output.turned_mode();
  const ScaleRange across = scales_between(pixels.width, logical.width);
  const ScaleRange down = scales_between(pixels.height, logical.height);
  const std::uint64_t scale = std::min(across.upto, down.upto);
  const bool fits = scale > across.above && scale > down.above;
  const bool told = (scale + kOne - 1) / kOne == static_cast<std::uint64_t>(output.scale);
  return fits && told && scale % kOne != 0 ? static_cast<std::uint32_t>(scale) : 0;
}

Output::Output(wl_output* proxy, std::uint32_t global_name, std::uint32_t number,
               std::move_only_function<void()>& changed)
    : proxy_(proxy), global_name_(global_name), changed_(changed) {
  pending_.name = std::to_string(number);
  current_ = pending_;
  wl_output_add_listener(proxy, &OutputEvents::kOutput, this);
}

void Output::on_geometry(std::int32_t, std::int32_t, std::int32_t, std::int32_t, std::int32_t,
                         const char* make, const char* model, std::int32_t transform) noexcept {
  const bool known = transform >= 0 && transform <= std::to_underlying(Transform::Flipped270);
  pending_.transform = known ? static_cast<Transform>(transform) : Transform::Normal;
  if (wl_output_get_version(proxy_.get()) < WL_OUTPUT_DESCRIPTION_SINCE_VERSION)
    pending_.description = std::string(make) + " " + model;
}

void Output::on_mode(std::uint32_t flags, std::int32_t width, std::int32_t height,
                     std::int32_t refresh) noexcept {
  if ((flags & WL_OUTPUT_MODE_CURRENT) == 0) return;
  const auto not_negative = [](std::int32_t v) {
    return static_cast<std::uint32_t>(std::max(v, 0));
  };
  pending_.mode = {not_negative(width), not_negative(height)};
  pending_.refresh_mhz = not_negative(refresh);
}

void Output::on_scale(std::int32_t scale) noexcept {
  pending_.scale = std::max(scale, 1);
}

void Output::on_name(const char* name) noexcept {
  pending_.name = name;
}

void Output::on_description(const char* description) noexcept {
  pending_.description = description;
}

void Output::on_done() noexcept {
  current_ = pending_;
  changed_();
}

const Output* Outputs::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(outputs_, [&](const auto& one) { return one->info().name == name; });
  return found == outputs_.end() ? nullptr : found->get();
}

const Output* Outputs::find(wl_output* proxy) const {
  const auto found =
      std::ranges::find_if(outputs_, [&](const auto& one) { return one->proxy() == proxy; });
  return found == outputs_.end() ? nullptr : found->get();
}

std::string Outputs::names() const {
  std::string all;
  for (const auto& output : outputs_) {
    if (!all.empty()) all += ", ";
    all += output->info().name;
  }
  return all;
}

void Outputs::add(wl_output* proxy, std::uint32_t global_name) {
  outputs_.push_back(std::make_unique<Output>(proxy, global_name, ++added_, changed_));
}

void Outputs::remove(std::uint32_t global_name) {
  const auto found = std::ranges::find_if(
      outputs_, [&](const auto& one) { return one->global_name() == global_name; });
  if (found == outputs_.end()) return;
  const std::unique_ptr<Output> gone = std::move(*found);
  outputs_.erase(found);
  changed_();
}

}  // namespace pierglass::wl
