// SPDX-License-Identifier: GPL-2.0-or-later
// What pierglass-guest.exe needs of Windows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>

#include "tests/support/lab.hpp"
#include "tests/support/patience.hpp"

namespace pierglass::test {
namespace {

// Parts of every Windows since 10 1809.
const std::set<std::string> kSystem{"advapi32.dll", "avrt.dll",     "cfgmgr32.dll", "d3d11.dll",
                                    "dxgi.dll",     "gdi32.dll",    "kernel32.dll", "msvcrt.dll",
                                    "ole32.dll",    "setupapi.dll", "shell32.dll",  "user32.dll",
                                    "userenv.dll",  "winmm.dll",    "wtsapi32.dll"};

std::string tool(const std::string& arguments) {
  return "x86_64-w64-mingw32-" + arguments;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

TEST(GuestProgram, ImportsOnlyWhatEveryWindowsHas) {
  Lab lab;
  const Finished dump = run_to_end(
      lab.command("imports", {tool("objdump"), "-p", lab.stage(guest_program()).string()}),
      patience(std::chrono::seconds(30)));
  ASSERT_EQ(dump.exit, Exit{.code = 0}) << dump.err;
  constexpr std::string_view kName = "DLL Name: ";
  std::istringstream lines(dump.out);
  std::set<std::string> imports;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.find(kName);
    if (at != std::string::npos) imports.insert(lower(line.substr(at + kName.size())));
  }
  EXPECT_TRUE(imports.contains("kernel32.dll")) << "the list was read";
  EXPECT_THAT(kSystem, testing::IsSupersetOf(imports));
}

TEST(GuestProgram, IsSmallWithoutItsSymbols) {
  Lab lab;
  const std::filesystem::path bare = lab.home() / "bare.exe";
  const Finished strip = run_to_end(lab.command("strip", {tool("strip"), "-o", bare.string(),
                                                          lab.stage(guest_program()).string()}),
                                    patience(std::chrono::seconds(30)));
  ASSERT_EQ(strip.exit, Exit{.code = 0}) << strip.err;
  EXPECT_LT(std::filesystem::file_size(bare), std::uintmax_t{5} << 20);
}

}  // namespace
}  // namespace pierglass::test
