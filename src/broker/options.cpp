// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/options.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <bit>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>

#include "base/digits.hpp"
#include "base/sizes.hpp"
#include "base/vm_name.hpp"
#include "ivshmem/address.hpp"
#include "ivshmem/message.hpp"
#include "wire/layout.hpp"
#include "wire/memory_size.hpp"

// CLI11 throws; nothing of it leaves this file.
namespace pierglass::broker {
namespace {

constexpr int kUsageError = 2;
constexpr std::size_t kHelpColumn = 34;
constexpr const char* kUsualScreen = "3840x2160";
constexpr const char* kProgram = "pierglass-broker";

using OptionError = CLI::ValidationError;

// Text as it was typed; turned into settings when all of it is there.
struct Typed {
  std::vector<std::string> screens;
  std::string size;
  bool hdr = false;
  bool huge_pages = false;
  std::vector<std::string> users;
  std::vector<std::string> groups;
  bool print_config = false;
};

std::optional<std::uint32_t> parse_id(const std::string& text) {
  const auto id = parse_digits<std::uint32_t>(text);
  // The largest one means "none" to the system.
  return id == ~std::uint32_t{0} ? std::nullopt : id;
}

uid_t user_id(const std::string& text) {
  if (const auto id = parse_id(text)) return *id;
  if (const passwd* entry = getpwnam(text.c_str())) return entry->pw_uid;
  throw OptionError("--allow-user", "this system has no user '" + text + "'");
}

gid_t group_id(const std::string& text) {
  if (const auto id = parse_id(text)) return *id;
  if (const group* entry = getgrnam(text.c_str())) return entry->gr_gid;
  throw OptionError("--allow-group", "this system has no group '" + text + "'");
}

std::uint64_t explicit_bytes(const std::string& text) {
  const auto bytes = parse_bytes(text);
  if (!bytes) throw OptionError("--size", "'" + text + "' is not a size such as 64M");
  if (*bytes < kMinMemoryBytes || *bytes > kMaxMemoryBytes || !std::has_single_bit(*bytes))
    throw OptionError("--size", "'" + text + "' is not a power of two from 1M to 1024G");
  return *bytes;
}

std::uint64_t bytes_for_screens(const Typed& typed) {
  std::vector<Size> sizes;
  for (const std::string& text : typed.screens) {
    const auto size = parse_size(text, wire::kMaxDimension);
    if (!size) throw OptionError("--for", "'" + text + "' is not a size such as 3840x2160");
    sizes.push_back(*size);
  }
  const auto room = typed.hdr ? wire::PixelRoom::Hdr : wire::PixelRoom::Standard;
  return wire::memory_needed({}, sizes, wire::largest_format(room));
}

std::string default_folder() {
  if (geteuid() == 0) return std::string(ivshmem::kSystemFolder);
  return ivshmem::user_folder().value_or("");
}

void check_names(const std::vector<std::string>& names) {
  if (names.empty()) throw OptionError("NAME", "name the virtual machine to serve");
  for (auto name = names.begin(); name != names.end(); ++name) {
    if (!is_vm_name(*name)) {
      throw OptionError("NAME", "'" + *name +
                                    "' is not 1 to 64 of letters, digits, '.', '_' and '-', "
                                    "without a dot or '-' in front");
    }
    if (std::find(names.begin(), name, *name) != name)
      throw OptionError("NAME", "'" + *name + "' is named twice");
  }
}

// What no client of ours would believe.
void check_limits(const ServerLimits& limits) {
  const std::size_t interrupts = limits.peers * limits.vectors;
  if (interrupts <= ivshmem::kMaxEventFds) return;
  throw OptionError("--max-peers", std::to_string(limits.peers) + " peers with " +
                                       std::to_string(limits.vectors) + " interrupts have " +
                                       std::to_string(interrupts) + ", where a client follows " +
                                       std::to_string(ivshmem::kMaxEventFds) +
                                       " at most: lower --max-peers or --vectors");
}

void check_places(Settings& settings) {
  const bool single = settings.names.size() == 1;
  if (!settings.socket.empty() && !single)
    throw OptionError("--socket", "a path is for one virtual machine: use --folder");
  if (!settings.socket.empty() && settings.socket[0] != '/')
    throw OptionError("--socket", "'" + settings.socket + "' is not an absolute path");
  if (!settings.expose.empty() && !single)
    throw OptionError("--expose", "a name is for one virtual machine: start one broker for each");
  if (!settings.expose.empty() && !is_vm_name(settings.expose))
    throw OptionError("--expose", "'" + settings.expose + "' is not a file's name in /dev/shm");
  if (settings.folder.empty()) settings.folder = default_folder();
  if (!settings.socket.empty()) return;
  if (!settings.folder.empty() && settings.folder[0] != '/')
    throw OptionError("--folder", "'" + settings.folder + "' is not an absolute path");
}

// The config file, after the command line was read.
class ConfigFile final : public CLI::ConfigTOML {
 public:
  // The effective configuration, as a file that says the same: what nobody has set is a comment,
  // since an empty text is no screen and no user.
  std::string to_config(const CLI::App* app, bool defaults, bool descriptions,
                        std::string prefix) const override {
    std::istringstream lines(
        CLI::ConfigTOML::to_config(app, defaults, descriptions, std::move(prefix)));
    std::string text;
    for (std::string line; std::getline(lines, line);) {
      if (line.ends_with("=\"\"")) text += commentChar;
      text += line + "\n";
    }
    return text;
  }

