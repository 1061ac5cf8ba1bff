# The good boot; and what is then done to guests and policy on a host that runs.

boot_xen() {
  must "the boot" power_on xen "$PWD/xen.img" "$PWD/xen.disk" "$PWD/xen.tpm" || return
  must "enrolment" enrolled xen1 || return
  must "measuring the boot" on_host shype-agent measure boot || return
  start_guest web && start_guest bank-a || return
  must "answering challenges" serving xen1 || return
  accepted vm web && accepted vm bank-a && says '"link":"proven"' && ok

  begin xen-changed-initrd
  must "stopping web" stop_guest web || return
  must "changing its file" on_host cp /guests/other.initrd /guests/web.initrd || return
  start_guest web || return
  refused vm web vm-image-unknown && accepted vm bank-a && ok

  begin xen-conflict
  refused_guest bank-b 'competitors' && accepted vm bank-a && ok

  begin xen-other-policy
  must "changing the policy" on_host 'cp /etc/shype/other-policy.xml /etc/shype/policy.xml && shype-agent measure boot' || return
  refused host xen1 policy-unknown && ok
  must "putting the policy back" on_host cp /etc/shype/good-policy.xml /etc/shype/policy.xml
  must "power off" power_off
}
