#!/usr/bin/env bash
# Measured boots of real hypervisors under software emulation: Debian's Xen and a plain Linux, each with OVMF, GRUB and a TPM that nobody here wrote.
#   ./tests/lab/run.sh               every boot; ends with "N passed, N failed, N skipped"
#   ./tests/lab/run.sh --only NAME   one boot: xen, xen-other-image, xen-other-line, xen-lie, linux
# What it proves, and how to read its logs: docs/lab.md
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
. .ci/setup.sh
. .ci/processes.sh
trap 'end_all; exit 130' INT TERM
lab=$root/artifacts/lab
for part in packages loader initrd disk machine story hosts; do
  . "tests/lab/$part.sh"
done
boots=(xen xen-other-image xen-other-line xen-lie linux)

case "${1:-}" in
  --only)
    [ $# -eq 2 ] && [[ " ${boots[*]} " == *" $2 "* ]] || { printf 'usage: %s [--only NAME], NAME is one of: %s\n' "$0" "${boots[*]}" >&2; exit 2; }
    boots=("$2") ;;
  '') ;;
  *) printf 'usage: %s [--only NAME]\n' "$0" >&2; exit 2 ;;
esac

skip_all() { note "the lab is left out: $1"; printf '0 passed, 0 failed, %d skipped\n' "${#boots[@]}"; exit 0; }

command -v apt-get >/dev/null || skip_all "it boots Debian's packages, and there is no apt here to fetch them"
(need qemu-system-x86_64=qemu-system-x86 grub-mkstandalone=grub-common mmd=mtools mkfs.vfat=dosfstools mkfs.ext4=e2fsprogs busybox=busybox-static cpio=cpio \
  modprobe=kmod xz=xz-utils swtpm=swtpm swtpm_setup=swtpm-tools gcc=gcc ld=binutils curl=curl dpkg-deb=dpkg &&
  { [ -e /usr/share/OVMF/OVMF_CODE_4M.fd ] || need OVMF_CODE_4M.fd=ovmf; } &&
  { [ -e /usr/lib/grub/x86_64-efi/multiboot2.mod ] || need multiboot2.mod=grub-efi-amd64-bin; } &&
  { [ -e /usr/include/efi/efilib.h ] || need efilib.h=gnu-efi; }) || skip_all "packages that it needs cannot be installed here"
need_dotnet
publish_agent || skip_all "the agent that runs in it is native"
mkdir -p "$lab"
fetch_packages || skip_all "Debian's packages cannot be fetched here"
build verifier/Shype.Attest.Verifier
build verifier/Shype.Attest.Cli
shype=$root/shype

# ---- what is booted -------------------------------------------------------------------------------------------------------------------------

say "Making what is booted (artifacts/lab)"
build_logkeep
build_grub
initrd "$lab/initrd.gz" tests/lab/init/initrd host virtio_pci virtio_blk ext4 vfat nls_cp437 nls_ascii 9pnet_virtio 9p virtio_net \
  xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xenfs
guest_kernel "$lab/guest-kernel.gz"

run=$lab/run
rm -rf "$run" && mkdir -p "$run"
cd "$run"
make_boot_disks

# ---- the verifier, and what its operator calls good -----------------------------------------------------------------------------------------

say "The verifier starts; its operator says what is good, by the files that were built and not by what hosts say"
mkdir roots
make_tpm xen.tpm
make_tpm linux.tpm
cp ca/issuercert.pem ca/swtpm-localca-rootca-cert.pem roots/
Verifier__TlsNames__0=10.0.2.2 start verifier '^listening' "$(program Shype.Attest.Verifier shype-verifier)" --state verifier --listen 127.0.0.1:0 --ek-roots roots
SHYPE_SERVER=$(sed -n 's/^listening //p' verifier.log)
SHYPE_CA=$run/verifier/tls/cert.pem
export SHYPE_SERVER SHYPE_CA
make_host_disks
write_references >references.json
operator reference set references.json >references.log

# ---- the boots ------------------------------------------------------------------------------------------------------------------------------

for boot in "${boots[@]}"; do
  . "$root/tests/lab/boots/$boot.sh"
  machine=''
  begin "$boot"
  "boot_${boot//-/_}" || true
  [ -z "$machine" ] || end_machine
done

printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
