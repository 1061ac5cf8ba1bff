using System.Security.Cryptography;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Rats;

/// <summary>Nonces of sessions.</summary>
internal static class SessionNonce
{
    /// <summary>
    /// A random nonce whose base64url is the same text in the standard alphabet: the deployed Rust client (veraison rust-apiclient) decodes it by that one, and
    /// fails at the first '-' or '_'. Costs two bits of 256, and four tries on average.
    /// </summary>
    public static byte[] Mint(int size)
    {
        while (true)
        {
            var nonce = RandomNumberGenerator.GetBytes(size);
            if (!Base64UrlText.Encode(nonce).AsSpan().ContainsAny('-', '_'))
            {
                return nonce;
            }
        }
    }
}
