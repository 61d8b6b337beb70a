#!/usr/bin/env bash
# Submits the five tasks of pipeline.yaml, waits for them and shows their logs. Everything happens in a temporary folder.
# Needs dq: the one on the PATH, else the one of this repository is built.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if ! command -v dq >/dev/null; then
  dotnet build "$here/../../src/DurableQueue.Cli" --configuration Release --verbosity quiet --nologo -consoleLoggerParameters:NoSummary
  PATH=$here/../../src/DurableQueue.Cli/bin/Release/net10.0:$PATH
fi

folder=$(mktemp -d)
cd "$folder"
export DQ_QUEUE=$folder/queue.db
trap 'dq worker --stop 2>/dev/null || true; cd /; rm -rf "$folder"' EXIT

dq worker --daemon
dq dag print "$here/pipeline.yaml"
dq dag submit "$here/pipeline.yaml" --label-prefix pipeline/ --isolated-group
dq wait --all
dq status
for name in fetch clean average highest; do
  echo "== $name"
  dq log "$(dq status --json "label='pipeline/$name'" | grep -o '"id":[0-9]*' | head -n 1 | cut -d : -f 2)"
done
echo "== report"
dq log "$(dq status --json 'label~the-report' | grep -o '"id":[0-9]*' | head -n 1 | cut -d : -f 2)"
