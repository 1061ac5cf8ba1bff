using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Agent.Configuration;
using Shype.Attest.Measurement.LogFiles;
using Shype.Attest.Protocol;

namespace Shype.Attest.Agent.Keys;

/// <summary>What an enrolment brings from files that the settings name.</summary>
internal static class EnrolmentFiles
{
    /// <summary>The invitation's token; null where none is set.</summary>
    public static string? Invitation(AgentOptions options)
    {
        if (options.EnrolmentTokenFile is not { } path)
        {
            return null;
        }

        using var file = Open(path, "enrolment-token-file");
        // Of what was opened, not of what the name leads to by now.
        if (!LinuxFiles.TryStatus(file.SafeFileHandle, out var status) || (status.Mode & 0b000_111_111) != 0)
        {
            throw new AgentException(ExitCode.Usage, $"{path}: others can read this token; chmod 600, and ask for another if they may have read it");
        }

        var token = Encoding.UTF8.GetString(Read(file, path, MaxTokenBytes)).Trim();
        return token.Length > 0 && token.All(char.IsAscii) ? token : throw new AgentException(ExitCode.Usage, $"{path}: holds no token");
    }

    /// <summary>Certificates of the attestation key, DER, its own first.</summary>
    public static IReadOnlyList<byte[]> AkCertificates(AgentOptions options)
    {
        if (options.AkCertificates is not { } path)
        {
            return [];
        }

        using var file = Open(path, "ak-certificates");
        var bytes = Read(file, path, ProtocolLimits.MaxAkCertificates * 2 * ProtocolLimits.MaxEkCertificateBytes);
        var certificates = bytes.AsSpan().StartsWith("-----"u8) ? Unarmoured(Encoding.ASCII.GetString(bytes)) : [bytes];
        return certificates.Count is > 0 and <= ProtocolLimits.MaxAkCertificates
            ? certificates
            : throw new AgentException(ExitCode.Usage, $"{path}: holds {certificates.Count} certificates, 1 to {ProtocolLimits.MaxAkCertificates} are possible");
    }

    // RFC 7468; what the certificates say is judged by the verifier.
    private static List<byte[]> Unarmoured(string text)
    {
        List<byte[]> certificates = [];
        while (PemEncoding.TryFind(text, out var found))
        {
            if (text[found.Label] == "CERTIFICATE")
            {
                certificates.Add(Convert.FromBase64String(text[found.Base64Data]));
            }

            text = text[found.Location.End..];
        }

        return certificates;
    }

    private static FileStream Open(string path, string setting)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AgentException(ExitCode.Usage, $"{setting}: {path}: cannot be read: {e.Message}", e);
        }
    }

    private static byte[] Read(FileStream file, string path, int maxBytes) =>
        BoundedRead.ToEnd(file, maxBytes) ?? throw new AgentException(ExitCode.Usage, $"{path}: has more than the {maxBytes} bytes that are allowed");

    private const int MaxTokenBytes = 256;
}
