#!/bin/bash
# Stands in for Xen's tools where there is no Xen: keeps domains as files, answers as xl 4.17 was recorded to answer, and writes down how it was called. Its own folder
# holds what it answers with: info, config (the build configuration), enforce, label (what the hypervisor gives), fail (the verb that fails), and domains/.
here=$(cd "$(dirname "$0")" && pwd)
case "$1" in create) echo "create $2" ;; *) echo "$*" ;; esac >>"$here/calls"
[ "$(cat "$here/fail" 2>/dev/null)" != "$1" ] || { echo "libxl: error: libxl_create.c:1234: the stand-in was told to fail" >&2; exit 1; }
value() { sed -nE "s/^$1 *= *[\"']([^\"']*)[\"'].*/\1/p" "$2" | tail -n 1; }
case "$1" in
  info) cat "$here/info" ;;
  getenforce) cat "$here/enforce" 2>/dev/null || { echo "Flask XSM Disabled"; exit 1; } ;;
  cat) cat "$here/config" ;;
  create)
    number=$(($(cat "$here/last" 2>/dev/null || echo 0) + 1))
    echo "$number" >"$here/last"
    cat "$3" >"$here/given.cfg"
    for key in kernel ramdisk; do
      file=$(value $key "$here/given.cfg")
      [ -z "$file" ] || { cat "$file" >"$here/given.$key"; echo "evil" 2>/dev/null >"$file" && echo "$key could be written" >>"$here/calls"; }
    done
    mkdir -p "$here/domains"
    printf '%s %s paused\n' "$(value name "$here/given.cfg")" "$(value uuid "$here/given.cfg")" >"$here/domains/$number"
    [ ! -x "$here/meanwhile" ] || "$here/meanwhile" "$PPID"
    # xl leaves a process behind that watches its domain, with the output that it was given.
    sleep 60 &
    echo $! >>"$here/watchers"
    ;;
  unpause) sed -i 's/paused/running/' "$here/domains/$2" ;;
  destroy) rm "$here/domains/$2" ;;
  list)
    if [ "$2" = -l ]; then
      printf '[{"domid":0,"config":{"c_info":{"type":"pv","name":"Domain-0"}}}'
      for domain in "$here"/domains/*; do
        [ -e "$domain" ] || continue
        read -r name uuid _ <"$domain"
        printf ',{"domid":%s,"config":{"c_info":{"type":"pvh","name":"%s","uuid":"%s"},"b_info":{"max_vcpus":1}}}' "${domain##*/}" "$name" "$uuid"
      done
      echo ']'
    else
      printf 'Name                                        ID   Mem VCPUs\tState\tTime(s) Security Label\n'
      printf 'Domain-0                                     0   400     2     r-----      14.6                -\n'
      for domain in "$here"/domains/*; do
        [ -e "$domain" ] || continue
        read -r name _ <"$domain"
        printf '%-40s %5s   160     1     -b----       3.9 %s\n' "$name" "${domain##*/}" "$(cat "$here/label" 2>/dev/null || echo -)"
      done
    fi
    ;;
esac
