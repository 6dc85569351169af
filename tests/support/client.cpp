// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/client.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace pierglass::test {
namespace {

std::filesystem::path new_log(const Lab& lab) {
  static unsigned count = 0;
  return lab.home() / ("frames." + std::to_string(count++));
}

// Calls `use` for every whole line that is a JSON object; what else stands there is skipped.
template <typename Use>
void for_each_object(const std::string& text, Use use) {
  std::istringstream lines(text.substr(0, text.rfind('\n') + 1));
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
    if (object.is_object()) use(object);
  }
}

}  // namespace

Command Client::command(Lab& lab, const std::filesystem::path& display,
                        std::vector<std::string> arguments, const std::filesystem::path& frame_log,
                        Records records) {
  const std::filesystem::path program = lab.stage(client_program());
  if (records == Records::Kept) {
    // A command is the first word.
    const bool command = !arguments.empty() && !arguments.front().starts_with('-');
    arguments.insert(arguments.begin() + (command ? 1 : 0),
                     {"--stats", "--frame-log", frame_log.string()});
  }
  // Else a picture would begin with the message that there is no keyboard.
  if (std::ranges::find(arguments, "--spice") == arguments.end()) {
    arguments.insert(arguments.end(), {"--spice", "none"});
  }
  arguments.insert(arguments.begin(), program.string());
  Command command = lab.command("client", std::move(arguments));
  if (!display.empty()) command.environment.emplace_back("WAYLAND_DISPLAY", display);
  return command;
}

Client::Client(Lab& lab, const std::filesystem::path& display, std::vector<std::string> arguments,
               Records records)
    : frame_log_(new_log(lab)),
      process_(command(lab, display, std::move(arguments), frame_log_, records)) {}

std::vector<Client::Shown> Client::frame_log() const {
  std::vector<Shown> result;
  for_each_object(read_text(frame_log_), [&result](const nlohmann::json& line) {
    const auto time = [&line](const char* key) { return line.at(key).get<std::int64_t>(); };
    const Shown shown{.sequence = line.at("sequence").get<std::uint64_t>(),
                      .bytes = line.at("bytes").get<std::uint64_t>(),
                      .direct = line.at("direct").get<bool>(),
                      .seen_ns = time("seen_ns"),
                      .acquired_ns = time("acquired_ns"),
                      .uploaded_ns = time("uploaded_ns"),
                      .draw_began_ns = time("draw_began_ns"),
                      .committed_ns = time("committed_ns")};
    if (shown.seen_ns != 0) result.push_back(shown);
  });
  return result;
}

std::vector<nlohmann::json> Client::stats() const {
  std::vector<nlohmann::json> result;
  for_each_object(process_.out(), [&result](const nlohmann::json& line) {
    if (line.value("type", "") == "stats") result.push_back(line);
  });
  return result;
}

std::string Client::sanitizer_report() const {
  const std::string text = process_.err();
  for (const char* sign :
       {"AddressSanitizer", "LeakSanitizer", "ThreadSanitizer", "runtime error:"}) {
    if (text.find(sign) != std::string::npos) return text;
  }
  return {};
}

}  // namespace pierglass::test
