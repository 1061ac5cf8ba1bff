#!/usr/bin/env bash
# Measures the native agent (P8): size, start, memory, and its own processor time for one attestation. Prints the lines of RESULTS.md.
#   ./tests/Shype.Attest.Bench/agent.sh [ATTESTATIONS]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
. .ci/setup.sh
. .ci/processes.sh
count=${1:-200}

need_dotnet
need swtpm=swtpm curl=curl
publish_agent
for project in tpm-sim/Shype.Attest.TpmSim verifier/Shype.Attest.Verifier verifier/Shype.Attest.Cli; do
  build "$project"
done
work=$root/artifacts/agent-bench
rm -rf "$work" && mkdir -p "$work" && cd "$work"

"$(program Shype.Attest.TpmSim shype-tpm-sim)" manufacture --folder tpm --ca ca >/dev/null
start host '^ready' "$(program Shype.Attest.TpmSim shype-tpm-sim)" run --folder tpm --event-log "$work/event.log" --boot-id "$work/boot_id"
mkdir roots && cp ca/root.pem ca/intermediate.pem roots/
start verifier '^listening' "$(program Shype.Attest.Verifier shype-verifier)" --state verifier --listen 127.0.0.1:0 --ek-roots roots
SHYPE_SERVER=$(sed -n 's/^listening //p' verifier.log) SHYPE_CA=$work/verifier/tls/cert.pem SHYPE_TOKEN_FILE=$work/verifier/operator.token
export SHYPE_SERVER SHYPE_CA SHYPE_TOKEN_FILE

echo hypervisor >xen.gz
cat >manifest.yaml <<YAML
hypervisor: { kind: xen, version: "1", image: xen.gz, command-line: "" }
policy: { module: acm, file: $root/docs/policies/example.banks.xml, enforcing: false }
vms: []
YAML
cat >agent.yaml <<YAML
name: bench
tpm: { address: "$(sed -n 's/^ready \([^ ]*\).*/\1/p' host.log)" }
verifier: { url: "$SHYPE_SERVER", ca: $SHYPE_CA }
state: agent
firmware-log: event.log
boot-id: boot_id
manifest: manifest.yaml
YAML
agent() { "$agent_native" --config agent.yaml "$@"; }
agent enrol >/dev/null
"$root/shype" host approve bench >/dev/null
agent measure boot >/dev/null

# median: of the numbers on standard input, one a line.
median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }
ms() { echo $((($2 - $1) / 1000)); }
now() { date +%s%6N; }

starts=$(for _ in $(seq 30); do from=$(now); "$agent_native" --version >/dev/null; ms "$from" "$(now)"; done | median)
serves=$(for _ in $(seq 15); do
  from=$(now)
  coproc serving { exec "$agent_native" --config agent.yaml serve 2>&1; }
  read -r -u "${serving[0]}" _
  ms "$from" "$(now)"
  kill "$serving_PID" && wait "$serving_PID" 2>/dev/null || true
done | median)

start agent 'Answering challenges' "$agent_native" --config agent.yaml serve
(umask 077 && printf 'Authorization: Bearer %s\n' "$(cat "$SHYPE_TOKEN_FILE")" >header.txt)
for _ in $(seq 300); do
  "$root/shype" host show bench --json | grep -q '"connected": true' && break
  sleep 0.1
done
# Processor time in clock ticks: fields 14 and 15 of the process's stat.
ticks() { awk '{ print $14 + $15 }' "/proc/$agent_pid/stat"; }
ask() {
  curl -sS --fail --cacert "$SHYPE_CA" -H @header.txt -H 'Content-Type: application/json' \
    -d "{\"nonce\":\"$(head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=')\"}" -o answer.jwt "$SHYPE_SERVER/v1/attest/host/bench"
}
for _ in $(seq 20); do ask; done
before=$(ticks)
for _ in $(seq "$count"); do ask; done
spent=$((($(ticks) - before) * 1000000 / $(getconf CLK_TCK)))

printf '| size | %s KB, needs libc and libm; OpenSSL for TLS and hashes |\n' $(($(stat -c %s "$agent_native") / 1024))
printf '| start and end of the process (`--version`), median of 30 | %s ms |\n' "$starts"
printf '| start of `serve` until it answers challenges, median of 15 | %s ms |\n' "$serves"
printf '| resident, answering, after %s attestations | %s KB, at most %s KB |\n' $((count + 20)) \
  "$(awk '/^VmRSS/ { print $2 }' "/proc/$agent_pid/status")" "$(awk '/^VmHWM/ { print $2 }' "/proc/$agent_pid/status")"
printf '| own processor time for one attestation, of %s | %s us |\n' "$count" $((spent / count))
