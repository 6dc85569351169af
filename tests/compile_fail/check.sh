#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Compiles a file twice: as it stands it must build; with WRONG defined it must fail, and for the
# reason that its "// expect:" line gives as an extended regular expression.
# Usage: check.sh COMPILER REPOSITORY FILE
set -eu
compiler=$1 repository=$2 file=$3
log=$(mktemp)
trap 'rm -f "$log"' EXIT

compile() {
  LC_ALL=C "$compiler" -std=c++23 -fsyntax-only -fno-exceptions -fno-rtti -Wall -Wextra -Werror \
    -I "$repository/src" -I "$repository" "$@" "$file" > "$log" 2>&1
}

expect=$(sed -n 's|^// expect: ||p' "$file")
if [ -z "$expect" ]; then echo "$file has no expect line"; exit 1; fi
if ! compile; then echo "the right half does not build:"; cat "$log"; exit 1; fi
if compile -DWRONG; then echo "the wrong half builds"; exit 1; fi
if ! grep -Eq "$expect" "$log"; then
  echo "the wrong half fails for another reason than /$expect/:"; cat "$log"; exit 1
fi
