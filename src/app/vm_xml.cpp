// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/vm_xml.hpp"

#include <pwd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "app/machine_text.hpp"
#include "base/sizes.hpp"
#include "base/vm_name.hpp"

namespace pierglass::app {
namespace {

constexpr int kUsageError = 2;
constexpr std::size_t kHelpColumn = 34;
constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

struct Kind {
  std::string_view name;
  MemoryKind kind;
};
constexpr std::array kKinds = {
    Kind{"doorbell", MemoryKind::Doorbell},
    Kind{"plain", MemoryKind::Plain},
    Kind{"kvmfr", MemoryKind::Kvmfr},
};

struct Words {
  std::string name = "default";
  std::string kind = "all";
  std::vector<std::string> sizes;
  bool hdr = false;
};

using OptionError = CLI::ValidationError;

std::vector<MemoryKind> kinds_named(const std::string& text) {
  std::vector<MemoryKind> kinds;
  for (const Kind& row : kKinds) {
    if (text == "all" || text == row.name) kinds.push_back(row.kind);
  }
  if (kinds.empty()) {
    throw OptionError("--kind", "'" + text + "' is none of doorbell, plain, kvmfr, all");
  }
  return kinds;
}

std::vector<Size> understood(const std::vector<std::string>& texts) {
  std::vector<Size> sizes;
  for (const std::string& text : texts) {
    const auto size = parse_size(text, wire::kMaxDimension);
    if (!size) throw OptionError("--for", "'" + text + "' is not a size such as 3840x2160");
    sizes.push_back(*size);
  }
  return sizes;
}

struct User {
  std::string name;
  std::uint32_t id;
};

// Under sudo the one who called it.
User caller() {
  const char* name = std::getenv("SUDO_USER");
  const passwd* user = name != nullptr ? getpwnam(name) : nullptr;
  if (user != nullptr) return {.name = user->pw_name, .id = user->pw_uid};
  user = getpwuid(geteuid());
  return {.name = user != nullptr ? user->pw_name : std::to_string(geteuid()), .id = geteuid()};
}

MachineWishes understood(const Words& words) {
  if (!is_vm_name(words.name)) {
    throw OptionError("--name", "'" + words.name +
                                    "' is not 1 to 64 of letters, digits, '.', '_' and '-', "
                                    "without a dot or '-' in front");
  }
  User user = caller();
  return {.name = words.name,
          .user = std::move(user.name),
          .uid = user.id,
          .sizes = understood(words.sizes),
          .room = words.hdr ? wire::PixelRoom::Hdr : wire::PixelRoom::Standard,
          .kinds = kinds_named(words.kind)};
}

void add_options(CLI::App& cli, Words& words) {
  cli.get_formatter()->column_width(kHelpColumn);
  cli.add_option("--name", words.name, "Name of the virtual machine")
      ->type_name("NAME")
      ->capture_default_str();
  cli.add_option("--for", words.sizes,
                 "A size that its screen may have, which the memory must do for; once for each "
                 "[3840x2160]")
      ->type_name("WxH")
      ->allow_extra_args(false);
  cli.add_flag("--hdr", words.hdr,
               "Its screen may be an HDR one, whose pictures are twice as large");
  cli.add_option("--kind", words.kind,
                 "doorbell (pierglass-broker's memory), plain (a file), kvmfr (Looking Glass' "
                 "kernel module) or all")
      ->type_name("KIND")
      ->capture_default_str();
}

int complain(const std::string& what) {
  std::fprintf(stderr, "pierglass: %s; see pierglass vm-xml --help\n", what.c_str());
  return kUsageError;
}

int print(const MachineWishes& wishes) {
  const auto bytes = machine_memory(wishes);
  if (!bytes) {
    return complain("--for: such pictures need " + std::to_string(bytes.error().got / kMiB) +
                    " MiB, and Windows' driver takes less than " +
                    std::to_string(bytes.error().want / kMiB));
  }
  std::fputs(machine_text(wishes, *bytes).c_str(), stdout);
  return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace

int print_vm_xml(std::vector<std::string> arguments) {
  CLI::App cli(
      "Prints how a virtual machine is given the memory that it shows its screen in: for "
      "libvirt, for QEMU, and what the host needs.",
      "pierglass vm-xml");
  Words words;
  add_options(cli, words);
  std::ranges::reverse(arguments);  // as CLI11 wants them
  try {
    cli.parse(std::move(arguments));
    return print(understood(words));
  } catch (const CLI::ParseError& error) {
    return error.get_exit_code() == 0 ? cli.exit(error) : complain(error.what());
  }
}

}  // namespace pierglass::app
