#!/bin/bash
# Runs a real libvirtd in a mount namespace of its own (unshare -m), with the agent as its hook: starts VMs that the policy permits and forbids, one past the gate,
# and ends them. Prints what came of each step. $1: a scratch folder with hook, agent (a command) and VM definitions.
set -eu
scratch=$1
for folder in /etc/libvirt /var/lib/libvirt /run/libvirt /var/log/libvirt /var/cache/libvirt; do
  mkdir -p "$folder"
  mount -t tmpfs tmpfs "$folder"
done

# Debian makes this user with a package that also starts services.
for file in passwd group; do cp "/etc/$file" "$scratch/$file"; done
grep -q '^libvirt-qemu:' "$scratch/passwd" || echo 'libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin' >>"$scratch/passwd"
grep -q '^libvirt-qemu:' "$scratch/group" || echo 'libvirt-qemu:x:64055:' >>"$scratch/group"
grep -q '^kvm:' "$scratch/group" || echo 'kvm:x:64056:' >>"$scratch/group"
for file in passwd group; do mount --bind "$scratch/$file" "/etc/$file"; done

mkdir -p /etc/libvirt/hooks
install -m 755 "$scratch/hook" /etc/libvirt/hooks/qemu
cat >/etc/libvirt/qemu.conf <<'X'
stdio_handler = "file"
security_driver = "none"
user = "root"
group = "root"
cgroup_controllers = []
namespaces = []
X

libvirtd >"$scratch/libvirtd.log" 2>&1 &
daemon=$!
trap 'for vm in $(virsh -q list --name 2>/dev/null); do virsh -q destroy "$vm" >/dev/null 2>&1 || true; done; kill $daemon 2>/dev/null; wait $daemon || true' EXIT
for _ in $(seq 300); do virsh -q list >/dev/null 2>&1 && break; sleep 0.1; done

step() { if "${@:2}" >>"$scratch/steps.log" 2>&1; then echo "$1: yes"; else echo "$1: no"; fi; }

step measured "$scratch/agent" measure boot
step a virsh -q create "$scratch/a.xml"
step "b beside a" virsh -q create "$scratch/b.xml"
printf '#!/bin/sh\ncat >/dev/null\n' >/etc/libvirt/hooks/qemu
step "stranger past the gate" virsh -q create "$scratch/stranger.xml"
install -m 755 "$scratch/hook" /etc/libvirt/hooks/qemu
step "all is as recorded" "$scratch/agent" vm check
step "all is as recorded, once it was noticed" "$scratch/agent" vm check
step "a ends" virsh -q destroy a
step "b alone" virsh -q create "$scratch/b.xml"
