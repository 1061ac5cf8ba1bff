# The two hosts of the lab, and what is called good about them. Sourced.

xen_line='console=com1 com1=115200,8n1 dom0_mem=512M,max:512M'
kernel_line='placeholder console=hvc0'
linux_line='console=ttyS0,115200 ima_policy=tcb'

# grub_xen XEN_LINE, grub_linux: what GRUB is told; all of it is measured, line by line.
grub_head='serial --unit=0 --speed=115200
terminal_input console
terminal_output serial console
set timeout=0'
grub_xen() { printf '%s\nmultiboot2 /xen.gz %s\nmodule2 /vmlinuz %s\nmodule2 --nounzip /initrd.gz\nboot\n' "$grub_head" "$1" "$kernel_line"; }
# The kernel's EFI stub, which keeps the firmware's log, runs with linuxefi only.
grub_linux() { printf '%s\nlinuxefi /vmlinuz %s\ninitrdefi /initrd.gz\nboot\n' "$grub_head" "$linux_line"; }

# The disks that firmware boots from: the good ones; another Xen, of which one word is not the same; another command line.
make_boot_disks() {
  local kernel=$lab/debian/boot/vmlinuz-$kernel_release
  xen_image=$lab/debian/boot/xen-$xen_release-amd64.gz
  grub_xen "$xen_line" >xen.cfg
  grub_xen "$xen_line noreboot" >xen-other-line.cfg
  grub_linux >linux.cfg
  gunzip -c "$xen_image" | LC_ALL=C sed 's/Latest ChangeSet:/Latest ChangeSet;/' | gzip -1nc >other-xen.gz
  esp xen.img xen.cfg "$xen_image=xen.gz" "$kernel=vmlinuz" "$lab/initrd.gz=initrd.gz"
  esp xen-other-image.img xen.cfg other-xen.gz=xen.gz "$kernel=vmlinuz" "$lab/initrd.gz=initrd.gz"
  esp xen-other-line.img xen-other-line.cfg "$xen_image=xen.gz" "$kernel=vmlinuz" "$lab/initrd.gz=initrd.gz"
  esp linux.img linux.cfg "$kernel=vmlinuz" "$lab/initrd.gz=initrd.gz"
}

# Guests of one kernel; each has its own initial file system, so that it is an image of its own.
guests='web Shop.Web 1
bank-a Bank.A a
bank-b Bank.B b'

make_host_disks() {
  local name label number
  host_tree tree
  cp "$lab/guest-kernel.gz" tree/guests/kernel.gz
  while read -r name label number; do
    guest_files tree/guests "$name" "$label" "$number"
  done <<<"$guests"
  initrd tree/guests/other.initrd "$root/tests/lab/init/guest" "web, and something more"
  cp "$root/docs/policies/example.banks.xml" tree/etc/shype/policy.xml
  cp tree/etc/shype/policy.xml tree/etc/shype/good-policy.xml
  sed '/<ConflictSets>/,/<\/ConflictSets>/d' tree/etc/shype/policy.xml >tree/etc/shype/other-policy.xml
  cp "$SHYPE_CA" tree/etc/shype/verifier.pem

  cp -a tree linux.tree

  # On Xen the agent asks the hypervisor; a plain Linux has nobody to ask, so somebody wrote down what it is.
  agent_settings xen1 'policy: policy.xml' >tree/etc/shype/agent.yaml
  agent_settings xen1 'manifest: lie.yaml' >tree/etc/shype/lying-agent.yaml
  lying_manifest >tree/etc/shype/lie.yaml
  cp "$xen_image" tree/etc/shype/good-xen.gz
  host_disk tree xen.disk
  agent_settings linux1 'manifest: manifest.yaml' >linux.tree/etc/shype/agent.yaml
  linux_manifest >linux.tree/etc/shype/manifest.yaml
  host_disk linux.tree linux.disk
}

