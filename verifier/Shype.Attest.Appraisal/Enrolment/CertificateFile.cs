using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>Files with certificates as people have them: DER, PEM with one or many, what was read from a TPM's NV with header and padding.</summary>
public static class CertificateFile
{
    /// <summary>The largest file that is read: a bundle of all vendors' authorities fits.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>How the names of files in a folder of authorities end.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".pem", ".crt", ".cer", ".der"];

    /// <summary>Whether a file of such a folder holds certificates by its name.</summary>
    public static bool IsNamedSo(string path) => Extensions.Contains(Path.GetExtension(path).ToLowerInvariant());

    /// <summary>Reads the certificates; each is one that can be judged.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> file, [NotNullWhen(true)] out IReadOnlyList<byte[]>? certificates, [NotNullWhen(false)] out string? problem)
    {
        certificates = null;
        problem = null;
        if (file.Length > MaxBytes)
        {
            problem = $"it is larger than {MaxBytes} bytes";
            return false;
        }

        var found = Unwrapped(file);
        for (var i = 0; i < found.Count; i++)
        {
            if (!EkCertificateReader.TryRead(found[i], out _, out var refused))
            {
                problem = found.Count == 1 ? $"there is no certificate in it, neither DER, PEM nor NV contents: {refused}" : $"certificate {i + 1} in it: {refused}";
                return false;
            }
        }

        certificates = found;
        return true;
    }

    /// <summary>
    /// What is trusted by itself in a folder of authorities: certificates that signed themselves. The others only fill gaps, unless somebody names them.
    /// </summary>
    public static (IReadOnlyList<byte[]> Anchors, IReadOnlyList<byte[]> Helpers) Divide(IEnumerable<byte[]> certificates)
    {
        ArgumentNullException.ThrowIfNull(certificates);
        var divided = certificates.ToLookup(IsSelfSigned);
        return ([.. divided[true]], [.. divided[false]]);
    }

    /// <summary>Whether a certificate signed itself.</summary>
    public static bool IsSelfSigned(byte[] certificate) => EkCertificateReader.TryRead(certificate, out var read, out _) && EkChain.IsSelfSigned(read);

    /// <summary>Whose certificate it is and how long it is valid; null where the bytes are none.</summary>
    public static ChainLink? Describe(byte[] certificate) =>
        EkCertificateReader.TryRead(certificate, out var read, out _) ? ChainLink.Of(read, isAnchor: false) : null;

    /// <summary>The certificate itself, without the header and padding of NV.</summary>
    public static byte[]? Bare(byte[] certificate) => EkCertificateReader.TryRead(certificate, out var read, out _) ? read.Encoded.ToArray() : null;

    /// <summary>The certificate's serial number in hex.</summary>
    public static string? Serial(byte[] certificate) =>
        EkCertificateReader.TryRead(certificate, out var read, out _) ? Convert.ToHexStringLower(read.Certificate.SerialNumber.ToByteArrayUnsigned()) : null;

    private static List<byte[]> Unwrapped(ReadOnlyMemory<byte> file)
    {
        // DER begins with a SEQUENCE, NV contents with a tag; everything else is text.
        if (file.Span is [0x30, ..] or [0x10, ..])
        {
            return [file.ToArray()];
        }

        List<byte[]> found = [];
        ReadOnlySpan<char> text = Encoding.UTF8.GetString(file.Span);
        while (PemEncoding.TryFind(text, out var fields))
        {
            if (text[fields.Label] is "CERTIFICATE" or "TRUSTED CERTIFICATE")
            {
                found.Add(Convert.FromBase64String(text[fields.Base64Data].ToString()));
            }

            text = text[fields.Location.End..];
        }

        return found.Count > 0 ? found : [file.ToArray()];
    }
}
