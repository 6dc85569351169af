// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/machine_text.hpp"

#include <initializer_list>
#include <pugixml.hpp>
#include <span>
#include <string_view>
#include <utility>

#include "ivshmem/address.hpp"

namespace pierglass::app {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kWindowsLimit = std::uint64_t{4} << 30;  // ivshmem.sys maps less
constexpr std::uint64_t kKvmfrLimit = std::uint64_t{2} << 30;    // the module counts in 31 bits
constexpr std::string_view kQemuNamespace = "http://libvirt.org/schemas/domain/qemu/1.0";
constexpr std::string_view kKvmfrDevice = "/dev/kvmfr0";

struct Machine {
  const MachineWishes& wishes;
  std::uint64_t mebibytes;
  std::string sizes;  // "3840x2160, 1920x1080"
};

std::string text_of(Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

std::span<const Size> sizes_of(const MachineWishes& wishes) {
  return wishes.sizes.empty() ? std::span(&kUsualScreen, 1) : std::span(wishes.sizes);
}

std::string joined(std::span<const Size> sizes, std::string_view before, std::string_view between) {
  std::string text;
  for (const Size size : sizes) {
    text += std::string(text.empty() ? "" : between) + std::string(before) + text_of(size);
  }
  return text;
}

// Elements as a text, one a line, deeper ones further right.
class Xml {
 public:
  using Attributes = std::initializer_list<std::pair<const char*, std::string>>;

  explicit Xml(const char* root, Attributes attributes = {})
      : root_(add(document_, root, attributes)) {}

  pugi::xml_node add(const char* name, Attributes attributes = {}) {
    return add(root_, name, attributes);
  }

  [[nodiscard]] std::string text() const {
    struct Writer : pugi::xml_writer {
      std::string text;
      void write(const void* data, std::size_t bytes) override {
        text.append(static_cast<const char*>(data), bytes);
      }
    };
    Writer writer;
    root_.print(writer, "  ", pugi::format_indent);
    return writer.text;
  }

 private:
  static pugi::xml_node add(pugi::xml_node parent, const char* name, Attributes attributes) {
    pugi::xml_node node = parent.append_child(name);
    for (const auto& [key, value] : attributes) {
      node.append_attribute(key).set_value(value.c_str());
    }
    return node;
  }

  pugi::xml_document document_;
  pugi::xml_node root_;
};

std::string system_socket(const Machine& machine) {
  return std::string(ivshmem::kSystemFolder) + "/" + machine.wishes.name + ".sock";
}

// Where systemd puts a user's $XDG_RUNTIME_DIR.
std::string user_socket(const Machine& machine) {
  return "/run/user/" + std::to_string(machine.wishes.uid) + "/pierglass-broker/" +
         machine.wishes.name + ".sock";
}

std::string doorbell_shmem(const Machine& machine, const std::string& socket) {
  Xml shmem("shmem", {{"name", machine.wishes.name}});
  shmem.add("model", {{"type", "ivshmem-doorbell"}});
  shmem.add("server", {{"path", socket}});
  shmem.add("msi", {{"vectors", "2"}, {"ioeventfd", "on"}});
  return shmem.text();
}

std::string plain_shmem(const Machine& machine) {
  Xml shmem("shmem", {{"name", machine.wishes.name}});
  shmem.add("model", {{"type", "ivshmem-plain"}});
  shmem.add("size", {{"unit", "M"}}).text().set(std::to_string(machine.mebibytes).c_str());
  return shmem.text();
}

// libvirt has no word for a device of the host behind <shmem>.
std::string kvmfr_arguments(const Machine& machine) {
  const std::string device = "{'driver':'ivshmem-plain','id':'pierglass','memdev':'pierglass-mem'}";
  const std::string object = "{'qom-type':'memory-backend-file','id':'pierglass-mem','mem-path':'" +
                             std::string(kKvmfrDevice) +
                             "','size':" + std::to_string(machine.mebibytes * kMiB) +
                             ",'share':true}";
  Xml line("qemu:commandline", {{"xmlns:qemu", std::string(kQemuNamespace)}});
  for (const std::string& value :
       {std::string("-device"), device, std::string("-object"), object}) {
    line.add("qemu:arg", {{"value", value}});
  }
  return line.text();
}

std::string file_backend(const Machine& machine, std::string_view path) {
  return "-object memory-backend-file,id=pierglass-mem,share=on,mem-path=" + std::string(path) +
         ",size=" + std::to_string(machine.mebibytes) +
         "M \\\n-device ivshmem-plain,memdev=pierglass-mem,id=pierglass\n";
}

// One word each, as a unit's environment file can hold them.
std::string broker_options(const Machine& machine) {
  return joined(sizes_of(machine.wishes), "--for=", " ") +
         (machine.wishes.room == wire::PixelRoom::Hdr ? " --hdr" : "");
}

std::string system_broker(const Machine& machine) {
  const std::string& name = machine.wishes.name;
  const std::string& user = machine.wishes.user;
  return "# On the host, in /etc/pierglass/broker-" + name +
         ".env (mkdir -p /etc/pierglass):\n\n"
         "PIERGLASS_BROKER_OPTIONS=\"--allow-group=kvm " +
         broker_options(machine) +
         "\"\n\n"
         "# then once, as root:\n\n"
         "systemctl enable --now pierglass-broker@" +
         name + ".socket\n" + (user == "root" ? "" : "usermod -aG kvm " + user + "\n") + "\n";
}

std::string user_broker(const Machine& machine) {
  const std::string& name = machine.wishes.name;
  return "# In ~/.config/pierglass/broker-" + name +
         ".env (mkdir -p ~/.config/pierglass):\n\n"
         "PIERGLASS_BROKER_OPTIONS=\"" +
         broker_options(machine) +
         "\"\n\n"
         "# then once, as " +
         machine.wishes.user +
         ":\n\n"
         "systemctl --user enable --now pierglass-broker@" +
         name + ".socket\n\n";
}

std::string doorbell_device(const Machine& machine, const std::string& socket) {
  return "# libvirt, in <devices>; the memory's size is the broker's:\n\n" +
         doorbell_shmem(machine, socket) +
         "\n"
         "# or QEMU:\n\n"
         "-chardev socket,id=pierglass-broker,path=" +
         socket +
         " \\\n"
         "-device "
         "ivshmem-doorbell,chardev=pierglass-broker,vectors=2,ioeventfd=on,id=pierglass\n\n";
}

// Another user's QEMU cannot come to the socket: the folder around it is closed to it.
std::string own_machine(const Machine& machine) {
  return "# -- A machine of your own (qemu:///session, or a QEMU that you start), without root:\n"
         "#\n" +
         user_broker(machine) + doorbell_device(machine, user_socket(machine)) +
         "# Without systemd, the same socket is that of: pierglass-broker " + machine.wishes.name +
         " " + broker_options(machine) + "\n\n";
}

std::string doorbell(const Machine& machine) {
  const bool own = machine.wishes.uid != 0;
  return std::string(
             "# ==== doorbell: the guest rings when there is something, nobody has to look; needs\n"
             "# pierglass-broker, which gives the memory (dma-bufs can be made of it).\n"
             "#\n") +
         (own ? "# -- A machine of the system (qemu:///system):\n#\n" : "") +
         system_broker(machine) + doorbell_device(machine, system_socket(machine)) +
         (own ? own_machine(machine) : "") +
         "# The client:\n\n"
         "pierglass --memory unix:" +
         machine.wishes.name + "\n\n";
}

std::string plain(const Machine& machine) {
  const std::string& name = machine.wishes.name;
  const std::string path = "/dev/shm/" + name;
  return "# ==== plain: a file; the client looks again and again.\n"
         "#\n"
         "# On the host, in /etc/tmpfiles.d/pierglass-" +
         name +
         ".conf, so that you may open the\n"
         "# file whoever runs QEMU; at once: systemd-tmpfiles --create\n\n"
         "f " +
         path + " 0660 " + machine.wishes.user +
         " kvm -\n\n"
         "# libvirt, in <devices>:\n\n" +
         plain_shmem(machine) +
         "\n"
         "# or QEMU:\n\n" +
         file_backend(machine, path) +
         "\n"
         "# The client:\n\n"
         "pierglass --memory " +
         path + "\n\n";
}

std::string kvmfr(const Machine& machine) {
  std::string text =
      "# ==== kvmfr: a device of Looking Glass' kernel module; the client looks again and again.\n"
      "#\n";
  if (machine.mebibytes * kMiB >= kKvmfrLimit) {
    return text + "# Not for this machine: the module has less than 2048 MiB.\n\n";
  }
  return text +
         "# On the host, in /etc/modprobe.d/kvmfr.conf; at once: modprobe kvmfr\n\n"
         "options kvmfr static_size_mb=" +
         std::to_string(machine.mebibytes) +
         "\n\n"
         "# in /etc/modules-load.d/kvmfr.conf:\n\n"
         "kvmfr\n\n"
         "# in /etc/udev/rules.d/99-kvmfr.rules:\n\n"
         "SUBSYSTEM==\"kvmfr\", OWNER=\"" +
         machine.wishes.user +
         "\", GROUP=\"kvm\", MODE=\"0660\"\n\n"
         "# in /etc/libvirt/qemu.conf, where libvirt is used; then restart libvirtd:\n\n"
         "cgroup_device_acl = [ \"/dev/null\", \"/dev/full\", \"/dev/zero\", \"/dev/random\",\n"
         "  \"/dev/urandom\", \"/dev/ptmx\", \"/dev/kvm\", \"" +
         std::string(kKvmfrDevice) +
         "\" ]\n\n"
         "# libvirt, in <domain>, after </devices>:\n\n" +
         kvmfr_arguments(machine) +
         "\n"
         "# or QEMU:\n\n" +
         file_backend(machine, kKvmfrDevice) +
         "\n"
         "# The client:\n\n"
         "pierglass --memory " +
         std::string(kKvmfrDevice) + "\n\n";
}

std::string head(const Machine& machine) {
  const MachineWishes& wishes = machine.wishes;
  std::string text = "# Memory of the virtual machine '" + wishes.name +
                     "': " + std::to_string(machine.mebibytes) + " MiB, for " + machine.sizes +
                     (wishes.room == wire::PixelRoom::Hdr ? " in HDR" : "") + ".\n";
  if (wishes.sizes.empty()) text += "# That size is a guess: --for WxH says yours.\n";
  if (wishes.kinds.size() > 1) text += "# Take one of the kinds, the first if you can.\n";
  return text + "\n";
}

}  // namespace

Result<std::uint64_t> machine_memory(const MachineWishes& wishes) {
  const std::uint64_t bytes =
      wire::memory_needed(wire::RegionSpec{}, sizes_of(wishes), wire::largest_format(wishes.room));
  if (bytes >= kWindowsLimit) return fail(ErrorCode::TooLarge, "memory", bytes, kWindowsLimit);
  return bytes;
}

std::string machine_text(const MachineWishes& wishes, std::uint64_t bytes) {
  const Machine machine{
      .wishes = wishes, .mebibytes = bytes / kMiB, .sizes = joined(sizes_of(wishes), "", ", ")};
  std::string text = head(machine);
  for (const MemoryKind kind : wishes.kinds) {
    switch (kind) {
      case MemoryKind::Doorbell:
        text += doorbell(machine);
        break;
      case MemoryKind::Plain:
        text += plain(machine);
        break;
      case MemoryKind::Kvmfr:
        text += kvmfr(machine);
        break;
    }
  }
  text.pop_back();  // the empty line after the last block
  return text;
}

}  // namespace pierglass::app
