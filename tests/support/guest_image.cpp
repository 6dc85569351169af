// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/guest_image.hpp"

#include <chrono>
#include <stdexcept>

#include "tests/support/process.hpp"

namespace pierglass::test {

constexpr std::chrono::seconds kDownload(120);

void make_guest_image(Lab& lab, const std::filesystem::path& program,
                      const std::vector<std::filesystem::path>& files,
                      const std::filesystem::path& folder) {
  std::vector<std::string> words = {lab.stage(PIERGLASS_LAB_FOLDER "/make_guest.sh").string(),
                                    lab.stage(program).string(), folder.string()};
  for (const auto& file : files) words.push_back(lab.stage(file).string());
  const Finished done = run_to_end(lab.command("make_guest", std::move(words)), kDownload);
  if (done.exit != Exit{.code = 0}) {
    throw std::runtime_error("no guest to start in QEMU: " + done.err);
  }
}

std::vector<std::string> guest_words(const std::filesystem::path& folder, const GuestWords& words) {
  return {"qemu-system-x86_64",
          "-nodefaults",
          "-display",
          "none",
          "-no-reboot",
          "-machine",
          words.machine,
          "-accel",
          "tcg",
          "-cpu",
          words.cpu,
          "-m",
          "192",
          "-serial",
          "stdio",
          "-kernel",
          (folder / "vmlinux").string(),
          "-initrd",
          (folder / "initrd").string(),
          "-append",
          "console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable no_timer_check " +
              words.kernel_words,
          "-device",
          "virtio-serial-pci",
          "-chardev",
          "socket,id=port,server=on,wait=on,path=" + words.port.string(),
          "-device",
          "virtserialport,chardev=port,name=" + words.port_name};
}

}  // namespace pierglass::test
