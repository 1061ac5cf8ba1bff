using System.Text;

namespace Shype.Attest.Measurement.EventLogs.Events;

/// <summary>
/// EV_EFI_VARIABLE_AUTHORITY: the entry of a database by which an image was verified (PFP 1.05, 3.3.4.8). shim writes its own under its own vendor: the certificate
/// that verified, and its SBAT level.
/// </summary>
public sealed record AuthorityEvent : TcgEvent
{
    private AuthorityEvent(EventSource source, UefiVariable variable, DigestCoverage coverage)
        : base(source.Measured, coverage) => (Variable, Certificate) = (variable, CertificateOf(variable));

    /// <summary>The database by vendor and name, and the entry.</summary>
    public UefiVariable Variable { get; }

    /// <summary>The certificate; null where the entry is none.</summary>
    public CertificateSummary? Certificate { get; }

    /// <summary>shim's SBAT level; null for other entries.</summary>
    public string? SbatLevel => Variable.Is(UefiVariable.Shim, "SbatLevel") ? Encoding.UTF8.GetString(Variable.Value.Span.TrimEnd((byte)0)) : null;

    /// <summary>Whether database and entry are both proven.</summary>
    public bool IsProven => Coverage is { IsAny: true, Part: not UefiVariable.ValueOnly };

    /// <inheritdoc/>
    public override string Kind => "authority";

    /// <inheritdoc/>
    public override string Text => $"{Variable.Name}: {Certificate?.ToString() ?? SbatLevel?.ReplaceLineEndings(" ").TrimEnd() ?? EventDescription.Of(Variable.Value.Span)}";

    internal static AuthorityEvent Read(EventSource source)
    {
        var (variable, coverage) = UefiVariable.Read(source);
        return new AuthorityEvent(source, variable, coverage);
    }

    // EFI_SIGNATURE_DATA, or the certificate alone as shim writes it.
    private static CertificateSummary? CertificateOf(UefiVariable variable)
    {
        var value = variable.Value;
        return IsSequence(value.Span) ? CertificateSummary.Of(value)
            : value.Length > OwnerBytes && IsSequence(value.Span[OwnerBytes..]) ? CertificateSummary.Of(value[OwnerBytes..])
            : null;
    }

    // DER: SEQUENCE of a length in two bytes, as certificates have it.
    private static bool IsSequence(ReadOnlySpan<byte> data) => data is [0x30, 0x82, ..];

    private const int OwnerBytes = 16;
}
