#!/bin/sh
# Adds each line of standard input as a command; N of them run at once. NAME is their group and label.
# Usage: sweep.sh NAME N [options of dq add] < lines.txt
name=${1:?the first argument is a name} limit=${2:?the second argument is how many run at once}
shift 2
exec dq add - --json --group "$name" --label "$name" --parallel "$limit" "$@"
