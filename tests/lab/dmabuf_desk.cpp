// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lab/dmabuf_desk.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "guest/core/pattern.hpp"
#include "tests/e2e/desk.hpp"
#include "tests/lab/dmabufs.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

constexpr const char* kMesaDriver = "MESA_LOADER_DRIVER_OVERRIDE";

Client start_client(Lab& lab, const Screen& screen, Handed handed, Taker taker) {
  hand_over_files(handed == Handed::Files);
  std::vector<std::string> words = {"--memory", "unix:vm", "--path", "scanout"};
  if (taker == Taker::Driver) {
    words.back() = "import";
    words.insert(words.end(), {"--renderer", "gl"});
    // Else Mesa draws without the node, and maps what it is to import.
    setenv(kMesaDriver, "kms_swrast", 1);
  }
  Client client(lab, screen.display(), words);
  unsetenv(kMesaDriver);
  return client;
}

}  // namespace

DmaBufDesk::DmaBufDesk(Compositor compositor, Handed handed, Taker taker)
    : broker_(lab_, "vm", {"--size", "16M"}),
      screen_(start_screen(compositor, lab_, {.mode = picture_size()})),
      client_(start_client(lab_, *screen_, handed, taker)) {}

void DmaBufDesk::start_guest(guest::PatternMode mode) {
  pattern_ = {.size = picture_size(), .mode = mode};
  guest_.reset();
  guest_.emplace(lab_.command(
      "guest",
      {lab_.stage(feed_program()).string(), "--memory", "unix:vm", "--rate", "20", "--mode",
       mode == guest::PatternMode::Full ? "full" : "small", "--size", text_of(pattern_.size)}));
}

std::string DmaBufDesk::told(const char* what) const {
  const auto lines = client_.stats();
  return lines.empty() ? "" : lines.back().value(what, "");
}

// A guest that has just come writes where the last one's picture is still shown from. Once one of
// its own is there, every frame counts.
void DmaBufDesk::settles(const std::string& path) {
  const bool settled = wait_until(
      [&] {
        const Picture screen = screenshot();
        const auto number = guest::decode_frame_number(screen.view());
        return this->path() == path && number &&
               compare(screen, pattern_picture(pattern_, *number), 0).pixels == 0;
      },
      kPatience);
  ASSERT_TRUE(settled) << "path " << this->path() << ", refusal " << refusal() << "\n"
                       << client().err();
}

void DmaBufDesk::shows_frames(const std::string& path, int count) {
  settles(path);
  std::optional<std::uint32_t> number;
  for (int i = 0; i < count && !testing::Test::HasFatalFailure(); ++i) {
    Picture screen;
    const std::optional<std::uint32_t> before = std::exchange(number, std::nullopt);
    const bool another = wait_until(
        [&] {
          screen = screenshot();
          number = guest::decode_frame_number(std::as_const(screen).view());
          return number && number != before;
        },
        kPatience);
    ASSERT_TRUE(another) << client().err();
    ASSERT_TRUE(same_picture(screen, pattern_picture(pattern_, number.value_or(0)), 0, path));
  }
}

void DmaBufDesk::expect_clean_end() {
  client().signal(SIGTERM);
  EXPECT_EQ(client().wait(kPatience), Exit{.code = 0}) << client().err();
}

}  // namespace pierglass::test
