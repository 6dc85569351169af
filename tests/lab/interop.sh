#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Our ends of QEMU's ivshmem server protocol against QEMU's own example programs:
#   interop.sh QEMU_TOOLS_FOLDER BUILD_FOLDER
# The first holds ivshmem-server and ivshmem-client (contrib in QEMU's sources; no distribution
# packages them), the second ivshmem_peer and pierglass-broker. A line for each check; the exit status
# is 0 when all passed.
set -eu

tools=$1 build=$2
work=$(mktemp -d)
checks=0 failed=0 running=''
patience=200  # looks, 50 ms apart

finish() {
  # shellcheck disable=SC2086  # a list
  kill $running 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

# begin NAME PROGRAM...: runs it with a pipe for its input; NAME.out gets what it says.
begin() {
  name=$1
  shift
  mkfifo "$work/$name.in"
  "$@" <"$work/$name.in" >"$work/$name.out" 2>&1 &
  running="$running $!"
  eval "pid_$name=$!"
  # Held open until `end`: a program that reads the end of its input ends.
  case $name in
    a) exec 3<>"$work/a.in" ;;
    b) exec 4<>"$work/b.in" ;;
    c) exec 5<>"$work/c.in" ;;
    server) exec 6<>"$work/server.in" ;;
  esac
}

# tell NAME LINE
tell() { echo "$2" >"$work/$1.in"; }

# end NAME: kills it.
end() {
  eval "pid=\$pid_$1"
  kill -9 "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}

# says CHECK NAME PATTERN [COUNT]: so many lines come that match.
says() {
  checks=$((checks + 1))
  looks=0
  while [ "$(grep -cE "$3" "$work/$2.out" || true)" -lt "${4:-1}" ]; do
    looks=$((looks + 1))
    if [ "$looks" -gt "$patience" ]; then
      failed=$((failed + 1))
      echo "FAILED  $1: $2 does not say '$3' but:"
      tail -n 20 "$work/$2.out"
      return
    fi
    sleep 0.05
  done
  echo "ok      $1"
}

socket_is_there() {
  looks=0
  while [ ! -S "$work/socket" ] && [ "$looks" -lt "$patience" ]; do
    looks=$((looks + 1))
    sleep 0.05
  done
}

next_round() {
  for name in a b c server; do end "$name"; done
  rm -f "$work"/*.in "$work"/*.out "$work/socket"
}

client_c() { begin c stdbuf -oL "$tools/ivshmem-client" -v -S "$work/socket"; }

# What every server must do between two of our peers and one of QEMU's clients: ids 0, 1, 2.
three_peers() {
  begin a "$build/ivshmem_peer" "$work/socket"
  says "$1: we are introduced" a '^introduced as 0, 1048576 bytes$'
  says "$1: we have two vectors" a '^own vectors 2, other peers 0$'
  begin b "$build/ivshmem_peer" "$work/socket"
  says "$1: a second peer of ours too" b '^introduced as 1, 1048576 bytes$'
  says "$1: the first hears of it" a '^own vectors 2, other peers 1$'
  client_c
  says "$1: QEMU's client is introduced" c '^our_id=2$'
  says "$1: we hear of it" a '^own vectors 2, other peers 2$'

  tell a 'has 2 1'
  says "$1: it has two vectors" a '^yes$'
  tell a 'has 2 2'
  says "$1: and no third" a '^no$'
  tell c 'dump'
  says "$1: QEMU's client sees both of ours" c '^peer_id = [01]$' 2
  says "$1: with all vectors" c '^  vector [01] is enabled' 6

  tell a 'ring 1 1'
  says "$1: we ring ours" b '^rung$'
  tell a 'ring 2 1'
  says "$1: we ring QEMU's client" c '^receive notification from peer_id=2 vector=1$'
  tell c 'int 0 0'
  says "$1: QEMU's client rings us" a '^rung$'
  tell c 'int 1 1'
  says "$1: at the other vector too" b '^rung$' 2
  tell a 'ring 7 0'
  says "$1: a peer that is not there is not rung" a '^not sent$'
  tell a 'poke 4096 77'
  tell a 'peek 4096'
  says "$1: what one of ours writes" a '^byte 4096 is 77$'
  tell b 'peek 4096'
  says "$1: the other reads" b '^byte 4096 is 77$'
}

peers_come_and_go() {
  end c
  says "$1: we hear that QEMU's client is gone" a '^own vectors 2, other peers 1$' 2
  rm "$work/c.in" "$work/c.out"
  client_c
  says "$1: another gets an id of its own" c '^our_id=[0-9]+$'
  says "$1: and is told of ours" c 'new vector 1 .* for peer id 1$'
  end b
  says "$1: QEMU's client hears that ours is gone" c '^delete peer id = 1$'
}

rm -f "$work/socket"
begin server stdbuf -oL "$tools/ivshmem-server" -F -v -S "$work/socket" -m "$work" -l 1M -n 2
socket_is_there
three_peers "QEMU's server"
peers_come_and_go "QEMU's server"
end server
says "QEMU's server: its death is heard" a '^lost$'
tell a 'peek 4096'
says "QEMU's server: the memory outlives it" a '^byte 4096 is 77$' 2
next_round

begin server "$build/pierglass-broker" vm --socket "$work/socket" --size 1M
socket_is_there
three_peers 'our broker'
peers_come_and_go 'our broker'
end server
says 'our broker: QEMU'"'"'s client hears its death' c '^lost connection to server$|^disconnected from server$'
says 'our broker: its death is heard' a '^lost$'
tell a 'peek 4096'
says 'our broker: the memory outlives it' a '^byte 4096 is 77$' 2

echo "interop: $checks checks, $failed failed"
[ "$failed" -eq 0 ]
