using Shype.Attest.Measurement.EventLogs.Events;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.EventLogs.Boot;

/// <summary>
/// GRUB's loads. PCR 8 holds every command as GRUB ran it, variables filled in, and behind a command that loads the command line that it hands on; PCR 9 holds
/// every file that it opened. Between the command that loads the kernel and the end only commands that open no file may stand: then the last files of PCR 9 are
/// those that were loaded, one for each file that a command names.
/// </summary>
internal static class GrubHandover
{
    public static BootHandover? TryRead(IReadOnlyList<TcgEvent> events, AlgorithmId bank)
    {
        var texts = events.Where(shown => shown.Measured is { IsExtended: true, Pcr.Value: TextPcr }).ToList();
        if (!texts.Exists(text => text is GrubTextEvent { Coverage.IsAny: true }))
        {
            return null;
        }

        var first = -1;
        for (var i = 0; i < texts.Count; i++)
        {
            if (Line(texts[i]) is { } line && Kernels.Contains(Verb(line)))
            {
                // A kernel's command line that reads like a command does not make one: it stands behind the command that loads.
                if (first >= 0 && i != first + 1)
                {
                    return Doubt("GRUB was told to load more than one kernel");
                }

                first = first < 0 ? i : first;
            }
        }

        return first < 0 ? Doubt("GRUB loaded no kernel") : ReadLoads(texts.GetRange(first, texts.Count - first), Files(events, bank), bank);
    }

    private static BootHandover ReadLoads(List<TcgEvent> texts, List<MeasuredEvent> files, AlgorithmId bank)
    {
        var loads = new List<(string Path, Claimed<string>? Line)>();
        for (var i = 0; i < texts.Count; i++)
        {
            if (Line(texts[i]) is not { } command)
            {
                return Doubt($"event {texts[i].Measured.Index} of PCR {TextPcr} is not covered by its digest");
            }

            var verb = Verb(command);
            var paths = Paths(command);
            if (Kernels.Contains(verb) || Modules.Contains(verb))
            {
                if (paths.Length == 0 || i + 1 == texts.Count || Line(texts[i + 1]) is not { } line)
                {
                    return Doubt($"'{verb}' has no command line behind it that its digest covers");
                }

                loads.Add((paths[0], new Claimed<string>(line, texts[++i])));
            }
            else if (FileLists.Contains(verb))
            {
                loads.AddRange(paths.Select(path => (path, (Claimed<string>?)null)));
            }
            else if (!Inert.Contains(verb) && !verb.Contains('=', StringComparison.Ordinal))
            {
                return Doubt($"GRUB ran '{verb}' after it had loaded the kernel, which may have opened other files");
            }
        }

        return loads.Count > files.Count
            ? Doubt($"PCR {FilePcr} has {files.Count} files, fewer than the {loads.Count} that GRUB was told to load")
            : new BootHandover("GRUB", Pcrs, [.. loads.Zip(files.Skip(files.Count - loads.Count), (load, file) => new LoadedPart(load.Path, file.Digest(bank), file.Index, load.Line))], "");
    }

    // Linux' EFI stub measures an initrd that GRUB hands it a second time; a digest that only repeats the one before it moves nothing.
    private static List<MeasuredEvent> Files(IReadOnlyList<TcgEvent> events, AlgorithmId bank)
    {
        List<MeasuredEvent> files = [.. events.Select(shown => shown.Measured).Where(measured => measured is { IsExtended: true, Pcr.Value: FilePcr })];
        while (files.Count > 1 && files[^1].Digest(bank).Span.SequenceEqual(files[^2].Digest(bank).Span))
        {
            files.RemoveAt(files.Count - 1);
        }

        return files;
    }

    private static string? Line(TcgEvent text) => text is GrubTextEvent { Coverage.IsAny: true } covered ? covered.Line : null;

    private static string Verb(string command) => command.Split(' ', 2)[0];

    private static string[] Paths(string command) =>
        [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Where(word => !word.StartsWith("--", StringComparison.Ordinal))];

    private static BootHandover Doubt(string why) => new("GRUB", Pcrs, [], why);

    // Every command of GRUB 2 that loads something to be started.
    private static readonly HashSet<string> Kernels =
    [
        "multiboot", "multiboot2", "linux", "linux16", "linuxefi", "xen_hypervisor", "chainloader", "kfreebsd", "knetbsd", "kopenbsd", "xnu_kernel", "xnu_kernel64",
        "xnu_resume", "ntldr", "freedos", "plan9", "appleloader", "truecrypt", "legacy_kernel",
    ];

    private static readonly HashSet<string> Modules = ["module", "module2", "xen_module"];

    private static readonly HashSet<string> FileLists = ["initrd", "initrd16", "initrdefi", "devicetree"];

    private static readonly HashSet<string> Inert = ["echo", "set", "unset", "export", "boot", "[", "test", "true", "false", "sleep", "clear", "initrdfail", "save_env", "savedefault", "terminal_input", "terminal_output"];

    private const int TextPcr = 8;
    private const int FilePcr = 9;
    private const uint Pcrs = (1u << TextPcr) | (1u << FilePcr);
}
