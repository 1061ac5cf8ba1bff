# Shared by scripts that start programs of ours in the background: every one of them ends with the script. Sourced, never run.

processes=()

end_all() {
  trap - EXIT INT TERM
  for ((i = ${#processes[@]} - 1; i >= 0; i--)); do
    kill "${processes[i]}" 2>/dev/null && wait "${processes[i]}" 2>/dev/null || true
  done
}
trap end_all EXIT
trap 'end_all; exit 0' INT TERM

# start NAME PATTERN COMMAND ...: in the background, output in NAME.log; returns once a line with PATTERN is there.
start() {
  local name=$1 pattern=$2 pid
  shift 2
  : >"$name.log"
  "$@" >"$name.log" 2>&1 &
  pid=$!
  processes+=("$pid")
  for _ in $(seq 300); do
    grep -q -- "$pattern" "$name.log" && { eval "${name}_pid=$pid"; return 0; }
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 20 "$name.log" >&2
  die "$name did not start: see $PWD/$name.log"
}

end() {
  local pid=$1
  kill "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}
