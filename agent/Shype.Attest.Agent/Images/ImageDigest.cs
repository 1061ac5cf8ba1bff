using Shype.Attest.Agent.Measuring;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Images;

/// <summary>The digest of an image, in the kind that is wanted.</summary>
public static class ImageDigest
{
    /// <summary>"sha256" or "fs-verity". A file that the kernel keeps by its fs-verity digest is not read for it.</summary>
    /// <exception cref="AgentException">Reading failed, or the file changed meanwhile.</exception>
    public static MeasuredDigest Of(ImageFile file, string kind, IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        // fs-verity is of files; a block device has none.
        return kind != MeasuredDigest.FsVerity || file.IsBlockDevice ? file.Digest(progress, cancellationToken)
            : file.HasVerity && FileCalls.VerityDigest(file.Handle) is { } kernels ? new(MeasuredDigest.FsVerity, kernels)
            : VerityDigests.FsVerity(file, progress, cancellationToken);
    }
}
