# The good boot; and what is then done to guests and policy on a host that runs.

boot_xen() {
  must "the boot" power_on xen "$PWD/xen.img" "$PWD/xen.disk" "$PWD/xen.tpm" || return
  must "enrolment" enrolled xen1 || return
  must "measuring the boot" on_host shype-agent measure boot || return
  start_guest web && start_guest bank-a || return
  must "answering challenges" serving xen1 || return
  accepted vm web && accepted vm bank-a && says '"link":"proven"' && says '"strength":"gated"' && ok

  begin xen-changed-initrd
  must "stopping web" on_host xl destroy web || return
  must "changing its file" on_host cp /guests/other.initrd /guests/web.initrd || return
  start_guest web || return
  refused vm web vm-image-unknown && accepted vm bank-a && ok

  begin xen-conflict
  refused_guest bank-b 'competitors' && accepted vm bank-a && ok

  begin xen-other-policy
  must "changing the policy" on_host 'cp /etc/shype/other-policy.xml /etc/shype/policy.xml && shype-agent measure boot' || return
  refused host xen1 policy-unknown && ok
  must "putting the policy back" on_host cp /etc/shype/good-policy.xml /etc/shype/policy.xml

  begin xen-past-the-gate
  must "starting bank-b by itself" on_host xl create /guests/bank-b.cfg || return
  on_host shype-agent vm check >>"$case_name.log" 2>&1 || true
  refused host xen1 gap-in-measurements && ok
  must "power off" power_off
}
