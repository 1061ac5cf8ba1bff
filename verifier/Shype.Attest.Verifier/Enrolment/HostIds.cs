namespace Shype.Attest.Verifier.Enrolment;

/// <summary>Ids of hosts: the same endorsement key always gets the same one.</summary>
internal static class HostIds
{
    /// <summary>The id of the host with this endorsement key: half of the digest, still beyond search.</summary>
    public static string Of(ReadOnlySpan<byte> ekDigest) => Convert.ToHexStringLower(ekDigest[..Bytes]);

    /// <summary>Whether a text has the form of an id; no host may be named so.</summary>
    public static bool IsId(string text) => text.Length == 2 * Bytes && text.All(char.IsAsciiHexDigit);

    private const int Bytes = 16;
}
