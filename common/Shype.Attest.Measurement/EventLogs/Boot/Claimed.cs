using Shype.Attest.Measurement.EventLogs.Events;

namespace Shype.Attest.Measurement.EventLogs.Boot;

/// <summary>Something that a log's digests prove, once the PCR that it names is proven.</summary>
/// <param name="Value">What.</param>
/// <param name="Event">The event that shows it.</param>
/// <param name="Pcr">The PCR that the event was extended into.</param>
/// <param name="Coverage">How much of the event its digest covers.</param>
public sealed record Claimed<T>(T Value, int Event, int Pcr, DigestCoverage Coverage)
{
    internal Claimed(T value, TcgEvent shown)
        : this(value, shown.Measured.Index, shown.Measured.Pcr.Value, shown.Coverage)
    {
    }
}

/// <summary>A thing that was measured by its digest, with a name that nobody has proven.</summary>
/// <param name="Digest">The digest: Authenticode for images, of all bytes for files.</param>
/// <param name="Name">What the log calls it; untrusted.</param>
/// <param name="Event">The event.</param>
/// <param name="Pcr">The PCR.</param>
public sealed record MeasuredThing(ReadOnlyMemory<byte> Digest, string Name, int Event, int Pcr);

/// <summary>The key by which an image was verified.</summary>
/// <param name="Database">"db", or shim's "Shim", "MokList", "vendor_db".</param>
/// <param name="Key">Its certificate, or what else stands there.</param>
public sealed record BootAuthority(string Database, string Key);
