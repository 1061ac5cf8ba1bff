# Xen gets another command line, and the agent says so.

boot_xen_other_line() {
  must "the boot" power_on xen-other-line "$PWD/xen-other-line.img" "$PWD/xen.disk" "$PWD/xen.tpm" || return
  must "enrolment" enrolled xen1 || return
  must "measuring the boot" on_host shype-agent measure boot || return
  must "answering challenges" serving xen1 || return
  refused host xen1 hypervisor-command-line-unknown && says '"link":"proven"' && ok
  must "power off" power_off
}
