#!/usr/bin/env bash
# Instructions per task of the library's own statements, and of the minimal queue's, counted by callgrind: a small C program runs what
# `statement-cost --export` has written, linked against the engine that the package brings. The figures do not depend on what else the machine does.
#
#   benchmarks/statement-cost.sh [--payload BYTES]       exports, and counts
#   benchmarks/statement-cost.sh --from DIRECTORY        counts what was exported before, and edited since
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for tool in cc valgrind callgrind_annotate; do
  command -v "$tool" >/dev/null || { echo "This needs $tool: install gcc and valgrind." >&2; exit 1; }
done

built=benchmarks/DurableQueue.Benchmarks/bin/Release/net10.0
case $(uname -m) in
  x86_64) engine=$PWD/$built/runtimes/linux-x64/native ;;
  aarch64) engine=$PWD/$built/runtimes/linux-arm64/native ;;
  *) echo "There is no engine for $(uname -m) here." >&2; exit 1 ;;
esac

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
dotnet build benchmarks/DurableQueue.Benchmarks --configuration Release --verbosity quiet --nologo -consoleLoggerParameters:NoSummary
if [[ ${1:-} == --from ]]; then
  exported=$2
else
  exported=$folder/exported
  dotnet exec "$built/DurableQueue.Benchmarks.dll" statement-cost --export "$exported" "$@" >/dev/null
fi

cc -O2 -o "$folder/driver" benchmarks/statement-cost/driver.c -L"$engine" -l:libe_sqlite3.so -Wl,-rpath,"$engine" -lm

# Prints the instructions while a function of the driver runs, what it calls included.
count() {
  valgrind --tool=callgrind --collect-atstart=no --toggle-collect='phase_*' --callgrind-out-file="$folder/$1.out" --log-file="$folder/$1.log" \
    "$folder/driver" "$exported/$1" "$folder/$1.db" >"$folder/$1.tsv" || { cat "$folder/$1.log" >&2; exit 1; }
  callgrind_annotate --inclusive=yes --threshold=100 "$folder/$1.out" | sed -nE 's/^ *([0-9,]+) .*[?:]((phase|statement)_[a-z0-9_]+) .*/\2 \1/p' | tr -d , >"$folder/$1.instructions"
}

# Divides them by what the driver has counted.
table() {
  awk -v kind="$2" 'NR == FNR { instructions[$1] = $2; next }
    index($1, kind) == 1 { printf "%s\t%d\t%s\t%s\n", substr($1, length(kind) + 1), instructions[$1] / $2, $2, $3 }' "$folder/$1.instructions" "$folder/$1.tsv"
}

for side in library minimal; do
  count "$side"
done

echo "| phase | library | minimal | library ÷ minimal | VM steps, library | minimal |"
echo "|---|---|---|---|---|---|"
join -t $'\t' <(table library phase_ | sort) <(table minimal phase_ | sort) | awk -F'\t' '
  { gsub("_", "-", $1); printf "| %s | %.1fk | %.1fk | %.1f | %s | %s |\n", $1, $2 / 1000, $5 / 1000, $2 / $5, $4, $7 }'
for side in library minimal; do
  echo
  echo "Statements of $side: instructions each time, how often they run in the four phases, and the text."
  table "$side" statement_ | awk -F'\t' 'NR == FNR { if ($1 == "sql") text[$2] = $3; next } { printf "%10d %6d  %.140s\n", $2, $3, text[$1] }' \
    "$exported/$side/statements.tsv" - | sort -k2,2nr -k1,1nr
done
