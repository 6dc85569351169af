#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Boots a Linux with Looking Glass' kvmfr module, emulated, and lets the client's code use it:
#   kvmfr.sh CHECK KVMFR_KO
# with the program kvmfr_check, and the module, built for the kernel that make_guest.sh keeps
# (/var/tmp/pierglass-lab-UID/kernel/package names it). What the machine prints comes out; the exit
# status is 0 when all of its checks passed.
set -eu

check=$1 module=$2
folder=$(cd "$(dirname "$0")" && pwd)
patience=120  # seconds for a run that takes 5

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$module" "$work/kvmfr.ko"
"$folder/make_guest.sh" "$check" "$work" "$work/kvmfr.ko"
timeout "$patience" qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max -smp 2 \
  -m 512 -nodefaults -display none -serial stdio -no-reboot \
  -kernel "$work/vmlinux" -initrd "$work/initrd" \
  -append 'console=ttyS0 quiet panic=-1' </dev/null | tr -d '\r' | tee "$work/output"
grep -qE '^kvmfr: [1-9][0-9]* checks, 0 failed$' "$work/output"
