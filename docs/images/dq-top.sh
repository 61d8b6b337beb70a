#!/usr/bin/env bash
# Makes dq-top.svg: fills a queue with commands, runs dq top on it in a terminal of tmux, and turns what the terminal shows into a picture.
# Needs tmux, python3 and a build of the tool: dotnet build -c Release src/DurableQueue.Cli
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

tool=$PWD/../../src/DurableQueue.Cli/bin/Release/net10.0/dq.dll
folder=$(mktemp -d)
export DQ_QUEUE=$folder/queue.db DQ_COLOR=always
dq() { dotnet "$tool" "$@"; }
terminal() { tmux -L dq-top "$@"; }

finish() {
  terminal kill-server 2>/dev/null || true
  dq kill --all >/dev/null 2>&1 || true
  dq worker --stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap finish EXIT

dq group add build --limit 2
dq group add gpu --limit 1
dq group add deploy
dq group pause deploy
dq add -g build -l fetch 'echo cloned 1,284 files' >/dev/null
dq add -g build -l lint 'echo 2 warnings; exit 1' >/dev/null
dq worker --daemon
dq wait --group build --quiet || true
dq add -g build -l compile 'for f in lexer parser binder emitter; do echo "compiling $f.c"; sleep 0.2; done; echo linking; sleep 60' >/dev/null
dq add -g build -l test -p 5 'echo "running 1,911 tests"; sleep 60' >/dev/null
dq add -g gpu -l train/a 'echo "epoch 1 of 10"; sleep 60' >/dev/null
dq add -g gpu -l train/b 'sleep 60' >/dev/null
dq add -g build -l package --after 3 4 -- make package >/dev/null
dq add -g gpu -l report --delay 2h './report' >/dev/null
dq add -g deploy -l release --approval './deploy' >/dev/null
sleep 3

terminal -f /dev/null new-session -d -x 104 -y 34 "env TERM=xterm-256color dotnet '$tool' top"
sleep 4
terminal send-keys Down Up
sleep 2
terminal capture-pane -p -e | python3 terminal-svg.py >dq-top.svg
