namespace Shype.Attest.Measurement.EventLogs.Events;

/// <summary>
/// EV_EVENT_TAG (TCG_PCClientTaggedEvent): a number and what its owner means by it. Linux' EFI stub measures an initrd and its own options so; Windows its
/// boot manager's findings, which are recognised, bounded and left alone.
/// </summary>
public sealed record TaggedEvent : TcgEvent
{
    private TaggedEvent(EventSource source, uint tag, ReadOnlyMemory<byte> content)
        : base(source.Measured, source.WholeOrNothing()) => (Tag, Content) = (tag, content);

    /// <summary>taggedEventID.</summary>
    public uint Tag { get; }

    /// <summary>taggedEventData.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>Whether it is an initrd that Linux' EFI stub loaded: the digest is of its bytes.</summary>
    public bool IsInitrd => Tag == InitrdTag;

    /// <summary>Whether it is a container of Windows' (SIPA).</summary>
    public bool IsWindows => (Tag & SipaMask) is SipaContainer or SipaTrust or SipaBase;

    /// <inheritdoc/>
    public override string Kind => "tagged";

    /// <inheritdoc/>
    public override string Text => Tag switch
    {
        InitrdTag => "Linux initrd",
        OptionsTag => "Linux load options",
        _ when IsWindows => $"Windows event 0x{Tag:x8}, {Content.Length} bytes",
        _ => $"tag 0x{Tag:x8}: {EventDescription.Of(Content.Span)}",
    };

    internal static TaggedEvent Read(EventSource source)
    {
        var reader = source.Reader();
        var tag = reader.ReadUInt32("taggedEventId");
        return new TaggedEvent(source, tag, reader.ReadSized("taggedEventDataSize", "taggedEventData"));
    }

    // INITRD_EVENT_TAG_ID, LOAD_OPTIONS_EVENT_TAG_ID of drivers/firmware/efi/libstub in Linux.
    private const uint InitrdTag = 0x8f3b_22ec;
    private const uint OptionsTag = 0x8f3b_22ed;

    // SIPAEVENTTYPE of Windows' wbcl.h: containers, and the classes below them.
    private const uint SipaMask = 0xffff_0000;
    private const uint SipaContainer = 0x4001_0000;
    private const uint SipaTrust = 0x0006_0000;
    private const uint SipaBase = 0x0002_0000;
}
