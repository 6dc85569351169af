# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Kernels of Debian 13, downloaded once from the mirror that this machine's apt uses and kept. Sourced;
# needs functions fail, which ends the script, and keep_kernel.
kept=/var/tmp/pierglass-lab-$(id -u)

# An apt that knows one suite and has folders of its own.
write_apt_configuration() {
  mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Label: Debian' |
    head -n 1)
  [ -n "$mirror" ] ||
    fail "apt knows no mirror of Debian; run apt-get update, $hint"
  mkdir -p "$1/sources" "$1/lists/partial" "$1/cache/archives/partial"
  cat >"$1/sources/lab.sources" <<END
Types: deb
URIs: $mirror
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END
  cat >"$1/apt.conf" <<END
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$1/sources";
Dir::State::Lists "$1/lists";
Dir::Cache "$1/cache";
APT::Sandbox::User "root";
Acquire::Languages "none";
END
}

# Unpacks the kernel package to a new folder and gives it its name only when it is whole.
get_kernel() {
  work=$(mktemp -d "$kept/new-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  write_apt_configuration "$work"
  export APT_CONFIG="$work/apt.conf"
  missing="and $kept/$1 does not hold a kernel from before"
  apt-get -qq update >&2 || fail "cannot read the mirror $mirror, $missing"
  package=$(apt-cache depends "$2" | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
  [ -n "$package" ] || fail "the mirror $mirror has no $2"
  (cd "$work" && apt-get -qq download "$package" >&2) || fail "cannot download $package, $missing"
  dpkg-deb -x "$work"/linux-image-*.deb "$work/tree"
  mkdir "$work/kernel"
  keep_kernel "$work/tree" "$work/kernel"
  echo "$package" >"$work/kernel/package"
  mv "$work/kernel" "$kept/$1"
}

# need_kernel NAME PACKAGE HINT: $kept/NAME holds what `keep_kernel TREE FOLDER` kept of the package
# behind PACKAGE, and `package`, which names it. HINT is what else one can do without a network.
need_kernel() {
  hint=$3
  mkdir -p "$kept"
  exec 8>"$kept/$1-lock"
  flock 8
  [ -e "$kept/$1" ] || (get_kernel "$1" "$2")
  exec 8>&-
}
