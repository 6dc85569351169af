#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The client under the compositors of Debian 13, pixel by pixel:
#   desktops.sh BUILD [OPTION...]
# with a folder where pierglass, pierglass-broker, pattern_feed, desktops_check and dmabuf_check are
# built, and options of GoogleTest for the last two, which run one after the other. The exit status
# is 0 when nothing failed.
# PIERGLASS_TEAR_SECONDS and PIERGLASS_LAB_GUESTS in the environment: as for graphics.sh.
# As root: the first run makes a Debian 13 in BUILD/desktops/root, from PIERGLASS_DEBIAN_MIRROR or
# else the mirror that this machine's apt uses, and later ones use what root owns there. Everything
# runs inside by bubblewrap, in namespaces of its own: processes and mounts are gone at the end,
# however that comes.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=tests/packages.sh
. "$here/../packages.sh"

fail() {
  echo "desktops.sh: $*" >&2
  exit 1
}
# shellcheck source=tests/lab/debian_root.sh
. "$here/debian_root.sh"

# As nobody, whoever that is outside.
inside() {
  bwrap --bind "$root" / --dev /dev --proc /proc --ro-bind /sys /sys --tmpfs /tmp --tmpfs /run \
    --perms 1777 --tmpfs /dev/shm --ro-bind "$source" "$source" --bind "$build" "$build" \
    --unshare-all --uid 65534 --gid 65534 --die-with-parent --new-session --clearenv \
    --setenv PATH /usr/sbin:/usr/bin --setenv LANG C.UTF-8 \
    --setenv LD_LIBRARY_PATH "$place/libraries" \
    --setenv PIERGLASS_TEAR_SECONDS "${PIERGLASS_TEAR_SECONDS:-3}" \
    --setenv PIERGLASS_LAB_GUESTS "${PIERGLASS_LAB_GUESTS:-100}" "$@"
}

[ $# -ge 1 ] || fail 'which build folder?'
build=$1
shift
# shellcheck disable=SC2086  # a list of words
install_packages $packages_desktops
prepare_root pierglass pierglass-broker pattern_feed desktops_check dmabuf_check
status=0
for check in desktops_check dmabuf_check; do
  inside "$build/$check" "$@" || status=$?
done
exit $status
