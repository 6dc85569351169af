// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/messages.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "shm/kvmfr_linux.hpp"

namespace pierglass::app {
namespace {

std::string said_of(ErrorCode code, const std::string& path) {
  return memory_message({.code = code, .what = "open"}, path);
}

void expect_words(const std::string& said, const std::vector<std::string>& words) {
  for (const std::string& one : words) EXPECT_NE(said.find(one), std::string::npos) << said;
  EXPECT_EQ(said.find('\n'), std::string::npos) << said;
}

TEST(Messages, NameTheRuleThatOpensTheKvmfrDeviceToItsUsers) {
  expect_words(said_of(ErrorCode::PermissionDenied, "/dev/kvmfr0"),
               {"/dev/kvmfr0", R"(SUBSYSTEM=="kvmfr", GROUP="kvm", MODE="0660")",
                "/etc/udev/rules.d/99-kvmfr.rules", "usermod -aG kvm"});
  const std::string file = said_of(ErrorCode::PermissionDenied, "/dev/shm/kvmfr-win11");
  expect_words(file, {"ls -l /dev/shm/kvmfr-win11"});
  EXPECT_EQ(file.find("udev"), std::string::npos) << file;
}

TEST(Messages, NameTheLimitOfADeviceThatCannotTellItsSize) {
  const auto bytes = shm::kvmfr_bytes(-1, [](int) { return 0; });
  ASSERT_FALSE(bytes);
  const std::string said = memory_message(bytes.error(), "/dev/kvmfr0");
  expect_words(said, {"/dev/kvmfr0", "2 GiB", "static_size_mb=64"});
  EXPECT_EQ(said.find("at most"), std::string::npos) << said;
}

TEST(Messages, SayWhatMendsAnInstanceThatCannotBeHad) {
  const auto said = [](const Error& error) { return instance_message(error, "vm"); };
  expect_words(said({.code = ErrorCode::Busy, .got = 4711}),
               {"vm", "process 4711", "pierglass toggle", "--name"});
  EXPECT_EQ(said({.code = ErrorCode::Busy}).find("process"), std::string::npos);
  expect_words(said({.code = ErrorCode::Unsupported}), {"XDG_RUNTIME_DIR", "export"});
  expect_words(said({.code = ErrorCode::PermissionDenied, .what = "XDG_RUNTIME_DIR/pierglass"}),
               {"XDG_RUNTIME_DIR/pierglass must", "nobody else", "ls -ld"});
  expect_words(said({.code = ErrorCode::NotFound, .what = "XDG_RUNTIME_DIR"}),
               {"no folder XDG_RUNTIME_DIR"});
  expect_words(said({.code = ErrorCode::OsCall, .what = "bind"}), {"control socket", "bind"});
}

TEST(Messages, SayWhyARunningOneWasNotReached) {
  const auto said = [](ErrorCode code) { return request_message({.code = code}, "vm"); };
  expect_words(said(ErrorCode::NotFound), {"called vm", "start it with pierglass toggle"});
  expect_words(said(ErrorCode::NotReady), {"called vm", "does not answer"});
  expect_words(said(ErrorCode::Lost), {"called vm", "ended"});
  expect_words(said(ErrorCode::VersionMismatch),
               {"called vm", "another release", "start it again"});
  expect_words(said(ErrorCode::Corrupt), {"another release"});
  expect_words(said(ErrorCode::Unsupported), {"XDG_RUNTIME_DIR is not set"});
}

TEST(MessagesTest, AnOutputThatThereIsNoneOfIsAnsweredWithThoseThatThereAre) {
  EXPECT_EQ(no_output_message("DP-9", "DP-1, HDMI-A-1"),
            "there is no output called DP-9; name one of these with --output: DP-1, HDMI-A-1");
}

}  // namespace
}  // namespace pierglass::app
