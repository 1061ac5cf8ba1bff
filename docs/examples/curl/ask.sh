#!/bin/sh
# Asks a verifier whether a VM can be trusted now, and checks the answer with nothing but curl, openssl and jq.
#   ./ask.sh https://VERIFIER:8443 ca.pem auth VM
# auth is a file, readable by nobody else, with the line: Authorization: Bearer TOKEN
# Exit code 0: affirming. 1: any other answer, or one that does not hold.
set -eu
verifier=$1 ca=$2 auth=$3 vm=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
refuse() { echo "refused: $*" >&2; exit 1; }
unb64url() { tr -- '-_' '+/' | awk '{ while (length($0) % 4) $0 = $0 "="; print }' | base64 -d; }
b64url() { base64 -w0 | tr '+/' '-_' | tr -d '='; }

# 1. Ask, with a nonce that was never used.
nonce=$(openssl rand 32 | b64url)
curl --silent --show-error --fail-with-body --cacert "$ca" -H @"$auth" -H 'Accept: application/eat+jwt' -H 'Content-Type: application/json' \
  --data-binary "{\"nonce\":\"$nonce\"}" -o "$work/token" "$verifier/v1/attest/vm/$vm" || refuse "$(cat "$work/token" 2>/dev/null)"

# 2. The key: named by the header, from the verifier's own set. ES256 and nothing else, and no key that the token brings itself.
cut -d. -f1 "$work/token" | unb64url >"$work/header"
cut -d. -f2 "$work/token" | unb64url >"$work/claims"
jq -e '.alg == "ES256" and (keys - ["alg", "kid", "typ"] == [])' "$work/header" >/dev/null || refuse "header $(cat "$work/header")"
curl --silent --show-error --fail --cacert "$ca" -o "$work/keys" "$verifier/.well-known/jwks.json"
jq -e -r --slurpfile header "$work/header" '[.keys[] | select(.kid == $header[0].kid and .kty == "EC" and .crv == "P-256")] | if length == 1 then .[0].x, .[0].y else error("no key") end' \
  "$work/keys" >"$work/point" || refuse "no key for $(cat "$work/header")"
{
  # The head of a SubjectPublicKeyInfo of P-256, then the point.
  printf '\060\131\060\023\006\007\052\206\110\316\075\002\001\006\010\052\206\110\316\075\003\001\007\003\102\000\004'
  sed -n 1p "$work/point" | unb64url
  sed -n 2p "$work/point" | unb64url
} >"$work/key.der"

# 3. The signature, which JOSE writes as r and s and openssl reads as DER.
integer() { printf '%s' "$1" | sed -e 's/^\(00\)*//' -e 's/^[89a-f]/00&/'; }
signature=$(cut -d. -f3 "$work/token" | unb64url | od -An -v -tx1 | tr -d ' \n')
[ ${#signature} -eq 128 ] || refuse "the signature has $((${#signature} / 2)) bytes"
r=$(integer "$(printf '%s' "$signature" | cut -c1-64)") s=$(integer "$(printf '%s' "$signature" | cut -c65-128)")
body=$(printf '02%02x%s02%02x%s' $((${#r} / 2)) "$r" $((${#s} / 2)) "$s")
printf '30%02x%s' $((${#body} / 2)) "$body" | sed 's/../\\x&/g' | xargs -0 printf '%b' >"$work/signature"
cut -d. -f1,2 "$work/token" | tr -d '\n' >"$work/signed"
openssl dgst -sha256 -keyform DER -verify "$work/key.der" -signature "$work/signature" "$work/signed" >/dev/null || refuse "the signature does not verify"

# 4. This answer to this question, now, about this VM, and every part of it affirming.
jq -e --arg nonce "$nonce" '.eat_nonce == $nonce' "$work/claims" >/dev/null || refuse "it answers another nonce"
jq -e '.eat_profile == "tag:github.com,2023:veraison/ear" and (has("aud") | not) and .exp > now and .iat < now + 60' "$work/claims" >/dev/null || refuse "it is of another profile or time, or for somebody else"
jq -e --arg vm "$vm" '[.submods[] | ."tag:shype.dev,2026:vm" // empty | select(.running and (.name == $vm or .uuid == $vm))] | length == 1' "$work/claims" >/dev/null || refuse "it is not about $vm"
jq -r '.submods | to_entries[] | .key as $part | ."value"."tag:shype.dev,2026:findings"[]? | select(.severity != "information") | "\($part): \(.code): \(.text)"' "$work/claims" | sort -u >&2
jq -e '[.submods[]."ear.status"] | length > 0 and all(. == "affirming")' "$work/claims" >/dev/null || refuse "the verdict is not affirming"
echo affirming
