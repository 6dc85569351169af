// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/compat/corruptions.hpp"

#include <initializer_list>
#include <utility>

namespace pierglass::compat {
namespace {

using enum Reaction;
using test::GlassProtocol;

constexpr std::uint32_t kMax = 0xffff'ffff;
constexpr std::uint32_t kHigh = 0x8000'0000;
constexpr std::uint32_t kPitch = 256;
constexpr std::uint32_t kAlignment = 4096;

const test::LgmpOffsets& offsets(GlassProtocol protocol) {
  return test::lgmp_offsets(protocol == GlassProtocol::Kvmfr20 ? test::LgmpVersion::V6
                                                               : test::LgmpVersion::V12);
}

// Many values of one word after the other.
class Table {
 public:
  explicit Table(Place place) : place_(place) {}

  Table& word(const std::string& name, std::uint32_t offset,
              std::initializer_list<std::pair<std::uint32_t, Reaction>> values) {
    for (const auto& [value, reaction] : values) {
      rows_.push_back({.name = name + " = " + std::to_string(value),
                       .place = place_,
                       .offset = offset,
                       .value = value,
                       .reaction = reaction});
    }
    return *this;
  }
  Table& at(Place place) {
    place_ = place;
    return *this;
  }
  [[nodiscard]] std::vector<Corruption> rows() const { return rows_; }

