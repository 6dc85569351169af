# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# The Debian packages that demo.sh and run.sh need, and how they come onto the machine. Sourced.

# Client, guest, tests, benchmarks.
packages_build='g++ cmake ninja-build ccache pkg-config g++-mingw-w64-x86-64-posix nsis
  libwayland-dev libwayland-bin wayland-protocols libxkbcommon-dev xkb-data libegl-dev libgles-dev libgbm-dev libdrm-dev
  libcli11-dev libspdlog-dev libfmt-dev nlohmann-json3-dev libpugixml-dev libspng-dev libstb-dev
  libspice-protocol-dev libssl-dev libspice-server-dev libsystemd-dev
  libgtest-dev libgmock-dev libbenchmark-dev desktop-file-utils'

# A compositor without a screen, software GL, screenshots, setpriv.
packages_desktop='sway grim libegl-mesa0 libgl1-mesa-dri libgles2 util-linux procps'

# Windows programs and a screen for them. Wine loads the X libraries at run time.
packages_wine='wine wine64 xvfb fonts-wine fonts-liberation libfreetype6 libxcomposite1 libxcursor1
  libxfixes3 libxi6 libxinerama1 libxrandr2 libxrender1 libgl1 libvulkan1 mesa-vulkan-drivers'

# GNOME's compositor, a bus for it, and what takes pictures of it.
packages_gnome='mutter dbus-daemon pipewire wireplumber gstreamer1.0-pipewire
  gstreamer1.0-plugins-base gstreamer1.0-tools'

# lab/desktops.sh: makes a Debian 13 and runs programs in it.
packages_desktops='mmdebstrap bubblewrap'

# A virtual machine with a keyboard and a mouse; its kernel package is downloaded, not installed.
packages_machine='qemu-system-x86 cpio xz-utils util-linux xkb-data'

# Second compiler, its linker and symbolizer, fuzzing, format, tidy.
packages_check='clang-19 clang-format-19 clang-tidy-19 libclang-rt-19-dev lld-19 llvm-19 git'

# missing_packages NAME...: those that are not installed; all where there is no dpkg.
missing_packages() {
  for package in "$@"; do
    case $(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null) in
      ii*) ;;
      *) printf '%s ' "$package" ;;
    esac
  done
}

# install_packages NAME...: returns at once when all are there, so that an ordinary user on a
# prepared machine needs no rights. Fails with the command to type when it may not install.
install_packages() {
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "These Debian packages, or what your system calls them, are needed: $missing" >&2
    return 1
  fi
  as_root=
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
      as_root=sudo
    else
      echo "Packages are missing. As root: apt-get install --no-install-recommends $missing" >&2
      return 1
    fi
  fi
  echo "Installing: $missing"
  $as_root apt-get update -qq
  # shellcheck disable=SC2086  # a list of words
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    $missing >/dev/null
}
