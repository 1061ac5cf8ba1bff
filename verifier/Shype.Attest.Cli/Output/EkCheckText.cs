using System.Globalization;
using Spectre.Console;

namespace Shype.Attest.Cli.Output;

/// <summary>A judged certificate for a person.</summary>
internal sealed class EkCheckText(Report report)
{
    private readonly Page _page = new(report);

    public void Write(EkCheckReport certificate)
    {
        _page.Line(0, ("certificate: ", null), certificate.Trusted ? ("trusted", Styles.Good) : ("NOT TRUSTED", Styles.Bad));
        foreach (var finding in certificate.Findings)
        {
            new VerdictText(report).WriteFinding(finding);
        }

        if (certificate.Tpm is { } tpm)
        {
            _page.Gap();
            _page.Line(0, certificate.Trusted ? "its issuer says about the TPM:" : "what it says about the TPM, which nobody vouches for:");
            _page.Table(2, ["", ""], TpmText.Facts(tpm).Append((Name: "kind", Value: certificate.Virtual ? "virtual: software of a cloud" : null))
                .Where(fact => fact.Value is not null).Select(IReadOnlyList<(string, Style?)> (fact) => Row((fact.Name, Styles.Quiet), (fact.Value!, null))));
        }

        if (certificate.Chain.Count > 0)
        {
            _page.Gap();
            _page.Line(0, certificate.Anchor is { } anchor ? $"path, to the trusted {anchor}:" : "path, as far as it goes:");
            _page.Table(2, ["subject", "valid", "signed with"], certificate.Chain.Select(IReadOnlyList<(string, Style?)> (link) => Row(
                (link.Subject, link.Anchor ? Styles.Strong : default(Style?)), ($"{Day(link.NotBefore)} to {Day(link.NotAfter)}", null), (link.Algorithm, null))));
        }
    }

    private static (string, Style?)[] Row(params (string, Style?)[] cells) => cells;

    private static string Day(DateTimeOffset moment) => moment.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
