#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The client and a compositor on a Linux whose dma-bufs are real: Debian 13's kernel, emulated, with
# udmabuf and a graphics node or none:
#   graphics.sh BUILD none|vgem|virtio [OPTION...]
# with a folder where pierglass, pierglass-broker, pattern_feed, graphics_init and dmabuf_check are
# built, and options of GoogleTest for the last. The exit status is 0 when nothing failed.
#   none    no node: Mesa's software renderer takes any memory that can be mapped for a dma-buf
#   vgem    a node whose driver imports true dma-bufs and nothing else
#   virtio  a node whose driver imports none that was made elsewhere
# As root: the machine's root is the Debian 13 of desktops.sh, over which it writes to memory only;
# with a node a Debian sid made the same way, or what PIERGLASS_LAB_SUITE says, since the compositors
# of Debian 13 crash there. Further environment variables, for the checks:
#   PIERGLASS_LAB_SIZE      of the pictures (320x240)
#   PIERGLASS_LAB_GUESTS    how many come one after the other (100)
#   PIERGLASS_TEAR_SECONDS  how long to look for pictures of two frames (3)
#   PIERGLASS_SLOWNESS      all waits are so many times as long as on a machine that is not emulated (8)
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=tests/packages.sh
. "$here/../packages.sh"
patience=14400  # seconds

fail() {
  echo "graphics.sh: $*" >&2
  exit 1
}
# shellcheck source=tests/lab/debian_kernel.sh
. "$here/debian_kernel.sh"
# shellcheck source=tests/lab/debian_root.sh
. "$here/debian_root.sh"

# Each module unpacked, and for each a list of what is to be loaded for it, in order; empty: it is
# part of the kernel.
modules='9pnet_virtio 9p overlay vgem virtio-gpu'
keep_kernel() {
  version=$(ls "$1"/usr/lib/modules 2>/dev/null || ls "$1/lib/modules")
  [ -e "$1/lib" ] || ln -s usr/lib "$1/lib"
  depmod -b "$1" "$version"
  mv "$1"/boot/vmlinuz-* "$2/vmlinuz"
  for module in $modules; do
    needs=$(modprobe -d "$1" -S "$version" --show-depends "$module") || fail "no module $module"
    echo "$needs" | sed -n 's/^insmod \([^ ]*\).*/\1/p' | while read -r file; do
      name=$(basename "$file" .xz)
      [ -e "$2/$name" ] || xz -dc "$file" >"$2/$name"
      echo "/$name"
    done >"$2/$module.needs"
  done
}

# What the machine runs and where, a word a line, and the modules for it.
make_image() {
  mkdir "$tree" "$tree/dev"
  cp "$build/graphics_init" "$tree/init"
  printf '%s\n' "$source" "$build" "$place/libraries" "$build/dmabuf_check" "$@" >"$tree/words"
  cat >"$tree/environment" <<END
PATH=/usr/sbin:/usr/bin
LANG=C.UTF-8
PIERGLASS_LAB_NODE=$node
PIERGLASS_LAB_SIZE=${PIERGLASS_LAB_SIZE:-320x240}
PIERGLASS_LAB_GUESTS=${PIERGLASS_LAB_GUESTS:-100}
PIERGLASS_TEAR_SECONDS=${PIERGLASS_TEAR_SECONDS:-3}
PIERGLASS_SLOWNESS=${PIERGLASS_SLOWNESS:-8}
END
  for module in 9pnet_virtio 9p overlay $driver; do cat "$kernel/$module.needs"; done |
    awk '!seen[$0]++' >"$tree/modules"
  while read -r name; do cp "$kernel$name" "$tree"; done <"$tree/modules"
  (cd "$tree" && find . | cpio --quiet -o -H newc) >"$work/initrd"
}

share() {
  echo "-fsdev local,id=$1,path=$2,security_model=none${3:-} -device virtio-9p-pci,fsdev=$1,mount_tag=$1"
}

boot() {
  # QEMU 7.2 emulates AVX wrongly: white where a pointer's edge is transparent
  # shellcheck disable=SC2046,SC2086  # lists of words
  timeout "$patience" qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu Nehalem -smp 2 \
    -m 3072 -nodefaults -display none -serial stdio -no-reboot $device \
    $(share root "$root" ,readonly=on) $(share source "$source" ,readonly=on) $(share build "$build") \
    -kernel "$kernel/vmlinuz" -initrd "$work/initrd" \
    -append 'console=ttyS0 quiet panic=-1' </dev/null | sed -u 's|\r||g' | tee "$work/output"
}

[ $# -ge 2 ] || fail 'which build folder, and which graphics node: none, vgem or virtio?'
build=$1
node=$2
suite=${PIERGLASS_LAB_SUITE:-sid}
case $node in
  none) driver='' device='' suite=${PIERGLASS_LAB_SUITE:-trixie} ;;
  vgem) driver=vgem device='' ;;
  virtio) driver=virtio-gpu device='-device virtio-gpu-pci' ;;
  *) fail "which graphics node is $node? There are none, vgem and virtio" ;;
esac
shift 2
# shellcheck disable=SC2086  # a list of words
install_packages $packages_desktops $packages_machine kmod
prepare_root pierglass pierglass-broker pattern_feed graphics_init dmabuf_check
need_kernel graphics-kernel linux-image-amd64 'and try again with a network'
kernel=$kept/graphics-kernel

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
make_image "$@"
echo "started QEMU with $(cat "$kernel/package")"
boot
grep -q '^graphics: ended 0$' "$work/output" || fail 'not all checks passed'
