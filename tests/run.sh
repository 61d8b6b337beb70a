#!/usr/bin/env bash
# Builds everything and runs every test project, or as much as one likes of one kind of test. The last line of the output is the totals.
set -uo pipefail

usage() {
  cat <<'USAGE'
Usage: tests/run.sh [all]
       tests/run.sh model [--programs N] [--seed S]
       tests/run.sh crash [--kills N] [--seed S]
       tests/run.sh soak [--minutes M] [--seed S]
       tests/run.sh mutate [FOLDER|FILE ...]
       tests/run.sh native

  all    Restore, build (Release, warnings are errors) and run every test project. The default.
  model  Run N random programs (2,000) against the queue and against a model of it. The program of a
         failure runs again with its seed and --programs 1.
  crash  Kill processes under load, at random moments and at named points: 200 of them, or N. Looks after
         each crash for everything that had been acknowledged.
  soak   Do that every few seconds under a constant load, for 10 minutes or M. Also records memory,
         handles and files, and fails if they grow.
  mutate Change the rules that need no database, one line at a time, and look whether their unit tests
         notice: those of all folders and files in stryker-config.json, or only of those named, such as
         Lifecycle or 'Queueing/*Reading.cs'.
  native Pack dq as it is released, as a native program for Linux on x64; install it from the packages and run
         the tests of the command line on it. Compiling takes minutes: before a release, not with "all".

The last line of "all" says what all test projects together passed and failed; the last line of the
others says what was lost, duplicated and violated; "mutate" ends with a table. The exit code is 0 only
if the build was clean, at least one test ran, and none failed; of "mutate", if enough was noticed.
USAGE
}

# Output of the tools may go to either stream: one stream keeps the totals last.
exec </dev/null 2>&1
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_CLI_UI_LANGUAGE=en
# Servers of MSBuild outlive the build and keep its output open, so that a pipe on it would never end. That of the compiler does not.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
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
  dotnet build-server shutdown --vbcscompiler >/dev/null
  echo "$totals"
  ((failed == 0 && trouble == 0))
  exit
}

