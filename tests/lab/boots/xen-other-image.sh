# The boot loader loads another Xen, and the agent says so.

boot_xen_other_image() {
  must "the boot" power_on xen-other-image "$PWD/xen-other-image.img" "$PWD/xen.disk" "$PWD/xen.tpm" || return
  must "enrolment" enrolled xen1 || return
  must "measuring the boot" on_host shype-agent measure boot || return
  must "answering challenges" serving xen1 || return
  refused host xen1 hypervisor-unknown && says '"link":"proven"' && ok
  must "power off" power_off
}
