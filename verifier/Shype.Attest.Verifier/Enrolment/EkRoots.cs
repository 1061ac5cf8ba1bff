using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Enrolment;

/// <summary>The certificates of those whose TPMs are believed, from a folder.</summary>
internal static class EkRoots
{
    /// <summary>Reads every file of the folder, PEM or DER.</summary>
    public static EkCertificatePolicy Load(VerifierOptions options)
    {
        var anchors = options.EkRoots.Length == 0 ? [] : Read(options.EkRoots);
        if (anchors.Count == 0 && !options.UnsafeAcceptUncertifiedKeys)
        {
            throw new SetupException($"{options.EkRoots}: there is no certificate in it, so no TPM could enrol; put the TPM vendors' certificates there (PEM or DER)");
        }

        return new EkCertificatePolicy
        {
            Anchors = anchors,
            CheckValidity = options.CheckEkValidity,
            UnsafeAllowSha1 = options.UnsafeAllowSha1Certificates,
            UnsafeAcceptUncertifiedKeys = options.UnsafeAcceptUncertifiedKeys,
        };
    }

    private static List<byte[]> Read(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder).Where(IsCertificate).Order(StringComparer.Ordinal).SelectMany(ReadFile)];
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"{folder}: the certificates cannot be read: {refused.Message}");
        }
    }

    private static IEnumerable<byte[]> ReadFile(string file)
    {
        var bytes = File.ReadAllBytes(file);
        // DER begins with a SEQUENCE; everything else is text.
        if (bytes is [0x30, ..])
        {
            return [bytes];
        }

        try
        {
            var collection = new X509Certificate2Collection();
            collection.ImportFromPem(System.Text.Encoding.UTF8.GetString(bytes));
            return collection.Count > 0
                ? collection.Select(certificate => certificate.RawData).ToList()
                : throw new SetupException($"{file}: there is no certificate in it, neither DER nor PEM");
        }
        catch (CryptographicException refused)
        {
            throw new SetupException($"{file}: no certificate in PEM or DER: {refused.Message}");
        }
    }

    private static bool IsCertificate(string file) => Path.GetExtension(file).ToLowerInvariant() is ".pem" or ".crt" or ".cer" or ".der";
}
