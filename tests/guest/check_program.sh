#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Fails when the Windows program imports another library than LIST has, is not smaller than BYTES, or
# lacks one of the protections that the linker gives.
# Usage: check_program.sh PROGRAM LIST BYTES
set -eu
program=$1 list=$2 bytes=$3
headers=$(LC_ALL=C x86_64-w64-mingw32-objdump -p "$program")
bad=0
complain() {
  echo "$program $*"
  bad=1
}

imports=$(printf '%s\n' "$headers" | sed -n 's/^[[:space:]]*DLL Name: //p' | tr A-Z a-z | sort -u)
[ -n "$imports" ] || complain "imports nothing, which no Windows program does"
for dll in $imports; do
  grep -qxF "$dll" "$list" || complain "imports $dll, which $list does not have"
done

size=$(stat -c %s "$program")
[ "$size" -lt "$bytes" ] || complain "has $size bytes, $bytes or more"

for flag in HIGH_ENTROPY_VA DYNAMIC_BASE NX_COMPAT; do
  printf '%s\n' "$headers" | grep -qw "$flag" || complain "lacks $flag"
done
echo "$size bytes; imports" $imports
exit $bad
