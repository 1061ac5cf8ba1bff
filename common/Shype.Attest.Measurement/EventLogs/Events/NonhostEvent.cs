namespace Shype.Attest.Measurement.EventLogs.Events;

/// <summary>EV_NONHOST_INFO, EV_NONHOST_CONFIG, EV_NONHOST_CODE: something beside the host. Google's clouds say here by which technology a VM is confidential.</summary>
public sealed record NonhostEvent : TcgEvent
{
    private NonhostEvent(EventSource source, string? technology)
        : base(source.Measured, source.WholeOrNothing()) => Technology = technology;

    /// <summary>"none", "SEV", "SEV-ES", "TDX", "SEV-SNP" in Google's event; otherwise null.</summary>
    public string? Technology { get; }

    /// <inheritdoc/>
    public override string Kind => "nonhost";

    /// <inheritdoc/>
    public override string Text => Technology is null ? EventDescription.Of(Measured.Data.Span) : $"GCE NonHostInfo: confidential by {Technology}";

    internal static NonhostEvent Read(EventSource source) => new(source, Google(source.Data.Span));

    private static string? Google(ReadOnlySpan<byte> data) => data.Length == 32 && data.StartsWith("GCE NonHostInfo\0"u8)
        ? data[16] switch
        {
            0 => "none",
            1 => "SEV",
            2 => "SEV-ES",
            3 => "TDX",
            4 => "SEV-SNP",
            var other => $"0x{other:x2}",
        }
        : null;
}
