using Shype.Attest.Appraisal.Bundles;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Files;

/// <summary>Bundles that were named on the command line.</summary>
internal static class BundleFile
{
    /// <exception cref="CommandException">It cannot be read.</exception>
    public static async Task<OpenBundle> ReadAsync(Surroundings surroundings, string path, CancellationToken cancellationToken) =>
        Open(InputFile.NameOf(path), await InputFile.ReadAsync(surroundings, path, ProtocolLimits.MaxBundleBytes, cancellationToken));

    /// <exception cref="CommandException">It cannot be read.</exception>
    public static OpenBundle Open(string name, byte[] bytes) =>
        OpenBundle.TryOpen(bytes, out var bundle, out var problem) ? bundle : throw CommandException.Unusable($"{name} is no bundle that can be read: {problem}");
}
