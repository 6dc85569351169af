#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows Windows programs' windows in the client: a Windows desktop of Wine's on a virtual X server,
# captured by pierglass-guest.exe, carried through a file in /dev/shm. On a Wayland desktop the
# client opens there; elsewhere in a Sway of our own, of which a picture is written.
set -eu

usage() {
  cat <<'TEXT'
Usage: tests/demo.sh [--pattern] [--seconds N] [--size WxH] [--headless]
  --pattern     show the guest's test pattern instead of Wine's desktop
  --seconds N   how long to measure without a desktop (10)
  --size WxH    size of the Windows desktop (1280x720)
  --headless    use a Sway of our own even on a Wayland desktop
TEXT
}

pattern=no seconds=10 size=1280x720 headless=no
while [ $# -gt 0 ]; do
  case $1 in
    --pattern) pattern=yes ;;
    --headless) headless=yes ;;
    --seconds) seconds=${2:?--seconds needs a number}; shift ;;
    --size) size=${2:?--size needs WxH}; shift ;;
    --help) usage; exit 0 ;;
    *) echo "demo.sh: unknown option $1" >&2; usage >&2; exit 2 ;;
  esac
  shift
done

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/packages.sh"

say() { echo "demo: $*"; }
fail() { say "$*" >&2; exit 1; }

# ---- what is needed ---------------------------------------------------------------------------
if [ -z "${WAYLAND_DISPLAY:-}" ]; then headless=yes; fi
# shellcheck disable=SC2086  # lists of words, here and below
install_packages $packages_build
if [ $headless = yes ]; then install_packages $packages_desktop; fi
native=no
if ! install_packages $packages_wine; then
  say "Wine is not to be had here: showing the test pattern, published by a Linux program, instead"
  pattern=yes native=yes
fi

# ---- build --------------------------------------------------------------------------------------
say "building client and guest (log: $root/build/demo-build.log)"
mkdir -p "$root/build"
build() {
  cmake -S "$root" -B "$root/build" -G Ninja &&
    cmake --build "$root/build" --target pierglass pattern_feed &&
    if [ $native = no ]; then
      cmake -S "$root" -B "$root/build/guest" -G Ninja -DPIERGLASS_TESTS=OFF \
        -DCMAKE_TOOLCHAIN_FILE="$root/guest/mingw-w64.cmake" &&
        cmake --build "$root/build/guest" --target pierglass-guest
    fi
}
build >"$root/build/demo-build.log" 2>&1 || {
  tail -n 40 "$root/build/demo-build.log" >&2
  fail "the build failed"
}

# ---- one place for everything, and one user -----------------------------------------------------
# Old Sway refuses to run as root, so root lends everything to nobody.
user=$(id -u)
[ "$user" -ne 0 ] || user=65534
work=$(mktemp -d "${TMPDIR:-/tmp}/pierglass-demo-XXXXXX")
chmod 755 "$work"
memory=/dev/shm/$(basename "$work")
children=

as_user() {
  if [ "$(id -u)" -eq 0 ]; then
    set -- setpriv --reuid=$user --regid=$user --clear-groups --no-new-privs "$@"
  fi
  exec env HOME="$work/home" "$@"
}

# start NAME COMMAND...: in the background, logged to NAME.log, ended by cleanup().
start() {
  name=$1
  shift
  as_user "$@" >"$work/log/$name.log" 2>"$work/log/$name.err" </dev/null &
  children="$! $children"
}

# until_true SECONDS COMMAND...: asks ten times a second; fails after that many seconds.
until_true() {
  tries=$(($1 * 10))
  shift
  until "$@"; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || return 1
    sleep 0.1
  done
}

# The processes of our Wine: those that know our prefix.
wine_processes() {
  grep -lsF "WINEPREFIX=$work/prefix" /proc/[0-9]*/environ | cut -d/ -f3
}
no_wine_process() { [ -z "$(wine_processes)" ]; }