guest_files() {
  local folder=$1 name=$2 label=$3 uuid=6f6c5a3e-0000-4f00-8000-00000000000$4
  initrd "$folder/$name.initrd" "$root/tests/lab/init/guest" "$name"
  cat >"$folder/$name.cfg" <<XL
# shype.label: $label
name = "$name"
uuid = "$uuid"
type = "pvh"
kernel = "/guests/kernel.gz"
ramdisk = "/guests/$name.initrd"
extra = "console=hvc0"
memory = 128
vcpus = 1
# Without it Xen emulates the time stamp counter, and cannot on an emulated processor.
tsc_mode = "native"
XL
}

# agent_settings HOST LINE: who says what runs there is the last line.
agent_settings() {
  cat <<YAML
name: $1
verifier: { url: "https://10.0.2.2:${SHYPE_SERVER##*:}", ca: verifier.pem }
state: /var/lib/shype
ima-log: /sys/kernel/security/ima/binary_runtime_measurements
$2
YAML
}

# A manifest that tells of the good Xen, whatever runs.
lying_manifest() {
  cat <<YAML
hypervisor:
  kind: xen
  version: "$xen_release"
  image: good-xen.gz
  command-line: "$xen_line"
  modules:
    - { name: kernel, file: /boot/vmlinuz, command-line: "$kernel_line" }
    - { name: initrd, file: /boot/initrd.gz }
policy: { module: acm, file: policy.xml, enforcing: false }
vms: []
YAML
}

linux_manifest() {
  cat <<YAML
hypervisor:
  kind: kvm
  version: "$kernel_release"
  image: /boot/vmlinuz
  command-line: "$linux_line"
  modules:
    - { name: initrd, file: /boot/initrd.gz }
policy: { module: acm, file: policy.xml, enforcing: false }
vms: []
YAML
}

# What is good: digests of the files that were built here, and what PCR 4 must then be (TCG PC Client Platform Firmware Profile, 3.3.4.5): the action of the
# boot option, a separator, and the images that the firmware started.
write_references() {
  local name label number action separator
  action=$(printf 'Calling EFI Application from Boot Option' | sha256sum | cut -d' ' -f1)
  separator=$(head -c 4 /dev/zero | sha256sum | cut -d' ' -f1)
  cat <<JSON
{
  "format": 1,
  "hypervisors": [
    { "name": "Debian's Xen", "kind": "xen", "image": "sha256:$(sha256 "$xen_image")", "commandLine": "$xen_line",
      "modules": [{ "name": "kernel", "digest": "sha256:$(sha256 "$lab/debian/boot/vmlinuz-$kernel_release")", "commandLine": "$kernel_line" },
                  { "name": "initrd", "digest": "sha256:$(sha256 "$lab/initrd.gz")" }] },
    { "name": "Debian's Linux", "kind": "kvm", "image": "sha256:$(sha256 "$lab/debian/boot/vmlinuz-$kernel_release")", "commandLine": "$linux_line",
      "modules": [{ "name": "initrd", "digest": "sha256:$(sha256 "$lab/initrd.gz")" }] }
  ],
  "agents": [{ "name": "shype-agent", "digest": "sha256:$(sha256 "$agent_native")" }],
  "policies": [{ "name": "example.banks", "canonicalDigest": "sha256:$("$shype" policy show tree/etc/shype/policy.xml --json | sed -n 's/.*"canonical_digest": *"\([0-9a-f]*\)".*/\1/p')" }],
  "vms": [
$(while read -r name label number; do
    printf '    { "name": "%s", "label": "%s", "kernel": "sha256:%s", "initrd": "sha256:%s", "config": "sha256:%s" },\n' "$name" "$label" \
      "$(sha256 "$lab/guest-kernel.gz")" "$(sha256 "tree/guests/$name.initrd")" "$(sha256 "tree/guests/$name.cfg")"
  done <<<"$guests" | sed '$ s/,$//')
  ],
  "pcrs": [{ "name": "logkeep and GRUB", "pcr": 4,
    "digests": ["sha256:$(pcr "$action" "$separator" "$(authenticode "$lab/logkeep.efi")" "$(authenticode "$lab/grub.efi")")"] }],
  "demandedPcrs": [4]
}
JSON
}
