#!/usr/bin/env bash
# The main job on one machine: a real TPM emulator, a host that measures, a verifier that judges; then five attacks, each refused.
#   ./run.sh          leaves everything up to be explored; Ctrl-C ends all of it
#   ./run.sh --once   ends by itself; exit code 0 only where all that is good was accepted and all that is bad was refused for its reason
set -euo pipefail
root=$(cd "$(dirname "$0")" && pwd)
cd "$root"
. .ci/setup.sh
. .ci/processes.sh

once=no
case "${1:-}" in
  --once) once=yes ;;
  '') ;;
  *) printf 'usage: ./run.sh [--once]\n' >&2; exit 2 ;;
esac

need_dotnet
need swtpm=swtpm openssl=openssl mkfs.ext4=e2fsprogs curl=curl dpkg-deb=dpkg
fetch_hypervisor
for project in tpm-sim/Shype.Attest.TpmSim agent/Shype.Attest.Agent verifier/Shype.Attest.Verifier verifier/Shype.Attest.Cli; do
  build "$project"
done

sim=$(program Shype.Attest.TpmSim shype-tpm-sim)
agent=$(program Shype.Attest.Agent shype-agent)
verifier=$(program Shype.Attest.Verifier shype-verifier)
shype=$root/shype

# ---- a folder for all of it ---------------------------------------------------------------------------------------------------------------------

demo=$root/artifacts/demo
rm -rf "$demo"
mkdir -p "$demo"/{ca,roots,host,good}
cd "$demo"
indent() { sed 's/^/    /'; }

# ---- what an operator of hosts does once ----------------------------------------------------------------------------------------------------

say "A TPM is manufactured: endorsement keys, certificates by a vendor's CA, in the emulator's NV"
"$sim" manufacture --folder tpm --ca ca | indent
cp ca/root.pem ca/intermediate.pem roots/

say "The host boots: firmware, GRUB and Debian's Xen are measured into PCR 0 to 9 (its files are only measured, nothing of it runs);
    two files stand for all that its kernel then loads and measures into PCR 10 (IMA)"
xen_line='placeholder dom0_mem=1024M,max:1024M flask=disabled'
kernel_line='placeholder root=/dev/xvda1 ro'
start host '^ready' "$sim" run --folder tpm --event-log "$demo/event.log" --boot-id "$demo/boot_id" \
  --hypervisor "$hypervisor_file" --hypervisor-command-line "$xen_line" --kernel "$kernel_file" --kernel-command-line "$kernel_line" --initrd none \
  --ima /bin/sh --ima /bin/cat
address=$(sed -n 's/^ready \([^ ]*\).*/\1/p' host.log)
note "TPM at $address"

say "The verifier starts, with the vendor's certificates and nothing else to trust"
start verifier '^listening' "$verifier" --state verifier --listen 127.0.0.1:0 --ek-roots roots
SHYPE_SERVER=$(sed -n 's/^listening //p' verifier.log)
SHYPE_CA=$demo/verifier/tls/cert.pem
export SHYPE_SERVER SHYPE_CA
note "$SHYPE_SERVER"

say "VM images are made, with a policy of sHype's kind: who may run together, and who may share what"
for vm in web db bank-a bank-b; do
  mkdir -p "files/$vm"
  printf 'This is the image of %s.\n' "$vm" >"files/$vm/content"
  mkfs.ext4 -qq -F -U clear -E hash_seed=00000000-0000-0000-0000-000000000001 -d "files/$vm" "host/$vm.img" 8M >/dev/null
