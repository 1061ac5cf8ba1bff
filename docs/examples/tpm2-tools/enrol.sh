#!/bin/sh
# Enrols this machine with stock tools: tpm2-tools, curl, openssl (3.0 or later). Once for each TPM; docs/rats-api.md explains every step.
#   ./enrol.sh https://VERIFIER:8443 ca.pem HOSTNAME [FOLDER]
# Leaves in FOLDER (default ./shype): ak.pub, and auth, the machine's own credential, readable by nobody else. An operator then approves the host.
set -eu
umask 077
verifier=$1 ca=$2 name=$3 folder=${4:-shype}
ek=${EK_HANDLE:-0x81010001} ak=${AK_HANDLE:-0x81010002}
mkdir -p "$folder"
cd "$folder"

post() { curl --silent --show-error --fail-with-body --cacert "$ca" -H 'Content-Type: application/json' --data-binary @- "$verifier/$1"; }
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
hex() { od -An -v -tx1 "$@" | tr -d ' \n'; }
# A field with its length before it, as hex: so that no two lists of fields give the same bytes.
field() { printf '%08x%s' $((${#1} / 2)) "$1"; }
# HKDF-SHA256 and HMAC-SHA256 (which is HKDF's extract step) with the secret in a file: a command line can be read by everybody on the machine.
hkdf() { openssl pkeyutl -kdf HKDF -kdflen 32 -pkeyopt md:SHA256 -pkeyopt_passin "hexkey:file:$1" -pkeyopt "hexinfo:$2"; }
hmac() { openssl pkeyutl -kdf HKDF -kdflen 32 -pkeyopt md:SHA256 -pkeyopt mode:EXTRACT_ONLY -pkeyopt_passin "hexsalt:file:$1" -pkeyopt "hexkey:$2"; }

# 1. The endorsement key with its certificate, and an attestation key that never leaves the TPM and signs only what the TPM itself made.
tpm2_createek -G rsa -c "$ek" -u ek.pub >/dev/null
tpm2_createak -C "$ek" -G rsa -g sha256 -s rsassa -c ak.ctx -u ak.pub -n ak.name >/dev/null
tpm2_flushcontext -t 2>/dev/null || true
tpm2_evictcontrol -C o -c ak.ctx "$ak" >/dev/null
tpm2_nvread 0x01C00002 -o ek.der

# 2. The verifier makes a credential that only this endorsement key opens, and only beside this attestation key.
challenge=$(printf '{"hostName":"%s","ekCertificates":["%s"],"ekPublic":"%s","akPublic":"%s"}' \
  "$name" "$(base64 -w0 ek.der)" "$(base64 -w0 ek.pub)" "$(base64 -w0 ak.pub)" | post v1/enrol)
id=$(printf '%s' "$challenge" | member enrolmentId)
host=$(printf '%s' "$challenge" | member hostId)
{
  printf '\272\334\300\336\000\000\000\001' # the head of tpm2-tools' credential files
  printf '%s' "$challenge" | member credentialBlob | base64 -d
  printf '%s' "$challenge" | member encryptedSecret | base64 -d
} >credential

# 3. The TPM opens it (TPM2_ActivateCredential).
tpm2_startauthsession --policy-session -S session.ctx
tpm2_policysecret -S session.ctx -c e >/dev/null
tpm2_activatecredential -c "$ak" -C "$ek" -i credential -o secret -P session:session.ctx >/dev/null
tpm2_flushcontext session.ctx

# 4. A proof made with the secret, never the secret itself, is the answer.
hex secret >secret.hex
hkdf secret.hex "$(printf 'shype enrolment proof 1' | hex)" | hex >proof-key.hex
message=$(field "$(printf 'shype enrolment 1' | hex)")$(field "$(printf '%s' "$id" | hex)")$(field "$(hex ak.name)")$(field "$(openssl dgst -sha256 -binary ek.pub | hex)")
printf '{"proof":"%s"}' "$(hmac proof-key.hex "$message" | base64 -w0)" | post "v1/enrol/$id/activate"
echo

# 5. From the same secret follows the machine's own credential.
printf 'Authorization: Bearer %s\n' "$(hkdf secret.hex "$(printf 'shype agent token 1 %s' "$host" | hex)" | base64 -w0 | tr '+/' '-_' | tr -d '=')" >auth
rm -f secret secret.hex proof-key.hex credential session.ctx ak.ctx
