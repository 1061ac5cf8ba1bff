namespace Shype.Attest.Tpm.Client;

/// <summary>TPM2B_AUTH values.</summary>
internal static class AuthValues
{
    /// <summary>Without trailing zeros, which count for nothing (TPM 2.0 Part 1, 19.6.4.3).</summary>
    public static byte[] Trim(ReadOnlySpan<byte> auth) => auth.TrimEnd((byte)0).ToArray();
}
