using System.Text;

namespace Shype.Attest.Measurement.EventLogs.Events;

/// <summary>
/// EV_POST_CODE(2), EV_EFI_PLATFORM_FIRMWARE_BLOB(2): a piece of firmware, by the digest of its bytes (PFP 1.05, 10.2.4). Where it lay and what it is called
/// is not covered.
/// </summary>
public sealed record FirmwareBlobEvent : TcgEvent
{
    private FirmwareBlobEvent(EventSource source, string name, ulong? address, ulong? length)
        : base(source.Measured, source.WholeOrNothing()) => (Name, Address, Length) = (name, address, length);

    /// <summary>What it is called; empty where it is not.</summary>
    public string Name { get; }

    /// <summary>BlobBase.</summary>
    public ulong? Address { get; }

    /// <summary>BlobLength.</summary>
    public ulong? Length { get; }

    /// <inheritdoc/>
    public override string Kind => "firmware-blob";

    /// <inheritdoc/>
    public override string Text => (Name, Length) switch
    {
        ("", { } length) => $"{length} bytes at 0x{Address:x}",
        (_, { } length) => $"{Name}, {length} bytes at 0x{Address:x}",
        _ => Name,
    };

    internal static FirmwareBlobEvent Read(EventSource source)
    {
        var reader = source.Reader();
        // UEFI_PLATFORM_FIRMWARE_BLOB is 16 bytes; the second edition has a counted description before them; a POST code may be words only, 16 of them too.
        if (source.Measured.Type is EventType.EfiPlatformFirmwareBlob2 or EventType.PostCode2)
        {
            var name = Encoding.ASCII.GetString(reader.ReadBytes(reader.ReadUInt8("blobDescriptionSize"), "blobDescription").Span.TrimEnd((byte)0));
            return new FirmwareBlobEvent(source, name, reader.ReadUInt64("blobBase"), reader.ReadUInt64("blobLength"));
        }

        var isText = !source.Data.Span.TrimEnd((byte)0).ContainsAnyExceptInRange((byte)' ', (byte)'~');
        return source.Data.Length == BlobBytes && !isText
            ? new FirmwareBlobEvent(source, "", reader.ReadUInt64("blobBase"), reader.ReadUInt64("blobLength"))
            : new FirmwareBlobEvent(source, EventDescription.Of(source.Data.Span), null, null);
    }

    private const int BlobBytes = 16;
}