 private:
  Place place_;
  std::vector<Corruption> rows_;
};

}  // namespace

std::vector<Corruption> frame_corruptions(GlassProtocol protocol) {
  const bool old = protocol == GlassProtocol::Kvmfr20;
  const std::uint32_t header = old ? 1084 : 1216;
  const std::uint32_t flags = old ? 1080 : 52;
  const std::uint32_t count = old ? 52 : 56;
  const std::uint32_t rect = old ? 56 : 192;
  Table table(Place::Frame);
  table.word("format version", 0, {{0, Shown}, {kHigh, ShownWhole}, {kMax, ShownWhole}})
      .word("serial", 4, {{0, ShownWhole}, {kHigh, ShownWhole}, {kMax, ShownWhole}})
      .word("type", 8,
            {{0, Rejected},
             {2, ShownWhole},
             {3, ShownWhole},
             {4, Rejected},
             {5, ShownWhole},
             {6, ShownWhole},
             {7, Rejected},
             {kHigh + 1, Rejected},
             {kMax, Rejected}})
      .word("screen width", 12,
            {{0, Shown}, {1, Shown}, {16384, Shown}, {16385, Rejected}, {kMax, Rejected}})
      .word("screen height", 16,
            {{0, Shown}, {1, Shown}, {16384, Shown}, {16385, Rejected}, {kMax, Rejected}})
      .word("stored width", 20,
            {{0, Shown},
             {1, Shown},
             {65, Rejected},
             {16384, Rejected},
             {16385, Rejected},
             {kMax, Rejected}})
      .word("stored height", 24,
            {{0, Shown},
             {1, FewerRows},
             {47, FewerRows},
             {49, Shown},
             {16384, Shown},
             {16385, Rejected},
             {kMax, Rejected}})
      .word("frame width", 28,
            {{0, Rejected},
             {1, ShownWhole},
             {63, ShownWhole},
             {65, Rejected},
             {16384, Rejected},
             {16385, Rejected},
             {kMax, Rejected}})
      .word("frame height", 32,
            {{0, Rejected},
             {1, FewerRows},
             {47, FewerRows},
             {49, Shown},
             {16384, Shown},
             {16385, Rejected},
             {kMax, Rejected}})
      .word("rotation", 36,
            {{1, ShownWhole}, {3, ShownWhole}, {4, Rejected}, {kHigh, Rejected}, {kMax, Rejected}})
      .word("stride", 40, {{0, Shown}, {1, Shown}, {kPitch, Shown}, {kMax, Shown}})
      .word("pitch", 44,
            {{0, Rejected},
             {4, Rejected},
             {kPitch - 4, Rejected},
             {kPitch + 1, Rejected},
             {kPitch + 2, Rejected},
             {kPitch + 4, Shown},
             {1 << 20, FewerRows},
             {kHigh, Rejected},
             {kMax - 3, Rejected},
             {kMax, Rejected}})
      .word("offset", 48,
            {{0, Rejected},
             {header - 4, Rejected},
             {header, Incomplete},
             {header + 1, Rejected},
             {header + 2, Rejected},
             {kAlignment - 8, Incomplete},
             {kHigh, Rejected},
             {kMax - 3, Rejected},
             {kMax, Rejected}})
      .word("damage count", count,
            {{0, ShownWhole},
             {1, Shown},
             {64, Shown},
             {65, Rejected},
             {kHigh, Rejected},
             {kMax, Rejected}})
      .word("damage x", rect,
            {{0, Shown},
             {61, Shown},
             {62, ShownClipped},
             {63, ShownClipped},
             {64, ShownWhole},
             {kHigh, ShownWhole},
             {kMax, ShownWhole}})
      .word("damage y", rect + 4,
            {{0, Shown},
             {44, Shown},
             {45, ShownClipped},
             {47, ShownClipped},
             {48, ShownWhole},
             {kHigh, ShownWhole},
             {kMax, ShownWhole}})
      .word("damage width", rect + 8,
            {{0, ShownWhole},
             {63, Shown},
             {64, ShownClipped},
             {kHigh, ShownClipped},
             {kMax, ShownClipped}})
      .word("damage height", rect + 12,
            {{0, ShownWhole},
             {46, Shown},
             {47, ShownClipped},
             {kHigh, ShownClipped},
             {kMax, ShownClipped}})
      .word("flags", flags,
            {{1, Shown},
             {2, Shown},
             {4, Shown},
             {8, Shown},
             {16, Shown},
             {24, ShownWhole},
             {32, Shown},
             {kHigh, Shown},
             {kMax, ShownWhole}})
      .word("write position", kAlignment - 4,
            {{0, Incomplete},
             {kPitch * 48 - 1, Incomplete},
             {kPitch * 48, Shown},
             {kPitch * 48 + 1, Shown},
             {kMax, Shown}});
  if (!old) {
    table.word("white", 60, {{0, Shown}, {kMax, Shown}})
        .word("capture time", 64, {{kMax, Shown}})
        .word("timing valid", 116, {{kMax, Shown}})
        .word("primaries", 128, {{kMax, Shown}})
        .word("largest luminance", 144, {{kMax, Shown}});
  }
  return table.rows();
}

std::vector<Corruption> ring_corruptions(const test::LookingGlassWriter& writer) {
  auto& host = const_cast<test::LookingGlassWriter&>(writer).host();
  const auto& at = host.offsets();
  const auto payload = writer.frame_payload(0);
  const std::uint32_t to_end = host.bytes() - payload.offset;
  const std::uint32_t header = host.version() == test::LgmpVersion::V6 ? 1084 : 1216;
  return Table(Place::FrameRing)
      .word("message offset", at.offset,
            {{0, Rejected},
             {4, Rejected},
             {at.header_bytes - 4, Rejected},
             {at.header_bytes, Rejected},
             {payload.offset + 1, Rejected},
             {payload.offset + 2, Rejected},
             {host.bytes() - 4, Rejected},
             {host.bytes(), Rejected},
             {host.bytes() + 4, Rejected},
             {kHigh, Rejected},
             {kMax - 3, Rejected},
             {kMax, Rejected}})
      .word("message size", at.size,
            {{0, Rejected},
             {1, Rejected},
             {header - 1, Rejected},
             {header, Rejected},
             {kAlignment, Rejected},
             {kAlignment + kPitch - 1, Rejected},
             {kAlignment + kPitch, FewerRows},
             {kAlignment + 48 * kPitch, Shown},
             {to_end, Shown},
             {to_end + 1, Rejected},
             {kHigh, Rejected},
             {kMax, Rejected}})
      .word("message flags", at.flags, {{1, Shown}, {kMax, Shown}})
      .word("message pending", at.pending, {{0, Unnoticed}, {kMax - 1, Unnoticed}, {kMax, Shown}})
      .rows();
}

std::vector<Corruption> live_corruptions(GlassProtocol protocol) {
  const auto& at = offsets(protocol);
  const std::uint32_t version = protocol == GlassProtocol::Kvmfr20 ? 6 : 12;
  Table table(Place::LiveHeader);
  table.word("magic", at.magic, {{0, Dropped}, {0x504d474d, Dropped}, {kMax, Dropped}})
      .word("version", at.version,
            {{0, Dropped}, {version - 1, Dropped}, {version + 1, Dropped}, {kMax, Dropped}})
      .word("session", at.session, {{0, Followed}, {kHigh + 7, Followed}, {kMax, Followed}})
      .word("timestamp", at.timestamp, {{0, Unaffected}, {kHigh, Unaffected}, {kMax, Unaffected}})
      .word("queue count", at.queue_count, {{0, Unaffected}, {1, Unaffected}, {kMax, Unaffected}})
      .word("user data size", at.user_size, {{0, Unaffected}, {kMax, Unaffected}})
      .word("user data", at.user_data, {{0, Unaffected}, {kMax, Unaffected}})
      .word("KVMFR version", at.user_data + 8, {{0, Unaffected}, {kMax, Unaffected}});
  table.at(Place::LiveQueue)
      .word("queue id", at.id, {{0, Unaffected}, {1, Unaffected}, {kMax, Unaffected}})
      .word("ring slots", at.slots,
            {{0, Unaffected}, {1, Unaffected}, {1025, Unaffected}, {kMax, Unaffected}})
      .word("ring offset", at.ring, {{0, Unaffected}, {1, Unaffected}, {kMax, Unaffected}})
      .word("position", at.position, {{0, Unaffected}, {3, Unaffected}, {kMax, Unaffected}})
      .word("largest time", at.max_time, {{0, Unaffected}, {kMax, Unaffected}})
      .word("message deadline", at.message_timeout, {{0, Unaffected}, {kMax, Unaffected}})
      .word("new readers", at.new_readers, {{0, Unaffected}, {1, Unaffected}, {kMax, Unaffected}})
      .word("reader's deadline", at.timeouts, {{0, Unaffected}, {kMax, Unaffected}})
      .word("our id", at.client_ids, {{0, Followed}, {1, Followed}, {kMax, Followed}})
      .word("another's id", at.client_ids + 4, {{0, Unaffected}, {kMax, Unaffected}});
  if (protocol == GlassProtocol::Kvmfr20) {
    table.word("dropped readers", at.readers, {{1, Followed}, {kMax, Followed}})
        .word("readers", at.readers + 4, {{0, Followed}, {2, Followed}, {kMax, Unaffected}});
  } else {
    table.word("readers", at.readers,
               {{0, Followed}, {0x10001, Followed}, {0x20000, Followed}, {0xff0000, Unaffected}});
  }
  return table.rows();
}

std::vector<Corruption> subscribe_corruptions(GlassProtocol protocol, std::uint32_t memory) {
  const auto& at = offsets(protocol);
  const bool old = protocol == GlassProtocol::Kvmfr20;
  const std::uint32_t slots = old ? 21 : 32;  // of the pointer queue
  const std::uint32_t slot_bytes = slots * at.message_bytes;
  Table table(Place::SubscribedHeader);
  table.word("queue count", at.queue_count,
             {{0, Unsubscribed}, {at.queues + 1, Unaffected}, {kMax, Unaffected}});
  if (!old) table.word("next id", at.next_client_id, {{kMax, Unaffected}, {kMax - 1, Unaffected}});
  table.at(Place::SubscribedQueue)
      .word("queue id", at.id, {{0, Unsubscribed}, {3, Unsubscribed}, {kMax, Unsubscribed}})
      .word("ring slots", at.slots,
            {{0, Unsubscribed},
             {1, Unsubscribed},
             {1025, Unsubscribed},
             {2048, Unsubscribed},
             {kHigh, Unsubscribed},
             {kMax, Unsubscribed}})
      .word("ring offset", at.ring,
            {{0, Unsubscribed},
             {4, Unsubscribed},
             {at.header_bytes - 16, Unsubscribed},
             {at.header_bytes + 1, Unsubscribed},
             {at.header_bytes + 2, Unsubscribed},
             {memory, Unsubscribed},
             {memory - slot_bytes + 16, Unsubscribed},
             {kHigh, Unsubscribed},
             {kMax - 15, Unsubscribed},
             {kMax, Unsubscribed}})
      .word("position", at.position,
            {{slots, Unsubscribed}, {kHigh, Unsubscribed}, {kMax, Unsubscribed}})
      .word("start", at.start, {{slots, Unsubscribed}, {kMax, Unsubscribed}})
      .word("count", at.count,
            {{old ? slots : slots + 1, Unsubscribed}, {kHigh, Unsubscribed}, {kMax, Unsubscribed}})
      .word("lock", at.lock, {{1, Unsubscribed}, {2, Unsubscribed}, {kMax, Unsubscribed}})
      .word("largest time", at.max_time, {{0, Unaffected}, {kMax, Unaffected}})
      .word("new readers", at.new_readers, {{kMax, Unaffected}});
  if (old) {
    table.word("readers", at.readers + 4, {{kMax, Unsubscribed}});
  } else {
    table.word("ring slots", at.slots, {{3, Unsubscribed}, {6, Unsubscribed}})
        .word("readers", at.readers, {{0xff0000, Unsubscribed}, {0xffff0000, Unsubscribed}});
  }
  return table.rows();
}

std::vector<Corruption> start_corruptions(GlassProtocol protocol, std::uint32_t memory) {
  const auto& at = offsets(protocol);
  const std::uint32_t user = at.user_data;
  const std::uint32_t version = protocol == GlassProtocol::Kvmfr20 ? 20 : 34;
  return Table(Place::StartedHeader)
      .word("user data size", at.user_size,
            {{0, Unreadable},
             {47, Unreadable},
             {48, Unaffected},
             {49, Unaffected},
             {64 * 1024, Unaffected},
             {64 * 1024 + 1, Unreadable},
             {memory, Unreadable},
             {kHigh, Unreadable},
             {kMax, Unreadable}})
      .word("KVMFR magic", user, {{0, Unreadable}, {kMax, Unreadable}})
      .word("KVMFR magic's end", user + 4, {{0, Unreadable}, {kMax, Unreadable}})
      .word("KVMFR version", user + 8,
            {{0, Unreadable},
             {1, Unreadable},
             {version - 1, Unreadable},
             {version + 1, Unreadable},
             {kMax, Unreadable}})
      .word("release", user + 12, {{0, Unaffected}, {kMax, Unaffected}})
      .word("release's end", user + 40, {{kMax, Unaffected}})
      .word("features", user + 44, {{0, Unaffected}, {kMax, Unaffected}})
      .word("record type", user + 48, {{0, Unaffected}, {kMax, Unaffected}})
      .word("record size", user + 52,
            {{0, Unaffected},
             {1, Unaffected},
             {50, Unaffected},
             {51, Unaffected},
             {kHigh, Unaffected},
             {kMax - 7, Unaffected},
             {kMax, Unaffected}})
      .word("capture", user + 72, {{kMax, Unaffected}})
      .word("counts", user + 104, {{kMax, Unaffected}})
      .word("version", at.version,
            {{0, Unreadable}, {3, Unreadable}, {13, Unreadable}, {kMax, Unreadable}})
      .rows();
}

std::vector<Corruption> pointer_corruptions(const test::LookingGlassWriter& writer) {
  auto& host = const_cast<test::LookingGlassWriter&>(writer).host();
  const auto& at = host.offsets();
  const std::uint32_t header = host.version() == test::LgmpVersion::V6 ? 24 : 28;
  const std::uint32_t shape = writer.shape_payload(0).offset;
  Table table(Place::Pointer);
  table.word("position", 0, {{0x7fff'7fff, Shown}, {0x8000'8000, Shown}, {kMax, Shown}})
      .word("type", 4, {{3, Rejected}, {kHigh, Rejected}, {kMax, Rejected}, {2, Shown}})
      .word("hot spot", 8, {{0x8080, Shown}, {0x7f7f, Shown}, {kMax, Shown}})
      .word("width", 12,
            {{0, Rejected},
             {1, Shown},
             {33, Rejected},
             {512, Rejected},
             {513, Rejected},
             {kHigh, Rejected},
             {kMax, Rejected}})
      .word("height", 16,
            {{0, Rejected},
             {1, Shown},
             {512, Shown},
             {513, Rejected},
             {kHigh, Rejected},
             {kMax, Rejected}})
      .word("pitch", 20,
            {{0, Rejected},
             {127, Rejected},
             {129, Shown},
             {32768, Shown},
             {32769, Rejected},
             {0x0800'0000, Rejected},
             {kHigh, Rejected},
             {kMax, Rejected}});
  table.at(Place::PointerRing)
      .word("message offset", at.offset,
            {{0, Rejected},
             {at.header_bytes - 4, Rejected},
             {shape + 1, Rejected},
             {host.bytes() - 4, Rejected},
             {host.bytes(), Rejected},
             {kMax, Rejected}})
      .word("message size", at.size,
            {{0, Rejected},
             {header - 1, Rejected},
             {header, Rejected},
             {header + 32 * 128 - 1, Rejected},
             {header + 32 * 128, Shown},
             {kMax, Rejected}});
  return table.rows();
}

std::vector<Corruption> mailbox_corruptions(GlassProtocol protocol) {
  const auto& at = offsets(protocol);
  return Table(Place::Mailbox)
      .word("free places", at.mail_free,
            {{0, Busy}, {1, Sent}, {at.mails + 1, NotReady}, {kHigh, NotReady}, {kMax, NotReady}})
      .word("write position", at.mail_write,
            {{at.mails, NotReady}, {at.mails + 1, NotReady}, {kHigh, NotReady}, {kMax, NotReady}})
      .word("write serial", at.mail_write_serial, {{0, Sent}, {kHigh, Sent}, {kMax, Sent}})
      .word("read serial", at.mail_read_serial, {{kHigh, Sent}, {kMax, Sent}})
      .word("lock", at.mail_lock, {{1, Busy}, {2, Busy}, {kMax, Busy}})
      .word("place's size", at.mail + at.mail_size, {{kMax, Sent}})
      .rows();
}

}  // namespace pierglass::compat
