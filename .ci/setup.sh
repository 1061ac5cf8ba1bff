# Shared by run.sh and test.sh: says what it does, installs what is missing, builds once.
# Sourced, never run. The caller has set `root` to the repository's folder.

say()  { printf '\033[1m==>\033[0m %s\n' "$*"; }
note() { printf '    %s\n' "$*"; }
die()  { printf 'error: %s\n' "$*" >&2; exit 3; }

# need COMMAND=PACKAGE ...: installs the Debian packages whose command is not on the PATH.
need() {
  local pair command package missing=()
  for pair in "$@"; do
    command=${pair%%=*} package=${pair#*=}
    command -v "$command" >/dev/null 2>&1 || [ -x "/usr/sbin/$command" ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0

  command -v apt-get >/dev/null 2>&1 ||
    die "these are missing and there is no apt here to install them: ${missing[*]} (Debian's package names); install them and run this again"
  say "Installing from Debian's packages: ${missing[*]}"
  as_root apt-get update -qq || die "apt-get update failed: check this machine's package sources"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    die "apt-get could not install: ${missing[*]}"
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    command -v sudo >/dev/null 2>&1 || die "run once as root: $*"
    sudo "$@"
  fi
}

need_dotnet() {
  command -v dotnet >/dev/null 2>&1 || die "the .NET 10 SDK is missing: install it (any 10.0.1xx or later) and run this again"
  dotnet --version >/dev/null 2>&1 || die "no .NET SDK here satisfies global.json (10.0.100 or a later 10.0 feature band); found: $(dotnet --list-sdks | tr '\n' ' ')"
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
}

# build [PROJECT]: restores by the lock files and builds Release; quiet unless it fails.
build() {
  local log="$root/artifacts/build.log"
  mkdir -p "$root/artifacts"
  say "Building (log: artifacts/build.log)"
  if ! dotnet restore "$@" --locked-mode -v q >"$log" 2>&1 || ! dotnet build "$@" -c Release --no-restore -v q >>"$log" 2>&1; then
    grep -E 'error|warning' "$log" | sort -u | head -n 20 >&2
    die "the build failed: see artifacts/build.log"
  fi
}

# A built program of ours: program PROJECT NAME
program() { printf '%s/artifacts/bin/%s/release/%s' "$root" "$1" "$2"; }

# publish FOLDER PROJECT SOURCES [ARGUMENT ...]: publishes Release into artifacts/FOLDER (log beside it), and keeps that for as long as nothing it is made of changed.
# Without the commit in their version, and with one name for every folder, the same sources give the same files. With restored=yes nothing is restored, and so nothing asks a network.
publish() {
  local folder="$root/artifacts/$1" log="$root/artifacts/$1.log" project="$root/$2" sources=$3 key
  shift 3
  set -- -p:IncludeSourceRevisionInInformationalVersion=false -p:PathMap="$root=/shype" "$@"
  key=$(cd "$root" && { dotnet --version && gcc -dumpfullversion && printf '%s\n' "$@" && find $sources Directory.* -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum; } | sha256sum)
  [ "$(cat "$folder/made-from" 2>/dev/null)" = "$key" ] && return 0
  say "Publishing ${folder##*/} (log: ${log#"$root/"})"
  rm -rf "$folder" && mkdir -p "$folder"
  if ! { [ "${restored:-no}" = yes ] || dotnet restore "$project" --locked-mode -v q -p:Packaged=true >"$log" 2>&1; } ||
    ! dotnet publish "$project" -c Release --no-restore -v q "$@" -o "$folder" >>"$log" 2>&1; then
    grep -E 'error|warning' "$log" | sort -u | head -n 20 >&2
    die "${folder##*/} could not be published: see ${log#"$root/"}"
  fi
  printf '%s\n' "$key" >"$folder/made-from"
}

# Whether programs can be compiled to native files here; says why not.
can_compile_native() {
  [ "$(dpkg --print-architecture 2>/dev/null || uname -m)" = amd64 ] || { note "native programs are left out: they are compiled for amd64 only"; return 1; }
  need gcc=gcc
  [ -e /usr/lib/x86_64-linux-gnu/crt1.o ] || need crt1.o=libc6-dev
}

# The agent as hosts run it: one native file, artifacts/agent/shype-agent (its symbols beside it). Sets agent_native; returns 1 where this machine cannot compile it.
publish_agent() {
  agent_native=$root/artifacts/agent/shype-agent
  can_compile_native && publish agent agent/Shype.Attest.Agent "agent common" -r linux-x64
}

# Debian's Xen and a Linux kernel, unpacked and only measured: sets hypervisor_file, hypervisor_version, kernel_file.
fetch_hypervisor() {
  local cache="$root/artifacts/debian" arch xen kernel
  if [ ! -e "$cache/done" ]; then
    command -v apt-get >/dev/null 2>&1 || die "the demonstration measures Debian's Xen and kernel, and there is no apt here to fetch them"
    say "Fetching Debian's Xen and a kernel, to be measured (artifacts/debian)"
    [ -n "$(apt-cache search --names-only '^xen-hypervisor-[0-9]' 2>/dev/null)" ] || as_root apt-get update -qq || die "apt-get update failed: check this machine's package sources"
    arch=$(dpkg --print-architecture)
    xen=$(apt-cache search --names-only "^xen-hypervisor-[0-9.]+-$arch\$" | cut -d' ' -f1 | sort -V | tail -n 1)
    kernel=$(apt-cache depends "linux-image-cloud-$arch" | sed -n 's/^ *Depends: *//p' | head -n 1)
    [ -n "$xen" ] && [ -n "$kernel" ] || die "Debian's packages xen-hypervisor-*-$arch and linux-image-cloud-$arch are not in this machine's package lists"
    rm -rf "$cache" && mkdir -p "$cache"
    (cd "$cache" && apt-get -o APT::Sandbox::User=root download -qq "$xen" "$kernel") || die "apt-get could not download $xen and $kernel"
    for package in "$cache"/*.deb; do
      dpkg-deb --extract "$package" "$cache"
      rm "$package"
    done
    touch "$cache/done"
  fi
  hypervisor_file=$(ls "$cache"/boot/xen-*.gz | head -n 1)
  hypervisor_version=$(basename "$hypervisor_file" .gz | cut -d- -f2)
  kernel_file=$(ls "$cache"/boot/vmlinuz-* | head -n 1)
}

# Debian's reference policy, all its modules linked into one binary policy for the tests of its reader. Without apt those tests say that they were skipped.
fetch_selinux_policy() {
  local cache="$root/artifacts/debian-selinux" work
  [ -e "$cache/policy.33" ] && return 0
  command -v apt-get >/dev/null 2>&1 || { note "no apt here: Debian's SELinux policy is left out"; return 0; }
  say "Fetching Debian's SELinux policy, to be read (artifacts/debian-selinux)"
  work="$cache/work"
  rm -rf "$cache" && mkdir -p "$work/modules"
  (cd "$work" && apt-get -o APT::Sandbox::User=root download -qq selinux-policy-default && dpkg-deb --extract ./*.deb .) ||
    { note "apt-get could not download selinux-policy-default: its tests will be skipped"; return 0; }
  for module in "$work"/usr/share/selinux/default/*.pp.bz2; do
    bunzip2 --stdout "$module" >"$work/modules/$(basename "$module" .bz2)"
  done
  (cd "$work/modules" && mv base.pp .. && semodule_link -o ../linked ../base.pp ./*.pp) >/dev/null 2>&1 && semodule_expand -c 33 "$work/linked" "$work/policy.33" >/dev/null 2>&1 ||
    { note "the modules of selinux-policy-default do not link here: its tests will be skipped"; return 0; }
  mv "$work/policy.33" "$cache" && rm -rf "$work"
}
