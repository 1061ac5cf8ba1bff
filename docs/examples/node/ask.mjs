// Asks a verifier whether a VM can be trusted now, and checks the answer with jose (npm install jose).
//   NODE_EXTRA_CA_CERTS=ca.pem TOKEN_FILE=relying-party.token node ask.mjs https://VERIFIER:8443 VM
// Exit code 0: affirming. 1: any other answer, or one that does not hold.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const [verifier, vm] = process.argv.slice(2);
const nonce = randomBytes(32).toString('base64url');

try {
  const response = await fetch(`${verifier}/v1/attest/vm/${encodeURIComponent(vm)}`, {
    method: 'POST',
    redirect: 'error',
    headers: {
      accept: 'application/eat+jwt',
      authorization: `Bearer ${readFileSync(process.env.TOKEN_FILE, 'utf8').trim()}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ nonce }),
  });
  const body = await response.text();
  // What is no 200 is a problem document (RFC 9457) that says why: never a yes.
  if (response.status !== 200) throw new Error(JSON.parse(body).detail);
  // ES256 and nothing else, by a key of the verifier; an expiry must be there.
  const { payload } = await jwtVerify(body, createRemoteJWKSet(new URL(`${verifier}/.well-known/jwks.json`)), {
    algorithms: ['ES256'],
    requiredClaims: ['exp', 'iat', 'eat_nonce', 'submods'],
  });
  if (payload.eat_nonce !== nonce) throw new Error('it answers another nonce');
  if (payload.eat_profile !== 'tag:github.com,2023:veraison/ear') throw new Error('it is of another profile');
  if (payload.aud !== undefined) throw new Error('it is for somebody else');
  const parts = Object.values(payload.submods);
  const isAbout = ({ running, name, uuid }) => running && (name === vm || uuid === vm);
  if (!parts.some((part) => part['tag:shype.dev,2026:vm'] && isAbout(part['tag:shype.dev,2026:vm']))) throw new Error(`it is not about ${vm}`);
  for (const [name, part] of Object.entries(payload.submods)) {
    for (const { severity, code, text } of part['tag:shype.dev,2026:findings'] ?? []) {
      if (severity !== 'information') console.error(`${name}: ${code}: ${text}`);
    }
  }
  if (!parts.every((part) => part['ear.status'] === 'affirming')) throw new Error('the verdict is not affirming');
  console.log('affirming');
} catch (error) {
  console.error(`refused: ${error.message}`);
  process.exitCode = 1;
}
