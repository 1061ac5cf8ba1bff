# The boot loader loads another Xen, and the agent measures a good file in its place: what GRUB measured tells.

boot_xen_lie() {
  must "the boot" power_on xen-lie "$PWD/xen-other-image.img" "$PWD/xen.disk" "$PWD/xen.tpm" || return
  must "enrolment" enrolled xen1 || return
  must "measuring a lie" on_host 'cp /etc/shype/lying-agent.yaml /etc/shype/agent.yaml && shype-agent measure boot' || return
  must "answering challenges" serving xen1 || return
  refused host xen1 hypervisor-link-broken && says '"link":"broken"' && ok
  must "power off" power_off
}
