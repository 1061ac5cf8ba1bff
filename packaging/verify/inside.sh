# Runs in the clean system that packaging/verify.sh boots, as its one service. Each step says what it found; the first that is not as it must be ends all of it.
set -eEuo pipefail
trap 'echo "FAILED at line $LINENO: $BASH_COMMAND"; systemctl status --no-pager "shype-*" || true; journalctl --no-pager -b -n 40 -u "shype-*" || true' ERR
export DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
cd /root
printf "127.0.0.1 localhost\n" >/etc/hosts

ok() { echo "ok $*"; }
# Without a network: what the packages need is there or they do not say what they need.
apt() { apt-get --quiet=2 --no-install-recommends -o Dpkg::Options::=--force-confold "$@"; }
agent() { shype-agent --config /etc/shype/agent.yaml "$@"; }
operator() { SHYPE_SERVER=https://localhost:8443 SHYPE_CA=/var/lib/shype-verifier/tls/cert.pem SHYPE_TOKEN_FILE=/var/lib/shype-verifier/operator.token shype "$@"; }
# until_true COMMAND ...: within half a minute.
until_true() { for _ in $(seq 150); do "$@" >/dev/null 2>&1 && return 0; sleep 0.2; done; "$@"; }
serves() { curl -sS --fail --cacert /var/lib/shype-verifier/tls/cert.pem https://localhost:8443/healthz/live; }
published_keys() { curl -sS --fail --cacert /var/lib/shype-verifier/tls/cert.pem https://localhost:8443/.well-known/jwks.json; }
sees_agent() { operator host show clean --json | grep -q '"connected": true'; }
not() { ! "$@"; }

# ---- install ----------------------------------------------------------------------------------------------------------------------------------

apt install /verify/now/*.deb
ok "apt installs all three without a network"

until_true systemctl is-active shype-verifier
until_true serves
[ "$(stat -c '%U %a' /var/lib/shype-verifier)" = "shype-verifier 700" ]
[ "$(ps -o user:20= -p "$(systemctl show -p MainPID --value shype-verifier)" 2>/dev/null || stat -c %U /proc/"$(systemctl show -p MainPID --value shype-verifier)")" = shype-verifier ]
ok "the verifier runs as its own user and answers: $(shype-verifier --version)"

systemctl is-enabled --quiet shype-agent shype-measure-boot
not systemctl is-active --quiet shype-agent
not systemctl is-active --quiet shype-measure-boot
ok "the agent is enabled, and measures nothing before it is asked or the host boots"

shype --help >/dev/null
for page in shype.1 shype-agent.8 shype-verifier.8; do
  LC_ALL=C.UTF-8 man --warnings "${page#*.}" "${page%.*}" >/root/page 2>/root/warnings
  [ -s /root/page ]
  [ ! -s /root/warnings ] || { cat /root/warnings; false; }
done
[ -x /etc/libvirt/hooks/qemu.d/shype-agent ]
for program in shype shype-agent; do bash -n "/usr/share/bash-completion/completions/$program"; done
for unit in shype-agent shype-measure-boot shype-verifier; do [ "$(systemctl show -p LimitCORE --value "$unit")" = 0 ]; done
for unit in xendomains libvirtd virtqemud libvirt-guests; do systemctl show -p Before --value shype-measure-boot | grep -qw "$unit.service"; done
ok "shype $(shype --version) helps, manual pages have no warnings, the hook is in place, the boot is measured before VMs, no core is written"

# ---- a host, from installed to its first verdict ------------------------------------------------------------------------------------------------

install -D -m 644 /verify/ca/root.pem /etc/shype/ek-roots/root.pem
install -m 644 /verify/ca/intermediate.pem /etc/shype/ek-roots/
sed -i 's|^    // , "EkRoots"|    , "EkRoots"|' /etc/shype/verifier.jsonc
systemctl restart shype-verifier
until_true serves

install -m 644 /verify/example.banks.xml /etc/shype/policy.xml
cat >/etc/shype/manifest.yaml <<'YAML'
hypervisor: {kind: xen, version: "4.17", image: /bin/true, command-line: "dom0_mem=1G", modules: []}
policy: {module: acm, file: policy.xml, enforcing: false}
vms: []
YAML
cp /var/lib/shype-verifier/tls/cert.pem /etc/shype/verifier.pem
sed -i -e 's|^#verifier:.*|verifier: {url: "https://localhost:8443", ca: verifier.pem}|' -e 's|^#name:.*|name: clean|' -e 's|^source: auto|source: manifest|' \
  -e 's|^firmware-log:.*|firmware-log: /verify/event.log|' /etc/shype/agent.yaml
printf 'manifest: manifest.yaml\nboot-id: /verify/boot_id\ntpm: {address: "swtpm:unix:/verify/tpm/tpm.sock"}\n' >>/etc/shype/agent.yaml

systemctl start shype-measure-boot
agent enrol
operator host approve clean
systemctl start shype-agent
until_true sees_agent
status=0
operator host attest clean --token-out host.jwt >verdict.txt || status=$?
cat verdict.txt
# Nobody called its hypervisor good: that, and nothing worse, is what is said of it.
[ "$status" -eq 1 ]
shype verdict explain host.jwt --json | grep -q '"hypervisor-unknown"'
not grep -qE 'signature|replay|mismatch' <(shype verdict explain host.jwt --json | grep '"code"')
ok "measured, enrolled, approved and attested through the hardened units; the unknown hypervisor is named"

# ---- upgrade ------------------------------------------------------------------------------------------------------------------------------------

systemctl disable --quiet shype-measure-boot
before=$(sha256sum /etc/shype/agent.yaml /etc/shype/verifier.jsonc /var/lib/shype/enrolment.json /var/lib/shype-verifier/tls/cert.pem)
keys=$(published_keys)
old=$(systemctl show -p MainPID --value shype-agent)
apt install /verify/next/*.deb
dpkg-query -W -f '${Version}\n' shype-agent shype-verifier shype | not grep -qv '\.1$'
[ "$before" = "$(sha256sum /etc/shype/agent.yaml /etc/shype/verifier.jsonc /var/lib/shype/enrolment.json /var/lib/shype-verifier/tls/cert.pem)" ]
[ -e /etc/shype/agent.yaml.dpkg-dist ]
until_true serves
until_true sees_agent
[ "$keys" = "$(published_keys)" ]
[ "$old" != "$(systemctl show -p MainPID --value shype-agent)" ]
not systemctl is-enabled --quiet shype-measure-boot
ok "an upgrade restarts what ran, and keeps keys, edited configuration and what was switched off"

# ---- remove, come back, purge -------------------------------------------------------------------------------------------------------------------

apt remove shype-agent shype-verifier shype
not systemctl is-active --quiet shype-agent
not systemctl is-active --quiet shype-verifier
[ ! -e /usr/bin/shype ] && [ ! -e /usr/lib/shype-verifier ]
[ -e /var/lib/shype/enrolment.json ] && [ -e /var/lib/shype-verifier/verifier.db ] && [ -e /etc/shype/agent.yaml ]
/etc/libvirt/hooks/qemu.d/shype-agent web prepare begin - </dev/null
ok "removal stops all, keeps state and configuration, and the hook that stays lets VMs start"

apt install /verify/next/*.deb
until_true serves
systemctl start shype-agent
until_true sees_agent
ok "installed again it is the same verifier and the same host"

apt purge shype-agent shype-verifier shype
[ ! -e /var/lib/shype ] && [ ! -e /var/lib/shype-verifier ] && [ ! -e /etc/shype/verifier.jsonc ] && [ ! -e /etc/libvirt/hooks/qemu.d/shype-agent ]
[ -e /etc/shype/ek-roots/root.pem ]
not systemctl cat shype-agent
[ -z "$(find /etc/systemd -name 'shype-*')" ]
ok "a purge takes what the packages made, and leaves what somebody else put there"
touch /verify/passed
