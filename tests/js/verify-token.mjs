// Verifies a result token as any relying party can: node verify-token.mjs TOKENFILE JWKSFILE [NONCE]
// Prints the claims, the header and the key's RFC 7638 thumbprint as JSON; exit code 1 with the error's code when it does not verify.
import { readFileSync } from 'node:fs';
import { jwtVerify, createLocalJWKSet, calculateJwkThumbprint } from 'jose';

const [tokenFile, keysFile, nonce] = process.argv.slice(2);
const keys = JSON.parse(readFileSync(keysFile, 'utf8'));
try {
  const { payload, protectedHeader } = await jwtVerify(
    readFileSync(tokenFile, 'utf8').trim(), createLocalJWKSet(keys), { algorithms: ['ES256'], requiredClaims: ['exp', 'iat', 'eat_nonce', 'submods'] });
  if (nonce !== undefined && payload.eat_nonce !== nonce) {
    throw Object.assign(new Error('nonce'), { code: 'NONCE_MISMATCH' });
  }
  const thumbprints = await Promise.all(keys.keys.map((key) => calculateJwkThumbprint(key)));
  console.log(JSON.stringify({ payload, protectedHeader, thumbprints }));
} catch (error) {
  console.error(error.code ?? error.message);
  process.exitCode = 1;
}
