using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.TpmSim.Boot;
using Shype.Attest.TpmSim.Emulation;

namespace Shype.Attest.TpmSim;

/// <summary>What a host is powered on with.</summary>
public sealed record RunningPlatformOptions
{
    /// <summary>Its TPM.</summary>
    public required EmulatorOptions Tpm { get; init; }

    /// <summary>What it boots; null for a machine whose firmware measures nothing.</summary>
    public PlatformOptions? Platform { get; init; } = new();

    /// <summary>Where the firmware's log goes; null for <c>event.log</c> in the TPM's folder.</summary>
    public string? EventLogPath { get; init; }

    /// <summary>Where the boot id goes; null for <c>boot_id</c> in the TPM's folder.</summary>
    public string? BootIdPath { get; init; }
}

/// <summary>
/// A host that is on: its TPM (an <see cref="Emulator"/>) and what its firmware and boot loader measured into it. A reboot or a power cut measures anew and
/// replaces log and boot id; a suspend does neither.
/// </summary>
public sealed class RunningPlatform : IDisposable
{
    private readonly Lock _power = new();
    private readonly Platform? _platform;
    private readonly IReadOnlyDictionary<string, ReadOnlyMemory<byte>>? _ima;
    private readonly TimeSpan _patience;

    private RunningPlatform(RunningPlatformOptions options, Platform? platform, Emulator tpm)
    {
        _platform = platform;
        _ima = options.Platform?.Ima;
        _patience = options.Tpm.Patience;
        Tpm = tpm;
        EventLogPath = Path.GetFullPath(options.EventLogPath ?? Path.Combine(tpm.Folder, "event.log"));
        BootIdPath = Path.GetFullPath(options.BootIdPath ?? Path.Combine(tpm.Folder, "boot_id"));
        BootId = "";
    }

    /// <summary>The host's TPM.</summary>
    public Emulator Tpm { get; }

    /// <summary>The file of the firmware's log.</summary>
    public string EventLogPath { get; }

    /// <summary>The file of the boot id.</summary>
    public string BootIdPath { get; }

    /// <summary>The file of the kernel's IMA list; there is one where the platform has IMA.</summary>
    public string ImaListPath => Path.Combine(Tpm.Folder, "ima_list");

    /// <summary>The boot id.</summary>
    public string BootId { get; private set; }

    /// <summary>The kernel that runs; null where it has no IMA.</summary>
    public KernelPhase? Kernel { get; private set; }

    /// <summary>The boot that is running; null where nothing is measured.</summary>
    public MeasuredBoot? Boot { get; private set; }

    /// <summary>Powers a host on, with the TPM that is in the folder or a new one that nobody manufactured.</summary>
    public static RunningPlatform PowerOn(RunningPlatformOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        // Checked before anything runs.
        var platform = options.Platform is null ? null : new Platform(options.Platform);
        var tpm = Emulator.Start(options.Tpm);
        try
        {
            var running = new RunningPlatform(options, platform, tpm);
            running.Start();
            return running;
        }
        catch
        {
            tpm.Dispose();
            throw;
        }
    }

    /// <summary>The kernel loads something, measures it and appends it to its list.</summary>
    public void Load(Func<ImaListWriter, IReadOnlyList<BankDigest>> add)
    {
        lock (_power)
        {
            using var client = Connect();
            (Kernel ?? throw new SimulatorException("this platform's kernel has no IMA")).Measure(client, add);
            AtomicFile.Write(ImaListPath, Kernel.List, AtomicFile.Readable);
        }
    }

    /// <summary>Shuts down in order and boots again: TPM Reset.</summary>
    public void Reboot()
    {
        lock (_power)
        {
            Tpm.Reboot();
            Start();
        }
    }

    /// <summary>The power goes without warning, and comes back.</summary>
    public void PowerCut()
    {
        lock (_power)
        {
            Tpm.PowerCut();
            Start();
        }
    }

    /// <summary>Suspends to memory and resumes: TPM Resume. PCRs, log and boot id stay.</summary>
    public void Suspend()
    {
        lock (_power)
        {
            Tpm.SuspendAndResume();
        }
    }

    /// <summary>Throws when the TPM has ended by itself, and says why.</summary>
    public void RequireAlive()
    {
        lock (_power)
        {
            _ = Tpm.ProcessId;
        }
    }

    /// <summary>Powers off in order: TPM2_Shutdown, so that the next start finds its clock safe. Log and boot id stay, as files do.</summary>
    public void Dispose()
    {
        lock (_power)
        {
            OrderlyShutdown.Say(Tpm);
            Tpm.Dispose();
        }
    }

    private void Start()
    {
        if (_platform is not null)
        {
            using var client = Connect();
            Boot = _platform.Start(client);
            AtomicFile.Write(EventLogPath, Boot.EventLog.Span, AtomicFile.Readable);
            StartKernel(client, Boot);
        }

        // Last: who sees the new id finds the log that belongs to it.
        var id = TpmSim.Boot.BootId.Fresh();
        TpmSim.Boot.BootId.Write(BootIdPath, id);
        BootId = id;
    }

    private void StartKernel(TpmClient client, MeasuredBoot boot)
    {
        if (_ima is null)
        {
            return;
        }

        Kernel = KernelPhase.Start(client, boot);
        foreach (var (path, content) in _ima)
        {
            Kernel.Measure(client, list => list.AddFile(path, AlgorithmId.Sha256, AlgorithmId.Sha256.Hash(content.Span)));
        }

        AtomicFile.Write(ImaListPath, Kernel.List, AtomicFile.Readable);
    }

    private TpmClient Connect() => new(TpmConnection.Open(Tpm.Address, new TpmConnectionOptions { Patience = _patience }));
}
