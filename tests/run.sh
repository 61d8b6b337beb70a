#!/usr/bin/env bash
# Builds everything and runs every test project. The last line of the output is the totals.
set -uo pipefail

usage() {
  cat <<'USAGE'
Usage: tests/run.sh [all]

  all    Restore, build (Release, warnings are errors) and run every test project. The default.

The last line says what all test projects together passed and failed. The exit code is 0 only if the
build was clean, at least one test ran, and none failed.
USAGE
}

# Output of the tools may go to either stream: one stream keeps the totals last.
exec </dev/null 2>&1
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_CLI_UI_LANGUAGE=en
# Build servers outlive the build and keep its output open, so that a pipe on it would never end.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false
# The SDK and NuGet refuse to start without a home directory that exists.
[[ -d ${HOME:-} ]] || export HOME="${TMPDIR:-/tmp}"

passed=0
failed=0
skipped=0
trouble=0

finish() {
  local totals="$passed passed, $failed failed"
  if ((skipped > 0)); then
    totals+=", $skipped skipped"
  fi
  if ((passed + failed == 0 && trouble == 0)); then
    echo "No test ran."
    trouble=1
  fi
  echo "$totals"
  ((failed == 0 && trouble == 0))
  exit
}

build() {
  echo "== restore and build"
  if ! dotnet restore DurableQueue.sln; then
    echo "The restore failed."
    trouble=1
    finish
  fi
  if ! dotnet build DurableQueue.sln --configuration Release --no-restore -warnaserror; then
    echo "The build failed, or gave warnings."
    trouble=1
    finish
  fi
}

# Prints one number of the counters in a trx file; 0 if it is not there.
counter() {
  local value
  value=$(grep -o '<Counters [^>]*>' "$1" | grep -o " $2=\"[0-9]*\"" | grep -o '[0-9]*' | head -n 1)
  echo "${value:-0}"
}

run_project() {
  local project=$1 name trx exit_code total executed good
  name=$(basename "$project" .csproj)
  trx="$results/$name.trx"
  echo "== $name"
  dotnet test "$project" --configuration Release --no-build --results-directory "$results" \
    --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" \
    --blame-hang-timeout 5m --blame-hang-dump-type none
  exit_code=$?

  if [[ ! -f $trx ]]; then
    echo "$name: no result file (exit code $exit_code)"
    trouble=1
    return
  fi

  total=$(counter "$trx" total)
  executed=$(counter "$trx" executed)
  good=$(counter "$trx" passed)
  echo "$name: $good passed, $((executed - good)) failed, $((total - executed)) skipped"
  passed=$((passed + good))
  failed=$((failed + executed - good))
  skipped=$((skipped + total - executed))
  # A run that was cut short, by a crash of the test host for example, has counted only what came before.
  if ((exit_code != 0)); then
    echo "$name: exit code $exit_code"
    trouble=1
  fi
  if ((executed == 0)); then
    echo "$name: no test ran"
    trouble=1
  fi
}

run_all() {
  build
  results=$(mktemp -d)
  trap 'rm -rf "$results"' EXIT
  while IFS= read -r project; do
    run_project "$project"
  done < <(grep -rl --include='*.csproj' '<IsTestProject>true</IsTestProject>' tests | sort)
  finish
}

case "${1:-all}" in
  all) (($# <= 1)) || { usage; exit 2; }; run_all ;;
  -h | --help) usage ;;
  *) usage; exit 2 ;;
esac
