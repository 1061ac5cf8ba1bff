using Shype.Attest.Measurement;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Memory;

/// <summary>
/// A firmware log that explained quoted PCRs, by its digest. It stays useful over a reboot: firmware that does the same again writes the same log, and the quote
/// decides whether it did.
/// </summary>
/// <param name="LogDigest">SHA-256 of the log.</param>
/// <param name="Banks">What it adds up to.</param>
/// <param name="Chain">What it proves about the boot.</param>
internal sealed record FirmwareMemory(byte[] LogDigest, IReadOnlyList<FirmwareBank> Banks, BootChainMemory Chain)
{
    public FirmwareBank? Find(AlgorithmId bank)
    {
        foreach (var replayed in Banks)
        {
            if (replayed.Values.Algorithm == bank)
            {
                return replayed;
            }
        }

        return null;
    }
}

/// <summary>What a firmware log adds up to in one bank.</summary>
/// <param name="Values">The values.</param>
/// <param name="Explained">A bit for each PCR that some event was extended into.</param>
internal sealed record FirmwareBank(PcrBank Values, uint Explained)
{
    public bool Explains(int pcr) => (Explained & (1u << pcr)) != 0;
}
