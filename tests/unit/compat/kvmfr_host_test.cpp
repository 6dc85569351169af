// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/kvmfr_host.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace pierglass::compat {
namespace {

class HostData {
 public:
  explicit HostData(std::string release = "B7", std::uint32_t version = 20,
                    std::uint32_t features = 1) {
    text("KVMFR---", 8);
    u32(version);
    text(release, 32);
    u32(features);
  }

  HostData& u32(std::uint32_t value) {
    const auto* bytes = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), bytes, bytes + sizeof value);
    return *this;
  }
  HostData& u8(unsigned value) {
    bytes_.push_back(static_cast<std::byte>(value));
    return *this;
  }
  // Padded with zeros to `width`; 0: with its own zero byte.
  HostData& text(std::string text, std::size_t width = 0) {
    text.resize(width == 0 ? text.size() + 1 : width);
    for (const char c : text) u8(static_cast<unsigned char>(c));
    return *this;
  }
  HostData& record(unsigned type, std::uint32_t bytes) {
    u8(type);
    return u8(0xaa).u8(0xbb).u8(0xcc).u32(bytes);
  }
  HostData& machine(std::uint32_t bytes = 51 + 8) {
    record(1, bytes);
    for (unsigned i = 0; i < 16; ++i) u8(i + 1);
    return text("D3D12", 32).u8(16).u8(8).u8(1).text("Ryzen 7");
  }
  HostData& system(std::uint32_t bytes = 1 + 11) {
    return record(2, bytes).u8(3).text("Windows 11");
  }

  [[nodiscard]] Result<KvmfrHost> parse() const { return parse_kvmfr_host(bytes_); }
  std::vector<std::byte>& bytes() { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

TEST(KvmfrHost, TellsItsReleaseAndMachine) {
  const auto host = HostData().machine().system().parse();
  ASSERT_TRUE(host);
  EXPECT_EQ(host->version, 20u);
  EXPECT_EQ(host->release, "B7");
  EXPECT_TRUE(host->moves_pointer);
  EXPECT_EQ(host->uuid[0], 1);
  EXPECT_EQ(host->uuid[15], 16);
  EXPECT_EQ(host->capture, "D3D12");
  EXPECT_EQ(host->processor, "Ryzen 7");
  EXPECT_EQ(host->threads, 16u);
  EXPECT_EQ(host->cores, 8u);
  EXPECT_EQ(host->sockets, 1u);
  EXPECT_EQ(host->system, "Windows 11");
}

TEST(KvmfrHost, TellsAnyVersion) {
  EXPECT_EQ(HostData("B6", 18).parse()->version, 18u);
  EXPECT_EQ(HostData("x", 0xffff'ffff).parse()->version, 0xffff'ffffu);
}

TEST(KvmfrHost, OtherDataIsNone) {
  HostData data;
  data.bytes()[7] = std::byte{'+'};
  EXPECT_EQ(data.parse().error().code, ErrorCode::NotARegion);
  EXPECT_EQ(parse_kvmfr_host({}).error().code, ErrorCode::NotARegion);
  HostData cut;
  cut.bytes().pop_back();
  EXPECT_EQ(cut.parse().error().code, ErrorCode::NotARegion);
}

TEST(KvmfrHost, AHostWithoutRecordsIsTakenAsItIs) {
  const auto host = HostData("B7", 20, 0xffff'fffe).parse();
  ASSERT_TRUE(host);
  EXPECT_FALSE(host->moves_pointer);
  EXPECT_TRUE(host->capture.empty() && host->processor.empty() && host->system.empty());
  EXPECT_EQ(host->threads, 0u);
}

TEST(KvmfrHost, UnknownRecordsAreSkipped) {
  const auto host =
      HostData().record(9, 3).u8(1).u8(2).u8(3).record(255, 0).system().machine().parse();
  EXPECT_EQ(host->system, "Windows 11");
  EXPECT_EQ(host->capture, "D3D12");
}

TEST(KvmfrHost, ARecordThatIsCutEndsTheList) {
  for (const std::uint32_t bytes : {13u, 0x7fff'ffffu, 0xffff'fff8u, 0xffff'ffffu}) {
    const auto host = HostData().machine().system(bytes).parse();
    ASSERT_TRUE(host);
    EXPECT_EQ(host->capture, "D3D12");
    EXPECT_TRUE(host->system.empty()) << bytes;
  }
  HostData half;
  half.system().machine();
  const std::size_t whole = half.bytes().size();
  for (std::size_t bytes = 48; bytes < whole; ++bytes) {
    half.bytes().resize(bytes);
    const auto host = half.parse();
    ASSERT_TRUE(host);
    EXPECT_EQ(host->system.empty(), bytes < 48 + 20) << bytes;
    EXPECT_TRUE(host->processor.empty()) << bytes;
    half = HostData().system().machine();
  }
}

TEST(KvmfrHost, AShortMachineRecordTellsNothing) {
  const auto host = HostData().machine(50).parse();
  ASSERT_TRUE(host);
  EXPECT_TRUE(host->capture.empty());
  EXPECT_EQ(host->threads, 0u);
}

TEST(KvmfrHost, StringsAreMadePrintable) {
  EXPECT_EQ(HostData("B\x01\xff\x7f\n7").parse()->release, "B????7");
  EXPECT_EQ(HostData("B7   ").parse()->release, "B7");
  EXPECT_EQ(HostData(std::string(32, 'x')).parse()->release, std::string(32, 'x'));
  const auto host = HostData().record(2, 201).u8(3).text(std::string(200, 'y'), 200).parse();
  EXPECT_EQ(host->system, std::string(63, 'y'));
  EXPECT_EQ(HostData().record(2, 1).u8(3).parse()->system, "");
  EXPECT_EQ(HostData().record(2, 0).parse()->system, "");
}

}  // namespace
}  // namespace pierglass::compat
