// SPDX-License-Identifier: GPL-2.0-or-later
// Everything a user can get wrong ends in one sentence with the remedy and a status that is not 0.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "tests/support/fake_compositor.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/process.hpp"
#include "tests/support/sway.hpp"
#include "wire/build.hpp"
#include "wire/layout.hpp"

namespace pierglass::test {
namespace {

constexpr std::uint64_t kBytes = std::uint64_t{64} << 20;

void fill(const std::filesystem::path& file, std::byte value) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  const std::vector<char> page(4096, static_cast<char>(value));
  for (std::uint64_t at = 0; at < kBytes; at += page.size()) {
    stream.write(page.data(), static_cast<std::streamsize>(page.size()));
  }
}

// A whole region whose layout major is not ours.
void write_other_version(const std::filesystem::path& file) {
  const auto layout = wire::plan_region(kBytes, {});
  ASSERT_TRUE(layout);
  std::vector<std::uint64_t> region(kBytes / 8);
  wire::RegionLayout published = *layout;
  published.session = 4711;
  wire::write_region(std::as_writable_bytes(std::span(region)), published);
  auto* header = reinterpret_cast<wire::RawHeader*>(region.data());
  header->session = published.session;
  header->layout_major = wire::kLayoutMajor + 1;
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.write(reinterpret_cast<const char*>(region.data()), kBytes);
}

// The desk that a wrong command line is tried on.
struct Desk {
  Lab lab;
  MemoryFile memory{lab, kBytes};
  HeadlessSway sway{lab, Size{640, 480}};

  Finished client(const std::filesystem::path& display, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), lab.stage(client_program()).string());
    Command command = lab.command("client", std::move(arguments));
    if (!display.empty()) command.environment.emplace_back("WAYLAND_DISPLAY", display);
    return run_to_end(std::move(command), std::chrono::seconds(30));
  }
};

struct WrongUse {
  const char* name;
  std::vector<const char*> says;  // all of these: what is wrong, and the remedy
  std::function<Finished(Desk&)> run;

  friend void PrintTo(const WrongUse& use, std::ostream* out) { *out << use.name; }
};

