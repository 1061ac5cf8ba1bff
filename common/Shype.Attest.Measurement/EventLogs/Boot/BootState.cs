using Shype.Attest.Measurement.EventLogs.Events;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.EventLogs.Boot;

/// <summary>
/// What a firmware log says about a boot, as far as its digests in one bank prove it. No claim rests on an event's type, on data beside another digest, or on the
/// name of a file: who edits a log can choose all of them. Every claim is worth what the PCR is worth that it names.
/// </summary>
public sealed record BootState
{
    private BootState()
    {
    }

    /// <summary>The bank.</summary>
    public required AlgorithmId Bank { get; init; }

    /// <summary>Secure Boot, its modes, keys and authorities.</summary>
    public required SecureBootState SecureBoot { get; init; }

    /// <summary>EV_S_CRTM_VERSION.</summary>
    public Claimed<string>? FirmwareVersion { get; init; }

    /// <summary>BootOrder, where name and value are both covered.</summary>
    public Claimed<string>? BootOrder { get; init; }

    /// <summary>What Boot#### variables name; which of them has which number is covered on few platforms.</summary>
    public IReadOnlyList<Claimed<LoadOption>> BootOptions { get; init; } = [];

    /// <summary>The disk that was booted from, by its partition table.</summary>
    public Claimed<Guid>? Disk { get; init; }

    /// <summary>Everything that PCR 4 holds by an image's digest: boot managers, boot loaders, kernels.</summary>
    public IReadOnlyList<MeasuredThing> Images { get; init; } = [];

    /// <summary>The boot loaders that show by what they measured: "shim", "GRUB", "systemd-boot", "systemd-stub", "Windows".</summary>
    public IReadOnlyList<string> Loaders { get; init; } = [];

    /// <summary>What GRUB was told: commands and command lines in their order.</summary>
    public IReadOnlyList<Claimed<string>> GrubTexts { get; init; } = [];

    /// <summary>The files that PCR 9 holds.</summary>
    public IReadOnlyList<MeasuredThing> Files { get; init; } = [];

    /// <summary>Command lines of kernel, hypervisor and modules.</summary>
    public IReadOnlyList<Claimed<string>> CommandLines { get; init; } = [];

    /// <summary>What the boot loader started, and with what.</summary>
    public required BootHandover Handover { get; init; }

    /// <summary>What is odd about the boot, besides <see cref="TcgEventLog.Findings"/>.</summary>
    public IReadOnlyList<LogFinding> Findings { get; init; } = [];

    /// <summary>Reads a log's claims; the bank must be one whose PCRs will be proven.</summary>
    public static BootState Read(TcgEventLog log, AlgorithmId bank)
    {
        ArgumentNullException.ThrowIfNull(log);
        return Read(TcgEvent.ReadAll(log, bank), bank);
    }

    /// <summary>Reads the claims of events that were typed already.</summary>
    public static BootState Read(IReadOnlyList<TcgEvent> events, AlgorithmId bank)
    {
        ArgumentNullException.ThrowIfNull(events);
        var findings = new BootFindings();
        SpoofCheck.Check(events, bank, findings);
        var handover = BootHandover.Read(events, bank);
        var texts = events.OfType<GrubTextEvent>().Where(text => text.Coverage.IsAny).ToList();
        return new BootState
        {
            Bank = bank,
            SecureBoot = SecureBootState.Read(events, findings),
            FirmwareVersion = First(events.OfType<CrtmVersionEvent>().Where(version => version.Coverage.IsAny && !string.IsNullOrWhiteSpace(version.Version) && version.Measured.Pcr.Value == 0), version => version.Version),
            BootOrder = First(Proven(events).Where(variable => variable.Variable.Is(UefiVariable.Global, "BootOrder")), order => string.Join(", ", LoadOption.Order(order.Variable.Value.Span))),
            BootOptions = [.. events.OfType<VariableEvent>().Where(variable => variable is { Option: not null, Coverage.IsAny: true }).Select(variable => new Claimed<LoadOption>(variable.Option!, variable))],
            Disk = First(events.OfType<PartitionTableEvent>().Where(table => table.Coverage.IsAny), table => table.Disk),
            Images = [.. ImagesOf(events, bank, findings)],
            Loaders = LoadersOf(events),
            GrubTexts = [.. texts.Select(text => new Claimed<string>(text.Line, text))],
            Files = [.. events.Where(file => file.Measured.Pcr.Value == FilePcr && file.Measured.IsExtended && !file.Coverage.IsAny).Select(file => Thing(file, file.Text, bank))],
            CommandLines = [.. handover.Parts.Where(part => part.CommandLine is not null).Select(part => part.CommandLine!),
                .. events.OfType<LoaderTextEvent>().Where(text => text.Measured.Pcr.Value is 8 or 12).Select(text => new Claimed<string>(text.Line, text))],
            Handover = handover,
            Findings = findings.List,
        };
    }

