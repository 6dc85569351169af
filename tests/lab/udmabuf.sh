#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Boots a Linux that has udmabuf, emulated, and lets it make dma-bufs of a broker's memory:
#   udmabuf.sh CHECK BROKER FEED
# with the programs udmabuf_check, pierglass-broker and pattern_feed. What the machine prints comes
# out; the exit status is 0 when all of its checks passed.
# The kernel is the file that PIERGLASS_UDMABUF_KERNEL names (a vmlinuz), or else Debian 13's for
# clouds (that of Debian 12 lacks udmabuf), downloaded once from the mirror that this machine's apt
# uses, and kept in /var/tmp/pierglass-lab-UID/udmabuf-kernel.
set -eu

check=$1 broker=$2 feed=$3
kept=/var/tmp/pierglass-lab-$(id -u)
kernel=${PIERGLASS_UDMABUF_KERNEL:-}
patience=120  # seconds for a run that takes 5

fail() {
  echo "udmabuf.sh: $*" >&2
  exit 1
}

# An apt that knows one suite and has folders of its own.
write_apt_configuration() {
  mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Label: Debian' |
    head -n 1)
  [ -n "$mirror" ] ||
    fail 'apt knows no mirror of Debian; run apt-get update, or set PIERGLASS_UDMABUF_KERNEL'
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
  missing="and $kept/udmabuf-kernel does not hold a kernel from before"
  apt-get -qq update >&2 || fail "cannot read the mirror $mirror, $missing"
  package=$(apt-cache depends linux-image-cloud-amd64 |
    sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
  [ -n "$package" ] || fail "the mirror $mirror has no linux-image-cloud-amd64"
  (cd "$work" && apt-get -qq download "$package" >&2) || fail "cannot download $package, $missing"
  dpkg-deb -x "$work"/linux-image-*.deb "$work/tree"
  grep -q '^CONFIG_UDMABUF=y' "$work"/tree/boot/config-* || fail "$package has no udmabuf"
  mkdir "$work/kernel"
  mv "$work"/tree/boot/vmlinuz-* "$work/kernel/vmlinuz"
  echo "$package" >"$work/kernel/package"
  mv "$work/kernel" "$kept/udmabuf-kernel"
}

# The programs and the libraries that they load.
make_image() {
  mkdir "$tree/dev" "$tree/run"
  cp "$check" "$tree/init"
  cp "$broker" "$tree/pierglass-broker"
  cp "$feed" "$tree/pattern_feed"
  ldd "$check" "$broker" "$feed" | grep -oE '/[^ :]+ \(0x' | cut -d ' ' -f 1 | sort -u |
    while read -r library; do
      mkdir -p "$tree/$(dirname "$library")"
      cp -L "$library" "$tree/$library"
    done
  (cd "$tree" && find . | cpio --quiet -o -H newc) >"$work/initrd"
}

boot() {
  timeout "$patience" qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max -smp 2 \
    -m 768 -nodefaults -display none -serial stdio -no-reboot \
    -kernel "$kernel" -initrd "$work/initrd" \
    -append 'console=ttyS0 quiet panic=-1' </dev/null | tr -d '\r' | tee "$work/output"
}

if [ -n "$kernel" ]; then
  [ -r "$kernel" ] || fail "cannot read the kernel $kernel of PIERGLASS_UDMABUF_KERNEL"
  version=$kernel
else
  mkdir -p "$kept"
  exec 9>"$kept/udmabuf-lock"
  flock 9
  [ -e "$kept/udmabuf-kernel" ] || (get_kernel)
  flock -u 9
  kernel=$kept/udmabuf-kernel/vmlinuz
  version=$(cat "$kept/udmabuf-kernel/package")
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
mkdir "$tree"
make_image
echo "started QEMU with $version"
boot
grep -qE '^udmabuf: [1-9][0-9]* checks, 0 failed$' "$work/output" || fail 'not all checks passed'
