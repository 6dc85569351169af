#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints the file sizes of each top folder and fails when a source file has more than LIMIT lines.
# Usage: size_report.sh REPOSITORY [LIMIT]
set -eu
cd "$1"
limit=${2:-600}

find src guest tests benchmarks -type f \( -name '*.hpp' -o -name '*.cpp' -o -name '*.sh' \) |
  sort | xargs wc -l | grep -v ' total$' | sort -n |
awk -v limit="$limit" '
{
  folder = $2
  sub(/\/.*/, "", folder)
  lines[folder, ++count[folder]] = $1   # ascending, as the input is
  total[folder] += $1
  name[folder] = $2
  if ($1 > limit) { printf "%s: %d lines, more than %d\n", $2, $1, limit; ++bad }
  ++files
}
END {
  printf "%-12s %6s %8s %7s %5s %5s\n", "folder", "files", "lines", "median", "p90", "max"
  for (f in count) {
    n = count[f]
    printf "%-12s %6d %8d %7d %5d %5d  %s\n", f, n, total[f], lines[f, int((n + 1) / 2)],
      lines[f, int((9 * n + 9) / 10)], lines[f, n], name[f]
  }
  exit bad || !files
}'