    private static IEnumerable<VariableEvent> Proven(IReadOnlyList<TcgEvent> events) => events.OfType<VariableEvent>().Where(variable => variable.IsProven);

    private static Claimed<T>? First<TEvent, T>(IEnumerable<TEvent> shown, Func<TEvent, T> value)
        where TEvent : TcgEvent => shown.FirstOrDefault() is { } first ? new Claimed<T>(value(first), first) : null;

    // What PCR 4 holds and is not one of the profile's fixed words is code that ran, whatever type stands beside it (attack A7).
    private static IEnumerable<MeasuredThing> ImagesOf(IReadOnlyList<TcgEvent> events, AlgorithmId bank, BootFindings findings)
    {
        foreach (var image in events.Where(image => image.Measured is { IsExtended: true, Pcr.Value: ImagePcr }))
        {
            if (image is ImageEvent)
            {
                yield return Thing(image, ((ImageEvent)image).Path, bank);
            }
            else if (image is not { Coverage.Extent: CoverageExtent.Whole } && SeparatorEvent.ValueOf(image.Measured.Digest(bank).Span, bank) == SeparatorValue.Other)
            {
                // A BIOS measures boot sectors as EV_IPL and code of devices as EV_COMPACT_HASH.
                if (image.Measured.Type is not (EventType.Ipl or EventType.CompactHash))
                {
                    findings.Add(LogFindingCode.ImageUnderOtherType, image.Measured, $"{image.Measured.Type.ToText()} is no image, but PCR {ImagePcr} has its digest");
                }

                yield return Thing(image, "", bank);
            }
        }
    }

    private static List<string> LoadersOf(IReadOnlyList<TcgEvent> events)
    {
        List<string> loaders = [];
        Add("shim", shown => shown is AuthorityEvent { IsProven: true, Variable.Vendor: var vendor } && vendor == UefiVariable.Shim);
        Add("GRUB", shown => shown is GrubTextEvent { Coverage.IsAny: true });
        Add("systemd-boot", shown => shown is LoaderTextEvent { Measured.Pcr.Value: 8 or 12 });
        Add("systemd-stub", shown => shown is SectionEvent { IsName: true });
        Add("Windows", shown => shown is TaggedEvent { IsWindows: true, Coverage.IsAny: true });
        return loaders;

        void Add(string name, Func<TcgEvent, bool> shows)
        {
            if (events.Any(shows))
            {
                loaders.Add(name);
            }
        }
    }

    private static MeasuredThing Thing(TcgEvent shown, string name, AlgorithmId bank) =>
        new(shown.Measured.Digest(bank), name, shown.Measured.Index, shown.Measured.Pcr.Value);

    private const int ImagePcr = 4;
    private const int FilePcr = 9;
}

/// <summary>Findings, up to as many as say something.</summary>
internal sealed class BootFindings
{
    public List<LogFinding> List { get; } = [];

    public void Add(LogFindingCode code, MeasuredEvent measured, string detail)
    {
        if (List.Count < MeasurementLimits.MaxFindings)
        {
            List.Add(new LogFinding(code, measured.Index, measured.Offset, detail));
        }
    }
}
