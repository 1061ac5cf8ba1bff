using System.Collections.Immutable;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Memory;

/// <summary>How far a boot's IMA list was proven, and what it showed under the rules of the time.</summary>
/// <param name="Offset">Bytes of the list that quotes covered.</param>
/// <param name="Entries">Entries in them.</param>
/// <param name="Banks">PCR 10 after them.</param>
/// <param name="RulesDigest">The rules by which they were judged: under others the whole list is judged again.</param>
/// <param name="Facts">What was found.</param>
/// <param name="Judged">Files that were judged.</param>
/// <param name="Good">Files that were called good.</param>
internal sealed record ImaMemory(
    ulong Offset, int Entries, IReadOnlyList<ImaBank> Banks, ReadOnlyMemory<byte> RulesDigest, ImmutableArray<Finding> Facts, int Judged, int Good)
{
    /// <summary>Before the first entry.</summary>
    public static ImaMemory Start(ImaRuleSet rules) => new(0, 0, [], rules.Digest, [], 0, 0);

    public bool IsJudgedBy(ImaRuleSet rules) => RulesDigest.Span.SequenceEqual(rules.Digest.Span);

    public ImaBank? Find(AlgorithmId bank)
    {
        foreach (var known in Banks)
        {
            if (known.Algorithm == bank)
            {
                return known;
            }
        }

        return null;
    }
}

/// <summary>PCR 10 of one bank.</summary>
/// <param name="Algorithm">The bank.</param>
/// <param name="Style">What the kernel extends into it.</param>
/// <param name="Value">The value.</param>
internal sealed record ImaBank(AlgorithmId Algorithm, ImaDigestStyle Style, ReadOnlyMemory<byte> Value);
