// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/buffer_wishes.hpp"

#include <algorithm>
#include <charconv>

namespace pierglass::gfx {
namespace {

bool has(std::span<const std::uint64_t> modifiers, std::uint64_t modifier) {
  return std::ranges::find(modifiers, modifier) != modifiers.end();
}

bool is_tiled(std::uint64_t modifier) {
  return modifier != kLinearModifier && modifier != kImplicitModifier;
}

// Of a tranche, in its order, without kImplicitModifier.
std::vector<std::uint64_t> common(const ModifierTranche& tranche,
                                  std::span<const std::uint64_t> drawable) {
  std::vector<std::uint64_t> modifiers;
  for (const std::uint64_t modifier : tranche.modifiers) {
    const bool known = modifier != kImplicitModifier && has(drawable, modifier);
    if (known && !has(modifiers, modifier)) modifiers.push_back(modifier);
  }
  return modifiers;
}

void add(std::vector<BufferWish>& wishes, BufferWish wish) {
  if (std::ranges::find(wishes, wish) == wishes.end()) wishes.push_back(std::move(wish));
}

// The best tranche with something tiled in it.
void add_tiled(std::vector<BufferWish>& wishes, const BufferOffer& offer,
               std::span<const std::uint64_t> drawable) {
  for (const ModifierTranche& tranche : offer.tranches) {
    std::vector<std::uint64_t> modifiers = common(tranche, drawable);
    if (std::ranges::none_of(modifiers, is_tiled)) continue;
    return add(wishes, {.modifiers = std::move(modifiers), .scanout = tranche.scanout});
  }
}

// The best tranche that has this one.
void add_single(std::vector<BufferWish>& wishes, const BufferOffer& offer,
                std::span<const std::uint64_t> drawable, std::uint64_t modifier) {
  if (!has(drawable, modifier)) return;
  for (const ModifierTranche& tranche : offer.tranches) {
    if (!has(tranche.modifiers, modifier)) continue;
    return add(wishes, {.modifiers = {modifier}, .scanout = tranche.scanout});
  }
}

}  // namespace

std::vector<BufferWish> buffer_wishes(const BufferOffer& offer,
                                      std::span<const std::uint64_t> drawable, WhoReads reader) {
  std::vector<BufferWish> wishes;
  if (reader == WhoReads::SameGpu) {
    add_tiled(wishes, offer, drawable);
    // Drivers that know no modifiers tile in ways that only they can find out.
    if (wishes.empty()) add_single(wishes, offer, drawable, kImplicitModifier);
  }
  add_single(wishes, offer, drawable, kLinearModifier);
  return wishes;
}

std::string modifier_name(std::uint64_t modifier) {
  if (modifier == kLinearModifier) return "LINEAR";
  if (modifier == kImplicitModifier) return "implicit modifier";
  std::string digits(16, '0');
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), modifier, 16);
  return "modifier 0x" + digits.substr(0, static_cast<std::size_t>(end.ptr - digits.data()));
}

}  // namespace pierglass::gfx
