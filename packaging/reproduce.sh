#!/usr/bin/env bash
# Builds the packages a second time, from the commit's files in another folder and without a network, and compares them byte for byte with those of artifacts/packages.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. .ci/setup.sh

[ -z "$(git status --porcelain)" ] || die "this compares what is committed: commit first"
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
there=$root/artifacts/packaging/another-place
rm -rf "$there" && mkdir -p "$there"
git archive HEAD | tar --extract --directory "$there"

packaging/restore.sh
"$there/packaging/restore.sh"
offline=(unshare --net)
[ "$(id -u)" -eq 0 ] || offline=(unshare --map-root-user --net)
"${offline[@]}" packaging/build.sh
# Nothing of the compilers that serve the first build takes part in the second.
UseSharedCompilation=false MSBUILDDISABLENODEREUSE=1 "${offline[@]}" "$there/packaging/build.sh"

differ=0
for file in artifacts/packages/*.deb artifacts/packages/*.tar.gz; do
  if cmp -s "$file" "$there/$file"; then note "same: ${file##*/}"; else note "DIFFERS: ${file##*/}"; differ=1; fi
done
exit "$differ"
