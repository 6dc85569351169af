#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes what QEMU boots: OUT/vmlinux and OUT/initrd, with PROGRAM as the first process and FILES in
# the root folder.
#   make_guest.sh PROGRAM OUT [FILE...]
# The kernel is Debian's, downloaded once; /var/tmp/pierglass-lab-UID/kernel holds it and its modules.
# Without a network a kept kernel is enough.
set -eu

program=$1 out=$2
shift 2
kept=/var/tmp/pierglass-lab-$(id -u)

# In the order of loading, each after what it needs; what follows a name are its options.
modules='virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_console
  evdev virtio_input usb-common usbcore xhci-hcd xhci-pci hid hid-generic usbhid psmouse'

fail() {
  echo "make_guest.sh: $*" >&2
  exit 1
}

# The kernel inside vmlinuz, which QEMU starts at once: emulated, unpacking takes half of the boot.
unpack_image() {
  offset=$(LC_ALL=C grep -aboP '\xFD7zXZ\x00' "$1" | head -n 1 | cut -d : -f 1)
  [ -n "$offset" ] || fail "$1 holds no kernel packed by xz"
  # Other data follows the packed kernel, of which xz complains when it has written all.
  tail -c +$((offset + 1)) "$1" | xz -dc 2>/dev/null || true
}

# Unpacks the kernel package to a new folder and gives it its name only when it is whole.
get_kernel() {
  work=$(mktemp -d "$kept/new-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  package=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' |
    head -n 1)
  [ -n "$package" ] || fail 'apt knows no package linux-image-amd64; run apt-get update'
  (cd "$work" && apt-get -qq download "$package" >&2) ||
    fail "cannot download $package, and $kept/kernel does not hold one from before"
  dpkg-deb -x "$work"/linux-image-*.deb "$work/tree"
  mkdir "$work/kernel"
  unpack_image "$work"/tree/boot/vmlinuz-* >"$work/kernel/vmlinux"
  for module in $modules; do
    found=$(find "$work/tree/lib/modules" -name "$module.ko")
    [ -n "$found" ] || fail "$package has no module $module"
    mv "$found" "$work/kernel"
  done
  echo "$package" >"$work/kernel/package"
  mv "$work/kernel" "$kept/kernel"
}

mkdir -p "$kept" "$out"
exec 9>"$kept/lock"
flock 9
[ -e "$kept/kernel" ] || (get_kernel)
flock -u 9

tree=$(mktemp -d "$out/tree-XXXXXX")
mkdir "$tree/dev"
cp "$program" "$tree/init"
for file in "$@"; do cp "$file" "$tree"; done
for module in $modules; do
  cp "$kept/kernel/$module.ko" "$tree"
  echo "/$module.ko" >>"$tree/modules"
done
ln -sf "$kept/kernel/vmlinux" "$out/vmlinux"
(cd "$tree" && find . | cpio --quiet -o -H newc) >"$out/initrd"
rm -rf "$tree"
