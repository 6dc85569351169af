# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# A Debian 13 with compositors in BUILD/desktops/root, for the scripts that run programs there.
# Sourced; needs `here`, the folder of these scripts, and a function fail, which ends the script.
# `suite` is trixie, which is Debian 13, or what the script sets: another one is in
# BUILD/desktops/SUITE, without KWin.
suite=trixie

# Compositors, what takes screenshots of them, what the programs load.
packages_root='sway grim mutter weston kwin-wayland dbus-daemon
  pipewire wireplumber gstreamer1.0-pipewire gstreamer1.0-plugins-base gstreamer1.0-tools
  libegl-mesa0 libgl1-mesa-dri libgles2 libegl1 libspng0 libsystemd0 libwayland-egl1
  libxkbcommon0 xkb-data'

debian_mirror() {
  if [ -n "${PIERGLASS_DEBIAN_MIRROR:-}" ]; then
    echo "$PIERGLASS_DEBIAN_MIRROR"
  else
    # shellcheck disable=SC2016  # apt's own variable
    apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Label: Debian' 2>/dev/null |
      head -n 1 | grep . || echo http://deb.debian.org/debian
  fi
}

# Makes the root beside its place and gives it its name only when it is whole; a mirror that is a
# snapshot of the past will do. What is mounted in it meanwhile is nobody else's to see, and goes
# with the processes, which end when this script does (unshare itself takes no TERM, hence KILL).
make_root() {
  new=$place/new
  rm -rf "$new"
  # shellcheck disable=SC2086  # a list of words
  setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child \
    mmdebstrap --mode=root --variant=apt \
    --include="$(echo $packages_root | tr ' ' ,)" --aptopt='APT::Install-Recommends "false"' \
    --aptopt='Acquire::Check-Valid-Until "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' "$suite" "$new" "$(debian_mirror)"
  rm -rf "$new"/var/cache/apt "$new"/var/lib/apt/lists
  echo "$packages_root" >"$new/packages"
  rm -rf "$root"
  mv "$new" "$root"
}

# Debian 13 has newer ones of these than the programs were built for.
copy_libraries() {
  rm -rf "$place/libraries"
  mkdir "$place/libraries"
  for program in "$@"; do
    ldd "$program" 2>/dev/null | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p'
  done | sort -u | while read -r library; do
    name=$(basename "$library")
    [ -n "$(find "$root/usr/lib" -name "$name" -print -quit)" ] || cp -L "$library" "$place/libraries"
  done
}

# prepare_root PROGRAM...: the root, made when it is not there or another one, and the libraries of
# what `build` holds. Gives build and source, both absolute, place and root. Holds the lock on place
# until the script ends.
prepare_root() {
  [ "$(id -u)" -eq 0 ] || fail 'only root can make and use the Debian 13 that this runs in: run it as root'
  build=$(CDPATH='' cd -- "$build" && pwd) || fail "there is no folder $build"
  source=$(CDPATH='' cd -- "$here/../.." && pwd)
  place=$build/desktops
  root=$place/root
  if [ "$suite" != trixie ]; then
    root=$place/$suite
    packages_root=$(echo "$packages_root" | sed 's/ kwin-wayland//')
  fi
  for program in "$@"; do
    [ -x "$build/$program" ] || fail "$build/$program is missing: cmake --build $build --target $*"
  done
  mkdir -p "$place"
  exec 9>"$place/lock"
  flock 9
  if [ "$(cat "$root/packages" 2>/dev/null)" != "$packages_root" ]; then
    echo "making a Debian $suite in $root"
    make_root
  fi
  (cd "$build" && copy_libraries "$@")
}
