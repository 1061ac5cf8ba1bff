using Shype.Attest.Measurement.EventLogs.Events;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.EventLogs.Boot;

/// <summary>
/// What a unified kernel image started: systemd-stub measures each section's name and then its content into PCR 11, and a command line that replaces the image's
/// own into PCR 12.
/// </summary>
internal static class StubHandover
{
    public static BootHandover? TryRead(IReadOnlyList<TcgEvent> events, AlgorithmId bank)
    {
        var inPcr = events.Where(shown => shown.Measured is { IsExtended: true, Pcr.Value: SectionPcr }).ToList();
        var sections = new Dictionary<string, MeasuredEvent>(StringComparer.Ordinal);
        for (var i = 0; i + 1 < inPcr.Count; i++)
        {
            // The content of a section stands right behind its covered name; a name that comes again would be another image's.
            if (inPcr[i] is SectionEvent { IsName: true } name && !sections.TryAdd(name.Name, inPcr[i + 1].Measured))
            {
                return Doubt($"the section {name.Name} stands twice in PCR {SectionPcr}");
            }
        }

        if (sections.Count == 0)
        {
            return null;
        }

        if (!sections.TryGetValue(".linux", out var kernel))
        {
            return Doubt("no kernel is among the sections");
        }

        var replaced = events.OfType<LoaderTextEvent>().LastOrDefault(text => text.Measured.Pcr.Value == LinePcr);
        var own = sections.TryGetValue(".cmdline", out var line) ? line.Digest(bank) : default;
        List<LoadedPart> parts =
        [
            new(".linux", kernel.Digest(bank), kernel.Index, replaced is null ? null : new Claimed<string>(replaced.Line, replaced), replaced is null ? own : default),
        ];
        if (sections.TryGetValue(".initrd", out var initrd))
        {
            parts.Add(new(".initrd", initrd.Digest(bank), initrd.Index, null));
        }

        return new BootHandover("systemd-stub", Pcrs, parts, "");
    }

    private static BootHandover Doubt(string why) => new("systemd-stub", Pcrs, [], why);

    private const int SectionPcr = 11;
    private const int LinePcr = 12;
    private const uint Pcrs = (1u << SectionPcr) | (1u << LinePcr);
}
