// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/output_choice.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>

namespace pierglass::guest {
namespace {

struct PciId {
  std::uint32_t vendor;
  std::uint32_t device;
};

constexpr std::array<PciId, 3> kEmulated{{
    {.vendor = 0x1414, .device = 0x008c},  // Microsoft Basic Render Driver
    {.vendor = 0x1b36, .device = 0x000d},  // QXL
    {.vendor = 0x1234, .device = 0x1111},  // QEMU's standard VGA
}};

constexpr std::string_view kPrimary = "primary";

std::optional<std::size_t> number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool named(std::string_view wish, std::size_t index, std::string_view name) {
  if (wish.empty()) return true;
  if (const auto wanted = number(wish)) return *wanted == index;
  return name.find(wish) != std::string_view::npos;
}

bool adapter_fits(const OutputWish& wish, std::size_t index, const AdapterFacts& adapter) {
  return named(wish.adapter, index, adapter.name) &&
         (!is_emulated(adapter) || number(wish.adapter).has_value());
}

bool output_fits(const OutputWish& wish, std::size_t index, const OutputFacts& output) {
  if (!output.attached) return false;
  if (wish.output == kPrimary) return output.origin == Point{};
  return named(wish.output, index, output.name);
}

std::string describe(const AdapterFacts& adapter, std::size_t index) {
  std::string text = std::to_string(index) + " \"" + adapter.name + "\"";
  if (is_emulated(adapter)) text += " (emulated)";
  if (adapter.outputs.empty()) return text + " without outputs";
  text += " with";
  for (std::size_t i = 0; i < adapter.outputs.size(); ++i) {
    const OutputFacts& output = adapter.outputs[i];
    text += (i == 0 ? " " : ", ") + std::to_string(i) + " \"" + output.name + "\"";
    if (!output.attached) text += " (off)";
  }
  return text;
}

}  // namespace

bool is_emulated(const AdapterFacts& adapter) {
  return std::ranges::any_of(kEmulated, [&](const PciId& id) {
    return adapter.vendor == id.vendor && adapter.device == id.device;
  });
}

Result<OutputChoice> choose_output(std::span<const AdapterFacts> adapters, const OutputWish& wish) {
  std::optional<OutputChoice> first;
  for (std::size_t a = 0; a < adapters.size(); ++a) {
    if (!adapter_fits(wish, a, adapters[a])) continue;
    for (std::size_t o = 0; o < adapters[a].outputs.size(); ++o) {
      const OutputFacts& output = adapters[a].outputs[o];
      if (!output_fits(wish, o, output)) continue;
      if (output.origin == Point{}) return OutputChoice{a, o};
      if (!first) first = {a, o};
    }
  }
  if (!first) return fail(ErrorCode::NotFound, "output", adapters.size());
  return *first;
}

std::string explain_no_output(std::span<const AdapterFacts> adapters, const OutputWish& wish) {
  if (adapters.empty())
    return "Windows knows no graphics adapter: install the driver of the passed-through GPU";
  std::string text = "no output of the desktop ";
  text += wish.adapter.empty() && wish.output.empty() ? "can be shown" : "has the given name";
  text += "; there are";
  for (std::size_t i = 0; i < adapters.size(); ++i)
    text += (i == 0 ? " " : "; ") + describe(adapters[i], i);
  return text +
         ". Connect a monitor or a dummy plug to the GPU, or choose with --adapter and --output";
}

}  // namespace pierglass::guest
