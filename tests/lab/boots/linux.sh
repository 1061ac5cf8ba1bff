# A host without Xen: GRUB, Linux, and the kernel's own list of every file that it ran or read (IMA), from a disk.

boot_linux() {
  ima_policy >linux-files.yaml
  must "the appraisal policy" operator appraisal-policy activate linux-files.yaml || return
  must "the boot" power_on linux "$PWD/linux.img" "$PWD/linux.disk" "$PWD/linux.tpm" || return
  must "enrolment" enrolled linux1 || return
  must "the group" operator host group linux1 linux || return
  must "measuring the boot" on_host shype-agent measure boot || return
  must "answering challenges" serving linux1 || return
  accepted host linux1 && says '"link":"proven"' && says '"file-system":2' && ok

  begin linux-changed-file
  must "changing a file" on_host 'echo "# another" >>/etc/shype/other-policy.xml && cat /etc/shype/other-policy.xml' || return
  refused host linux1 ima-file-changed && ok
  must "power off" power_off
}

# Every file of the host's disk and of the disk that it boots from, with its digest; what the host itself writes is not judged.
ima_policy() {
  local path
  printf 'format: 1\ngroup: linux\nname: files-of-the-lab\nima:\n  mode: demanded\n  ignore: [/lab/**, /var/**, /run/**, /dev/**]\n  allow:\n'
  (cd linux.tree && find . -type f ! -path './var/*' | LC_ALL=C sort | sed 's,^\.,,') | while read -r path; do
    printf '    - { path: %s, digests: ["sha256:%s"] }\n' "$path" "$(sha256 "linux.tree$path")"
  done
  printf '    - { path: /boot/vmlinuz, digests: ["sha256:%s"] }\n' "$(sha256 "$lab/debian/boot/vmlinuz-$kernel_release")"
  printf '    - { path: /boot/initrd.gz, digests: ["sha256:%s"] }\n' "$(sha256 "$lab/initrd.gz")"
}
