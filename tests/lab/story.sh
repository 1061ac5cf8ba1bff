# The words that the lab's stories are told in: what an operator does, what a host does, what must come of it. Sourced.

passed=0 failed=0 skipped=0

# A case is a boot, or a step of one; each says one line.
begin() { case_name=$1 case_start=$SECONDS trouble=''; }
ok() { passed=$((passed + 1)); printf 'ok %s %d s\n' "$case_name" $((SECONDS - case_start)); }
not_ok() { failed=$((failed + 1)); printf 'FAILED %s: %s, see %s\n' "$case_name" "${trouble:-$1}" "${machine:-$PWD}"; return 1; }

# must WHAT COMMAND ...: what has to work for the case to be one; its output goes to the case's log.
must() {
  local what=$1
  shift
  "$@" >>"$case_name.log" 2>&1 || not_ok "$what: $(tail -n 1 "$case_name.log")"
}

operator() { SHYPE_TOKEN_FILE=$PWD/verifier/operator.token "$shype" "$@"; }
asker() { SHYPE_TOKEN_FILE=$PWD/verifier/relying-party.token "$shype" "$@"; }

sha256() { sha256sum "$1" | cut -d' ' -f1; }

# ask KIND NAME: a fresh verdict, kept in NAME.CASE.json; ends as the asking did.
ask() {
  local status=0
  verdict=$case_name.$2.json
  asker "$1" attest "$2" --token-out "$case_name.$2.jwt" >>"$case_name.log" 2>&1 || status=$?
  "$shype" verdict explain "$case_name.$2.jwt" --json >"$verdict" 2>>"$case_name.log" || true
  return "$status"
}

# accepted KIND NAME: the fresh verdict is affirming, and nothing less.
accepted() { ask "$@" || not_ok "$2 should be affirming: $(codes)"; }

# refused KIND NAME CODE ...: the fresh verdict is bad, and names these findings.
refused() {
  local kind=$1 name=$2 status=0 code
  shift 2
  ask "$kind" "$name" || status=$?
  [ "$status" -eq 1 ] || { not_ok "$name should be refused, and the answer's exit code was $status"; return 1; }
  for code in "$@"; do
    grep -q "\"$code\"" "$verdict" || { not_ok "$name is refused without $code: $(codes)"; return 1; }
  done
}

codes() { sed -n 's/.*"code": *"\([^"]*\)".*/\1/p' "$verdict" | sort -u | tr '\n' ' '; }

# says TEXT: the verdict that was asked for last has this in it.
says() { tr -d ' \n' <"$verdict" | grep -qF "$1" || not_ok "the verdict does not say $1"; }

# enrolled HOST: known to the verifier, and approved; a host that was enrolled in an earlier boot is that already.
enrolled() {
  on_host test -e /var/lib/shype/enrolment.json && return 0
  on_host shype-agent enrol && operator host approve "$1"
}

# serving HOST: the agent answers challenges from now on.
serving() {
  on_host 'shype-agent serve >/tmp/agent.log 2>&1 & true'
  await "the agent" connected "$1"
}

connected() { operator host show "$1" --json | grep -q '"connected": true'; }

# start_guest NAME, refused_guest NAME WHY: through the launch gate.
start_guest() {
  must "the start of $1" on_host "rm -f /var/log/xen/console/guest-$1.log; shype-agent vm start /guests/$1.cfg" &&
    must "$1 does not come up" on_host "for try in \$(seq 200); do grep -q 'guest up: .* $1' /var/log/xen/console/guest-$1.log && exit 0; sleep 0.5; done; exit 1"
}

refused_guest() {
  local status=0 said
  said=$(on_host shype-agent vm start "/guests/$1.cfg" 2>&1) || status=$?
  [ "$status" -eq 1 ] && [[ $said == *"$2"* ]] || { not_ok "the gate should refuse $1 by $2; it ended with $status and said: $said"; return 1; }
  ! on_host xl list "$1" >>"$case_name.log" 2>&1 || not_ok "$1 runs all the same"
}
