#!/bin/sh
# Shows a verifier how this machine booted, with stock tools: tpm2-tools, curl, base64. The machine enrolled with enrol.sh.
#   ./attest.sh https://VERIFIER:8443 ca.pem [FOLDER]
# Prints the signed result (EAR, JWT). Check it as docs/examples show before you believe it.
set -eu
umask 077
verifier=$1 ca=$2 folder=${3:-shype}
log=${EVENT_LOG:-/sys/kernel/security/tpm0/binary_bios_measurements} ak=${AK_HANDLE:-0x81010002}
cd "$folder"

session_type=application/vnd.veraison.challenge-response-session+json
api() { curl --silent --show-error --fail-with-body --cacert "$ca" -H @auth -H "Accept: $session_type" "$@"; }
record() { printf '"%s":["%s","%s"]' "$1" "$2" "$(base64 -w0 "$3" | tr '+/' '-_' | tr -d '=')"; }

# 1. A nonce.
api -X POST -D headers -o session.json "$verifier/challenge-response/v1/newSession?nonceSize=32"
session=$(sed -n 's/^[Ll]ocation: *\([^[:space:]]*\).*/\1/p' headers)
nonce=$(sed -n 's/.*"nonce":"\([^"]*\)".*/\1/p' session.json)

# 2. A quote over it, of the PCRs of firmware and boot loader.
tpm2_quote -c "$ak" -l "${PCRS:-sha256:0,1,2,3,4,5,6,7,8,9}" -q "$(printf '%s=' "$nonce" | base64 -d | od -An -v -tx1 | tr -d ' \n')" \
  -m quote.msg -s quote.sig -o quote.pcrs >/dev/null

# 3. The files, as they are, in one JSON collection.
{
  printf '{"__cmwc_t":"tag:shype.dev,2026:tpm2-tools",'
  record quote application/vnd.shype.tpms-attest quote.msg && printf ,
  record signature application/vnd.shype.tpmt-signature quote.sig && printf ,
  record ak application/vnd.shype.tpm2b-public ak.pub && printf ,
  record pcrs application/vnd.shype.tpm2-tools-pcrs quote.pcrs && printf ,
  record firmware-log application/vnd.shype.tcg-event-log "$log" && printf '}'
} >evidence.json
api -X POST -H 'Content-Type: application/vnd.shype.tpm2-tools+cmw' --data-binary @evidence.json "$verifier/challenge-response/v1/$session" |
  sed -n 's/.*"result":"\([^"]*\)".*/\1/p'
