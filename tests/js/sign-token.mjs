// An identity provider in one script: node sign-token.mjs KEYSFILE ISSUER AUDIENCE SUBJECT ROLE ALGORITHM
// Writes its key set to KEYSFILE and prints a signed access token (RFC 9068).
import { writeFileSync } from 'node:fs';
import { SignJWT, exportJWK, generateKeyPair, calculateJwkThumbprint } from 'jose';

const [keysFile, issuer, audience, subject, role, alg] = process.argv.slice(2);
const { publicKey, privateKey } = await generateKeyPair(alg);
const jwk = { ...(await exportJWK(publicKey)), alg, use: 'sig' };
jwk.kid = await calculateJwkThumbprint(jwk);
writeFileSync(keysFile, JSON.stringify({ keys: [jwk] }));
console.log(await new SignJWT({ realm_access: { roles: ['offline_access', role] } })
  .setProtectedHeader({ alg, kid: jwk.kid, typ: 'at+jwt' })
  .setIssuer(issuer).setAudience(['account', audience]).setSubject(subject).setIssuedAt().setExpirationTime('5m')
  .sign(privateKey));
