using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Output;

/// <summary>What certificates say about TPMs, for a person.</summary>
internal static class TpmText
{
    public static IEnumerable<(string Name, string? Value)> Facts(TpmClaims tpm)
    {
        yield return ("vendor", tpm.Vendor is { } vendor ? $"{vendor} ({tpm.Manufacturer})" : tpm.Manufacturer);
        yield return ("model", tpm.Model);
        yield return ("firmware", tpm.Firmware);
        yield return ("specification", tpm.Specification);
        yield return ("evaluation", tpm.Evaluation);
        yield return ("machine", tpm.Machine);
    }
}
