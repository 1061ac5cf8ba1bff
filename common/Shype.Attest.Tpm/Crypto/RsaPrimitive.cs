using System.Numerics;
using System.Security.Cryptography;

namespace Shype.Attest.Tpm.Crypto;

/// <summary>RSAEP and RSAVP1 (RFC 8017, 5.1.1, 5.2.2): the public operation, which the platform offers only with a padding of its own.</summary>
internal static class RsaPrimitive
{
    /// <summary>input ^ e mod n, as long as n; false where the input is not below n.</summary>
    public static bool TryApply(RSAParameters key, ReadOnlySpan<byte> input, Span<byte> output)
    {
        var modulus = new BigInteger(key.Modulus, isUnsigned: true, isBigEndian: true);
        var number = new BigInteger(input, isUnsigned: true, isBigEndian: true);
        if (number >= modulus)
        {
            return false;
        }

        var result = BigInteger.ModPow(number, new BigInteger(key.Exponent, isUnsigned: true, isBigEndian: true), modulus);
        output.Clear();
        return result.TryWriteBytes(output[(output.Length - result.GetByteCount(isUnsigned: true))..], out _, isUnsigned: true, isBigEndian: true);
    }
}
