// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/e2e/service_desk.hpp"

#include <algorithm>
#include <fstream>
#include <string_view>
#include <utility>

#include "base/digits.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

constexpr std::string_view kBegun = "capture thread in MMCSS";
constexpr std::uint64_t kOtherBytes = std::uint64_t{8} << 20;

std::string words_of(const std::filesystem::path& process) {
  std::string words = read_text(process / "cmdline");
  std::ranges::replace(words, '\0', ' ');
  return words;
}

}  // namespace

ServiceDesk::ServiceDesk(Size output, std::string program)
    : desk_(output),
      wine_(desk_.lab(), Disk::Own),
      other_memory_(desk_.lab(), kOtherBytes),
      resident_(wine_.start("resident", desk_.lab().stage(guest_program()),
                            {"--capture", "pattern", "--size", "64x64", "--memory",
                             Wine::windows_path(other_memory_.path())})),
      program_(std::move(program)) {
  // Two at once would each start Wine's server.
  const bool up =
      wait_until([&] { return resident_.err().find(kBegun) != std::string::npos; }, kPatience);
  EXPECT_TRUE(up) << resident_.err();
  if (program_.empty()) program_ = desk_.lab().stage(guest_program());
}

Finished ServiceDesk::run(std::vector<std::string> words) {
  Finished finished = wine_.run(program_, std::move(words), kPatience);
  for (std::string* text : {&finished.out, &finished.err}) std::erase(*text, '\r');
  return finished;
}

std::optional<std::string> ServiceDesk::say(const std::string& word) {
  const Finished finished = run({word});
  EXPECT_EQ(finished.exit, Exit{.code = 0}) << word << ": " << finished.out << finished.err;
  if (finished.exit != Exit{.code = 0}) return std::nullopt;
  return finished.out;
}

void ServiceDesk::configure(const std::string& lines) {
  std::ofstream(data_folder() / "pierglass-guest.conf")
      << "memory = \"" << Wine::windows_path(desk_.memory().path()) << "\"\n"
      << "capture = \"pattern\"\n"
      << lines;
}

std::optional<pid_t> ServiceDesk::process(const std::string& word) const {
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const auto id = parse_digits<std::uint32_t>(entry.path().filename().string());
    if (!id) continue;
    const bool ours =
        words_of(entry.path()).find("pierglass-guest.exe " + word) != std::string::npos;
    if (ours && read_text(entry.path() / "environ").find(wine_.prefix()) != std::string::npos)
      return static_cast<pid_t>(*id);
  }
  return std::nullopt;
}

std::optional<pid_t> ServiceDesk::wait_for_process(const std::string& word,
                                                   std::optional<pid_t> but) const {
  std::optional<pid_t> found;
  const auto there = [&] { return (found = process(word)) && found != but; };
  return wait_until(there, kPatience) ? found : std::nullopt;
}

bool ServiceDesk::wait_for_none(const std::string& word) const {
  return wait_until([&] { return !process(word); }, kPatience);
}

std::string ServiceDesk::log(const std::string& name) const {
  return read_text(data_folder() / "logs" / (name + ".log"));
}

std::size_t ServiceDesk::captures() const {
  const std::string text = log("capture");
  std::size_t count = 0;
  for (std::size_t at = text.find(kBegun); at != std::string::npos; ++count)
    at = text.find(kBegun, at + 1);
  return count;
}

bool ServiceDesk::wait_for_log(const std::string& name, const std::string& words) const {
  return wait_until([&] { return log(name).find(words) != std::string::npos; }, kPatience);
}

}  // namespace pierglass::test
