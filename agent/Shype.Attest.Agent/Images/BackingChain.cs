using Shype.Attest.Agent.Measuring;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Images;

/// <summary>One file of a disk's image.</summary>
/// <param name="Suffix">Behind the disk's name: "" for the file that the VM is given, ".backing1" for what it stands on, ".data" for an external data file.</param>
/// <param name="File">The open file.</param>
public sealed record ChainLink(string Suffix, ImageFile File)
{
    /// <summary>Whether the VM's own image stands on it, so that no VM writes it.</summary>
    public bool IsBacking => Suffix.StartsWith(".backing", StringComparison.Ordinal);
}

/// <summary>
/// Every file that a disk's content comes from (threat row V02): the image, what a qcow2 image stands on, and so on down. Each is opened once, and it is from that
/// handle that its header was read and that its digest is taken.
/// </summary>
public sealed class BackingChain : IDisposable
{
    private readonly List<ChainLink> _links = [];

    private BackingChain()
    {
    }

    /// <summary>The files, the VM's own first.</summary>
    public IReadOnlyList<ChainLink> Links => _links;

    /// <summary>Opens the files of a disk.</summary>
    /// <param name="path">The image or block device.</param>
    /// <param name="format">"raw" or "qcow2", as the VM's configuration says; a raw image is never looked into, since its VM wrote it.</param>
    /// <exception cref="AgentException">A file cannot be opened, a header is wrong, the chain is too long or goes round.</exception>
    public static BackingChain Open(string path, string format)
    {
        var chain = new BackingChain();
        try
        {
            chain.Follow(path, format);
            return chain;
        }
        catch
        {
            chain.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _links.ForEach(link => link.File.Dispose());

    private void Follow(string path, string format)
    {
        for (var depth = 0; ; depth++)
        {
            var file = Add(path, depth == 0 ? "" : $".backing{depth}");
            if (format == "raw")
            {
                return;
            }

            if (format != "qcow2")
            {
                throw new AgentException(ExitCode.Usage, $"{path}: has the format {TextRules.Escape(format)}; raw and qcow2 can be measured");
            }

            var header = Qcow2Header.Read(file);
            if (header.DataName is { } data)
            {
                Add(Resolve(path, data).Path, depth == 0 ? ".data" : $".backing{depth}.data");
            }

            if (header.BackingName is not { } name)
            {
                return;
            }

            var (next, told) = Resolve(path, name);
            // Without a word QEMU would guess from content that a VM may have written.
            format = header.BackingFormat ?? told ?? throw new AgentException(
                ExitCode.Usage, $"{path}: does not say the format of its backing file; write it down: qemu-img rebase -u -F FORMAT -b {TextRules.Escape(name)} {path}");
            path = next;
        }
    }

    private ImageFile Add(string path, string suffix)
    {
        if (_links.Count == MaxFiles)
        {
            throw new AgentException(ExitCode.Usage, $"{_links[0].File.Path}: stands on more than {MaxFiles} files ({nameof(MaxFiles)})");
        }

        var file = ImageFile.OpenDisk(path);
        if (_links.Exists(link => (link.File.Status.Device, link.File.Status.Inode) == (file.Status.Device, file.Status.Inode)))
        {
            file.Dispose();
            throw new AgentException(ExitCode.Usage, $"{_links[0].File.Path}: its backing files go round: {path} is there twice");
        }

        _links.Add(new(suffix, file));
        return file;
    }

    private static (string Path, string? Format) Resolve(string image, string name) => BackingName.Resolve(image, name)
        ?? throw new AgentException(ExitCode.Usage, $"{image}: stands on {TextRules.Escape(name)}, which is no file of this host and cannot be measured");

    /// <summary>Files of one disk.</summary>
    public const int MaxFiles = 32;
}
