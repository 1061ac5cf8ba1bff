# The good boot, and what is done to guests and policy on a host that runs.

boot_xen() {
  must "the boot" power_on xen "$PWD/xen.img" "$PWD/xen.disk" "$PWD/xen.tpm" || return
  must "enrolment" enrolled xen1 || return
  must "measuring the boot" on_host shype-agent measure boot || return
  for guest in web bank-a; do
    must "the start of $guest" on_host "shype-agent vm start $guest && xl create /guests/$guest.cfg" || return
  done
  must "answering challenges" serving xen1 || return
  for guest in web bank-a; do
    must "$guest" await "its console" grep_host "guest up: .* $guest" "/var/log/xen/console/guest-$guest.log" || return
  done
  accepted vm web && accepted vm bank-a && says '"link":"proven"' && ok
  must "power off" power_off
}
