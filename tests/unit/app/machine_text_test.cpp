// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/machine_text.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/app/option_fixture.hpp"

namespace pierglass::app {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

std::string text_of(const MachineWishes& wishes) {
  const auto bytes = machine_memory(wishes);
  EXPECT_TRUE(bytes);
  return bytes ? machine_text(wishes, *bytes) : "";
}

TEST(MachineText, ForADoorbellDevice) {
  EXPECT_EQ(text_of({.name = "win11",
                     .user = "ann",
                     .uid = 1000,
                     .sizes = {{3840, 2160}, {1920, 1080}},
                     .room = wire::PixelRoom::Hdr,
                     .kinds = {MemoryKind::Doorbell}}),
            R"(# Memory of the virtual machine 'win11': 256 MiB, for 3840x2160, 1920x1080 in HDR.

# ==== doorbell: the guest rings when there is something, nobody has to look; needs
# pierglass-broker, which gives the memory (dma-bufs can be made of it).
#
# -- A machine of the system (qemu:///system):
#
# On the host, in /etc/pierglass/broker-win11.env (mkdir -p /etc/pierglass):

PIERGLASS_BROKER_OPTIONS="--allow-group=kvm --for=3840x2160 --for=1920x1080 --hdr"

# then once, as root:

systemctl enable --now pierglass-broker@win11.socket
usermod -aG kvm ann

# libvirt, in <devices>; the memory's size is the broker's:

<shmem name="win11">
  <model type="ivshmem-doorbell" />
  <server path="/run/pierglass-broker/win11.sock" />
  <msi vectors="2" ioeventfd="on" />
</shmem>

# or QEMU:

-chardev socket,id=pierglass-broker,path=/run/pierglass-broker/win11.sock \
-device ivshmem-doorbell,chardev=pierglass-broker,vectors=2,ioeventfd=on,id=pierglass

# -- A machine of your own (qemu:///session, or a QEMU that you start), without root:
#
# In ~/.config/pierglass/broker-win11.env (mkdir -p ~/.config/pierglass):

PIERGLASS_BROKER_OPTIONS="--for=3840x2160 --for=1920x1080 --hdr"

# then once, as ann:

systemctl --user enable --now pierglass-broker@win11.socket

# libvirt, in <devices>; the memory's size is the broker's:

<shmem name="win11">
  <model type="ivshmem-doorbell" />
  <server path="/run/user/1000/pierglass-broker/win11.sock" />
  <msi vectors="2" ioeventfd="on" />
</shmem>

# or QEMU:

-chardev socket,id=pierglass-broker,path=/run/user/1000/pierglass-broker/win11.sock \
-device ivshmem-doorbell,chardev=pierglass-broker,vectors=2,ioeventfd=on,id=pierglass

# Without systemd, the same socket is that of: pierglass-broker win11 --for=3840x2160 --for=1920x1080 --hdr

# The client:

pierglass --memory unix:win11
)");
}

TEST(MachineText, ForAFile) {
  EXPECT_EQ(
      text_of(
          {.name = "win11", .user = "ann", .sizes = {{1920, 1080}}, .kinds = {MemoryKind::Plain}}),
      R"(# Memory of the virtual machine 'win11': 64 MiB, for 1920x1080.

# ==== plain: a file; the client looks again and again.
#
# On the host, in /etc/tmpfiles.d/pierglass-win11.conf, so that you may open the
# file whoever runs QEMU; at once: systemd-tmpfiles --create

f /dev/shm/win11 0660 ann kvm -

# libvirt, in <devices>:

<shmem name="win11">
  <model type="ivshmem-plain" />
  <size unit="M">64</size>
</shmem>

# or QEMU:

-object memory-backend-file,id=pierglass-mem,share=on,mem-path=/dev/shm/win11,size=64M \
-device ivshmem-plain,memdev=pierglass-mem,id=pierglass

# The client:

pierglass --memory /dev/shm/win11
)");
}

TEST(MachineText, ForAKvmfrDeviceAndAScreenThatIsGuessed) {
  EXPECT_EQ(text_of({.name = "win11", .user = "ann", .sizes = {}, .kinds = {MemoryKind::Kvmfr}}),
            R"x(# Memory of the virtual machine 'win11': 128 MiB, for 3840x2160.
# That size is a guess: --for WxH says yours.

# ==== kvmfr: a device of Looking Glass' kernel module; the client looks again and again.
#
# On the host, in /etc/modprobe.d/kvmfr.conf; at once: modprobe kvmfr

options kvmfr static_size_mb=128

# in /etc/modules-load.d/kvmfr.conf:

kvmfr

# in /etc/udev/rules.d/99-kvmfr.rules:

SUBSYSTEM=="kvmfr", OWNER="ann", GROUP="kvm", MODE="0660"

# in /etc/libvirt/qemu.conf, where libvirt is used; then restart libvirtd:

cgroup_device_acl = [ "/dev/null", "/dev/full", "/dev/zero", "/dev/random",
  "/dev/urandom", "/dev/ptmx", "/dev/kvm", "/dev/kvmfr0" ]

# libvirt, in <domain>, after </devices>:

<qemu:commandline xmlns:qemu="http://libvirt.org/schemas/domain/qemu/1.0">
  <qemu:arg value="-device" />
  <qemu:arg value="{'driver':'ivshmem-plain','id':'pierglass','memdev':'pierglass-mem'}" />
  <qemu:arg value="-object" />
  <qemu:arg value="{'qom-type':'memory-backend-file','id':'pierglass-mem','mem-path':'/dev/kvmfr0','size':134217728,'share':true}" />
</qemu:commandline>

# or QEMU:

-object memory-backend-file,id=pierglass-mem,share=on,mem-path=/dev/kvmfr0,size=128M \
-device ivshmem-plain,memdev=pierglass-mem,id=pierglass

# The client:

pierglass --memory /dev/kvmfr0
)x");
}

TEST(MachineText, LeavesRootInItsGroupsAndWithTheSystem) {
  const std::string text =
      text_of({.name = "win11", .user = "root", .sizes = {}, .kinds = {MemoryKind::Doorbell}});
  for (const char* words : {"usermod", "qemu:///s", "--user"}) {
    EXPECT_EQ(text.find(words), std::string::npos) << text;
  }
}

TEST(MachineText, SaysWhatTheKvmfrModuleCannotDo) {
  MachineWishes wishes{.name = "big", .user = "ann", .kinds = {MemoryKind::Kvmfr}};
  EXPECT_NE(machine_text(wishes, 1024 * kMiB).find("static_size_mb=1024\n"), std::string::npos);
  const std::string text = machine_text(wishes, 2048 * kMiB);
  EXPECT_NE(text.find("Not for this machine"), std::string::npos) << text;
  EXPECT_EQ(text.find("static_size_mb"), std::string::npos) << text;
}

TEST(MachineText, HasTheKindsInTheirOrder) {
  const std::string text =
      text_of({.name = "win11",
               .user = "ann",
               .kinds = {MemoryKind::Doorbell, MemoryKind::Plain, MemoryKind::Kvmfr}});
  EXPECT_NE(text.find("Take one of the kinds"), std::string::npos);
  const std::size_t plain = text.find("==== plain");
  EXPECT_LT(text.find("==== doorbell"), plain);
  EXPECT_LT(plain, text.find("==== kvmfr"));
}

TEST(MachineMemory, IsTheNextPowerOfTwoForTheLargestSize) {
  const auto bytes = [](std::vector<Size> sizes) {
    return *machine_memory({.name = "a", .user = "ann", .sizes = std::move(sizes)});
  };
  EXPECT_EQ(bytes({}), bytes({{3840, 2160}}));
  EXPECT_EQ(bytes({{1920, 1080}}), 64 * kMiB);
  EXPECT_EQ(bytes({{1920, 1080}, {3840, 2160}, {800, 600}}), 128 * kMiB);
}

TEST(MachineMemory, IsLessThanWhatWindowsCannotMap) {
  const auto bytes = machine_memory(
      {.name = "a", .user = "ann", .sizes = {{16384, 16384}}, .room = wire::PixelRoom::Hdr});
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::TooLarge);
  EXPECT_EQ(bytes.error().want, 4096 * kMiB);
}

