#!/usr/bin/env bash
# What a command of dq costs, process start included: with an empty queue and with 100,000 tasks in it, 10,000 lines at once, and 1,000 adds one after the other.
# Each figure is a median of 15 and, behind the slash, how many times as long it takes as a program of the same runtime that only says hello, run in turn with it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Another dq may be named, such as the native one.
dq=${1:-}
if [[ -z $dq ]]; then
  dotnet build src/DurableQueue.Cli --configuration Release --verbosity quiet --nologo -consoleLoggerParameters:NoSummary
  dq=$PWD/src/DurableQueue.Cli/bin/Release/net10.0/dq
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export DQ_QUEUE=$folder/queue.db DQ_START_WORKER=0

mkdir "$folder/hello"
echo '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><InvariantGlobalization>true</InvariantGlobalization></PropertyGroup></Project>' >"$folder/hello/hello.csproj"
echo 'System.Console.WriteLine("hello");' >"$folder/hello/Program.cs"
dotnet build "$folder/hello" --configuration Release --verbosity quiet --nologo -consoleLoggerParameters:NoSummary
hello=$folder/hello/bin/Release/net10.0/hello

microseconds() { echo $(($(date +%s%N) / 1000)); }

# Prints how long a command takes.
once() {
  local start
  start=$(microseconds)
  "$@" >/dev/null 2>&1
  echo $(($(microseconds) - start))
}

middle() { sort -n | sed -n 8p; }

# Prints the median of the times of 15 runs, and its ratio to the floor.
median() {
  local times=() floor=()
  for _ in $(seq 15); do
    floor+=("$(once "$hello")")
    times+=("$(once "$@")")
  done
  awk -v t="$(printf '%s\n' "${times[@]}" | middle)" -v f="$(printf '%s\n' "${floor[@]}" | middle)" 'BEGIN { printf "%.0f ms / %.1f", t / 1000, t / f }'
}

"$dq" status >/dev/null
"$dq" add true 2>/dev/null
echo "| hello | $(median "$hello") |"
echo "| one task | status: $(median "$dq" status) | status --json: $(median "$dq" status --json) | log: $(median "$dq" log 1) | add: $(median "$dq" add true) |"

seq 100000 | awk '{ printf "{\"version\":1,\"id\":%d,\"type\":\"command\",\"group\":\"bulk\",\"payload\":{\"commandLine\":\"true\"}}\n", $1 }' | "$dq" import -
echo "| 100,000 queued tasks | status: $(median "$dq" status) | query of 10: $(median "$dq" status 'group=bulk order by id desc limit 10') | log: $(median "$dq" log 1) | add: $(median "$dq" add true) |"
"$dq" cancel $(seq 50000) >/dev/null 2>&1
echo "| 50,000 queued, 50,000 finished | status: $(median "$dq" status) | log: $(median "$dq" log 1) | add: $(median "$dq" add true) |"

seq 10000 | sed 's/^/echo /' >"$folder/lines"
start=$(microseconds)
"$dq" add - -g lines <"$folder/lines" 2>/dev/null
echo "| add - of 10,000 lines | $((($(microseconds) - start) / 1000)) ms |"

echo -n "| 1,000 adds, each hundred in ms |"
for _ in $(seq 10); do
  start=$(microseconds)
  for _ in $(seq 100); do
    "$dq" add true 2>/dev/null
  done
  echo -n " $((($(microseconds) - start) / 1000))"
done
echo " |"
