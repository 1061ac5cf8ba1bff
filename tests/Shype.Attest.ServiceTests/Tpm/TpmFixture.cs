using System.Runtime.Versioning;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Tpm.Client;
using Shype.Attest.TpmSim;
using Shype.Attest.TpmSim.Emulation;

namespace Shype.Attest.ServiceTests.Tpm;

/// <summary>One real TPM for one test, and a folder for what the tools of others read and write.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TpmFixture : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public TpmFixture(EmulatorEndpoint endpoint = EmulatorEndpoint.UnixSocket) =>
        Emulator = Emulator.Start(new EmulatorOptions { Folder = _scratch["tpm"], Endpoint = endpoint, Patience = TimeSpan.FromSeconds(30) });

    public Emulator Emulator { get; }

    public string this[string file] => _scratch[file];

    /// <summary>A client; the tools can reach the TPM once it is disposed of.</summary>
    public TpmClient Open() => new(TpmConnection.Open(Emulator.Address));

    /// <summary>Runs a tool of tpm2-tools on this TPM, from the folder.</summary>
    public Task<string> Run(string tool, params string[] arguments) => Tool.Run(Emulator.Tcti, tool, arguments);

    /// <summary>Flushes what tools leave behind: between them and this TPM there is no resource manager.</summary>
    public Task FlushAll() => Run("tpm2_flushcontext", "-t");

    public async Task<string> Write(string file, byte[] bytes)
    {
        await File.WriteAllBytesAsync(this[file], bytes);
        return this[file];
    }

    public byte[] Read(string file) => File.ReadAllBytes(this[file]);

    public void Dispose()
    {
        Emulator.Dispose();
        _scratch.Dispose();
    }
}
