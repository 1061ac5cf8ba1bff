# One machine of the lab: QEMU without any help by the processor, OVMF, and a TPM that keeps its keys from boot to boot. Sourced.
# The scripts that use it have a folder of their own as current one; a machine's folder is in it.

limit=${SHYPE_LAB_LIMIT:-300} # seconds that one boot may take, with all that is done in it

# make_tpm FOLDER: a new TPM with an RSA endorsement key, certified by the authority of swtpm's own tools (ca/).
make_tpm() {
  mkdir -p "$1" ca
  printf 'statedir = %s/ca\nsigningkey = %s/ca/signkey.pem\nissuercert = %s/ca/issuercert.pem\ncertserial = %s/ca/certserial\n' "$PWD" "$PWD" "$PWD" "$PWD" >ca/localca.conf
  printf -- '--platform-manufacturer Shype\n--platform-version 1\n--platform-model lab\n' >ca/localca.options
  printf 'create_certs_tool = %s\ncreate_certs_tool_config = %s/ca/localca.conf\ncreate_certs_tool_options = %s/ca/localca.options\n' \
    "$(command -v swtpm_localca)" "$PWD" "$PWD" >ca/setup.conf
  swtpm_setup --tpm2 --config "$PWD/ca/setup.conf" --tpmstate "$PWD/$1" --create-ek-cert --create-platform-cert --pcr-banks sha256 >"$1/setup.log" 2>&1
}

# power_on NAME ESP DISK TPM: starts the machine; returns once its operating system is ready to be told what to do.
power_on() {
  local name=$1 esp=$2 disk=$3 tpm=$4
  machine=$PWD/$name orders=0
  rm -rf "$machine" && mkdir -p "$machine"/lab/{do,done}
  cp /usr/share/OVMF/OVMF_VARS_4M.fd "$machine/vars.fd"
  : >"$machine/serial.log"
  swtpm socket --tpm2 --tpmstate "dir=$tpm" --ctrl "type=unixio,path=$machine/tpm.sock" --terminate >"$machine/tpm.log" 2>&1 &
  processes+=("$!")
  for _ in $(seq 100); do
    [ -S "$machine/tpm.sock" ] && break
    sleep 0.05
  done

  # Without smap=off a PV dom0 dies at its first return to a program: QEMU 7.2 reads a program's stack as the kernel there.
  timeout -k 5 "$limit" qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max,la57=off,smap=off -smp 1 -m 1280 \
    -drive if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd -drive "if=pflash,format=raw,unit=1,file=$machine/vars.fd" \
    -chardev "socket,id=tpm,path=$machine/tpm.sock" -tpmdev emulator,id=tpm,chardev=tpm -device tpm-crb,tpmdev=tpm \
    -drive "if=none,id=esp,format=raw,readonly=on,file=$esp" -device virtio-blk-pci,drive=esp,bootindex=1 \
    -drive "if=none,id=disk,format=raw,file=$disk,cache=unsafe" -device virtio-blk-pci,drive=disk \
    -virtfs "local,path=$machine/lab,mount_tag=lab,security_model=none" -nic user,model=virtio-net-pci \
    -display none -vga none -no-reboot -monitor none -serial "file:$machine/serial.log" >"$machine/qemu.log" 2>&1 &
  machine_pid=$!
  processes+=("$machine_pid")
  await "its operating system" grep -q '^@@ .* ready' "$machine/serial.log"
}

# await WHAT COMMAND ...: until the command succeeds; a machine that died or lies there dead is noticed.
await() {
  local what=$1
  shift
  while ! "$@" 2>/dev/null; do
    if ! kill -0 "$machine_pid" 2>/dev/null; then
      trouble="the machine ended, or was ended after $limit seconds, before $what came"
      return 1
    fi
    if grep -aqE 'Unhandled: vec|crashed|Kernel panic|Xen BUG|Panic on CPU|^@@ .*failed' "$machine/serial.log"; then
      trouble="$(grep -aE 'Unhandled: vec|crashed|Kernel panic|Xen BUG|Panic on CPU|^@@ .*failed' "$machine/serial.log" | head -n 1 | tr -d '\r')"
      return 1
    fi
    sleep 0.2
  done
}

# on_host COMMAND ...: runs it on the machine, as one line of a shell; says what it said, and ends as it ended.
on_host() {
  local status
  orders=$((orders + 1))
  printf '%s\n' "$*" >"$machine/lab/do/new" && mv "$machine/lab/do/new" "$machine/lab/do/$orders"
  await "the end of: $*" test -s "$machine/lab/done/$orders.status" || return 99
  status=$(cat "$machine/lab/done/$orders.status")
  printf '%s %s  (%s)\n' "$(date +%T)" "$*" "$status" >>"$machine/orders.log"
  cat "$machine/lab/done/$orders.out" | tee -a "$machine/orders.log"
  return "$status"
}

# power_off: in order, so that the TPM and the disk are what the next boot should find.
power_off() {
  touch "$machine/lab/power-off"
  wait "$machine_pid" || true
}

# end_machine: whatever it is doing.
end_machine() {
  kill -0 "$machine_pid" 2>/dev/null || return 0
  kill "$machine_pid" 2>/dev/null || true
  wait "$machine_pid" 2>/dev/null || true
}
