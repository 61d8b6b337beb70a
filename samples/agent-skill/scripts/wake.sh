#!/bin/sh
# Waits for the next notification about tasks with the label NAME, prints it in JSON, and ends. What came while nobody waited comes first; each comes once.
# Usage: wake.sh NAME [options of dq notify follow]
name=${1:?the first argument is a label}
shift
exec dq notify follow --json --ack -n 1 --subscriber "$name" --label "$name" "$@"
