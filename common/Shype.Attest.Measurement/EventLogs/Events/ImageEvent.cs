namespace Shype.Attest.Measurement.EventLogs.Events;

/// <summary>
/// EV_EFI_BOOT_SERVICES_APPLICATION, EV_EFI_BOOT_SERVICES_DRIVER, EV_EFI_RUNTIME_SERVICES_DRIVER (UEFI_IMAGE_LOAD_EVENT; PFP 1.05, 10.2.3): a PE image, by its
/// Authenticode digest. Where it was loaded from is not covered.
/// </summary>
public sealed record ImageEvent : TcgEvent
{
    private ImageEvent(EventSource source, ulong length, string path)
        : base(source.Measured, source.WholeOrNothing()) => (Length, Path) = (length, path);

    /// <summary>ImageLengthInMemory.</summary>
    public ulong Length { get; }

    /// <summary>DevicePath as text; empty where there is none.</summary>
    public string Path { get; }

    /// <summary>Whether its type says that it is an application: a boot loader or kernel.</summary>
    public bool IsApplication => Measured.Type == EventType.EfiBootServicesApplication;

    /// <inheritdoc/>
    public override string Kind => "image";

    /// <inheritdoc/>
    public override string Text => $"{Length} bytes {Path}".TrimEnd();

    internal static ImageEvent Read(EventSource source)
    {
        var reader = source.Reader();
        reader.ReadUInt64("imageLocationInMemory");
        var length = reader.ReadUInt64("imageLengthInMemory");
        reader.ReadUInt64("imageLinkTimeAddress");
        var size = reader.ReadUInt64("lengthOfDevicePath");
        var rest = reader.ReadRest();
        // shim writes no path, and up to 15.4 a byte of nothing in its place.
        return new ImageEvent(source, length, size <= (ulong)rest.Length ? DevicePathText.Of(rest[..(int)size]) : "");
    }
}
