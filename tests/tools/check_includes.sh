#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Fails when a source file includes against the arrows between the modules.
# Usage: check_includes.sh REPOSITORY
set -eu
cd "$1"

# Folder, then what its files may include beside themselves. wayland and shaders stand for generated
# headers; nothing may include app; wl and gfx do not know each other.
table='
base
wire: base
ring: base wire
pixel: base wire
pace: base
shm: base
ivshmem: base
loop: base
input: base
wl: base loop input
spice: base loop input
control: base loop
broker: base wire loop ivshmem
gfx: base wire pixel shaders
source: base wire ring pixel shm ivshmem
compat: base wire pixel shm source
app: base wire ring pixel pace shm ivshmem loop input wl spice control gfx source compat
guest/core: base wire ring pixel pace
guest: base wire ring pixel pace shm guest/core
'

# No header of an operating system: these are built for Linux and for Windows alike.
portable='base wire ring pixel pace input guest/core'

find src guest -type f \( -name '*.hpp' -o -name '*.cpp' -o -name '*.h' \) | sort |
xargs awk -v table="$table" -v portable="$portable" '
BEGIN {
  lines = split(table, rows, "\n")
  for (i = 1; i <= lines; ++i) {
    if (rows[i] == "") continue
    cut = index(rows[i], ":")
    name = cut ? substr(rows[i], 1, cut - 1) : rows[i]
    known[name] = 1
    allowed[name, name] = 1
    count = cut ? split(substr(rows[i], cut + 1), names, " ") : 0
    for (j = 1; j <= count; ++j) allowed[name, names[j]] = 1
  }
  count = split(portable, names, " ")
  for (j = 1; j <= count; ++j) is_portable[names[j]] = 1
}
function module_of(path) {
  sub(/^src\//, "", path)
  if (path ~ /^guest\/core\//) return "guest/core"
  if (path !~ /\//) return path
  sub(/\/.*/, "", path)
  return path
}
function complain(text) {
  printf "%s:%d: %s\n", FILENAME, FNR, text
  ++bad
}
FNR == 1 {
  ++files
  from = module_of(FILENAME)
  if (!(from in known)) complain("folder " from " is not in the table")
}
/^[ \t]*#[ \t]*include[ \t]*</ {
  name = $0
  sub(/^[^<]*</, "", name)
  sub(/>.*/, "", name)
  if (module_of(name) in known && name ~ /\/.*\.hpp$/) complain("<" name "> is ours: use quotes")
  system_header = name ~ /\.h$/ && name !~ /^(unistd|emmintrin|immintrin|smmintrin|x86intrin)\.h$/
  if (from in is_portable && system_header && FILENAME !~ /_(linux|windows)\./)
    complain(from " is portable and may not include <" name ">")
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
  name = $0
  sub(/^[^"]*"/, "", name)
  sub(/".*/, "", name)
  if (name !~ /\//) {
    if (name !~ /-(client|server)-protocol\.h$/) complain("\"" name "\" lacks its folder")
    next
  }
  to = module_of(name)
  ++includes
  if (!((from, to) in allowed)) complain(from " may not include " name)
}
END {
  printf "%d files, %d includes between modules, %d wrong\n", files, includes, bad
  exit bad || !includes
}'
