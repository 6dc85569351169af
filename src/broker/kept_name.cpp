// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/kept_name.hpp"

#include "base/digits.hpp"
#include "base/vm_name.hpp"

namespace pierglass::broker {
namespace {

constexpr std::string_view kMemory = "memory";
constexpr std::string_view kIds = "ids";
constexpr std::string_view kPeer = "peer/";
constexpr std::string_view kConnection = "connection";

// As to_chars writes it: no sign, no zero in front.
template <typename Number>
std::optional<Number> parse_number(std::string_view text, Number most) {
  const auto number = parse_digits<Number>(text);
  const bool padded = text.size() > 1 && text[0] == '0';
  if (padded || (number && *number > most)) return std::nullopt;
  return number;
}

std::optional<KeptName> parse_peer(KeptName name, std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == text.npos) return std::nullopt;
  const auto peer = parse_number<std::uint16_t>(text.substr(0, slash), ivshmem::kMaxPeerId);
  if (!peer) return std::nullopt;
  name.peer = *peer;
  const std::string_view what = text.substr(slash + 1);
  if (what == kConnection) {
    name.kind = KeptName::Kind::Connection;
    return name;
  }
  const auto vector = parse_number<std::size_t>(what, ivshmem::kMaxVectors - 1);
  if (!vector) return std::nullopt;
  name.kind = KeptName::Kind::Vector;
  name.vector = *vector;
  return name;
}

}  // namespace

std::string to_text(const KeptName& name) {
  std::string text = name.vm + "/";
  if (name.kind == KeptName::Kind::Memory) return text.append(kMemory);
  if (name.kind == KeptName::Kind::Ids) return text.append(kIds);
  text.append(kPeer) += std::to_string(name.peer) + "/";
  if (name.kind == KeptName::Kind::Connection) return text.append(kConnection);
  return text += std::to_string(name.vector);
}

std::optional<KeptName> parse_kept_name(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == text.npos || !is_vm_name(text.substr(0, slash))) return std::nullopt;
  KeptName name{.vm = std::string(text.substr(0, slash))};
  const std::string_view what = text.substr(slash + 1);
  if (what == kMemory) return name;
  if (what == kIds) {
    name.kind = KeptName::Kind::Ids;
    return name;
  }
  if (!what.starts_with(kPeer)) return std::nullopt;
  return parse_peer(std::move(name), what.substr(kPeer.size()));
}

}  // namespace pierglass::broker