TEST_F(OptionTest, VmXmlPrintsAndEndsWell) {
  const auto parsed = parse({"vm-xml", "--name", "win11", "--for", "1920x1080"});
  EXPECT_FALSE(parsed.options);
  EXPECT_EQ(parsed.exit_status, 0);
  EXPECT_EQ(stderr_, "");
  for (const char* words : {"==== doorbell", "==== plain", "==== kvmfr", "'win11'"}) {
    EXPECT_NE(stdout_.find(words), std::string::npos) << words;
  }
  EXPECT_EQ(parse({"vm-xml", "--kind", "plain"}).exit_status, 0);
  EXPECT_EQ(stdout_.find("==== doorbell"), std::string::npos);
  EXPECT_NE(stdout_.find("'default'"), std::string::npos) << stdout_;
  EXPECT_EQ(parse({"vm-xml", "--help"}).exit_status, 0);
  for (const char* words : {"--name", "--for", "--hdr", "--kind"}) {
    EXPECT_NE(stdout_.find(words), std::string::npos) << words;
  }
}

class WrongVmXml : public OptionTest, public testing::WithParamInterface<WrongUse> {};

TEST_P(WrongVmXml, GivesOneSentenceAndExitStatusTwo) {
  write_config(GetParam().config);
  std::vector<std::string> arguments = GetParam().arguments;
  arguments.insert(arguments.begin(), "vm-xml");
  const auto parsed = parse(arguments);
  EXPECT_FALSE(parsed.options);
  EXPECT_EQ(parsed.exit_status, 2);
  EXPECT_EQ(stdout_, "");
  EXPECT_EQ(stderr_.find('\n'), stderr_.size() - 1) << stderr_;
  EXPECT_NE(stderr_.find(GetParam().expected), std::string::npos) << stderr_;
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongVmXml,
    testing::Values(
        WrongUse{"NoSize", {"--for", "4K"}, "", "--for: '4K' is not a size such as 3840x2160"},
        WrongUse{"LongSide", {"--for", "16385x1"}, "", "--for: '16385x1' is not a size"},
        WrongUse{"NoName", {"--name", "a/b"}, "", "--name: 'a/b' is not 1 to 64 of"},
        WrongUse{"NoKind", {"--kind", "usb"}, "", "'usb' is none of doorbell, plain, kvmfr, all"},
        WrongUse{"TooMuch", {"--hdr", "--for", "16384x16384"}, "", "less than 4096"},
        WrongUse{"OtherOption", {"--windowed"}, "", "--windowed"},
        WrongUse{"Word", {"win11"}, "", "win11"}),
    [](const auto& use) { return use.param.name; });

}  // namespace
}  // namespace pierglass::app
