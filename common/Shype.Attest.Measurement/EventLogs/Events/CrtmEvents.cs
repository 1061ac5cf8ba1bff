using System.Text;

namespace Shype.Attest.Measurement.EventLogs.Events;

/// <summary>EV_S_CRTM_VERSION: the firmware's version, UTF-16 or whatever its vendor writes.</summary>
public sealed record CrtmVersionEvent : TcgEvent
{
    private CrtmVersionEvent(EventSource source, string version)
        : base(source.Measured, source.WholeOrNothing()) => Version = version;

    /// <summary>The version; empty where it says none, or in no text.</summary>
    public string Version { get; }

    /// <inheritdoc/>
    public override string Kind => "crtm-version";

    /// <inheritdoc/>
    public override string Text => !string.IsNullOrWhiteSpace(Version) ? $"version {Version}" : EventDescription.Of(Measured.Data.Span);

    internal static CrtmVersionEvent Read(EventSource source) => new(source, Utf16(source.Data.Span) ?? "");

    // Several vendors write a GUID or a number here; those are shown in hex.
    private static string? Utf16(ReadOnlySpan<byte> data)
    {
        if (data.Length % 2 != 0)
        {
            return null;
        }

        var text = Encoding.Unicode.GetString(data).TrimEnd('\0');
        return text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0 ? text : null;
    }
}

/// <summary>EV_S_CRTM_CONTENTS, EV_EFI_HCRTM_EVENT: the code that begins the chain, by its digest.</summary>
public sealed record CrtmEvent : TcgEvent
{
    private CrtmEvent(EventSource source)
        : base(source.Measured, source.WholeOrNothing())
    {
    }

    /// <inheritdoc/>
    public override string Kind => Measured.Type == EventType.EfiHcrtmEvent ? "h-crtm" : "crtm-contents";

    /// <inheritdoc/>
    public override string Text => EventDescription.Of(Measured.Data.Span);

    internal static CrtmEvent Read(EventSource source) => new(source);
}
