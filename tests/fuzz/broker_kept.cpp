// SPDX-License-Identifier: GPL-2.0-or-later
// Names of descriptors that a service manager hands over, one a line: what is understood is what
// would have been written, and every descriptor is taken by one machine, or left.
#include <sys/eventfd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/vm_name.hpp"
#include "broker/kept.hpp"
#include "broker/kept_name.hpp"
#include "tests/fuzz/require.hpp"

using pierglass::Fd;
using pierglass::fuzz::require;
using namespace pierglass::broker;

namespace {

constexpr std::size_t kMostLines = 64;

void check_name(std::string_view text) {
  const auto name = parse_kept_name(text);
  if (!name) return;
  require(to_text(*name) == text, "as it is written");
  require(pierglass::is_vm_name(name->vm), "a machine's name");
  require(name->vector < pierglass::ivshmem::kMaxVectors, "a vector");
}

void check_handed(const std::vector<std::string>& lines) {
  std::vector<NamedFd> all;
  for (const std::string& line : lines) all.push_back({line, Fd(eventfd(0, EFD_CLOEXEC))});
  const Handed handed = take_handed("a", all);
  int last = -1;
  for (const KeptPeer& peer : handed.peers) {
    require(peer.id > last, "peers by id, each once");
    last = peer.id;
    require(peer.vectors.size() <= pierglass::ivshmem::kMaxVectors, "vectors");
  }
  for (const NamedFd& one : all) {
    require(bool(one.fd), "what is left is whole");
    const auto name = parse_kept_name(one.name);
    require(one.name == "a" ? bool(handed.listener) : !name || name->vm != "a", "none of ours");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin <= text.size() && lines.size() < kMostLines;) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.emplace_back(text.substr(begin, end - begin));
    check_name(lines.back());
    begin = end + 1;
  }
  check_handed(lines);
  return 0;
}