  // The memory of the command line replaces that of the file, in whatever words.
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    std::vector<CLI::ConfigItem> said = CLI::ConfigTOML::from_config(input);
    const auto given = [](const CLI::Option* option) { return option->count() != 0; };
    if (std::ranges::any_of(memory, given)) {
      std::erase_if(said, [&](const CLI::ConfigItem& item) {
        return std::ranges::any_of(
            memory, [&](const CLI::Option* option) { return option->check_lname(item.name); });
      });
    }
    return said;
  }

  std::vector<const CLI::Option*> memory;  // the app's options that say how much
};

struct Parser {
  Settings settings;
  Typed typed;
  CLI::Option* screens = nullptr;  // the app's
  std::shared_ptr<ConfigFile> file = std::make_shared<ConfigFile>();
  CLI::App cli{
      "Gives virtual machines memory for their pictures, and the interrupts that say when "
      "there are new ones: the server of QEMU's ivshmem-doorbell devices.",
      kProgram};

  Parser() {
    cli.set_version_flag("--version", std::string(kProgram) + " " PIERGLASS_VERSION);
    cli.set_config("--config", "", "Config file: lines of option=value");
    cli.config_formatter(file);
    cli.allow_config_extras(CLI::config_extras_mode::error);
    cli.get_formatter()->column_width(kHelpColumn);
    add_place_options();
    add_memory_options();
    add_access_options();
    cli.add_flag("--print-config", typed.print_config, "Print the effective configuration and exit")
        ->configurable(false);
    cli.footer(
        "For QEMU: -chardev socket,path=FOLDER/NAME.sock,id=pierglass\n"
        "  -device ivshmem-doorbell,chardev=pierglass,vectors=2\n"
        "For pierglass: --memory unix:NAME");
  }

  // One value each time, so that a name may follow.
  CLI::Option* add_list(const char* option, std::vector<std::string>& values, const char* help) {
    return cli.add_option(option, values, help)->allow_extra_args(false);
  }

  void add_place_options() {
    cli.add_option("NAME,--name", settings.names, "Virtual machines, each with memory of its own")
        ->type_name("NAME");
    cli.add_option("--folder", settings.folder,
                   "Folder for the sockets, NAME.sock; else $XDG_RUNTIME_DIR/pierglass-broker, as "
                   "root /run/pierglass-broker")
        ->type_name("PATH");
    cli.add_option("--socket", settings.socket, "The socket of the only virtual machine")
        ->type_name("PATH");
    cli.add_option("--vectors", settings.limits.vectors,
                   "Interrupts of each peer, 1 to 64; times --max-peers 448 at most")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, ivshmem::kMaxVectors))
        ->capture_default_str();
    cli.add_option("--max-peers", settings.limits.peers,
                   "Peers of a virtual machine at a time, itself among them")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, ivshmem::kMaxPeers))
        ->capture_default_str();
  }

  void add_memory_options() {
    screens = add_list("--for", typed.screens,
                       "A screen that must fit, as often as there are different ones [3840x2160]")
                  ->type_name("WxH");
    const CLI::Option* hdr =
        cli.add_flag("--hdr", typed.hdr, "Room for screens in HDR, 8 bytes a pixel");
    const CLI::Option* size =
        cli.add_option("--size", typed.size,
                       "Bytes of memory, a power of two (64M), instead of --for and --hdr")
            ->type_name("BYTES");
    file->memory = {screens, hdr, size};
    cli.add_flag("--huge-pages", typed.huge_pages,
                 "Memory of huge pages, or of ordinary ones when too few are free");
    cli.add_option("--expose", settings.expose,
                   "The memory is the file /dev/shm/NAME, for readers that can only map files; it "
                   "cannot be sealed or become a dma-buf then")
        ->type_name("NAME");
  }

  void add_access_options() {
    add_list("--allow-user", typed.users,
             "Who may connect beside root and the broker's user (libvirt-qemu)")
        ->type_name("USER");
    add_list("--allow-group", typed.groups, "Groups whose members may connect (kvm)")
        ->type_name("GROUP");
  }

  void check_memory_words() const {
    if (typed.size.empty()) return;
    if (!typed.screens.empty() || typed.hdr)
      throw OptionError("--size", "give either the memory's size or --for and --hdr");
  }

  void parse(const std::vector<std::string>& arguments) {
    // CLI11 takes them from the back.
    cli.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    check_memory_words();
    if (typed.huge_pages && !settings.expose.empty())
      throw OptionError("--huge-pages", "a file in /dev/shm has none: leave --expose out");
    if (typed.screens.empty() && typed.size.empty()) {
      typed.screens = {kUsualScreen};
      screens->default_str(kUsualScreen);  // for --print-config
    }
    settings.memory_bytes =
        typed.size.empty() ? bytes_for_screens(typed) : explicit_bytes(typed.size);
    settings.pages = typed.huge_pages ? Pages::Huge : Pages::Ordinary;
    settings.access.self = geteuid();
    for (const std::string& user : typed.users) settings.access.users.push_back(user_id(user));
    for (const std::string& group : typed.groups) settings.access.groups.push_back(group_id(group));
    check_limits(settings.limits);
    if (typed.print_config) return;
    check_names(settings.names);
    check_places(settings);
  }
};

}  // namespace

std::expected<Settings, int> parse_options(const std::vector<std::string>& arguments) {
  Parser parser;
  try {
    parser.parse(arguments);
  } catch (const CLI::Success& done) {
    return std::unexpected(parser.cli.exit(done));
  } catch (const CLI::Error& error) {
    std::fprintf(stderr, "%s: %s; see %s --help\n", kProgram, error.what(), kProgram);
    return std::unexpected(kUsageError);
  }
  if (parser.typed.print_config) {
    std::cout << parser.cli.config_to_str(true, true);
    return std::unexpected(0);
  }
  return std::move(parser.settings);
}

}  // namespace pierglass::broker
