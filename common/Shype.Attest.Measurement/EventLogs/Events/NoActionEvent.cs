using System.Text;

namespace Shype.Attest.Measurement.EventLogs.Events;

/// <summary>
/// EV_NO_ACTION (PFP 1.05, 10.4.5): for the reader of the log only. It was never extended, so nothing in it is proven, and where it names a platform or a
/// certificate (SP 800-155) it is a hint of what to look for.
/// </summary>
public sealed record NoActionEvent : TcgEvent
{
    private NoActionEvent(EventSource source, string signature, string text)
        : base(source.Measured, DigestCoverage.Nothing) => (Signature, Text) = (signature, text);

    /// <summary>The first 16 bytes as text: which kind of hint it is. Empty where they are none.</summary>
    public string Signature { get; }

    /// <inheritdoc/>
    public override string Kind => "no-action";

    /// <inheritdoc/>
    public override string Text { get; }

    internal static NoActionEvent Read(EventSource source)
    {
        var data = source.Data.Span;
        var name = data[..Math.Min(data.Length, SignatureBytes)].TrimEnd((byte)0);
        var signature = name.ContainsAnyExceptInRange((byte)' ', (byte)'~') ? "" : Encoding.ASCII.GetString(name);
        return new NoActionEvent(source, signature, signature switch
        {
            "" => EventDescription.Of(data),
            "StartupLocality" when data.Length == SignatureBytes + 1 => $"StartupLocality {data[^1]}",
            _ when signature.StartsWith("SP800-155", StringComparison.Ordinal) => $"{signature}: {Manifest(source)}",
            _ => signature,
        });
    }

    // TCG_Sp800-155-PlatformId_Event and its second and third edition begin alike: the vendor's number, then the GUID of its reference manifest.
    private static string Manifest(EventSource source)
    {
        var reader = source.Reader();
        reader.ReadBytes(SignatureBytes, "signature");
        var vendor = reader.ReadUInt32("platformManufacturerId");
        return $"manufacturer {vendor}, reference manifest {reader.ReadGuid("referenceManifestGuid")}";
    }

    private const int SignatureBytes = 16;
}
