namespace Shype.Attest.Protocol;

/// <summary>What the TPM signs besides the PCRs: one function for the agent, which asks for the quote, and the verifier, which checks it.</summary>
public static class EvidenceBinding
{
    /// <summary>
    /// <c>qualifyingData</c> of the quote (it comes back as <c>extraData</c>): SHA-256 over the protocol's label, the nonce, the host's id
    /// and the digests of those evidence parts that no quoted PCR covers, each field with its length before it.
    /// </summary>
    public static byte[] QualifyingData(ReadOnlySpan<byte> nonce, string hostId, params ReadOnlySpan<byte[]> unboundDigests)
    {
        ArgumentNullException.ThrowIfNull(hostId);
        var framed = new LengthFramed(stackalloc byte[LengthFramed.UsualSize], Label);
        framed.Add(nonce);
        framed.Add(hostId);
        framed.Add((ulong)unboundDigests.Length);
        foreach (var digest in unboundDigests)
        {
            framed.Add(digest);
        }

        return framed.Sha256();
    }

    private const string Label = "shype evidence 1";
}
