# Makes a host's disk: busybox, Xen's tools, the agent, the guests, all in one ext4 file system. Sourced.

# host_tree TREE: everything but what the story adds.
host_tree() {
  local tree=$1 xen=usr/lib/xen-$xen_release/bin name library
  local libraries=/usr/lib/x86_64-linux-gnu
  rm -rf "$tree"
  mkdir -p "$tree"/{bin,sbin,proc,sys,dev,run,tmp,boot,lab,lib64,root,etc/shype,etc/xen,guests,usr/bin,usr/sbin,$xen,$libraries,var/lib/xen,var/lib/xenstored,var/log/xen}
  ln -s ../run "$tree/var/run"
  ln -s ../run/lock "$tree/var/lock"
  ln -s usr/lib "$tree/lib"

  cp /bin/busybox "$tree/bin/busybox"
  for name in $(/bin/busybox --list); do
    [ "$name" = busybox ] || ln -s busybox "$tree/bin/$name"
  done
  install -m 755 "$root/tests/lab/init/host" "$tree/sbin/init"
  install -m 755 "$agent_native" "$tree/usr/bin/shype-agent"

  for name in xl xenstored xenconsoled xen-init-dom0 xen-livepatch libxl-save-helper; do
    cp "$lab/debian/$xen/$name" "$tree/$xen/"
    ln -s "/$xen/$name" "$tree/usr/sbin/$name"
  done
  cp -L "$lab/debian/usr/bin/xenstore-read" "$tree/usr/bin/"
  cp -L "$lab/debian/usr/sbin/xenhypfs" "$tree/usr/sbin/"
  : >"$tree/etc/xen/xl.conf"

  # What these programs load; the agent opens OpenSSL's libraries by name, and threads of xl the one of gcc.
  local paths=$lab/debian$libraries:$lab/debian/lib/x86_64-linux-gnu
  for library in $(LD_LIBRARY_PATH=$paths ldd "$tree/$xen"/* "$tree"/usr/bin/{shype-agent,xenstore-read} "$tree/usr/sbin/xenhypfs" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u) \
    "$libraries"/lib{ssl.so.3,crypto.so.3,gcc_s.so.1} /lib64/ld-linux-x86-64.so.2; do
    case $library in
      /lib64/*) cp -L "$library" "$tree/lib64/" ;;
      *) cp -L "$library" "$tree$libraries/" ;;
    esac
  done
}

# host_disk TREE OUT: the disk, with room for what a host writes.
host_disk() {
  local kib
  kib=$(($(du -sk "$1" | cut -f1) * 5 / 4 + 32768))
  rm -f "$2" && truncate -s "${kib}K" "$2"
  mkfs.ext4 -qq -F -O ^metadata_csum_seed -d "$1" "$2"
}
