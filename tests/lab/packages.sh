# Fetches what is booted from Debian's archive, once, and unpacks it; nothing of it is installed here. Sourced: sets kernel_release, xen_release.
# Each package is unpacked by itself, so an interrupted run goes on where it was; artifacts/lab/debian/VERSIONS says what is there.

fetch_packages() {
  local cache=$lab/debian package
  mkdir -p "$cache/done"
  if [ ! -e "$cache/complete" ]; then
    say "Fetching Debian's Xen and kernel, to be booted (artifacts/lab/debian)"
    [ -n "$(apt-cache search --names-only '^xen-hypervisor-[0-9]' 2>/dev/null)" ] || as_root apt-get update -qq || return 1
    for package in $(lab_packages); do
      [ -e "$cache/done/$package" ] || fetch_package "$package" || return 1
    done
    (cd "$cache/done" && grep -H . ./* | sed 's,^\./,,; s/:/ /') >"$cache/VERSIONS"
    depmod -b "$cache" "$(ls "$cache/lib/modules")" || return 1
    touch "$cache/complete"
  fi
  kernel_release=$(basename "$cache"/boot/vmlinuz-* | sed 's/^vmlinuz-//')
  xen_release=$(basename "$cache"/boot/xen-*-amd64.gz .gz | sed 's/^xen-\(.*\)-amd64$/\1/')
}

# The kernel's package changes its name with every update; Xen's libraries carry the release in theirs.
lab_packages() {
  local xen
  xen=$(apt-cache search --names-only '^xen-hypervisor-[0-9.]+-amd64$' | sed 's/^xen-hypervisor-\([0-9.]*\)-amd64.*/\1/' | sort -V | tail -n 1)
  apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: *//p' | head -n 1
  printf '%s\n' "xen-hypervisor-$xen-amd64" "xen-utils-$xen" xen-utils-common "libxenmisc$xen" libxenstore4 xenstore-utils libxencall1 libxendevicemodel1 \
    libxenevtchn1 libxenforeignmemory1 libxengnttab1 libxentoolcore1 libxentoollog1 libxenhypfs1 libyajl2
}

fetch_package() {
  local work=$lab/debian/download
  rm -rf "$work" && mkdir -p "$work"
  (cd "$work" && apt-get -o APT::Sandbox::User=root download -qq "$1" >/dev/null) && dpkg-deb --extract "$work"/*.deb "$lab/debian" || { note "apt-get could not download $1"; return 1; }
  dpkg-deb --field "$work"/*.deb Version >"$lab/debian/done/$1"
  rm -rf "$work"
}
