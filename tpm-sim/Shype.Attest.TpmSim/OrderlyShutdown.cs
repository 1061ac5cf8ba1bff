using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;

namespace Shype.Attest.TpmSim;

/// <summary>What an operating system tells its TPM before the power goes.</summary>
internal static class OrderlyShutdown
{
    /// <summary>TPM2_Shutdown(CLEAR). A TPM that cannot be told, because a client holds it, loses its power without.</summary>
    public static void Say(Emulator tpm)
    {
        if (!tpm.IsRunning)
        {
            return;
        }

        try
        {
            using var client = new TpmClient(TpmConnection.Open(tpm.Address, new TpmConnectionOptions { Patience = Patience }));
            client.Execute(new ShutdownCommand(StartupType.Clear));
        }
        catch (TpmFailedException)
        {
            // The end is not put off for it; the clock says at the next start that it is not safe.
        }
    }

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
}
