using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Shype.Attest.Measurement.EventLogs.Events;

/// <summary>EFI_SIGNATURE_DATA (UEFI 2.10, 32.4.1): a certificate or digest of a Secure Boot database.</summary>
/// <param name="Type">"x509", "sha256", or the GUID of another type.</param>
/// <param name="Owner">SignatureOwner.</param>
/// <param name="Data">SignatureData.</param>
public sealed record UefiSignature(string Type, Guid Owner, ReadOnlyMemory<byte> Data)
{
    /// <summary>The certificate, where it is one.</summary>
    public CertificateSummary? Certificate => Type == SignatureList.X509 ? CertificateSummary.Of(Data) : null;

    /// <inheritdoc/>
    public override string ToString() => Certificate?.ToString() ?? $"{Type} {Convert.ToHexStringLower(Data.Span[..Math.Min(Data.Length, 32)])}";
}

/// <summary>A certificate: its digest, and the name that it gives itself.</summary>
/// <param name="Sha256">SHA-256 of the DER, in hex.</param>
/// <param name="Subject">The subject; null where it cannot be read.</param>
public sealed record CertificateSummary(string Sha256, string? Subject)
{
    /// <inheritdoc/>
    public override string ToString() => Subject is null ? $"certificate {Sha256}" : $"{Subject} ({Sha256[..16]}…)";

    internal static CertificateSummary Of(ReadOnlyMemory<byte> der) => new(Convert.ToHexStringLower(SHA256.HashData(der.Span)), SubjectOf(der.Span));

    private static string? SubjectOf(ReadOnlySpan<byte> der)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            return certificate.Subject;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}

/// <summary>EFI_SIGNATURE_LISTs, one after the other, as a Secure Boot database holds them. What is in a list's header is never taken for a signature.</summary>
public static class SignatureList
{
    /// <summary>EFI_CERT_X509_GUID.</summary>
    public const string X509 = "x509";

    /// <summary>EFI_CERT_SHA256_GUID.</summary>
    public const string Sha256 = "sha256";

    /// <summary>Reads all signatures, or says what is wrong; offsets are in the database.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> database, [NotNullWhen(true)] out IReadOnlyList<UefiSignature>? signatures, [NotNullWhen(false)] out LogProblem? problem)
    {
        try
        {
            var (reader, found) = (new EventReader(database, 0, database.Length), new List<UefiSignature>());
            while (reader.Remaining > 0)
            {
                ReadList(reader, database, found);
            }

            (signatures, problem) = (found, null);
            return true;
        }
        catch (LogFormatException refused)
        {
            (signatures, problem) = (null, refused.Problem);
            return false;
        }
    }

    private static void ReadList(EventReader reader, ReadOnlyMemory<byte> database, List<UefiSignature> found)
    {
        var start = reader.Offset;
        reader.Enter("signature list");
        var type = TypeOf(reader.ReadGuid("signatureType"));
        var listSize = reader.ReadUInt32("signatureListSize");
        var headerSize = reader.ReadUInt32("signatureHeaderSize");
        var signatureSize = reader.ReadUInt32("signatureSize");
        if (listSize < HeadBytes || listSize - HeadBytes > reader.Remaining)
        {
            throw EventReader.Refuse("signatureListSize", start + 16, $"is {listSize}, but only {reader.Remaining + HeadBytes} bytes are left");
        }

        // UEFI 2.10, 32.4.1: none of the types that are defined has a header.
        if (headerSize != 0)
        {
            throw EventReader.Refuse("signatureHeaderSize", start + 20, $"is {headerSize}, 0 is defined");
        }

        var space = listSize - HeadBytes;
        if (space != 0 && (signatureSize <= OwnerBytes || signatureSize > space || space % signatureSize != 0))
        {
            throw EventReader.Refuse("signatureSize", start + 24, $"is {signatureSize}, which does not divide {space} bytes into owners and signatures");
        }

        var list = new EventReader(database, reader.Offset, reader.Offset + (int)space);
        for (; list.Remaining > 0; found.Add(new UefiSignature(type, list.ReadGuid("signatureOwner"), list.ReadBytes((int)signatureSize - OwnerBytes, "signatureData"))))
        {
            if (found.Count == MeasurementLimits.MaxSignatures)
            {
                throw EventReader.Refuse("signature list", list.Offset, $"more than {found.Count} signatures ({nameof(MeasurementLimits.MaxSignatures)})");
            }
        }

        reader.ReadBytes((int)space, "signatures");
    }

    private static string TypeOf(Guid type) => Types.TryGetValue(type, out var name) ? name : type.ToString();

    private static readonly Dictionary<Guid, string> Types = new()
    {
        [new Guid("a5c059a1-94e4-4aa7-87b5-ab155c2bf072")] = X509,
        [new Guid("c1c41626-504c-4092-aca9-41f936934328")] = Sha256,
        [new Guid("3c5766e8-269c-4e34-aa14-ed776e85b3b6")] = "rsa2048",
        [new Guid("826ca512-cf10-4ac9-b187-be01496631bd")] = "sha1",
        [new Guid("3bd2a492-96c0-4079-b420-fcf98ef103ed")] = "x509-sha256",
        [new Guid("7076876e-80c2-4ee6-aad2-28b349a6865b")] = "x509-sha384",
        [new Guid("446dbf63-2502-4cda-bcfa-2465d2b0fe9d")] = "x509-sha512",
    };

    private const int HeadBytes = 16 + 4 + 4 + 4;
    private const int OwnerBytes = 16;
}
