#!/usr/bin/env bash
# Installs the packages in a clean Debian that is booted for it (debootstrap, systemd-nspawn), and lives with them: start, enrol, attest, upgrade, remove, purge.
#   packaging/verify.sh    ends with "N passed, N failed, N skipped": all of it is one case. What happened is in artifacts/packaging/verify.log
# Nothing of this machine is changed; the clean system is kept in artifacts/packaging/base and never written to again.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. .ci/setup.sh
. .ci/processes.sh
cache=$root/artifacts/packaging
log=$cache/verify.log

skip() { note "the packages are not installed anywhere: $1"; printf '0 passed, 0 failed, 1 skipped\n'; exit 0; }

[ "$(id -u)" -eq 0 ] || skip "that needs root (debootstrap, systemd-nspawn)"
command -v apt-get >/dev/null || skip "it takes Debian's packages, and there is no apt here to fetch them"
(need debootstrap=debootstrap systemd-nspawn=systemd-container swtpm=swtpm dpkg-deb=dpkg) || skip "packages that it needs cannot be installed here"
need_dotnet
can_compile_native || skip "they have native programs"

# ---- a clean Debian, of this machine's kind -------------------------------------------------------------------------------------------------

if [ ! -e "$cache/base.done" ]; then
  say "Making a clean Debian (artifacts/packaging/base)"
  mkdir -p "$cache" && rm -rf "$cache/base"
  suite=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  # What the packages depend on is in it, so that they are installed without a network.
  { debootstrap --variant=minbase "$suite" "$cache/base" http://deb.debian.org/debian &&
    chroot "$cache/base" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends systemd systemd-sysv dbus libstdc++6 openssl man-db curl &&
    chroot "$cache/base" apt-get clean; } >"$cache/base.log" 2>&1 || skip "Debian's archive cannot be had (artifacts/packaging/base.log)"
  touch "$cache/base.done"
fi

# ---- this version, and one after it -----------------------------------------------------------------------------------------------------------

packaging/restore.sh
packaging/build.sh "$cache/now"
work=$cache/verify
rm -rf "$work" && mkdir -p "$work"/{now,next,unpacked}
for package in shype-agent shype-verifier shype; do
  deb=$(ls "$cache/now/$package"_*.deb)
  cp "$deb" "$work/now/"
  rm -rf "$work/unpacked" && dpkg-deb --raw-extract "$deb" "$work/unpacked"
  sed -i -E 's/^(Version: .*)/\1.1/; s/\(= ([^)]*)\)/(= \1.1)/' "$work/unpacked/DEBIAN/control"
  # The next version's own configuration file is another, which meets one that was edited.
  [ "$package" != shype-agent ] || printf '# New in this version.\n' >>"$work/unpacked/etc/shype/agent.yaml"
  dpkg-deb --root-owner-group -Znone --build "$work/unpacked" "$work/next" >/dev/null
done
rm -rf "$work/unpacked"

# ---- a host's TPM, and the boot -----------------------------------------------------------------------------------------------------------------

build tpm-sim/Shype.Attest.TpmSim
sim=$(program Shype.Attest.TpmSim shype-tpm-sim)
cd "$work"
"$sim" manufacture --folder tpm --ca ca >manufactured.log
start host '^ready' "$sim" run --folder tpm --event-log "$work/event.log" --boot-id "$work/boot_id"
cp "$root/packaging/verify/inside.sh" "$root/docs/policies/example.banks.xml" .
mkdir unit && cat >unit/verify.service <<'UNIT'
[Unit]
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
ExecStart=/bin/bash /verify/inside.sh
StandardOutput=append:/verify/inside.log
StandardError=append:/verify/inside.log
[Install]
WantedBy=multi-user.target
UNIT

say "Booting it, installing and living with the packages (log: artifacts/packaging/verify.log)"
# All that is written goes to memory and is gone afterwards.
status=0
timeout --foreground "${SHYPE_VERIFY_LIMIT:-300}" systemd-nspawn --quiet --private-network --register=no --keep-unit --volatile=overlay --directory "$cache/base" --machine shype-verify \
  --bind "$work:/verify" --bind-ro "$work/unit/verify.service:/etc/systemd/system/verify.service" --boot systemd.unit=verify.service >"$work/console.log" 2>&1 </dev/null || status=$?
cat "$work/console.log" "$work/inside.log" >"$log" 2>/dev/null || true
[ -e "$work/inside.log" ] || { tail -n 5 "$work/console.log"; skip "a system cannot be booted by systemd-nspawn here"; }

sed -n 's/^ok /    /p' "$work/inside.log"
if [ -e "$work/passed" ]; then
  printf '1 passed, 0 failed, 0 skipped\n'
else
  tail -n 30 "$work/inside.log" >&2
  note "ended with status $status"
  printf '0 passed, 1 failed, 0 skipped\n'
  exit 1
fi
