using Shype.Attest.Measurement.Cel;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.TpmSim.Boot;

/// <summary>Bytes that firmware or boot loader measure before they run or hand on: a file, or bytes that stand for one.</summary>
public sealed class BootImage
{
    private readonly string? _path;
    private readonly ReadOnlyMemory<byte> _content;

    private BootImage(string? path, ReadOnlyMemory<byte> content)
    {
        _path = path;
        _content = content;
    }

    /// <summary>A file, read at every boot.</summary>
    public static BootImage FromFile(string path) => new(Path.GetFullPath(path), default);

    /// <summary>These bytes.</summary>
    public static BootImage FromBytes(ReadOnlyMemory<byte> content) => new(null, content);

    /// <summary>How long it is.</summary>
    public long Length => _path is null ? _content.Length : Read(path => new FileInfo(path).Length);

    /// <summary>Its bytes, for reading once from the start or from anywhere.</summary>
    public Stream Open() => _path is null
        ? new MemoryStream(_content.ToArray(), writable: false)
        : Read(path => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan));

    /// <summary>The digest of all bytes in each bank, in one pass that holds a piece at a time.</summary>
    public IReadOnlyList<BankDigest> Digest(IReadOnlyList<AlgorithmId> banks)
    {
        using var stream = Open();
        using var hashes = new BankHashes(banks);
        hashes.AppendRest(stream);
        return hashes.Finish();
    }

    /// <inheritdoc/>
    public override string ToString() => _path ?? $"{_content.Length} bytes";

    private T Read<T>(Func<string, T> read)
    {
        try
        {
            return read(_path!);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new SimulatorException($"{_path} cannot be measured: {refused.Message}", refused);
        }
    }
}
