using Shype.Attest.Measurement;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.EventLogs.Boot;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Memory;

/// <summary>What a firmware log proved about the boot, as far as a verdict needs it: kept with the log's digest, so that a log that is known is not read again.</summary>
/// <param name="Bank">The bank whose digests prove it.</param>
/// <param name="SecureBoot">On, off, or null for not proven.</param>
/// <param name="Doubt">Why Secure Boot is not proven.</param>
/// <param name="VerifiedBy">The keys by which images were verified.</param>
/// <param name="Loaders">The boot loaders that show by what they measured.</param>
/// <param name="Images">The digests of PCR 4, in their order.</param>
/// <param name="Handover">What the boot loader started.</param>
/// <param name="Oddities">What is wrong with the events.</param>
internal sealed record BootChainMemory(
    AlgorithmId Bank,
    bool? SecureBoot,
    string Doubt,
    IReadOnlyList<string> VerifiedBy,
    IReadOnlyList<string> Loaders,
    IReadOnlyList<byte[]> Images,
    KnownHandover Handover,
    IReadOnlyList<Oddity> Oddities)
{
    /// <summary>Reads a log that is about to be proven in this bank.</summary>
    public static BootChainMemory Of(TcgEventLog log, AlgorithmId bank)
    {
        var boot = BootState.Read(log, bank);
        return new(
            bank,
            boot.SecureBoot.Enabled?.Value,
            boot.SecureBoot.Doubt,
            [.. boot.SecureBoot.Authorities.Select(authority => Cut($"{authority.Value.Database}: {authority.Value.Key}")).Distinct().Take(AppraisalLimits.MaxBootParts)],
            boot.Loaders,
            [.. boot.Images.Select(image => image.Digest.ToArray()).Take(AppraisalLimits.MaxBootParts)],
            KnownHandover.Of(boot.Handover),
            [.. boot.Findings.Select(finding => Oddity.Of(finding, log)).Take(AppraisalLimits.MaxBootOddities)]);
    }

    private static string Cut(string text) => text.Length > AppraisalLimits.MaxReferenceText ? text[..AppraisalLimits.MaxReferenceText] : text;
}

/// <summary>What the boot loader started, and with what.</summary>
/// <param name="Pcrs">The PCRs that it rests on.</param>
/// <param name="Doubt">Why there is nothing.</param>
/// <param name="Parts">Hypervisor or kernel first, then the modules.</param>
internal sealed record KnownHandover(uint Pcrs, string Doubt, IReadOnlyList<KnownPart> Parts)
{
    public static KnownHandover Of(BootHandover handover)
    {
        if (handover.Parts.Count > AppraisalLimits.MaxBootParts)
        {
            return new(handover.Pcrs, $"the boot loader loaded {handover.Parts.Count} things, {AppraisalLimits.MaxBootParts} are allowed", []);
        }

        return handover.Parts.Any(part => part.CommandLine?.Value.Length > MeasurementLimits.MaxCommandLineBytes)
            ? new(handover.Pcrs, $"a command line is longer than {MeasurementLimits.MaxCommandLineBytes} characters", [])
            : new(handover.Pcrs, handover.Doubt, [.. handover.Parts.Select(part => new KnownPart(
                part.Digest.ToArray(), part.CommandLine?.Value, part.CommandLineDigest.ToArray()))]);
    }
}

/// <summary>One thing that the boot loader loaded. Its name is not kept: nothing may depend on it.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="CommandLine">Its command line; null where there is none, or only its digest.</param>
/// <param name="CommandLineDigest">The digest of a command line that the log does not spell out; otherwise empty.</param>
internal sealed record KnownPart(byte[] Digest, string? CommandLine, byte[] CommandLineDigest);

/// <summary>Something wrong with an event.</summary>
/// <param name="Code">The finding that it becomes.</param>
/// <param name="Pcr">The event's PCR.</param>
/// <param name="Detail">What it is.</param>
internal sealed record Oddity(FindingCode Code, int Pcr, string Detail)
{
    public static Oddity Of(LogFinding finding, TcgEventLog log) => new(
        finding.Code switch
        {
            LogFindingCode.SeparatorSpoofed or LogFindingCode.SeparatorRepeated or LogFindingCode.ActionSpoofed => FindingCode.BootEventSpoofed,
            LogFindingCode.NotCovered => FindingCode.BootEventNotCovered,
            _ => FindingCode.BootEventOdd,
        },
        log.Events[finding.Event ?? 0].Pcr.Value,
        $"event {finding.Event}: {finding.Detail}");
}
