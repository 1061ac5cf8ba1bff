using Shype.Attest.Measurement.EventLogs.Events;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.EventLogs.Boot;

/// <summary>
/// What the boot loader started, and what it handed to it. Told from the order of digests within each PCR, which replay proves; how events of two PCRs stand to
/// each other, what their types are and how files are called is not proven and not used.
/// </summary>
/// <param name="Loader">"GRUB" or "systemd-stub"; empty where no boot loader measured what it loads.</param>
/// <param name="Pcrs">A bit for each PCR that all of it rests on.</param>
/// <param name="Parts">What was started first, then what was loaded beside it; empty where <paramref name="Doubt"/> says why.</param>
/// <param name="Doubt">Why nothing is claimed; empty where something is.</param>
public sealed record BootHandover(string Loader, uint Pcrs, IReadOnlyList<LoadedPart> Parts, string Doubt)
{
    internal static BootHandover Read(IReadOnlyList<TcgEvent> events, AlgorithmId bank) =>
        GrubHandover.TryRead(events, bank) ?? StubHandover.TryRead(events, bank) ?? new BootHandover("", 0, [], WhyNone(events));

    private static string WhyNone(IReadOnlyList<TcgEvent> events) =>
        events.Any(shown => shown is LoaderTextEvent { Measured.Pcr.Value: 8 or 12 })
            ? "the boot loader measures the kernel as an EFI image only (Authenticode), which is not the digest of a file"
            : "no boot loader measured what it loaded";
}

/// <summary>One thing that a boot loader loaded.</summary>
/// <param name="Name">What it is called where it was loaded; part of a covered command with GRUB, a covered section's name with systemd-stub.</param>
/// <param name="Digest">The digest of its bytes.</param>
/// <param name="Event">The event with the digest.</param>
/// <param name="CommandLine">The command line that it was given; null where none was, or only the digest is known.</param>
/// <param name="CommandLineDigest">The digest of a command line whose text the log does not have; empty otherwise.</param>
public sealed record LoadedPart(string Name, ReadOnlyMemory<byte> Digest, int Event, Claimed<string>? CommandLine, ReadOnlyMemory<byte> CommandLineDigest = default);
