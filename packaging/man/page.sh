#!/usr/bin/env bash
# A manual page from its written part and from what its program says of itself.
#   page.sh PAGE PROGRAM VERSION DATE    the line @HELP@ of PAGE is replaced by PROGRAM --help, and where that lists commands by theirs
set -euo pipefail
page=$1 program=$2 version=$3 date=$4

# Text as it is: nothing in it is an order to the formatter.
verbatim() { sed -e 's/\\/\\e/g' -e "s/^\([.']\)/\\\\\&\1/" -e 's/-/\\-/g' -e 's/[ \t]*$//' | cat -s; }

section() {
  printf '.SS "%s"\n.nf\n' "$(printf '%s' "$1" | verbatim)"
  verbatim
  printf '.fi\n'
}

# help COMMAND ...: its own help, then that of each command in it, in their order.
help() {
  local text name
  text=$("$program" "$@" --help)
  # The options that every command has are said once.
  printf '%s\n' "$text" | sed -e '/-h, --help/d' -e '/--version  *Show version/d' | sed -e '/^Options:$/ { N; /\n$/d }' | section "$(IFS=' '; printf '%s' "${program##*/}${*:+ $*}")"
  for name in $(printf '%s\n' "$text" | sed -n '/^Commands:/,$ { s/^  \([a-z][a-z-]*\)\( .*\)\?$/\1/p }'); do
    help "$@" "$name"
  done
}

while IFS= read -r line; do
  case "$line" in
    @HELP@) help ;;
    *) line=${line//@VERSION@/$version}; printf '%s\n' "${line//@DATE@/$date}" ;;
  esac
done <"$page"
