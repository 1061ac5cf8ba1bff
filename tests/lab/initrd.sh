# Makes initial file systems: a busybox, an init, and modules in the order in which they are loaded. Sourced.

# initrd OUT INIT NAME [MODULE ...]: NAME stands in the file system as /name.
initrd() {
  local out=$1 init=$2 name=$3 tree module file
  shift 3
  tree=$(mktemp -d)
  mkdir -p "$tree"/{bin,proc,sys,dev,root,lib/modules}
  cp /bin/busybox "$tree/bin/busybox"
  ln -s busybox "$tree/bin/sh"
  install -m 755 "$init" "$tree/init"
  printf '%s\n' "$name" >"$tree/name"
  : >"$tree/lib/modules/order"
  for module in "$@"; do
    modprobe -d "$lab/debian" -S "$kernel_release" --show-depends "$module" | awk '$1 == "insmod" { print $2 }' | while read -r file; do
      [ -e "$tree/lib/modules/${file##*/}" ] && continue
      cp "$file" "$tree/lib/modules/"
      printf '%s\n' "${file##*/}" >>"$tree/lib/modules/order"
    done
  done
  # The same content gives the same file, whose digest is a reference value.
  find "$tree" -exec touch -hd @0 {} +
  (cd "$tree" && find . | LC_ALL=C sort | cpio -o -H newc --quiet --reproducible -R 0:0 | gzip -1n) >"$out"
  rm -rf "$tree"
}

# The kernel of the guests: Xen builds a guest from what the image unpacks to, and unpacks gzip much faster than Debian's XZ.
guest_kernel() {
  local image=$lab/debian/boot/vmlinuz-$kernel_release out=$1 at
  [ -s "$out" ] && return 0
  for at in $(LC_ALL=C grep -abo $'\xfd7zXZ' "$image" | cut -d: -f1); do
    tail -c "+$((at + 1))" "$image" | xz -dc --single-stream 2>/dev/null >"$lab/vmlinux" || true
    [ "$(head -c 4 "$lab/vmlinux" | tail -c 3)" = ELF ] && break
  done
  [ "$(head -c 4 "$lab/vmlinux" | tail -c 3)" = ELF ] || { note "no kernel was found inside of $image"; return 1; }
  gzip -1nc "$lab/vmlinux" >"$out.new" && mv "$out.new" "$out"
  rm -f "$lab/vmlinux"
}
