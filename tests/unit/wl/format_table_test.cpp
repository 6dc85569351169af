// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/format_table.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <string>

#include "base/describe.hpp"
#include "base/fd.hpp"

namespace pierglass::wl {
namespace {

constexpr std::array<std::uint32_t, 8> kTwoEntries{0x34325258, 0xffffffff, 0, 0,
                                                   0x34324258, 0,          1, 0x80000000};
const std::vector<DmabufFormat> kTwoFormats{
    {.fourcc = 0x34325258, .modifier = 0}, {.fourcc = 0x34324258, .modifier = 0x80000000'00000001}};

Fd file_of(std::span<const std::byte> bytes) {
  Fd file(memfd_create("formats", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  EXPECT_EQ(write(file.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  return file;
}

std::string sentence(const Result<std::vector<DmabufFormat>>& table) {
  return table ? "good" : describe(table.error());
}

TEST(FormatTable, IsFormatsWithModifiers) {
  const auto table = parse_format_table(std::as_bytes(std::span(kTwoEntries)));
  ASSERT_TRUE(table);
  EXPECT_EQ(*table, kTwoFormats);
}

TEST(FormatTable, OfNoWholeEntriesIsRefused) {
  const std::vector<std::byte> bytes(33);
  EXPECT_EQ(sentence(parse_format_table(bytes)),
            "the size of the table of formats is out of range (33)");
  EXPECT_EQ(sentence(parse_format_table({})),
            "the size of the table of formats is out of range (0)");
}

TEST(FormatTable, IsReadFromAFileWhateverItsPosition) {
  const Fd file = file_of(std::as_bytes(std::span(kTwoEntries)));
  const auto table = read_format_table(file.get(), sizeof kTwoEntries);
  ASSERT_TRUE(table);
  EXPECT_EQ(*table, kTwoFormats);
}

TEST(FormatTable, IsReadFromASealedFileToo) {
  const Fd file = file_of(std::as_bytes(std::span(kTwoEntries)));
  ASSERT_EQ(
      fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL), 0);
  EXPECT_TRUE(read_format_table(file.get(), sizeof kTwoEntries));
}

TEST(FormatTable, OfWhichLessIsThereThanIsSaidIsRefused) {
  const Fd file = file_of(std::as_bytes(std::span(kTwoEntries)).first(20));
  EXPECT_EQ(sentence(read_format_table(file.get(), sizeof kTwoEntries)),
            "the file of the table of formats is too small: 20 bytes where 32 are needed");
}

TEST(FormatTable, LargerThanIndicesReachIsNotEvenRead) {
  EXPECT_EQ(sentence(read_format_table(-1, 16 * 65537)),
            "the table of formats is too large: 1048592 where at most 1048576 is allowed");
}

TEST(FormatTable, InWhatIsNoFileIsRefused) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const Fd read_end(ends[0]);
  const Fd write_end(ends[1]);
  EXPECT_NE(sentence(read_format_table(read_end.get(), 16)).find("reading the table"),
            std::string::npos);
}

}  // namespace
}  // namespace pierglass::wl
