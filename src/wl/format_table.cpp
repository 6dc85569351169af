// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/format_table.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace pierglass::wl {
namespace {

// As the protocol lays it out, in the machine's own byte order.
struct Entry {
  std::uint32_t fourcc;
  std::uint32_t unused;
  std::uint64_t modifier;
};
static_assert(sizeof(Entry) == 16);

Result<void> check_size(std::size_t bytes) {
  constexpr std::size_t kMost = kMaxDmabufFormats * sizeof(Entry);
  if (bytes > kMost) return fail(ErrorCode::TooLarge, "the table of formats", bytes, kMost);
  if (bytes == 0 || bytes % sizeof(Entry) != 0) {
    return fail(ErrorCode::Corrupt, "the size of the table of formats", bytes);
  }
  return {};
}

}  // namespace

Result<std::vector<DmabufFormat>> parse_format_table(std::span<const std::byte> table) {
  TRY(check_size(table.size()));
  std::vector<DmabufFormat> formats;
  formats.reserve(table.size() / sizeof(Entry));
  for (std::size_t at = 0; at < table.size(); at += sizeof(Entry)) {
    Entry entry;
    std::memcpy(&entry, table.data() + at, sizeof entry);
    formats.push_back({.fourcc = entry.fourcc, .modifier = entry.modifier});
  }
  return formats;
}

// Not mapped: a file that shrinks would end us.
Result<std::vector<DmabufFormat>> read_format_table(int file, std::uint32_t bytes) {
  TRY(check_size(bytes));
  std::vector<std::byte> table(bytes);
  std::size_t have = 0;
  while (have < table.size()) {
    const ssize_t got =
        ::pread(file, table.data() + have, table.size() - have, static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_os(OsErrorKind::Errno, errno, "reading the table of formats");
    if (got == 0) return fail(ErrorCode::TooSmall, "the file of the table of formats", have, bytes);
    have += static_cast<std::size_t>(got);
  }
  return parse_format_table(table);
}

}  // namespace pierglass::wl
