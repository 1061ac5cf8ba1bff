#!/usr/bin/env bash
# Fetches what packaging/build.sh needs, by the lock files: the only step of making packages that asks a network.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. .ci/setup.sh

case "${1:-}" in '') ;; *) printf 'usage: packaging/restore.sh\n' >&2; exit 2 ;; esac
need_dotnet
can_compile_native || exit 3
for project in agent/Shype.Attest.Agent verifier/Shype.Attest.Verifier verifier/Shype.Attest.Cli; do
  say "Restoring $project"
  dotnet restore "$project" --locked-mode -v q -p:Packaged=true
done
