#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Boots a Linux that has udmabuf, emulated, and lets it make dma-bufs of a broker's memory:
#   udmabuf.sh CHECK BROKER FEED
# with the programs udmabuf_check, pierglass-broker and pattern_feed. What the machine prints comes
# out; the exit status is 0 when all of its checks passed.
# The kernel is the file that PIERGLASS_UDMABUF_KERNEL names (a vmlinuz), or else Debian 13's for
# clouds (that of Debian 12 lacks udmabuf), downloaded once from the mirror that this machine's apt
# uses, and kept in /var/tmp/pierglass-lab-UID/udmabuf-kernel.
set -eu

check=$1 broker=$2 feed=$3
kernel=${PIERGLASS_UDMABUF_KERNEL:-}
patience=120  # seconds for a run that takes 5

fail() {
  echo "udmabuf.sh: $*" >&2
  exit 1
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=tests/lab/debian_kernel.sh
. "$here/debian_kernel.sh"

keep_kernel() {
  grep -q '^CONFIG_UDMABUF=y' "$1"/boot/config-* || fail 'the kernel has no udmabuf'
  mv "$1"/boot/vmlinuz-* "$2/vmlinuz"
}

# The programs and the libraries that they load.
make_image() {
  mkdir "$tree/dev" "$tree/run"
  cp "$check" "$tree/init"
  cp "$broker" "$tree/pierglass-broker"
  cp "$feed" "$tree/pattern_feed"
  ldd "$check" "$broker" "$feed" | grep -oE '/[^ :]+ \(0x' | cut -d ' ' -f 1 | sort -u |
    while read -r library; do
      mkdir -p "$tree/$(dirname "$library")"
      cp -L "$library" "$tree/$library"
    done
  (cd "$tree" && find . | cpio --quiet -o -H newc) >"$work/initrd"
}

boot() {
  timeout "$patience" qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max -smp 2 \
    -m 768 -nodefaults -display none -serial stdio -no-reboot \
    -kernel "$kernel" -initrd "$work/initrd" \
    -append 'console=ttyS0 quiet panic=-1' </dev/null | tr -d '\r' | tee "$work/output"
}

if [ -n "$kernel" ]; then
  [ -r "$kernel" ] || fail "cannot read the kernel $kernel of PIERGLASS_UDMABUF_KERNEL"
  version=$kernel
else
  need_kernel udmabuf-kernel linux-image-cloud-amd64 'or set PIERGLASS_UDMABUF_KERNEL'
  kernel=$kept/udmabuf-kernel/vmlinuz
  version=$(cat "$kept/udmabuf-kernel/package")
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
mkdir "$tree"
make_image
echo "started QEMU with $version"
boot
grep -qE '^udmabuf: [1-9][0-9]* checks, 0 failed$' "$work/output" || fail 'not all checks passed'