std::vector<WrongUse> wrong_uses() {
  const auto with_memory = [](Desk& desk, const std::filesystem::path& memory) {
    return desk.client(desk.sway.display(), {"--memory", memory});
  };
  const auto with_options = [](Desk& desk, std::vector<std::string> options) {
    options.insert(options.end(), {"--memory", desk.memory.path()});
    return desk.client(desk.sway.display(), std::move(options));
  };
  const auto without_global = [](Desk& desk, const char* interface) {
    FakeCompositor compositor({.globals = all_globals_but(interface)});
    const std::filesystem::path socket = compositor.listen();
    ::chmod(socket.parent_path().c_str(), 0755);
    ::chmod(socket.c_str(), 0777);
    return desk.client(socket, {"--memory", desk.memory.path()});
  };
  const auto with_config = [](Desk& desk, const std::string& line) {
    const std::filesystem::path config = desk.lab.path() / "config";
    std::ofstream(config) << "# a comment\n" << line << "\n";
    return desk.client(desk.sway.display(), {"--config", config, "--memory", desk.memory.path()});
  };
  return {
      {"NoSuchFile",
       {"no shared memory at", "--memory-size"},
       [=](Desk& desk) { return with_memory(desk, "/dev/shm/pierglass-no-such-file"); }},
      {"NoPermission",
       {"may not use", "group"},
       [=](Desk& desk) {
         ::chmod(desk.memory.path().c_str(), 0);
         return with_memory(desk, desk.memory.path());
       }},
      {"AFolder",
       {"not a regular file", "--memory"},
       [=](Desk& desk) { return with_memory(desk, desk.lab.home()); }},
      {"ADeviceThatIsNotKvmfrs",
       {"not a regular file", "kvmfr", "--memory"},
       [=](Desk& desk) { return with_memory(desk, "/dev/null"); }},
      {"AFileInThePlaceOfTheKvmfrDevice",
       {"regular file", "rm ", "kvmfr0", "modprobe kvmfr static_size_mb=64"},
       [=](Desk& desk) {
         const std::filesystem::path file = desk.lab.path() / "kvmfr0";
         std::ofstream(file).close();
         std::filesystem::resize_file(file, kBytes);
         ::chmod(file.c_str(), 0666);
         return with_memory(desk, file);
       }},
      {"AFileInThePlaceOfTheKvmfrDeviceThatMayNotBeOpened",
       {"regular file", "rm ", "kvmfr0", "modprobe kvmfr static_size_mb=64"},
       [=](Desk& desk) {
         const std::filesystem::path file = desk.lab.path() / "kvmfr0";
         std::ofstream(file).close();
         ::chmod(file.c_str(), 0);
         return with_memory(desk, file);
       }},
      {"NoKvmfrDevice",
       {"no device", "kvmfr7", "modprobe kvmfr static_size_mb=64"},
       [=](Desk& desk) { return with_memory(desk, desk.lab.path() / "kvmfr7"); }},
      {"TooSmall",
       {"bytes", "64 MiB"},
       [=](Desk& desk) {
         desk.memory.create(4096);
         return with_memory(desk, desk.memory.path());
       }},
      {"NotARegion",
       {"something else", "--memory"},
       [=](Desk& desk) {
         fill(desk.memory.path(), std::byte{0x5a});
         return with_memory(desk, desk.memory.path());
       }},
      {"NoLookingGlassHost",
       {"something else", "--memory"},
       [=](Desk& desk) {
         fill(desk.memory.path(), std::byte{0x5a});
         return with_options(desk, {"--source", "looking-glass"});
       }},
      {"AnotherSourceThanAskedFor",
       {"leave --source out", "--memory"},
       [=](Desk& desk) {
         write_other_version(desk.memory.path());
         return with_options(desk, {"--source", "looking-glass"});
       }},
      {"OtherVersion",
       {"layout 2", "update"},
       [=](Desk& desk) {
         write_other_version(desk.memory.path());
         return with_memory(desk, desk.memory.path());
       }},
      {"NoCompositor",
       {"no Wayland compositor", "WAYLAND_DISPLAY"},
       [](Desk& desk) {
         return desk.client(desk.lab.runtime() / "none", {"--memory", desk.memory.path()});
       }},
      {"NoWaylandSession",
       {"no Wayland compositor", "WAYLAND_DISPLAY"},
       [](Desk& desk) {
         Finished done = desk.client({}, {"--memory", desk.memory.path()});
         return done;
       }},
      {"CompositorWithoutWlCompositor",
       {"wl_compositor", "use a compositor"},
       [=](Desk& desk) { return without_global(desk, "wl_compositor"); }},
      {"CompositorWithoutXdgShell",
       {"xdg-shell", "use a compositor"},
       [=](Desk& desk) { return without_global(desk, "xdg_wm_base"); }},
      {"CompositorWithoutWlShm",
       {"wl_shm", "use a compositor"},
       [=](Desk& desk) { return without_global(desk, "wl_shm"); }},
      {"UnknownOption",
       {"--sharp", "--help"},
       [=](Desk& desk) { return with_options(desk, {"--sharp"}); }},
      {"BadValue",
       {"--renderer", "auto, gl, shm"},
       [=](Desk& desk) { return with_options(desk, {"--renderer", "crayons"}); }},
      {"BadSource",
       {"--source", "auto, pierglass, looking-glass"},
       [=](Desk& desk) { return with_options(desk, {"--source", "webcam"}); }},
      {"NoSuchOutput",
       {"DP-77", "HEADLESS-1"},
       [=](Desk& desk) { return with_options(desk, {"--output", "DP-77"}); }},
      {"UnknownKeyInTheConfigFile",
       {"line 2", "sharpness"},
       [=](Desk& desk) { return with_config(desk, "sharpness=3"); }},
      {"BadSourceInTheConfigFile",
       {"line 2", "auto, pierglass, looking-glass"},
       [=](Desk& desk) { return with_config(desk, "source=webcam"); }},
      {"BadValueInTheConfigFile",
       {"line 2", "auto, gl, shm"},
       [=](Desk& desk) { return with_config(desk, "renderer=crayons"); }},
      {"NoSuchConfigFile",
       {"config"},
       [=](Desk& desk) { return with_options(desk, {"--config", "/nonexistent/config"}); }},
  };
}

class WrongUseOf : public testing::TestWithParam<WrongUse> {};
INSTANTIATE_TEST_SUITE_P(EndToEnd, WrongUseOf, testing::ValuesIn(wrong_uses()),
                         [](const auto& one) { return one.param.name; });

TEST_P(WrongUseOf, ThePierglassClientIsAnsweredInOneSentence) {
  Desk desk;
  if (std::string(GetParam().name) == "NoWaylandSession") {
    // Without WAYLAND_DISPLAY, libwayland looks for wayland-0; this Sway is wayland-1.
    ASSERT_NE(desk.sway.display().filename(), "wayland-0");
  }
  const Finished done = GetParam().run(desk);
  ASSERT_TRUE(done.exit) << "still running; " << done.err;
  EXPECT_EQ(done.exit->signal, 0) << done.err;
  EXPECT_NE(done.exit->code, 0);
  EXPECT_EQ(std::ranges::count(done.err, '\n'), 1) << done.err;
  for (const char* words : GetParam().says) {
    EXPECT_NE(done.err.find(words), std::string::npos) << "no '" << words << "' in: " << done.err;
  }
}

}  // namespace
}  // namespace pierglass::test
