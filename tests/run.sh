#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds Pierglass in every configuration that must work and runs every test. The last line says
# how many passed and failed; the exit status is not 0 when one failed.
#   tests/run.sh          all of it, as the integration server does
#   tests/run.sh quick    one build, the tests that need no compositor, the format
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. tests/packages.sh

mode=${1:-all}
case $mode in
  all | quick) ;;
  *) echo "Usage: tests/run.sh [quick]" >&2; exit 2 ;;
esac

# shellcheck disable=SC2086  # lists of words, here and below
if [ "$mode" = quick ]; then
  install_packages $packages_build clang-format-19
else
  install_packages $packages_build $packages_desktop $packages_gnome $packages_machine $packages_wine \
    $packages_check
fi

# One compiler cache for every folder that this tree is checked out to.
export CCACHE_BASEDIR="$root" CCACHE_NOHASHDIR=1

logs=$root/build/logs
mkdir -p "$logs"
passed=0 failed=0 failures=''

# step NAME COMMAND...: one thing that passes or fails; its output goes to logs/NAME.log.
step() {
  name=$1
  shift
  began=$(date +%s)
  if "$@" >"$logs/$name.log" 2>&1; then
    passed=$((passed + 1))
    echo "ok      $name ($(($(date +%s) - began)) s)"
  else
    failed=$((failed + 1)) failures="$failures $name"
    echo "FAILED  $name ($(($(date +%s) - began)) s); the end of $logs/$name.log:"
    tail -n 60 "$logs/$name.log"
  fi
}

# tests NAME FOLDER CTEST-OPTION...: as step, but each test counts.
tests() {
  name=$1 folder=$2
  shift 2
  began=$(date +%s)
  ctest --test-dir "$folder" --output-on-failure --no-tests=error "$@" >"$logs/$name.log" 2>&1 &&
    ended=0 || ended=$?
  bad=$(grep -cE '^ *[0-9]+/[0-9]+ Test +#[0-9]+: .*(\*\*\*|Not Run)' "$logs/$name.log" || true)
  good=$(grep -cE '^ *[0-9]+/[0-9]+ Test +#[0-9]+: .* Passed ' "$logs/$name.log" || true)
  # A ctest that died has failed too, whatever it counted before.
  if [ "$bad" -eq 0 ] && { [ "$good" -eq 0 ] || [ "$ended" -ne 0 ]; }; then bad=1; fi
  passed=$((passed + good)) failed=$((failed + bad))
  if [ "$bad" -eq 0 ]; then
    echo "ok      $name: $good tests ($(($(date +%s) - began)) s)"
  else
    failures="$failures $name"
    echo "FAILED  $name: $bad of $((good + bad)) tests; from $logs/$name.log:"
    grep -E '\*\*\*|Not Run' "$logs/$name.log" || tail -n 40 "$logs/$name.log"
    # What a failed test says follows its first line.
    grep -E -A 9 'Failure|error:|Sanitizer' "$logs/$name.log" | cut -c 1-400 | head -n 120
  fi
}

# build NAME FOLDER CMAKE-OPTION...: a folder that was there is configured anew, since another
# compiler would make CMake forget the options.
build() {
  name=$1
  shift
  step "$name" configure_and_build "$@"
}
configure_and_build() {
  folder=$1
  shift
  cmake --fresh -S . -B "$folder" -G Ninja "$@" && cmake --build "$folder"
}

sources() {
  git ls-files -z --cached --others --exclude-standard -- \
    '*.cpp' '*.hpp' | tr '\0' '\n' | while read -r file; do [ ! -e "$file" ] || echo "$file"; done
}
format() { sources | xargs clang-format-19 --dry-run --Werror; }

finish() {
  echo "$passed passed, $failed failed${failures:+:$failures}"
  [ "$failed" -eq 0 ]
}

step format format
build build-gcc build
tests tests-gcc build -LE e2e -j "$(nproc)"
if [ "$mode" = quick ]; then
  finish
  exit
fi

build build-guest build/guest -DCMAKE_TOOLCHAIN_FILE=guest/mingw-w64.cmake -DPIERGLASS_TESTS=OFF
guest=-DPIERGLASS_GUEST_EXE=$root/build/guest/pierglass-guest.exe
# The second compiler, the sanitizers and the fuzz targets in one. What reports need: a symbolizer.
export PATH="$PATH:/usr/lib/llvm-19/bin"
build build-sanitized build/sanitized -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_C_COMPILER=clang-19 \
  -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld -DCMAKE_BUILD_TYPE=Debug \
  -DPIERGLASS_SANITIZE=address,undefined -DPIERGLASS_FUZZERS=ON -DPIERGLASS_BENCHMARKS=OFF \
  "$guest" -DPIERGLASS_FEED_IN_GUEST="$root/build/feed_in_guest"
tests tests-sanitized build/sanitized -LE e2e -j "$(nproc)"

echo 'end to end: starting Sway (headless) and Wine (pierglass-guest.exe)'
tests end-to-end build -L e2e -V -j "$(nproc)"
tests end-to-end-sanitized build/sanitized -L e2e_foreign -V -j "$(nproc)"
started() { cat "$logs"/end-to-end*.log | grep -c "started $1" || true; }
echo "end to end: Sway was started $(started Sway) times, Wine $(started Wine) times," \
  "mutter $(started mutter) times, QEMU $(started QEMU) times"

# What has threads, under ThreadSanitizer, which needs an address space that it knows.
threaded='soak_ring soak_compat_lgmp threads_guest unit_ring unit_ivshmem unit_loop unit_control unit_pace
  unit_wl unit_fake_compositor unit_source unit_looking_glass unit_app unit_desktop unit_input_control'
if setarch "$(uname -m)" -R true 2>/dev/null; then wrapper="setarch $(uname -m) -R"; else wrapper=; fi
configure_and_build_threaded() {
  cmake -S . -B build/thread -G Ninja -DCMAKE_BUILD_TYPE=Debug -DPIERGLASS_SANITIZE=thread \
    -DPIERGLASS_BENCHMARKS=OFF && cmake --build build/thread --target $threaded
}
step build-thread configure_and_build_threaded
for program in $threaded; do step "thread-$program" $wrapper "build/thread/$program"; done

build build-minimal build/minimal -DPIERGLASS_CLIENT=OFF -DPIERGLASS_TESTS=OFF \
  -DPIERGLASS_BENCHMARKS=OFF

# Bounded, with a fixed seed: the long runs are for people. One target of each processor at a time.
fuzz() {
  find build/sanitized -maxdepth 1 -name 'fuzz_*' ! -name fuzz_focus -type f -perm -u+x | sort |
    xargs -P "$(nproc)" -I TARGET sh -euc '
      name=$(basename "$1")
      mkdir -p "build/fuzz/$name"
      "$1" -runs=20000 -seed=1 -max_total_time=30 -artifact_prefix="build/fuzz/" "build/fuzz/$name" \
        "tests/fuzz/corpus/${name#fuzz_}" >"build/fuzz/$name.log" 2>&1 && exit
      echo "$name failed:"
      tail -n 50 "build/fuzz/$name.log"
      exit 1' fuzz TARGET
}
step fuzz-briefly fuzz

tidy() {
  sources | grep -E '^(src|guest)/.*\.cpp$' | grep -vE '_windows\.cpp$|^guest/(win|capture)/|^guest/(main|log)\.cpp$' |
    xargs -n 1 -P "$(nproc)" clang-tidy-19 -p build --quiet
}
step clang-tidy tidy
finish
