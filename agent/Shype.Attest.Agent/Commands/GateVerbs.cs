using Shype.Attest.Agent.Hosts.Libvirt;
using Shype.Attest.Agent.Images;
using Shype.Attest.Agent.Measuring;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Commands;

/// <summary>What the commands around the launch gate do.</summary>
internal static class GateVerbs
{
    public static async Task<ExitCode> VmCheckAsync(AgentContext agent, Output output, CancellationToken cancellationToken)
    {
        var records = await DomainWatch.RunAsync(agent, cancellationToken).ConfigureAwait(false);
        output.Result(
            new MeasureReport([.. records.Select(RecordText.Report)]),
            AgentJson.Default.MeasureReport,
            report => report.Records.Count == 0 ? "checked: what runs is what the log says" : string.Join('\n', report.Records.Select(Verbs.Line)));
        return records.Any(record => record.Measurement is GapContent) ? ExitCode.Refused : ExitCode.Yes;
    }

    public static ExitCode LibvirtHook(AgentContext agent, string[] call, Output output, CancellationToken cancellationToken) =>
        QemuHook.Run(agent, call[0], call[1], Console.OpenStandardInput(), output, cancellationToken);

    public static ExitCode MeasureImages(string[] files, string kind, string salt, string format, Output output, CancellationToken cancellationToken)
    {
        var salted = ReadSalt(kind, salt);
        var images = new List<ImageReport>();
        foreach (var file in files)
        {
            using var chain = BackingChain.Open(Path.GetFullPath(file), format);
            images.AddRange(chain.Links.Select(link => new ImageReport(link.File.Path, Digest(link.File).ToString())));
        }

        output.Result(new ImagesReport(images), AgentJson.Default.ImagesReport, report => string.Join('\n', report.Images.Select(image => $"{image.Digest}  {image.File}")));
        return ExitCode.Yes;

        MeasuredDigest Digest(ImageFile file) => kind == MeasuredDigest.DmVerity
            ? VerityDigests.DmVerity(file, salted, output, cancellationToken)
            : ImageDigest.Of(file, kind, output, cancellationToken);
    }

    private static byte[] ReadSalt(string kind, string salt)
    {
        if (kind is not (MeasuredDigest.Sha256 or MeasuredDigest.FsVerity or MeasuredDigest.DmVerity))
        {
            throw new AgentException(ExitCode.Usage, $"--digest {TextRules.Escape(kind)}: is none of sha256, fs-verity, dm-verity");
        }

        if (salt.Length > 0 && kind != MeasuredDigest.DmVerity)
        {
            throw new AgentException(ExitCode.Usage, $"--salt: {kind} has none here");
        }

        return salt.Length <= 512 && salt.Length % 2 == 0 && salt.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(salt)
            : throw new AgentException(ExitCode.Usage, "--salt: is not up to 256 bytes in hex");
    }
}
