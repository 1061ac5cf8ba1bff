#!/usr/bin/env bash
# Installs what is missing, builds, runs every test and the demonstration, and ends with "N passed, N failed".
#   ./test.sh            everything but the packages
#   ./test.sh --fast     without the demonstration and the boots of real hypervisors
#   ./test.sh --packages the packages too, in a clean system: some minutes more
set -euo pipefail
root=$(cd "$(dirname "$0")" && pwd)
cd "$root"
. .ci/setup.sh

fast=no packages=no
case "${1:-}" in
  --fast) fast=yes ;;
  --packages) packages=yes ;;
  '') ;;
  *) printf 'usage: ./test.sh [--fast | --packages]\n' >&2; exit 2 ;;
esac

need_dotnet
need swtpm=swtpm swtpm_setup=swtpm-tools tpm2_quote=tpm2-tools openssl=openssl node=nodejs npm=npm evmctl=ima-evm-utils mkfs.ext4=e2fsprogs flock=util-linux prlimit=util-linux \
  checkpolicy=checkpolicy seinfo=setools semodule_expand=semodule-utils bunzip2=bzip2 chromium=chromium \
  fsverity=fsverity veritysetup=cryptsetup-bin qemu-img=qemu-utils \
  libvirtd=libvirt-daemon virsh=libvirt-clients qemu-system-x86_64=qemu-system-x86
# libvirtd's driver for QEMU is a library, so it has no command.
ls /usr/lib/*/libvirt/connection-driver/libvirt_driver_qemu.so >/dev/null 2>&1 || need libvirt_driver_qemu=libvirt-daemon-driver-qemu
need softhsm2-util=softhsm2 pkcs11-tool=opensc
# Debian keeps PostgreSQL's programs off the PATH.
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need initdb=postgresql
build Shype.Attest.sln
fetch_selinux_policy
# The service tests start the agent that hosts run, where it can be compiled.
if publish_agent; then export SHYPE_AGENT=$agent_native; fi

say "Fetching the JavaScript libraries that check our tokens and pages (tests/js)"
npm ci --prefix tests/js --no-audit --no-fund --loglevel=error >/dev/null || die "npm ci failed in tests/js: is a package registry reachable?"

passed=0 failed=0 skipped=0
log=$root/artifacts/test.log
: >"$log"

# Adds the counts that a test program printed in its closing summary.
count() { sed -nE "s/^ *$1: *([0-9]+).*/\1/p" "$2" | tail -n 1; }

# One module after the other: the service tests start emulators and would starve the rest.
for project in UnitTests ServiceTests BrowserTests; do
  say "Running $project"
  out=$(mktemp)
  status=0
  dotnet test --project "tests/Shype.Attest.$project" -c Release --no-build --no-progress >"$out" 2>&1 || status=$?
  cat "$out" >>"$log"
  grep -E '^(failed|skipped) |error|Xunit|Assert\.' "$out" | head -n 60 || true
  p=$(count succeeded "$out") f=$(count failed "$out") s=$(count skipped "$out")
  note "${p:-0} passed, ${f:-0} failed, ${s:-0} skipped"
  passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${s:-0}))
  # A module that died, or ran nothing, is a failure of its own even where it counted none.
  if [ "$status" -ne 0 ] && [ "${f:-0}" -eq 0 ] || [ "${p:-0}" -eq 0 ]; then
    tail -n 30 "$out" >&2
    failed=$((failed + 1))
  fi
  rm -f "$out"
done

if [ "$fast" = no ]; then
  say "Running the demonstration: ./run.sh --once"
  if ./run.sh --once >"$root/artifacts/demo.log" 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    tail -n 40 "$root/artifacts/demo.log" >&2
  fi
fi

if [ "$fast" = no ]; then
  say "Booting real hypervisors: ./tests/lab/run.sh"
  status=0
  ./tests/lab/run.sh 2>&1 | tee "$root/artifacts/lab.log" || status=$?
  read -r p f s < <(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$root/artifacts/lab.log" | tail -n 1) || true
  # One that ended without its count is a failure of its own.
  [ "$status" -ne 0 ] && [ "${f:-0}" -eq 0 ] && f=$((${f:-0} + 1))
  passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${s:-0}))
fi

if [ "$packages" = yes ]; then
  say "Living with the packages in a clean system: ./packaging/verify.sh"
  status=0
  ./packaging/verify.sh 2>&1 | tee "$root/artifacts/packages.log" || status=$?
  read -r p f s < <(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$root/artifacts/packages.log" | tail -n 1) || true
  [ "$status" -ne 0 ] && [ "${f:-0}" -eq 0 ] && f=$((${f:-0} + 1))
  passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${s:-0}))
fi

printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
