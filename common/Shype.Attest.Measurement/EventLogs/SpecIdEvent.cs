using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.EventLogs;

/// <summary>One bank of a log: its hash and the size of its digests.</summary>
/// <param name="Algorithm">algorithmId.</param>
/// <param name="DigestSize">digestSize, checked against the hash where it is known.</param>
public readonly record struct LogBank(AlgorithmId Algorithm, int DigestSize);

/// <summary>The data of a crypto-agile log's first event (TCG_EfiSpecIdEvent, PFP 1.05, 10.4.5.1). Never extended, so checked instead of replayed.</summary>
/// <param name="PlatformClass">0 client, 1 server.</param>
/// <param name="Errata">specErrata.</param>
/// <param name="UintnSize">1 for 32-bit, 2 for 64-bit firmware.</param>
/// <param name="Banks">digestSizes, in the log's order.</param>
/// <param name="VendorInfo">vendorInfo.</param>
public sealed record SpecIdEvent(uint PlatformClass, byte Errata, byte UintnSize, IReadOnlyList<LogBank> Banks, ReadOnlyMemory<byte> VendorInfo)
{
    internal static bool HasSignature(ReadOnlySpan<byte> data) => data.StartsWith(Signature);

    /// <summary>Reads the event's data; <paramref name="vendorInfoLeftOut"/> is not 0 where all of vendorInfo stands behind it instead of in it.</summary>
    internal static SpecIdEvent Read(EventReader reader, out int vendorInfoLeftOut)
    {
        reader.ReadBytes(Signature.Length, "signature");
        var platformClass = reader.ReadUInt32("platformClass");
        var at = reader.Offset;
        var minor = reader.ReadUInt8("specVersionMinor");
        var major = reader.ReadUInt8("specVersionMajor");
        if (major != 2 || minor != 0)
        {
            throw EventReader.Refuse("specVersion", at, $"is {major}.{minor}, only 2.0 is known");
        }

        var errata = reader.ReadUInt8("specErrata");
        at = reader.Offset;
        var uintnSize = reader.ReadUInt8("uintnSize");
        if (uintnSize is not (1 or 2))
        {
            throw EventReader.Refuse("uintnSize", at, $"is {uintnSize}, only 1 and 2 are defined");
        }

        var banks = ReadBanks(reader);
        var vendorInfoSize = reader.ReadUInt8("vendorInfoSize");
        vendorInfoLeftOut = reader.Remaining == 0 ? vendorInfoSize : 0;
        var vendorInfo = reader.ReadBytes(vendorInfoSize - vendorInfoLeftOut, "vendorInfo");
        reader.End("Spec ID event vendorInfo");
        return new SpecIdEvent(platformClass, errata, uintnSize, banks, vendorInfo);
    }

    private static LogBank[] ReadBanks(EventReader reader)
    {
        var count = reader.ReadCount("numberOfAlgorithms", 1, MeasurementLimits.MaxBanks, nameof(MeasurementLimits.MaxBanks), 4);
        var banks = new LogBank[count];
        for (var i = 0; i < count; i++)
        {
            var at = reader.Offset;
            var algorithm = (AlgorithmId)reader.ReadUInt16("algorithmId");
            if (Array.Exists(banks, bank => bank.Algorithm == algorithm))
            {
                throw EventReader.Refuse("algorithmId", at, $"{algorithm.ToText()} is there twice");
            }

            var size = reader.ReadUInt16("digestSize");
            var known = algorithm.DigestSize();
            if (known != 0 ? size != known : size is 0 or > MaxDigestSize)
            {
                throw EventReader.Refuse("digestSize", at + 2, $"{algorithm.ToText()} does not have digests of {size} bytes");
            }

            banks[i] = new LogBank(algorithm, size);
        }

        return banks;
    }

    internal static ReadOnlySpan<byte> Signature => "Spec ID Event03\0"u8;

    // TPMU_HA: no hash of a TPM is longer than SHA-512.
    private const int MaxDigestSize = 64;
}
