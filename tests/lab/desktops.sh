#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The client under the compositors of Debian 13, pixel by pixel:
#   desktops.sh BUILD [OPTION...]
# with a folder where pierglass, pierglass-broker, pattern_feed, desktops_check and import_check are
# built, and options of GoogleTest for the last two, which run one after the other. The exit status
# is 0 when nothing failed.
# As root: the first run makes a Debian 13 in BUILD/desktops/root, from PIERGLASS_DEBIAN_MIRROR or
# else the mirror that this machine's apt uses, and later ones use what root owns there. Everything
# runs inside by bubblewrap, in namespaces of its own: processes and mounts are gone at the end,
# however that comes.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=tests/packages.sh
. "$here/../packages.sh"

# Compositors, what takes screenshots of them, what the programs load.
packages_root='sway grim mutter weston kwin-wayland dbus-daemon
  pipewire wireplumber gstreamer1.0-pipewire gstreamer1.0-plugins-base gstreamer1.0-tools
  libegl-mesa0 libgl1-mesa-dri libgles2 libegl1 libspng0 libsystemd0 libwayland-egl1
  libxkbcommon0 xkb-data'

fail() {
  echo "desktops.sh: $*" >&2
  exit 1
}

debian_mirror() {
  if [ -n "${PIERGLASS_DEBIAN_MIRROR:-}" ]; then
    echo "$PIERGLASS_DEBIAN_MIRROR"
  else
    # shellcheck disable=SC2016  # apt's own variable
    apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Label: Debian' 2>/dev/null |
      head -n 1 | grep . || echo http://deb.debian.org/debian
  fi
}

# Makes the root beside its place and gives it its name only when it is whole. What is mounted in it
# meanwhile is nobody else's to see, and goes with the processes, which end when this script does
# (unshare itself takes no TERM, hence KILL).
make_root() {
  new=$place/new
  rm -rf "$new"
  # shellcheck disable=SC2086  # a list of words
  setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child \
    mmdebstrap --mode=root --variant=apt \
    --include="$(echo $packages_root | tr ' ' ,)" --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' trixie "$new" "$(debian_mirror)"
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
    ldd "$program" | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p'
  done | sort -u | while read -r library; do
    name=$(basename "$library")
    [ -n "$(find "$root/usr/lib" -name "$name" -print -quit)" ] || cp -L "$library" "$place/libraries"
  done
}

# As nobody, whoever that is outside.
inside() {
  bwrap --bind "$root" / --dev /dev --proc /proc --ro-bind /sys /sys --tmpfs /tmp --tmpfs /run \
    --perms 1777 --tmpfs /dev/shm --ro-bind "$source" "$source" --bind "$build" "$build" \
    --unshare-all --uid 65534 --gid 65534 --die-with-parent --new-session --clearenv \
    --setenv PATH /usr/sbin:/usr/bin --setenv LANG C.UTF-8 \
    --setenv LD_LIBRARY_PATH "$place/libraries" "$@"
}

[ $# -ge 1 ] || fail 'which build folder?'
[ "$(id -u)" -eq 0 ] || fail 'only root can make and use the Debian 13 that this runs in: run it as root'
build=$(CDPATH='' cd -- "$1" && pwd) || fail "there is no folder $1"
shift
source=$(CDPATH='' cd -- "$here/../.." && pwd)
place=$build/desktops
root=$place/root
programs='pierglass pierglass-broker pattern_feed desktops_check import_check'
for program in $programs; do
  [ -x "$build/$program" ] || fail "$build/$program is missing: cmake --build $build --target $programs"
done
# shellcheck disable=SC2086  # a list of words
install_packages $packages_desktops

mkdir -p "$place"
exec 9>"$place/lock"
flock 9
if [ "$(cat "$root/packages" 2>/dev/null)" != "$packages_root" ]; then
  echo "making a Debian 13 in $root"
  make_root
fi
# shellcheck disable=SC2086  # a list of words
(cd "$build" && copy_libraries $programs)
status=0
for check in desktops_check import_check; do
  inside "$build/$check" "$@" || status=$?
done
exit $status
