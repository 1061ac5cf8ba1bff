// Verifies a result CWT with a CBOR library and a key set that we did not write: node verify-cwt.mjs TOKENFILE COSEKEYSFILE NONCE(base64url)
// Prints the claims with their numbers as names; exit code 1 with the reason when it does not hold.
import { readFileSync } from 'node:fs';
import { createPublicKey, verify } from 'node:crypto';
import cbor from 'cbor';

const [tokenFile, keysFile, nonce] = process.argv.slice(2);
const fail = (reason) => { console.error(reason); process.exit(1); };

const token = cbor.decodeFirstSync(readFileSync(tokenFile), { required: true });
if (!(token instanceof cbor.Tagged) || token.tag !== 18) fail('not a COSE_Sign1');
const [headerBytes, unprotectedHeaders, payload, signature] = token.value;
const header = cbor.decodeFirstSync(headerBytes);
if (header.get(1) !== -7) fail('algorithm');
if ((unprotectedHeaders.size ?? Object.keys(unprotectedHeaders).length) !== 0) fail('unprotected headers');

// RFC 9052 7: kid is 2, crv -1, x -2, y -3.
const key = cbor.decodeFirstSync(readFileSync(keysFile)).find((known) => known.get(2).equals(header.get(4)));
if (key === undefined) fail('key');
const point = { kty: 'EC', crv: 'P-256', x: key.get(-2).toString('base64url'), y: key.get(-3).toString('base64url') };
const signed = cbor.encodeCanonical(['Signature1', headerBytes, Buffer.alloc(0), payload]);
const publicKey = { key: createPublicKey({ key: point, format: 'jwk' }), dsaEncoding: 'ieee-p1363' };
if (!verify('sha256', signed, publicKey, signature)) fail('signature');

const claims = cbor.decodeFirstSync(payload);
if (claims.get(10).toString('base64url') !== nonce) fail('nonce');
if (!(claims.get(4) > Date.now() / 1000)) fail('expired');
const plain = (value) => value instanceof Map ? Object.fromEntries([...value].map(([name, inner]) => [name, plain(inner)]))
  : Buffer.isBuffer(value) ? value.toString('base64url') : Array.isArray(value) ? value.map(plain)
  : value !== null && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)])) : value;
console.log(JSON.stringify({ kid: header.get(4).toString(), claims: plain(claims) }));
