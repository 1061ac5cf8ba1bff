using System.Globalization;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Cli.Commands;

/// <summary>PCR selections as tpm2-tools write them: <c>sha1:0,1+sha256:all</c>.</summary>
internal static class PcrListText
{
    /// <exception cref="CommandException">Not such a list.</exception>
    public static PcrSelectionList Parse(string option, string text)
    {
        var banks = text.Split('+');
        return banks.Length <= WireLimits.MaxPcrSelections
            ? new PcrSelectionList([.. banks.Select(bank => ParseBank(bank) ?? throw Refuse(option, text))])
            : throw Refuse(option, text);
    }

    private static PcrSelection? ParseBank(string text)
    {
        if (text.Split(':') is not [var bank, var pcrs] || !HashAlgorithms.TryParseText(bank, out var algorithm))
        {
            return null;
        }

        if (pcrs is "all" or "none")
        {
            return new PcrSelection(algorithm, pcrs == "all" ? AllPcrs : 0);
        }

        var mask = 0u;
        foreach (var pcr in pcrs.Split(','))
        {
            if (!int.TryParse(pcr, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index > 23)
            {
                return null;
            }

            mask |= 1u << index;
        }

        return new PcrSelection(algorithm, mask);
    }

    private static CommandException Refuse(string option, string text) =>
        CommandException.Unusable($"{option}: '{text}' is not a list of PCRs such as sha256:0,1,7 or sha1:0+sha256:all");

    private const uint AllPcrs = 0xff_ffff;
}
