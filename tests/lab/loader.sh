# Builds what the firmware starts: logkeep, and GRUB with the modules that it needs inside. Sourced.

build_logkeep() {
  local source=$root/tests/lab/logkeep/logkeep.c out=$lab/logkeep.efi work=$lab/logkeep
  [ "$out" -nt "$source" ] && return 0
  mkdir -p "$work"
  gcc -I/usr/include/efi -I/usr/include/efi/x86_64 -DGNU_EFI_USE_MS_ABI -O1 -fpic -ffreestanding -fno-stack-protector -fshort-wchar -mno-red-zone \
    -maccumulate-outgoing-args -Wall -Werror -c "$source" -o "$work/logkeep.o"
  ld -nostdlib -shared -Bsymbolic -znocombreloc -L/usr/lib -T /usr/lib/elf_x86_64_efi.lds /usr/lib/crt0-efi-x86_64.o "$work/logkeep.o" -o "$work/logkeep.so" -lefi -lgnuefi
  objcopy -j .text -j .sdata -j .data -j .dynamic -j .dynsym -j .rel -j .rela -j '.rel.*' -j '.rela.*' -j .reloc \
    --target=efi-app-x86_64 --subsystem=10 "$work/logkeep.so" "$out"
}

# GRUB's image is another one each time that it is made, so it is made once. Its inner configuration only finds the outer one, which is measured as it is read.
build_grub() {
  local out=$lab/grub.efi modules="part_gpt part_msdos fat search search_fs_file configfile normal linux linuxefi multiboot2 tpm serial terminal echo gzio boot"
  [ -e "$out" ] && return 0
  printf 'search --no-floppy --file /grub.cfg --set=root\nconfigfile ($root)/grub.cfg\n' >"$lab/grub-inner.cfg"
  grub-mkstandalone -O x86_64-efi -o "$out.new" --modules="$modules" --install-modules="$modules" --locales= --fonts= --themes= \
    "boot/grub/grub.cfg=$lab/grub-inner.cfg" >"$lab/grub.log" 2>&1 || { cat "$lab/grub.log" >&2; return 1; }
  mv "$out.new" "$out"
}

# esp OUT GRUB.CFG FILE=NAME ...: the disk that the firmware boots from.
esp() {
  local out=$1 configuration=$2 file kib=40960 # FAT32 needs about 33 MiB
  shift 2
  for file in "$lab/grub.efi" "$lab/logkeep.efi" "${@%%=*}"; do
    kib=$((kib + $(stat -Lc %s "$file") / 1024 + 64))
  done
  rm -f "$out" && truncate -s "${kib}K" "$out"
  mkfs.vfat -F 32 -s 1 -i 12345678 "$out" >/dev/null
  mmd -i "$out" ::/EFI ::/EFI/BOOT
  mcopy -i "$out" "$lab/logkeep.efi" ::/EFI/BOOT/BOOTX64.EFI
  mcopy -i "$out" "$lab/grub.efi" ::/EFI/BOOT/GRUBX64.EFI
  mcopy -i "$out" "$configuration" ::/grub.cfg
  for file in "$@"; do
    mcopy -i "$out" "${file%%=*}" "::/${file#*=}"
  done
}

# authenticode FILE: the digest that firmware measures of an image. This is all of the file but its check sum and the entry of its signatures, where, as here, it is
# not signed and its sections follow each other without gaps (PE/COFF, "Calculating the PE Image Hash").
authenticode() {
  local file=$1 header sum entry
  header=$(od -An -tu4 -j60 -N4 "$file" | tr -d ' ')
  sum=$((header + 24 + 64)) entry=$((header + 24 + 112 + 4 * 8))
  { head -c "$sum" "$file"; head -c "$entry" "$file" | tail -c "+$((sum + 5))"; tail -c "+$((entry + 9))" "$file"; } | sha256sum | cut -d' ' -f1
}

# pcr DIGEST ...: the value of a PCR that these digests were extended into.
pcr() {
  local value digest
  value=$(printf '0%.0s' $(seq 64))
  for digest in "$@"; do
    value=$(printf '%b' "$(printf '%s%s' "$value" "$digest" | sed 's/../\\x&/g')" | sha256sum | cut -d' ' -f1)
  done
  printf '%s\n' "$value"
}