done
cp "$root/docs/policies/example.banks.xml" host/policy.xml
cp host/* good/

cat >manifest.yaml <<YAML
hypervisor:
  kind: xen
  version: "$hypervisor_version"
  image: $hypervisor_file
  command-line: "$xen_line"
  modules:
    - { name: kernel, file: $kernel_file, command-line: "$kernel_line" }
policy: { module: acm, file: host/policy.xml, enforcing: false }
vms:
  - { name: web, uuid: 6f6c5a3e-0001-4f00-8000-000000000001, label: Shop.Web, disks: [{ name: root, file: host/web.img, read-only: true }] }
  - { name: db, uuid: 6f6c5a3e-0002-4f00-8000-000000000002, label: Shop.Database, disks: [{ name: root, file: host/db.img, read-only: true }] }
  - { name: bank-a, uuid: 6f6c5a3e-000a-4f00-8000-00000000000a, label: Bank.A, disks: [{ name: root, file: host/bank-a.img, read-only: true }] }
  - { name: bank-b, uuid: 6f6c5a3e-000b-4f00-8000-00000000000b, label: Bank.B, disks: [{ name: root, file: host/bank-b.img, read-only: true }] }
YAML

cat >agent.yaml <<YAML
name: hv1
tpm: { address: "$address" }
verifier: { url: "$SHYPE_SERVER", ca: $SHYPE_CA }
state: agent
firmware-log: event.log
ima-log: tpm/ima_list
boot-id: boot_id
manifest: manifest.yaml
YAML
agent() { "$agent" --config "$demo/agent.yaml" "$@"; }
operator() { SHYPE_TOKEN_FILE=$demo/verifier/operator.token "$shype" "$@"; }
asker() { SHYPE_TOKEN_FILE=$demo/verifier/relying-party.token "$shype" "$@"; }

say "What is known to be good: digests taken where the files come from, not on the host"
sha256() { sha256sum "$1" | cut -d' ' -f1; }
reference_vm() { printf '    { "name": "%s", "label": "%s", "mayBeMutable": true, "disks": [{ "name": "root", "digest": "sha256:%s" }] }' "$1" "$2" "$(sha256 "good/$1.img")"; }
cat >references.json <<JSON
{
  "format": 1,
  "hypervisors": [
    { "name": "Debian Xen $hypervisor_version", "kind": "xen", "image": "sha256:$(sha256 "$hypervisor_file")", "commandLine": "$xen_line",
      "modules": [{ "name": "kernel", "digest": "sha256:$(sha256 "$kernel_file")", "commandLine": "$kernel_line" }] }
  ],
  "agents": [{ "name": "shype-agent", "digest": "sha256:$(sha256 "$agent.dll")" }],
  "policies": [{ "name": "example.banks 1.0", "canonicalDigest": "sha256:$("$shype" policy show good/policy.xml --json | sed -n 's/.*"canonical_digest": *"\([0-9a-f]*\)".*/\1/p')" }],
  "vms": [
$(reference_vm web Shop.Web),
$(reference_vm db Shop.Database),
$(reference_vm bank-a Bank.A),
$(reference_vm bank-b Bank.B)
  ]
}
JSON
operator reference set references.json | indent

say "The host enrols: its TPM proves that the attestation key lives beside the certified endorsement key; an operator approves"
agent enrol 2>&1 | indent
operator host approve hv1 | indent

# ---- every day -----------------------------------------------------------------------------------------------------------------------------

passed=0 failed=0
good() { passed=$((passed + 1)); printf '    \033[32m✔\033[0m %s\n' "$*"; }
bad() { failed=$((failed + 1)); printf '    \033[31m✘\033[0m %s\n' "$*"; }

# serve: the agent answers challenges from now on; returns once the verifier sees it.
serve() {
  start agent 'Answering challenges' "$agent" --config "$demo/agent.yaml" serve
  for _ in $(seq 100); do
    operator host show hv1 --json | grep -q '"connected": true' && return 0
    sleep 0.1
  done
  die "the agent does not reach the verifier: see artifacts/demo/agent.log"
}

# boot VM ...: the host boots again, everything is measured anew, these VMs start.
boot() {
  [ -z "${agent_pid:-}" ] || end "$agent_pid"
  [ "${fresh:-}" = yes ] || "$sim" reboot --folder tpm >/dev/null
  fresh=no
  agent measure boot >measure.log 2>&1 || { cat measure.log >&2; die "measuring the boot failed"; }
  for vm in "$@"; do
    agent vm start "$vm" >>measure.log 2>&1 || { cat measure.log >&2; die "starting $vm failed"; }
  done
  serve
}

# accepted VM: a fresh verdict must be affirming.
accepted() {
  if asker vm attest "$1" --token-out "$1.jwt" >"$1.txt" 2>&1; then good "$1: affirming"; else bad "$1: should be affirming"; cat "$1.txt"; fi
}