cleanup() {
  status=$?
  trap - EXIT INT TERM HUP
  for child in $children; do kill "$child" 2>/dev/null || true; done
  if [ -d "$work/prefix" ]; then
    (as_user env WINEPREFIX="$work/prefix" wineserver -k) >/dev/null 2>&1 || true
    if ! until_true 10 no_wine_process; then kill -KILL $(wine_processes) 2>/dev/null || true; fi
  fi
  for child in $children; do wait "$child" 2>/dev/null || true; done
  rm -rf "$work" "$memory"
  exit $status
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

mkdir "$work/bin" "$work/log"
mkdir -m 700 "$work/home" "$work/run" "$work/prefix"
cp "$root/build/pierglass" "$root/build/pattern_feed" "$work/bin/"
if [ $native = no ]; then cp "$root/build/guest/pierglass-guest.exe" "$work/bin/"; fi
chmod 755 "$work/bin/"*
if [ "$(id -u)" -eq 0 ]; then chown $user "$work/home" "$work/run" "$work/prefix"; fi

# ---- the guest: Windows programs ----------------------------------------------------------------
wine() {
  as_user env -u WAYLAND_DISPLAY DISPLAY=":$display" WINEPREFIX="$work/prefix" WINEDEBUG=-all \
    WINEDLLOVERRIDES=mscoree,mshtml= "$@"
}
set_registry() { (wine wine reg add "$@" /f) >/dev/null 2>&1 || fail "cannot set Wine up: $1"; }

start_windows_desktop() {
  say "starting Wine's Windows desktop on a virtual X server (Xvfb), $size"
  start xvfb Xvfb -displayfd 1 -screen 0 "${size}x24" -nolisten tcp
  until_true 20 test -s "$work/log/xvfb.log" || fail "Xvfb did not start: $(cat "$work/log/xvfb.err")"
  display=$(cat "$work/log/xvfb.log")
  (wine wineboot -i) >"$work/log/wineboot.log" 2>&1 || fail "Wine did not start"
  set_registry 'HKCU\Software\Wine\Explorer' /v Desktop /d Default
  set_registry 'HKCU\Software\Wine\Explorer\Desktops' /v Default /d "$size"
  set_registry 'HKCU\Software\Microsoft\WinMine' /v Xpos /t REG_DWORD /d 900
  set_registry 'HKCU\Software\Microsoft\WinMine' /v Ypos /t REG_DWORD /d 120
  # The desktop that is running already does not know yet; the next program starts a new one.
  (wine wineserver -w) || fail "Wine did not settle"
}

start_console() {
  start_in_wine console wineconsole cmd /c \
    'for /L %i in (1,1,100000000) do @echo %i: a Windows program is printing into its console'
}
# After the console can be seen: Wine opens its windows in the same corner, and the last is on top.
start_clock_and_winemine() {
  if [ $pattern = yes ]; then return; fi
  until_true 60 scrolling || fail "Wine's console does not print"
  start_in_wine clock wine clock
  start_in_wine winemine wine winemine
  until_true 30 running_in_wine winemine.exe || fail "Wine's programs did not start"
}
start_in_wine() {
  name=$1
  shift
  wine "$@" >"$work/log/$name.log" 2>&1 </dev/null &
  children="$! $children"
}
running_in_wine() { pgrep -u $user -f "$1" >/dev/null; }

windows_memory="Z:$(echo "$memory" | tr / '\\')"
start_guest() {
  if [ $native = yes ]; then
    start guest "$work/bin/pattern_feed" --memory "$memory" --size "$size" --rate 60
    return
  fi
  if [ $pattern = yes ]; then
    set -- --capture pattern --size "$size" --rate 60
    display=
  else
    start_windows_desktop
    start_console
    set -- --capture gdi
  fi
  start_in_wine guest wine "$work/bin/pierglass-guest.exe" --memory "$windows_memory" "$@"
}

# ---- the client ---------------------------------------------------------------------------------
start_sway() {
  say "no Wayland desktop here: starting a Sway without a screen"
  {
    echo "output HEADLESS-1 resolution $size position 0,0"
    echo 'seat seat0 fallback true'
    echo 'default_border none'
    echo 'xwayland disable'
  } >"$work/sway.conf"
  start sway env -u DISPLAY XDG_RUNTIME_DIR="$work/run" SWAYSOCK="$work/run/sway.sock" \
    WLR_BACKENDS=headless WLR_RENDERER=pixman WLR_LIBINPUT_NO_DEVICES=1 sway -c "$work/sway.conf"
  until_true 20 test -S "$work/run/wayland-1" || fail "Sway did not start: $(cat "$work/log/sway.err")"
}

showing() { grep -q '"status":"live"' "$work/log/client.log"; }
scrolling() { grep -q '"frames":[1-9][0-9],' "$work/log/client.log"; }

# The median over the seconds of one key's number: values STAGE KEY.
values() {
  grep '"status":"live"' "$work/log/client.log" |
    sed -n "s/.*\"$1\":{[^}]*\"$2\":\([0-9.e+-]*\).*/\1/p" | sort -g | middle
}
counts() {
  grep '"status":"live"' "$work/log/client.log" |
    sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" | sort -g | middle
}
middle() { awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)]; else print "?" }'; }

report() {
  say "frames shown per second (median): $(counts frames)"
  say "latency in the client, frame seen to wl_surface.commit (median second):" \
    "p50 $(values seen_to_commit p50) ms, p99 $(values seen_to_commit p99) ms"
  say "capture in the guest: p50 $(values guest_capture p50) ms," \
    "upload p50 $(values upload p50) ms, draw p50 $(values draw p50) ms"
}

run_headless() {
  start_sway
  start client env -u DISPLAY XDG_RUNTIME_DIR="$work/run" WAYLAND_DISPLAY="$work/run/wayland-1" \
    "$work/bin/pierglass" --spice none --memory "$memory" --memory-size 64M --stats
  client=$!
  until_true 10 test -e "$memory" || fail "the client did not start: $(cat "$work/log/client.err")"
  start_guest
  until_true 60 showing || fail "no frame came: $(cat "$work/log/client.err" "$work/log/guest.log")"
  start_clock_and_winemine
  say "measuring for $seconds s"
  sleep "$seconds"
  kill -0 $client || fail "the client ended: $(cat "$work/log/client.err")"
  picture=$root/build/demo.png
  (as_user env XDG_RUNTIME_DIR="$work/run" WAYLAND_DISPLAY="$work/run/wayland-1" \
    grim -o HEADLESS-1 -) >"$picture" || fail "grim could not take a picture"
  report
  say "what the compositor shows: $picture"
}

run_on_desktop() {
  say "opening the client on your Wayland desktop; close its window to end"
  "$work/bin/pierglass" --spice none --memory "$memory" --memory-size 64M --windowed --size "$size" --stats \
    >"$work/log/client.log" 2>"$work/log/client.err" &
  client=$!
  children="$client $children"
  until_true 10 test -e "$memory" || fail "the client did not start: $(cat "$work/log/client.err")"
  if [ "$(id -u)" -eq 0 ]; then chown $user "$memory"; fi
  start_guest
  start_clock_and_winemine
  wait $client || fail "the client failed: $(cat "$work/log/client.err")"
  if showing; then report; fi
}

if [ $headless = yes ]; then run_headless; else run_on_desktop; fi
