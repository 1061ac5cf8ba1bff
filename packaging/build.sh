#!/usr/bin/env bash
# Makes the packages and tarballs of shype-agent, shype-verifier and shype in OUTDIR (artifacts/packages). No network: packaging/restore.sh, once, is what fetches.
#   packaging/build.sh [OUTDIR]
# The same sources give the same bytes: times are SOURCE_DATE_EPOCH, else that of the commit; names are sorted, owners are root.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. .ci/setup.sh

out=$root/artifacts/packages
version=$(sed -n 's/.*<Version>\(.*\)<\/Version>.*/\1/p' Directory.Build.props)
case "${1:-}" in
  -*) printf 'usage: packaging/build.sh [OUTDIR]\n' >&2; exit 2 ;;
  '') ;;
  *) out=$(mkdir -p "$1" && cd "$1" && pwd) ;;
esac

need_dotnet
can_compile_native || exit 3
need dpkg-deb=dpkg
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)} LC_ALL=C TZ=UTC
umask 022

# ---- the programs ---------------------------------------------------------------------------------------------------------------------------

restored=yes
for project in Agent Verifier Cli; do
  [ -e "artifacts/obj/Shype.Attest.$project/project.assets.json" ] || die "nothing is restored yet: run packaging/restore.sh first, which asks the network"
done
publish_agent
publish shype verifier/Shype.Attest.Cli "verifier common" -r linux-x64
publish verifier verifier/Shype.Attest.Verifier "verifier common" -p:Packaged=true

# ---- what is in each package ----------------------------------------------------------------------------------------------------------------

work=$root/artifacts/packaging/stage
rm -rf "$work" && mkdir -p "$work" "$out"

# put MODE SOURCE TARGET: one file of the package that is staged.
put() { install -D -m "$1" "$2" "$stage/$3"; }

stage_shype_agent() {
  put 755 artifacts/agent/shype-agent usr/bin/shype-agent
  put 644 packaging/shype-agent/agent.yaml etc/shype/agent.yaml
  put 755 agent/libvirt/hooks/qemu etc/libvirt/hooks/qemu.d/shype-agent
  for unit in agent/systemd/*.service; do put 644 "$unit" "usr/lib/systemd/system/${unit##*/}"; done
  page shype-agent 8
  completion shype-agent
}

stage_shype_verifier() {
  local file home=$stage/usr/lib/shype-verifier
  mkdir -p "$home" "$stage/usr/bin"
  for file in artifacts/verifier/*; do
    case "${file##*/}" in
      # Symbols, comments, and what only debuggers and LTTng load.
      made-from | *.pdb | *.xml | createdump | libmscord*.so | libcoreclrtraceptprovider.so) ;;
      shype-verifier) install -m 755 "$file" "$home/" ;;
      *) install -m 644 "$file" "$home/" ;;
    esac
  done
  ln -s ../lib/shype-verifier/shype-verifier "$stage/usr/bin/shype-verifier"
  put 644 packaging/shype-verifier/verifier.jsonc etc/shype/verifier.jsonc
  put 644 verifier/systemd/shype-verifier.service usr/lib/systemd/system/shype-verifier.service
  put 644 verifier/systemd/shype-verifier.sysusers usr/lib/sysusers.d/shype-verifier.conf
  # Every setting with its default, and what an editor checks the file by.
  for file in docs/verifier.example.jsonc docs/verifier.schema.json docs/references.example.json docs/appraisal-policy.example.yaml; do
    [ ! -e "$file" ] || put 644 "$file" "usr/share/doc/shype-verifier/examples/${file##*/}"
  done
  page shype-verifier 8
}

stage_shype() {
  put 755 artifacts/shype/shype usr/bin/shype
  page shype 1
  completion shype
}

# completion PROGRAM: what shells complete its commands by, as the program itself writes it.
completion() {
  local shell
  for shell in bash zsh fish; do
    "$stage/usr/bin/$1" completion "$shell" >"$work/completion"
    case "$shell" in
      bash) put 644 "$work/completion" "usr/share/bash-completion/completions/$1" ;;
      zsh) put 644 "$work/completion" "usr/share/zsh/vendor-completions/_$1" ;;
      fish) put 644 "$work/completion" "usr/share/fish/vendor_completions.d/$1.fish" ;;
    esac
  done
}

# page PROGRAM SECTION: a manual page; what --help says takes the place of the line @HELP@, so that both always say the same.
page() {
  mkdir -p "$stage/usr/share/man/man$2"
  packaging/man/page.sh "packaging/man/$1.$2" "$stage/usr/bin/$1" "$version" "$(date -d "@$SOURCE_DATE_EPOCH" +%F)" | gzip -n9 >"$stage/usr/share/man/man$2/$1.$2.gz"
}

# What every package has.
stage_common() {
  local doc=usr/share/doc/$name
  put 644 "packaging/$name/copyright" "$doc/copyright"
  mkdir -p "$stage/$doc"
  printf '%s (%s) unstable; urgency=medium\n\n  * This version; the log of the repository says what changed.\n\n -- Shype.Attest maintainers <maintainers@shype-attest.example>  %s\n' \
    "$name" "$version" "$(date -R -d "@$SOURCE_DATE_EPOCH")" | gzip -n9 >"$stage/$doc/changelog.gz"
  [ ! -e "packaging/$name/lintian-overrides" ] || put 644 "packaging/$name/lintian-overrides" "usr/share/lintian/overrides/$name"
}

# ---- packing --------------------------------------------------------------------------------------------------------------------------------

# The lowest libc that has all symbols which the staged programs ask for.
libc_floor() { find "$stage" -type f -exec grep -aohE 'GLIBC_2\.[0-9]+' {} + | sort -uV | tail -n 1 | sed 's/GLIBC_//'; }

pack() {
  local control=$stage/DEBIAN script
  mkdir -p "$control"
  (cd "$stage" && find . -path ./DEBIAN -prune -o -type f -printf '%P\n' | sort | xargs -d '\n' md5sum) >"$control/md5sums"
  [ ! -d "$stage/etc" ] || (cd "$stage" && find etc -type f | sort | sed 's|^|/|') >"$control/conffiles"
  for script in preinst postinst prerm postrm; do
    [ ! -e "packaging/$name/$script" ] || install -m 755 "packaging/$name/$script" "$control/$script"
  done
  sed -e "s/@VERSION@/$version/g" -e "s/@LIBC@/$(libc_floor)/g" -e "s/@SIZE@/$(du -sk --apparent-size "$stage" | cut -f1)/" "packaging/$name/control" >"$control/control"
  find "$stage" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
  # Threads are said because xz cuts its blocks by them.
  dpkg-deb --root-owner-group -Zxz -z3 --threads-max=2 --build "$stage" "$out/${name}_${version}_amd64.deb" >/dev/null

  # The tarball has the same tree without Debian's part.
  tar --create --directory "$stage" --exclude ./DEBIAN --exclude ./usr/share/lintian --transform "s|^\.|$name-$version|S" --sort=name --owner=0 --group=0 --numeric-owner --format=gnu \
    --mtime="@$SOURCE_DATE_EPOCH" . | gzip -n6 >"$out/$name-$version-linux-amd64.tar.gz"
}

for name in shype-agent shype-verifier shype; do
  stage=$work/$name
  mkdir -p "$stage"
  "stage_${name//-/_}"
  stage_common
  pack
done
(cd "$out" && sha256sum ./*_"${version}"_*.deb ./*-"$version"-*.tar.gz >SHA256SUMS && ls -l --block-size=K ./*"$version"* | awk '{ print "    " $5 "  " $NF }')
