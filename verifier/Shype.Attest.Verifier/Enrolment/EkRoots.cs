using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Appraisal.Trust;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Enrolment;

/// <summary>Authorities of TPMs that the configuration names, from a folder: those that signed themselves are anchors, the others fill gaps.</summary>
internal static class EkRoots
{
    /// <summary>Reads every file of the folder, PEM or DER.</summary>
    public static IReadOnlyList<TrustedAuthority> Load(VerifierOptions options)
    {
        if (options.EkRoots.Length == 0)
        {
            return [];
        }

        var authorities = Read(options.EkRoots);
        if (!authorities.Any(authority => authority.IsAnchor) && !options.UseVendorRoots)
        {
            throw new SetupException($"{options.EkRoots}: there is no certificate in it that signed itself, so no TPM could enrol; put roots there, or add an anchor with shype trust add");
        }

        return authorities;
    }

    private static List<TrustedAuthority> Read(string folder)
    {
        try
        {
            var files = Directory.EnumerateFiles(folder).Where(CertificateFile.IsNamedSo).Order(StringComparer.Ordinal).ToList();
            return files.Count > 0
                ? [.. files.SelectMany(file => TrustedAuthority.OfFile(Path.GetFileName(file), ReadFile(file)))]
                : throw new SetupException($"{folder}: there is no certificate in it ({string.Join(", ", CertificateFile.Extensions)}); put the TPM vendors' certificates there, or leave the setting out");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"{folder}: the certificates cannot be read: {refused.Message}");
        }
    }

    private static IReadOnlyList<byte[]> ReadFile(string file) =>
        CertificateFile.TryRead(File.ReadAllBytes(file), out var certificates, out var problem) ? certificates : throw new SetupException($"{file}: {problem}");
}
