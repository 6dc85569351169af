#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows that check_includes.sh can fail: every line below must be refused, each alone.
# Usage: check_includes_test.sh TOOLS_FOLDER
set -eu
tool=$1/check_includes.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
status=0

# Lays out a tree whose only other file is a correct one.
try() {
  rm -rf "$tree/src" "$tree/guest"
  mkdir -p "$tree/src/wire" "$tree/guest" "$(dirname "$tree/$1")"
  echo '#include "base/result.hpp"' > "$tree/src/wire/good.cpp"
  echo "$2" > "$tree/$1"
  "$tool" "$tree" > "$tree/log" 2>&1
}

if ! try src/ring/good.cpp '#include "wire/parse.hpp"'; then
  echo "refused a correct include:"; cat "$tree/log"; status=1
fi
while read -r file line; do
  if try "$file" "$line"; then
    echo "accepted in $file: $line"; status=1
  fi
done <<'CASES'
src/base/bad.cpp #include "wire/parse.hpp"
src/wire/bad.hpp #include "ring/reader_session.hpp"
src/gfx/bad.cpp #include "wl/window.hpp"
src/wl/bad.cpp   #  include   "gfx/presenter.hpp"
src/source/bad.cpp #include "app/options.hpp"
src/ring/bad.cpp #include "guest/core/pattern.hpp"
guest/main.cpp #include "wl/window.hpp"
guest/core/bad.cpp #include "shm/shared_memory.hpp"
guest/core/bad2.cpp #include "guest/capture/gdi.hpp"
src/wire/bad2.cpp #include "parse.hpp"
src/wire/bad3.cpp #include <base/result.hpp>
src/ring/bad4.cpp #include <sys/mman.h>
guest/core/bad5.cpp #include <windows.h>
src/unheard/of.cpp #include "base/result.hpp"
CASES

# A tree without any include is a wrong path, not a clean result.
rm -rf "$tree/src" "$tree/guest"
mkdir -p "$tree/src" "$tree/guest"
if "$tool" "$tree" > /dev/null 2>&1; then
  echo "accepted an empty tree"; status=1
fi
exit $status
