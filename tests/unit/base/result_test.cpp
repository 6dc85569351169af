// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/result.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>

#include "base/describe.hpp"

namespace pierglass {
namespace {

Result<int> positive(int value) {
  if (value <= 0) return fail(ErrorCode::InvalidArgument, "value", 3, 4);
  return value;
}

Result<int> doubled(int value) {
  const int checked = TRY(positive(value));
  return 2 * checked;
}

Result<void> only_checked(int value) {
  static_cast<void>(TRY(positive(value)));
  return {};
}

TEST(Result, TryGivesTheValue) {
  EXPECT_EQ(doubled(4), 8);
  EXPECT_TRUE(only_checked(1));
}

TEST(Result, TryPassesTheErrorOnUnchanged) {
  const auto result = doubled(-1);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::InvalidArgument);
  EXPECT_STREQ(result.error().what, "value");
  EXPECT_EQ(result.error().got, 3U);
  EXPECT_EQ(result.error().want, 4U);
  EXPECT_FALSE(only_checked(0));
}

TEST(Result, TryMovesValuesThatCannotBeCopied) {
  const auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(5); };
  const auto use = [&]() -> Result<int> {
    const std::unique_ptr<int> owned = TRY(make());
    return *owned;
  };
  EXPECT_EQ(use(), 5);
}

TEST(Result, AnErrorRemembersWhereItWasMade) {
  const auto error = positive(0).error();
  EXPECT_NE(std::strstr(error.where.file_name(), "result_test.cpp"), nullptr);
  EXPECT_GT(error.where.line(), 0U);
}

TEST(ResultDeathTest, CheckAbortsWithTheCondition) {
  EXPECT_DEATH(CHECK(1 + 1 == 3), "internal error: 1 \\+ 1 == 3");
}

struct Wording {
  Error error;
  const char* words;
};

TEST(Describe, SaysEachErrorInPlainWords) {
  const Wording table[] = {
      {{.code = ErrorCode::OsCall, .os_kind = OsErrorKind::Errno, .os = 2, .what = "open"},
       "open failed: No such file or directory"},
      {{.code = ErrorCode::OsCall, .os_kind = OsErrorKind::Win32, .os = 5, .what = "CreateFile"},
       "CreateFile failed: Windows error 5"},
      {{.code = ErrorCode::OsCall,
        .os_kind = OsErrorKind::Hresult,
        .os = -2005270521,
        .what = "AcquireNextFrame"},
       "AcquireNextFrame failed: HRESULT 0x887a0007"},
      {{.code = ErrorCode::OsCall, .os_kind = OsErrorKind::Egl, .os = 0x3001, .what = "eglBind"},
       "eglBind failed: EGL error 0x3001"},
      {{.code = ErrorCode::Lost, .os_kind = OsErrorKind::Wayland, .os = 1, .what = "compositor"},
       "compositor went away: Wayland error 1"},
      {{.code = ErrorCode::NotFound, .what = "output"}, "output not found"},
      {{.code = ErrorCode::PermissionDenied, .what = "file"}, "file: permission denied"},
      {{.code = ErrorCode::NotARegularFile, .what = "file"}, "file is not a regular file"},
      {{.code = ErrorCode::NotADevice, .what = "it"}, "it is a regular file instead of a device"},
      {{.code = ErrorCode::TooSmall, .what = "region", .got = 3, .want = 256},
       "region is too small: 3 bytes where 256 are needed"},
      {{.code = ErrorCode::TooLarge, .what = "picture", .got = 9, .want = 8},
       "picture is too large: 9 where at most 8 is allowed"},
      {{.code = ErrorCode::NotARegion}, "this memory does not hold a Pierglass region"},
      {{.code = ErrorCode::NotReady, .what = "session"}, "session is not ready yet"},
      {{.code = ErrorCode::VersionMismatch, .what = "region layout", .got = 2, .want = 1},
       "region layout has version 2, this program speaks 1: update this program"},
      {{.code = ErrorCode::VersionMismatch, .what = "region layout", .got = 1, .want = 2},
       "region layout has version 1, this program speaks 2: update the other side"},
      {{.code = ErrorCode::Corrupt, .what = "pitch", .got = 7}, "pitch is out of range (7)"},
      {{.code = ErrorCode::Stale, .what = "sequence"}, "sequence is out of date"},
      {{.code = ErrorCode::Busy, .what = "reader block"}, "reader block is busy"},
      {{.code = ErrorCode::Unsupported, .what = "dmabuf"}, "dmabuf is not supported"},
      {{.code = ErrorCode::InvalidArgument, .what = "size"}, "size is not valid"},
  };
  for (const auto& [error, words] : table) EXPECT_EQ(describe(error), words);
}

TEST(Describe, BytesAreMebibytesOrTooFewForThat) {
  EXPECT_EQ(mebibytes(0), "0 bytes");
  EXPECT_EQ(mebibytes(1048575), "1048575 bytes");
  EXPECT_EQ(mebibytes(1048576), "1 MiB");
  EXPECT_EQ(mebibytes(std::uint64_t{1} << 40), "1048576 MiB");
}

}  // namespace
}  // namespace pierglass
