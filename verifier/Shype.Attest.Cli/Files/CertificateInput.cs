using Shype.Attest.Appraisal.Enrolment;

namespace Shype.Attest.Cli.Files;

/// <summary>Certificates that were named on the command line.</summary>
internal static class CertificateInput
{
    /// <summary>All certificates of a file.</summary>
    public static async Task<IReadOnlyList<byte[]>> ReadAsync(Surroundings surroundings, string path, CancellationToken cancellationToken)
    {
        var bytes = await InputFile.ReadAsync(surroundings, path, CertificateFile.MaxBytes, cancellationToken);
        return CertificateFile.TryRead(bytes, out var certificates, out var problem)
            ? certificates
            : throw CommandException.Unusable($"{InputFile.NameOf(path)}: {problem}");
    }

    /// <summary>All certificates of a folder's files, or of a file.</summary>
    public static async Task<IReadOnlyList<byte[]>> ReadFolderAsync(Surroundings surroundings, string path, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path))
        {
            return await ReadAsync(surroundings, path, cancellationToken);
        }

        List<byte[]> certificates = [];
        foreach (var file in Directory.EnumerateFiles(path).Where(CertificateFile.IsNamedSo).Order(StringComparer.Ordinal).Take(MaxFiles))
        {
            certificates.AddRange(await ReadAsync(surroundings, file, cancellationToken));
        }

        return certificates.Count > 0
            ? certificates
            : throw CommandException.Unusable($"{path}: there is no certificate in this folder ({string.Join(", ", CertificateFile.Extensions)})");
    }

    private const int MaxFiles = 1000;
}
