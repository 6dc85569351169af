// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/kvmfr_host.hpp"

#include <cstring>
#include <string_view>

#include "wire/parse.hpp"

namespace pierglass::compat {
namespace {

struct Header {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::array<char, 32> release;
  std::uint32_t features;
};
static_assert(sizeof(Header) == 48);

struct RecordHeader {
  std::uint8_t type;
  std::array<std::uint8_t, 3> unused;
  std::uint32_t bytes;  // of what follows
};
static_assert(sizeof(RecordHeader) == 8);

constexpr std::uint32_t kMovesPointer = 1;
constexpr std::uint8_t kMachineRecord = 1;
constexpr std::uint8_t kSystemRecord = 2;

// The characters before a zero byte or the end.
std::string text_of(std::span<const std::byte> bytes) {
  const auto name =
      wire::printable_name({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  std::string_view text(name.data());
  while (text.ends_with(' ')) text.remove_suffix(1);
  return std::string(text);
}

void read_machine(std::span<const std::byte> record, KvmfrHost& host) {
  constexpr std::size_t kCapture = 16;
  constexpr std::size_t kCaptureBytes = 32;
  constexpr std::size_t kCounts = kCapture + kCaptureBytes;
  constexpr std::size_t kProcessor = kCounts + 3;
  if (record.size() < kProcessor) return;
  std::memcpy(host.uuid.data(), record.data(), host.uuid.size());
  host.capture = text_of(record.subspan(kCapture, kCaptureBytes));
  host.threads = std::to_integer<std::uint32_t>(record[kCounts]);
  host.cores = std::to_integer<std::uint32_t>(record[kCounts + 1]);
  host.sockets = std::to_integer<std::uint32_t>(record[kCounts + 2]);
  host.processor = text_of(record.subspan(kProcessor));
}

void read_system(std::span<const std::byte> record, KvmfrHost& host) {
  if (record.empty()) return;
  host.system = text_of(record.subspan(1));
}

void read_records(std::span<const std::byte> rest, KvmfrHost& host) {
  while (rest.size() >= sizeof(RecordHeader)) {
    RecordHeader header;
    std::memcpy(&header, rest.data(), sizeof header);
    rest = rest.subspan(sizeof header);
    if (header.bytes > rest.size()) return;
    const auto record = rest.first(header.bytes);
    if (header.type == kMachineRecord) read_machine(record, host);
    if (header.type == kSystemRecord) read_system(record, host);
    rest = rest.subspan(header.bytes);
  }
}

}  // namespace

Result<KvmfrHost> parse_kvmfr_host(std::span<const std::byte> user_data) {
  if (user_data.size() < sizeof(Header)) {
    return fail(ErrorCode::NotARegion, "host data", user_data.size(), sizeof(Header));
  }
  Header header;
  std::memcpy(&header, user_data.data(), sizeof header);
  if (std::string_view(header.magic.data(), header.magic.size()) != kKvmfrMagic) {
    return fail(ErrorCode::NotARegion, "host data");
  }
  KvmfrHost host;
  host.version = header.version;
  host.release = text_of(std::as_bytes(std::span(header.release)));
  host.moves_pointer = (header.features & kMovesPointer) != 0;
  read_records(user_data.subspan(sizeof header), host);
  return host;
}

KvmfrQuirks quirks_of(const KvmfrHost& host) {
  return {.loses_damage = host.capture.starts_with("DXGI"),
          .swaps_quarter_turns = host.capture == "D12"};
}

}  // namespace pierglass::compat
