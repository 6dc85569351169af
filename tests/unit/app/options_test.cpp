// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/options.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/app/option_fixture.hpp"

namespace pierglass::app {
namespace {

TEST_F(OptionTest, DefaultsStandWithoutArgumentsAndConfig) {
  const auto parsed = parse({});
  ASSERT_TRUE(parsed.options);
  EXPECT_EQ(parsed.options->memory, "") << "the usual places";
  EXPECT_EQ(parsed.options->source, SourceChoice::Auto);
  EXPECT_FALSE(parsed.options->windowed);
  EXPECT_EQ(parsed.options->renderer, RendererChoice::Auto);
  EXPECT_EQ(parsed.options->filter, pixel::Filter::Auto);
}

TEST_F(OptionTest, TheCommandLineWinsOverTheConfigFile) {
  write_config("memory=/a\noutput=DP-2\nrenderer=gl\n");
  const auto parsed = parse({"--memory", "/b", "--windowed", "--size", "640x480"});
  ASSERT_TRUE(parsed.options);
  EXPECT_EQ(parsed.options->memory, "/b");
  EXPECT_EQ(parsed.options->output, "DP-2");
  EXPECT_EQ(parsed.options->renderer, RendererChoice::Gl);
  EXPECT_TRUE(parsed.options->windowed);
  EXPECT_EQ(parsed.options->window_size, (Size{640, 480}));
}

TEST_F(OptionTest, ASourceHasAName) {
  EXPECT_EQ(parse({"--source", "auto"}).options->source, SourceChoice::Auto);
  EXPECT_EQ(parse({"--source", "pierglass"}).options->source, SourceChoice::Pierglass);
  EXPECT_EQ(parse({"--source=looking-glass"}).options->source, SourceChoice::LookingGlass);
  write_config("source=looking-glass\n");
  EXPECT_EQ(parse({}).options->source, SourceChoice::LookingGlass);
  EXPECT_EQ(parse({"--source", "pierglass"}).options->source, SourceChoice::Pierglass);
}

TEST_F(OptionTest, ADoorbellIsListenedToUnlessForbidden) {
  EXPECT_TRUE(parse({}).options->doorbell);
  EXPECT_FALSE(parse({"--no-doorbell"}).options->doorbell);
  write_config("no-doorbell=true\n");
  EXPECT_FALSE(parse({}).options->doorbell);
}

TEST_F(OptionTest, MemorySizesTakeUnits) {
  for (const auto& [text, bytes] : std::vector<std::pair<std::string, std::uint64_t>>{
           {"8388608", 8 << 20}, {"65536K", 64 << 20}, {"64M", 64 << 20}, {"1G", 1 << 30}}) {
    const auto parsed = parse({"--memory-size", text});
    ASSERT_TRUE(parsed.options) << text;
    EXPECT_EQ(parsed.options->memory_size, bytes) << text;
  }
}

TEST_F(OptionTest, ABrokerIsMemoryOfItsName) {
  for (const auto& [memory, name] : std::vector<std::pair<std::string, std::string>>{
           {"unix:win11", "win11"},
           {"unix:win.11", "win.11"},
           {"unix:/run/pierglass-broker/win10.sock", "win10"},
           {"unix:./vm", "vm"},
           {"/dev/shm/-win.img", "_win"},
           {"/dev/shm/win11.img", "win11"}}) {
    const auto parsed = parse({"--memory=" + memory});
    ASSERT_TRUE(parsed.options) << memory << stderr_;
    EXPECT_EQ(parsed.options->memory, memory);
    EXPECT_EQ(parsed.options->name, name) << memory;
  }
}

TEST_F(OptionTest, WhatPrintConfigPrintsIsAConfigFile) {
  write_config(
      "renderer=shm\nsize=800x600\nsource=pierglass\nfilter=lanczos\npresent=late\n"
      "path=direct\n");
  const auto printed = parse({"--print-config"});
  EXPECT_FALSE(printed.options);
  EXPECT_EQ(printed.exit_status, 0);
  write_config(stdout_);
  const auto parsed = parse({});
  ASSERT_TRUE(parsed.options) << stderr_;
  EXPECT_EQ(parsed.options->memory, "");
  EXPECT_EQ(parsed.options->source, SourceChoice::Pierglass);
  EXPECT_EQ(parsed.options->renderer, RendererChoice::Shm);
  EXPECT_EQ(parsed.options->filter, pixel::Filter::Lanczos);
  EXPECT_EQ(parsed.options->present, pace::PolicyChoice::Late);
  EXPECT_EQ(parsed.options->path, PathChoice::Direct);
  EXPECT_EQ(parsed.options->window_size, (Size{800, 600}));
}

TEST_F(OptionTest, GlsOutputIsOfTheUsersChoice) {
  const ParsedOptions usual = parse({});
  EXPECT_EQ(usual.options->output_wish.buffers, gfx::OutputBuffers::Auto);
  EXPECT_EQ(usual.options->output_wish.gpu, "");
  EXPECT_EQ(parse({"--output-buffers", "own"}).options->output_wish.buffers,
            gfx::OutputBuffers::Own);
  write_config("output-buffers=egl\ngpu=auto\n");
  EXPECT_EQ(parse({}).options->output_wish.buffers, gfx::OutputBuffers::Egl);
}

TEST_F(OptionTest, AGpuIsARenderNodeOrItIsSaidWhichThereAre) {
  EXPECT_FALSE(parse({"--gpu", "/dev/null"}).options);
  EXPECT_TRUE(stderr_.starts_with("pierglass: --gpu: '/dev/null' is no render node of a GPU; th"))
      << stderr_;
  write_config("gpu=/dev/dri/renderD999\n");
  EXPECT_FALSE(parse({}).options);
  EXPECT_NE(stderr_.find("line 1: --gpu: '/dev/dri/renderD999' is no render node"), stderr_.npos)
      << stderr_;
  EXPECT_EQ(parse({"send", "quit"}).action, Action::Send) << "the running one has its own";
}

TEST_F(OptionTest, ThePathIsTheUsersToChoose) {
  EXPECT_EQ(parse({}).options->path, PathChoice::Auto);
  EXPECT_EQ(parse({"--path", "copy"}).options->path, PathChoice::Copy);
  EXPECT_EQ(parse({"--path", "direct"}).options->path, PathChoice::Direct);
  EXPECT_EQ(parse({"--path", "import"}).options->path, PathChoice::Import);
  EXPECT_EQ(parse({"--path", "import", "--renderer", "gl"}).options->path, PathChoice::Import);
  EXPECT_EQ(parse({"--path", "direct", "--renderer", "shm"}).options->path, PathChoice::Direct);
  EXPECT_EQ(parse({"--path", "scanout"}).options->path, PathChoice::Scanout);
}

TEST_F(OptionTest, HelpAndVersionEndWell) {
  EXPECT_EQ(parse({"--help"}).exit_status, 0);
  for (const char* words :
       {"--memory-size", "--source", "/dev/shm/pierglass", "/dev/kvmfr0", "/dev/shm/looking-glass",
        "unix:NAME", "pierglass toggle", "pierglass send", "pierglass vm-xml"}) {
    EXPECT_NE(stdout_.find(words), std::string::npos) << words;
  }
  EXPECT_EQ(parse({"--version"}).exit_status, 0);
  EXPECT_NE(stdout_.find("pierglass "), std::string::npos);
}

class WrongUses : public OptionTest, public testing::WithParamInterface<WrongUse> {};

TEST_P(WrongUses, GiveOneSentenceAndExitStatusTwo) {
  write_config(GetParam().config);
  const auto parsed = parse(GetParam().arguments);
  EXPECT_FALSE(parsed.options);
  EXPECT_EQ(parsed.exit_status, 2);
  EXPECT_NE(stderr_.find(GetParam().expected), std::string::npos) << stderr_;
  EXPECT_EQ(stderr_.find('\n'), stderr_.size() - 1) << "one line: " << stderr_;
}

INSTANTIATE_TEST_SUITE_P(
    Table, WrongUses,
    testing::Values(
        WrongUse{"UnknownOption", {"--bogus"}, "", "--bogus; see pierglass --help"},
        WrongUse{
            "UnknownCommand", {"stray"}, "", "no command 'stray', only toggle, send and vm-xml"},
        WrongUse{"StrayWord", {"--windowed", "stray"}, "", "stray"},
        WrongUse{"StrayWordAfterToggle", {"toggle", "now"}, "", "now; see pierglass toggle --help"},
        WrongUse{"MissingValue", {"--memory"}, "", "--memory"},
        WrongUse{
            "BadPresent", {"--present", "soon"}, "", "'soon' is none of auto, callback, mailbox"},
        WrongUse{"BadPath",
                 {"--path", "short"},
                 "",
                 "'short' is none of auto, copy, direct, import, scanout"},
        WrongUse{"DirectWithGl",
                 {"--path", "direct", "--renderer", "gl"},
                 "",
                 "--path: direct needs --renderer shm, not gl"},
        WrongUse{"ImportWithoutGl",
                 {"--path", "import", "--renderer", "shm"},
                 "",
                 "--path: import needs --renderer gl, not shm"},
        WrongUse{"ScanoutByGl",
                 {"--path", "scanout", "--renderer", "gl"},
                 "",
                 "--path: scanout needs --renderer shm, not gl"},
        WrongUse{"BadRenderer", {"--renderer", "vulkan"}, "", "'vulkan' is none of auto, gl, shm"},
        WrongUse{"BadFilter",
                 {"--filter", "fsr"},
                 "",
                 "'fsr' is none of auto, nearest, bilinear, sharp, lanczos"},
        WrongUse{"BadSource",
                 {"--source", "vnc"},
                 "",
                 "'vnc' is none of auto, pierglass, looking-glass"},
        WrongUse{"BadSourceInConfig", {}, "source=lg\n", "line 1: --source: 'lg' is none of"},
        WrongUse{"BadSize", {"--size", "big"}, "", "'big' is not a size such as 1280x720"},
        WrongUse{"HugeSize", {"--size", "99999x9"}, "", "is not a size"},
        WrongUse{"BadMemorySize", {"--memory-size", "64Q"}, "", "is not a size such as 64M"},
        WrongUse{"ZeroMemorySize", {"--memory-size", "0"}, "", "is not a power of two from 8M"},
        WrongUse{"UnitForgotten", {"--memory-size", "64"}, "", "is not a power of two from 8M"},
        WrongUse{"OddMemorySize", {"--memory-size", "100M"}, "", "is not a power of two from 8M"},
        WrongUse{"HugeMemorySize", {"--memory-size", "99999999999G"}, "", "is not a size"},
        WrongUse{"NoBroker", {"--memory", "unix:"}, "", "'unix:' is neither unix:PATH"},
        WrongUse{"BadBroker", {"--memory", "unix:a b"}, "", "nor unix:NAME"},
        WrongUse{"BadBrokerInConfig", {}, "memory=unix:.x\n", "line 1: --memory: 'unix:.x' is"},
        WrongUse{"SizeOfABroker",
                 {"--memory", "unix:vm", "--memory-size", "64M"},
                 "",
                 "tell pierglass-broker the size"},
        WrongUse{"BadLevel", {"--log-level", "loud"}, "", "'loud' is none of"},
        WrongUse{"MissingConfig", {"--config", "/no/such/file"}, "", "/no/such/file"},
        WrongUse{"UnknownKey", {}, "memory=/a\nfoo=1\n", "line 2: 'foo' is not understood"},
        WrongUse{"Garbage", {}, "# fine\n\nwhat is this\n", "line 3: "},
        WrongUse{"BadValue", {}, "renderer=bad\n", "line 1: --renderer: 'bad' is none of"},
        WrongUse{"BadFlag", {}, "windowed=maybe\n", "line 1: "}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace pierglass::app
