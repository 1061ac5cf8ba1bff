using System.Diagnostics;
using System.Globalization;

namespace Shype.Attest.Load;

/// <summary>The silent and slow peers in a process of their own: what they cost themselves, handshakes above all, keeps no healthy host of this process waiting.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;

    private PeerProcess(Process process, int opened) => (_process, Opened) = (process, opened);

    /// <summary>The first word of its command line.</summary>
    public const string Mode = "peers";

    /// <summary>How many were connected at first.</summary>
    public int Opened { get; }

    /// <summary>Starts it; returns when the peers are connected.</summary>
    public static async Task<PeerProcess> StartAsync(VerifierUnderLoad verifier, IReadOnlyList<LoadHost> hosts, int count)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Shype.Attest.Load.dll"), Mode, verifier.Address.ToString(), verifier.Certificate, count.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        foreach (var host in hosts)
        {
            await process.StandardInput.WriteLineAsync($"{host.Id} {host.Token}");
        }

        await process.StandardInput.FlushAsync();
        return new PeerProcess(process, await CountAsync(process));
    }

    /// <summary>Ends it; how many were connected at last.</summary>
    public async Task<int> EndAsync()
    {
        _process.StandardInput.Close();
        return await CountAsync(_process);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static async Task<int> CountAsync(Process process) => int.Parse(await process.StandardOutput.ReadLineAsync() ?? "0", CultureInfo.InvariantCulture);
}