# refused VM CODE WHAT: a fresh verdict must be bad, and name this finding.
refused() {
  local status=0
  asker vm attest "$1" --token-out "$1.jwt" >"$1.txt" 2>&1 || status=$?
  "$shype" verdict explain "$1.jwt" --json >"$1.json" 2>/dev/null || true
  if [ "$status" -eq 1 ] && grep -q "\"$2\"" "$1.json"; then good "$3: refused ($2)"; else bad "$3: expected $2, exit code 1; got exit code $status"; cat "$1.txt"; fi
  # Of the verdict, the failures that are the VM's: code and record, the sentence, what was expected and what was found.
  sed -n '/^vm\//,/^made from/{/^  failure/,/^    do:/p}' "$1.txt" | indent
}

say "Measured: the agent (PCR 11), hypervisor and command line (PCR 11), policy (PCR 12), both VMs (PCR 13)"
fresh=yes
boot web db
indent <measure.log

say "A relying party asks: is web what I think it is? A nonce, a quote, a signed answer"
accepted web
indent <web.txt
accepted db

say "Attack 1: the image of web is changed by one byte"
printf 'X' | dd of=host/web.img bs=1 seek=4194304 conv=notrunc status=none
boot web db
refused web vm-image-unknown "tampered image"
cp good/web.img host/

say "Attack 2: the policy is swapped for one with the same name and version, without the conflict set"
sed '/<ConflictSets>/,/<\/ConflictSets>/d' good/policy.xml >host/policy.xml
boot web db
refused web policy-unknown "swapped policy"
cp good/policy.xml host/

say "Attack 3: the start of a VM is cut out of the log"
boot web
cp agent/measurements.log before.log
agent vm start db >/dev/null
end "$agent_pid"
cp before.log agent/measurements.log
serve
refused web log-digest-mismatch "cut log"

say "Attack 4: yesterday's quote is sent again"
boot web db
end "$agent_pid"
agent attest --evidence-out evidence.cbor >/dev/null || bad "the quote is not accepted the first time"
field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" "$2"; }
host_id=$(field hostId agent/enrolment.json)
(umask 077; printf 'Authorization: Bearer %s\n' "$(field token agent/enrolment.json)" >header.txt)
curl -sS --cacert "$SHYPE_CA" -H @header.txt -H 'Content-Type: application/cmw+cbor' --data-binary @evidence.cbor \
  "$SHYPE_SERVER/v1/hosts/$host_id/evidence" >replay.jwt
"$shype" verdict explain replay.jwt --json >replay.json || true
if grep -q '"quote-replayed"' replay.json; then good "replayed quote: refused (quote-replayed)"; else bad "replayed quote: expected quote-replayed"; cat replay.json; fi

say "Attack 5: a competitor's VM is to start beside bank-a, which the Chinese Wall forbids"
boot bank-a
status=0
agent vm start bank-b >gate.txt 2>&1 || status=$?
if [ "$status" -eq 1 ]; then good "conflicting VM: refused by the launch gate"; else bad "conflicting VM: the gate answered $status"; fi
indent <gate.txt
accepted bank-a

say "And the host as it should be"
boot web db
accepted web

say "The verdict is kept in one file, and made again from it without the verifier: by an auditor, years later"
operator host bundle hv1 -o bundle.cbor | indent
curl -sS --cacert "$SHYPE_CA" "$SHYPE_SERVER/.well-known/jwks.json" >jwks.json
status=0
"$shype" verify bundle.cbor --jwks jwks.json --ek-roots roots >verify.txt 2>&1 || status=$?
if [ "$status" -eq 0 ]; then good "bundle: the same answer, affirming"; else bad "bundle: exit code $status"; fi
sed -n 1,7p verify.txt | indent

printf '\n%d as they must be, %d not\n' "$passed" "$failed"
[ "$failed" -eq 0 ] || exit 1
[ "$once" = no ] || exit 0

say "Everything is up; Ctrl-C ends all of it. In another terminal:"
cat <<TEXT
    export SHYPE_SERVER=$SHYPE_SERVER SHYPE_CA=$SHYPE_CA SHYPE_TOKEN_FILE=$demo/verifier/operator.token
    ./shype host list
    ./shype vm attest web --token-out web.jwt
    ./shype verdict explain web.jwt
    ./shype log show $demo/event.log
    ./shype ima show $demo/tpm/ima_list --boot-log $demo/event.log
    ./shype host bundle hv1 -o bundle.cbor && ./shype verify bundle.cbor --jwks $demo/jwks.json --ek-roots $demo/roots
    $agent --config $demo/agent.yaml status
TEXT
wait "${processes[@]}"
