using System.Text;

namespace Shype.Attest.Measurement.EventLogs.Events;

/// <summary>EV_IPL: what boot loaders measure. The profile leaves its layout to them; these are GRUB's, shim's and systemd's.</summary>
internal static class IplEvents
{
    public static TcgEvent Read(EventSource source) => source.Measured.Pcr.Value switch
    {
        MokPcr => new MokEvent(source, Words(source.Data.Span)),
        _ when GrubTextEvent.TryRead(source) is { } text => text,
        _ when SectionEvent.TryRead(source) is { } section => section,
        // Text that is all covered is a command line of systemd's stub or boot manager; a file's name never is.
        _ when source.WholeOrNothing().IsAny => new LoaderTextEvent(source, Words(source.Data.Span)),
        // systemd-boot of 2018 counted a byte of the terminating NUL in.
        _ when source.Covers([.. source.Data.Span, 0]) => new LoaderTextEvent(source, Words(source.Data.Span)),
        _ => new FileEvent(source, Words(source.Data.Span)),
    };

    /// <summary>Text in ASCII, UTF-8 or, where every second byte is zero, UTF-16.</summary>
    public static string Words(ReadOnlySpan<byte> data)
    {
        var isWide = data.Length >= 2 && data.Length % 2 == 0 && data[0] != 0 && data[1] == 0;
        return (isWide ? Encoding.Unicode : Encoding.UTF8).GetString(data).TrimEnd('\0');
    }

    private const int MokPcr = 14;
}

/// <summary>What a text of GRUB is, by the prefix that stands before it in the log. The prefix is not covered.</summary>
public enum GrubText
{
    /// <summary>grub_cmd: a command, with its arguments.</summary>
    Command,

    /// <summary>kernel_cmdline: the command line of a kernel or hypervisor.</summary>
    KernelCommandLine,

    /// <summary>module_cmdline: the command line of a module.</summary>
    ModuleCommandLine,
}

/// <summary>A command of GRUB, or a command line that it hands on (its tpm module; PCR 8). The digest is of the text without the prefix.</summary>
public sealed record GrubTextEvent : TcgEvent
{
    private GrubTextEvent(EventSource source, GrubText what, string line, DigestCoverage coverage)
        : base(source.Measured, coverage) => (What, Line) = (what, line);

    /// <summary>What it is said to be. Untrusted.</summary>
    public GrubText What { get; }

    /// <summary>The text without prefix and NUL.</summary>
    public string Line { get; }

    /// <inheritdoc/>
    public override string Kind => "grub-text";

    /// <inheritdoc/>
    public override string Text => $"{Name(What)}: {Line}";

    internal static GrubTextEvent? TryRead(EventSource source)
    {
        foreach (var (prefix, what) in Prefixes)
        {
            if (source.Data.Span.StartsWith(prefix))
            {
                var text = source.Data.Span[prefix.Length..];
                var bare = text.TrimEnd((byte)0);
                // GRUB before 2.06 counted the NUL behind a command in.
                var coverage = source.Covers(bare) || source.Covers(text) ? DigestCoverage.Only("the text behind the prefix") : source.WholeOrNothing();
                return new GrubTextEvent(source, what, Encoding.UTF8.GetString(bare), coverage);
            }
        }

        return null;
    }

    private static string Name(GrubText what) => what switch
    {
        GrubText.Command => "grub_cmd",
        GrubText.KernelCommandLine => "kernel_cmdline",
        _ => "module_cmdline",
    };

    private static readonly (byte[] Prefix, GrubText What)[] Prefixes =
    [
        ("grub_cmd: "u8.ToArray(), GrubText.Command),
        ("kernel_cmdline: "u8.ToArray(), GrubText.KernelCommandLine),
        ("module_cmdline: "u8.ToArray(), GrubText.ModuleCommandLine),
        // Red Hat's and CoreOS's GRUB before the module went upstream.
        ("grub_cmd "u8.ToArray(), GrubText.Command),
        ("grub_kernel_cmdline "u8.ToArray(), GrubText.KernelCommandLine),
    ];
}

/// <summary>A file that a boot loader opened (GRUB: PCR 9), by the digest of its bytes as they lie on the disk. The name is not covered.</summary>
public sealed record FileEvent : TcgEvent
{
    internal FileEvent(EventSource source, string name)
        : base(source.Measured, DigestCoverage.Nothing) => Name = name;

    /// <summary>What the log calls it. Untrusted.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public override string Kind => "file";

    /// <inheritdoc/>
    public override string Text => Name;
}

/// <summary>A text that a boot loader measured as it stands in the log: systemd's command lines (PCR 12, and 8 before its version 251), in UTF-16.</summary>
public sealed record LoaderTextEvent : TcgEvent
{
    internal LoaderTextEvent(EventSource source, string line)
        : base(source.Measured, DigestCoverage.Whole) => Line = line;

    /// <summary>The text.</summary>
    public string Line { get; }

    /// <inheritdoc/>
    public override string Kind => "loader-text";

    /// <inheritdoc/>
    public override string Text => Line;
}

/// <summary>
/// A section of a unified kernel image (systemd-stub; PCR 11): first its name, in ASCII with a NUL, then its content. Both events carry the name in UTF-16; only
/// the first one's digest is of it.
/// </summary>
public sealed record SectionEvent : TcgEvent
{
    private SectionEvent(EventSource source, string name, DigestCoverage coverage)
        : base(source.Measured, coverage) => Name = name;

    /// <summary>".linux", ".initrd", ".cmdline".</summary>
    public string Name { get; }

    /// <summary>Whether this event measures the name; otherwise the content of a section that is only said to be called so.</summary>
    public bool IsName => Coverage.IsAny;

    /// <inheritdoc/>
    public override string Kind => "section";

    /// <inheritdoc/>
    public override string Text => IsName ? $"section {Name}" : $"content of {Name}";

    internal static SectionEvent? TryRead(EventSource source)
    {
        var name = IplEvents.Words(source.Data.Span);
        return source.Measured.Pcr.Value is 8 or 9 || name is not ['.', _, ..] || name.Length > MaxNameChars || name.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? null
            : new SectionEvent(source, name, source.Covers(Encoding.ASCII.GetBytes(name + "\0")) ? DigestCoverage.Only("the name, in ASCII") : DigestCoverage.Nothing);
    }

    private const int MaxNameChars = 8;
}

/// <summary>A list or setting of shim's (PCR 14): MokList, MokListX, MokListTrusted, by the digest of its content. The name is not covered.</summary>
public sealed record MokEvent : TcgEvent
{
    internal MokEvent(EventSource source, string name)
        : base(source.Measured, DigestCoverage.Nothing) => Name = name;

    /// <summary>What the log calls it. Untrusted.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public override string Kind => "mok";

    /// <inheritdoc/>
    public override string Text => Name;
}
