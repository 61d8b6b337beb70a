#!/usr/bin/env bash
# What a command of dq costs, process start included: with an empty queue and with 100,000 tasks in it, and 1,000 adds one after the other.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dotnet build src/DurableQueue.Cli --configuration Release --verbosity quiet --nologo -consoleLoggerParameters:NoSummary
dq=$PWD/src/DurableQueue.Cli/bin/Release/net10.0/dq
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export DQ_QUEUE=$folder/queue.db DQ_START_WORKER=0

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

# Prints the median of the times of 15 runs.
median() {
  local times=() start
  for _ in $(seq 15); do
    start=$(milliseconds)
    "$@" >/dev/null 2>&1
    times+=($(($(milliseconds) - start)))
  done
  printf '%s\n' "${times[@]}" | sort -n | sed -n 8p
}

"$dq" status >/dev/null
echo "| empty queue | status: $(median "$dq" status) ms | status --json: $(median "$dq" status --json) ms | add: $(median "$dq" add true) ms |"

seq 100000 | awk '{ printf "{\"version\":1,\"id\":%d,\"type\":\"command\",\"group\":\"bulk\",\"payload\":{\"commandLine\":\"true\"}}\n", $1 }' | "$dq" import -
echo "| 100,000 queued tasks | status: $(median "$dq" status) ms | query of 10: $(median "$dq" status 'group=bulk order by id desc limit 10') ms | add: $(median "$dq" add true) ms |"
"$dq" cancel $(seq 50000) >/dev/null 2>&1
echo "| 50,000 queued, 50,000 finished | status: $(median "$dq" status) ms | add: $(median "$dq" add true) ms |"

echo -n "| 1,000 adds, each hundred in ms |"
for _ in $(seq 10); do
  start=$(milliseconds)
  for _ in $(seq 100); do
    "$dq" add true 2>/dev/null
  done
  echo -n " $(($(milliseconds) - start))"
done
echo " |"