# The crash tests compile a small library that stands between the queue and the disk; the full-screen table of dq is tested on a terminal of tmux, its
# completions in the shells that they are for; schedules have time zones, which come from the system; the page of the dashboard is built by Node.js and
# tested in Chromium; queues in PostgreSQL have a server, which the tests start. Tests that miss one of them fail and say so.
prepare() {
  local missing=() tool
  for tool in cc:gcc cc:libc6-dev tmux:tmux ps:procps zsh:zsh fish:fish node:nodejs npm:npm chromium:chromium; do
    command -v "${tool%%:*}" >/dev/null || missing+=("${tool##*:}")
  done
  [[ -e ${TZDIR:-/usr/share/zoneinfo}/Europe/Berlin ]] || missing+=(tzdata)
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
  ((${#missing[@]} == 0)) && return
  if ((EUID == 0)) && command -v apt-get >/dev/null; then
    echo "== install ${missing[*]}"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}"
  else
    echo "Some tests will fail without these packages: ${missing[*]}"
  fi
}

# Builds the page of the dashboard as its sources say, runs its unit tests, and compares it with what is committed, which is what the package contains.
build_page() {
  echo "== page of the dashboard"
  local dashboard=src/DurableQueue.Dashboard committed
  committed=$(mktemp -d)
  cp -R "$dashboard/assets/." "$committed"
  if ! (cd "$dashboard/web" && npm ci --no-audit --no-fund && npm run build && npm test); then
    echo "The page of the dashboard could not be built, or its tests failed."
    trouble=1
  elif ! diff -rq "$committed" "$dashboard/assets"; then
    echo "The page of the dashboard is not what its sources say: commit $dashboard/assets after npm run build."
    trouble=1
  fi
  rm -rf "$committed"
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

# Runs the tests of a project, or those that the options after it name; its result file and its exit code stay among the results.
test_project() {
  local project=$1 name
  shift
  name=$(basename "$project" .csproj)
  echo "== $name"
  dotnet test "$project" --configuration Release --no-build --results-directory "$results" "$@" \
    --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" \
    --blame-hang-timeout 5m --blame-hang-dump-type none
  echo $? >"$results/$name.exit"
}

count_project() {
  local name trx exit_code total executed good
  name=$(basename "$1" .csproj)
  trx="$results/$name.trx"
  exit_code=$(cat "$results/$name.exit")
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

# The models need a processor and measure nothing: they run beside the projects that often wait, for disks and processes.
run_all() {
  local beside=tests/DurableQueue.ModelTests/DurableQueue.ModelTests.csproj project
  prepare
  build_page
  build
  results=$(mktemp -d)
  test_project "$beside" >"$results/beside.txt" &
  # A shell lets background jobs ignore Ctrl-C: without this they would go on.
  trap 'kill %1 2>/dev/null; rm -rf "$results"' EXIT
  while IFS= read -r project; do
    [[ $project == "$beside" ]] && continue
    test_project "$project"
    count_project "$project"
  done < <(grep -rl --include='*.csproj' '<IsTestProject>true</IsTestProject>' tests | sort)
  wait
  cat "$results/beside.txt"
  count_project "$beside"
  finish
}

# Builds one test project and starts it as a program: the last line and the exit code are the program's.
run_program() {
  local project=$1
  shift
  if ! dotnet build "tests/$project" --configuration Release -warnaserror --verbosity quiet --nologo -consoleLoggerParameters:NoSummary; then
    echo "The build failed, or gave warnings."
    exit 1
  fi
  dotnet "tests/$project/bin/Release/net10.0/$project.dll" "$@"
  exit
}

# Builds without analyzers: they look at the sources, which the other builds have done, and take most of the time.
run_mutants() {
  local name mutate=()
  for name in "$@"; do
    [[ $name == *.cs ]] || name+='/**/*.cs'
    mutate+=(--mutate "$name")
  done
  dotnet tool restore || exit
  cd tests/DurableQueue.Tests || exit
  RunAnalyzers=false dotnet stryker "${mutate[@]}"
  exit
}

# The tests of start-up count what the runtime compiles and loads: a native program has none.
run_native() {
  local project=tests/DurableQueue.Cli.Tests/DurableQueue.Cli.Tests.csproj target version
  prepare
  results=$(mktemp -d)
  trap 'rm -rf "$results"' EXIT
  dotnet build "$project" --configuration Release -warnaserror --verbosity quiet --nologo -consoleLoggerParameters:NoSummary || exit 1
  for target in '' '-r any' '-r linux-x64'; do
    # shellcheck disable=SC2086
    dotnet pack src/DurableQueue.Cli --configuration Release -p:NativeTool=true $target --output "$results" --verbosity quiet --nologo || exit 1
  done
  version=$(basename "$results"/DurableQueue.Cli.[0-9]*.nupkg .nupkg)
  dotnet tool install DurableQueue.Cli --version "${version#DurableQueue.Cli.}" --tool-path "$results/tools" --source "$results" || exit 1
  export DQ_TEST_PROGRAM=$results/tools/dq
  # What was packed last left its own list of packages behind.
  dotnet restore "$project" --verbosity quiet
  test_project "$project" --filter 'FullyQualifiedName!~StartupTests'
  count_project "$project"
  finish
}

case "${1:-all}" in
  all) (($# <= 1)) || { usage; exit 2; }; run_all ;;
  model) run_program DurableQueue.ModelTests "${@:2}" ;;
  crash | soak) run_program DurableQueue.CrashTests "$@" ;;
  mutate) run_mutants "${@:2}" ;;
  native) run_native ;;
  -h | --help) usage ;;
  *) usage; exit 2 ;;
esac
