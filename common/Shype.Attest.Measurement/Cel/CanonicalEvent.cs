namespace Shype.Attest.Measurement.Cel;

/// <summary>
/// One event of a canonical event log of others (TPMS_CEL_EVENT, CEL 1.0, 4.1). Replay proves register and digests. The content is proven only as far as a digest
/// covers it, which <see cref="Covered"/> says: nothing else of it may be believed.
/// </summary>
/// <param name="Index">Place in the log, from 0.</param>
/// <param name="Offset">Byte offset in the log.</param>
/// <param name="RecordNumber">recnum; null where the log has none, as systemd's.</param>
/// <param name="Register">What the digests were extended into.</param>
/// <param name="Digests">The digests.</param>
/// <param name="Content">The content.</param>
public sealed record CanonicalEvent(int Index, int Offset, ulong? RecordNumber, CelRegister Register, IReadOnlyList<BankDigest> Digests, CelContent Content)
{
    /// <summary>How much of the content the digests cover, found by hashing it again.</summary>
    public CelCoverage Covered { get; } = CelCoverageRules.Of(Content, Digests);

    /// <summary>Whether the digests were extended: not where there are none, nor for EV_NO_ACTION (PFP 1.05, 10.4.5).</summary>
    public bool IsExtended => Digests.Count > 0 && !(Content.Type == CelContentType.PcClient && Content.Field(0) is { } type && Tlv.Number(type.Span) == EventTypeNoAction);

    private const ulong EventTypeNoAction = 3;
}
