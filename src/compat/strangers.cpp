// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/strangers.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/checked.hpp"
#include "compat/dialect.hpp"
#include "compat/kvmfr_host.hpp"
#include "compat/lgmp_header.hpp"

namespace pierglass::compat {
namespace {

bool is_known(std::uint32_t lgmp) {
  return std::ranges::any_of(dialects(),
                             [&](const Dialect* dialect) { return dialect->lgmp.version == lgmp; });
}

// Where an unknown version of LGMP keeps the user data is unknown too.
Stranger search_user_data(std::span<const std::byte> memory, std::uint32_t lgmp) {
  std::vector<std::byte> copy(std::min<std::size_t>(memory.size(), kMaxUserData));
  read_shared(copy.data(), memory.data(), copy.size());
  const std::string_view text(reinterpret_cast<const char*>(copy.data()), copy.size());
  const std::size_t found = std::min(text.find(kKvmfrMagic), copy.size());
  const auto host = parse_kvmfr_host(std::span(copy).subspan(found));
  if (!host) return {.lgmp = lgmp};
  return {.lgmp = lgmp, .kvmfr = host->version, .release = host->release};
}

std::optional<Stranger> check_user_data(std::span<std::byte> memory, const Dialect& dialect) {
  const std::uint32_t lgmp = dialect.lgmp.version;
  const auto user_data = copy_user_data(memory, dialect.lgmp, kMaxUserData);
  if (!user_data) return Stranger{.lgmp = lgmp};
  const auto host = parse_kvmfr_host(*user_data);
  if (!host) return Stranger{.lgmp = lgmp};
  if (host->version == dialect.kvmfr.version) return std::nullopt;
  return Stranger{.lgmp = lgmp, .kvmfr = host->version, .release = host->release};
}

std::string versions(std::uint32_t kvmfr, std::uint32_t lgmp) {
  return "KVMFR " + std::to_string(kvmfr) + " over LGMP " + std::to_string(lgmp);
}

std::string readable_versions() {
  std::string text;
  for (const Dialect* dialect : dialects()) {
    if (!text.empty()) text += " and ";
    text += versions(dialect->kvmfr.version, dialect->lgmp.version) + " (" + dialect->name + ")";
  }
  return text;
}

}  // namespace

std::optional<Stranger> find_stranger(std::span<std::byte> memory) {
  for (const Dialect* dialect : dialects()) {
    const auto header = read_lgmp_header(memory, dialect->lgmp);
    if (!header) continue;
    if (!is_known(header->version)) return search_user_data(memory, header->version);
    if (header->version != dialect->lgmp.version) continue;
    if (auto stranger = check_user_data(memory, *dialect)) return stranger;
  }
  return std::nullopt;
}

std::string describe(const Stranger& stranger) {
  std::string text = "the ";
  if (stranger.kvmfr == 0) {
    text += "host in this memory speaks LGMP " + std::to_string(stranger.lgmp) +
            " and is not known as Looking Glass's";
  } else {
    text += "Looking Glass host ";
    if (!stranger.release.empty()) text += stranger.release + " ";
    text += "speaks " + versions(stranger.kvmfr, stranger.lgmp);
  }
  return text + "; pierglass reads " + readable_versions() + ": install " +
         dialects().front()->name + " in the virtual machine";
}

}  // namespace pierglass::compat
