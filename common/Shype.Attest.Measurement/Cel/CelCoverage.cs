namespace Shype.Attest.Measurement.Cel;

/// <summary>How much of a content its digests cover.</summary>
public enum CelCoverage
{
    /// <summary>Nothing: whatever the content says is the log writer's word.</summary>
    Nothing,

    /// <summary>The whole content, with its type.</summary>
    All,

    /// <summary>event_data of a firmware event; not its type.</summary>
    EventData,

    /// <summary>template_data of an IMA entry; not the template's name.</summary>
    TemplateData,

    /// <summary>The string of a measurement of systemd's; not its type, time or boot.</summary>
    MeasuredString,

    /// <summary>Some of the digests, but not all of them: one of the two was made up.</summary>
    Contradictory,
}

internal static class CelCoverageRules
{
    public static CelCoverage Of(CelContent content, IReadOnlyList<BankDigest> digests)
    {
        var (part, covers) = Part(content);
        if (part is not { } data)
        {
            return CelCoverage.Nothing;
        }

        var known = digests.Where(digest => digest.Value.Length > 0 && digest.Value.Length == Tpm.Types.HashAlgorithms.DigestSize(digest.Algorithm)).ToList();
        var covered = known.Count(digest => Tpm.Types.HashAlgorithms.Hash(digest.Algorithm, data.Span).AsSpan().SequenceEqual(digest.Value.Span));
        return covered == 0 ? CelCoverage.Nothing : covered == known.Count ? covers : CelCoverage.Contradictory;
    }

    private static (ReadOnlyMemory<byte>? Data, CelCoverage Covers) Part(CelContent content) => content switch
    {
        { ForeignType: not null } => (null, CelCoverage.Nothing),
        { Type: CelContentType.PcClient } => (content.Field(1), CelCoverage.EventData),
        { Type: CelContentType.ImaTemplate } => (content.Field(1), CelCoverage.TemplateData),
        { Type: CelContentType.Systemd } => (content.Field(3), CelCoverage.MeasuredString),
        // COS hashes the whole TLV; the others are taken to do the same, and are not covered where they do not.
        _ => (Tlv.Join([new CelField((byte)content.Type, content.Value)]), CelCoverage.All),
    };
}
