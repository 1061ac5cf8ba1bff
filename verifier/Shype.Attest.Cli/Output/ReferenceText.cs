using System.Globalization;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Protocol;
using Spectre.Console;

namespace Shype.Attest.Cli.Output;

/// <summary>Reference values for a person.</summary>
internal sealed class ReferenceText(Report report)
{
    private readonly Page _page = new(report);

    /// <summary>Sets.</summary>
    public void Write(IReadOnlyList<ReferenceBundleInfo> bundles) =>
        _page.Table(0, ["name", "version", "standing", "values", "signed by", "valid", "origin"], bundles.Select(bundle => Cells(
            (bundle.Name, Styles.Strong),
            (Number(bundle.Sequence), null),
            (bundle.Standing, Style(bundle.Standing)),
            (Number(bundle.Values), null),
            (bundle.Signer is null ? "an operator set it" : $"{bundle.Signer} ({bundle.SignerKey?[..Math.Min(16, bundle.SignerKey.Length)]})", null),
            (Validity(bundle), null),
            (bundle.Reason is null ? bundle.Origin : $"{bundle.Origin}; {bundle.Reason}", null))));

    /// <summary>Keys.</summary>
    public void Write(IReadOnlyList<ReferenceSignerInfo> signers)
    {
        if (signers.Count == 0)
        {
            _page.Line(0, "no signers: no bundle is taken (shype reference signer add)");
            return;
        }

        _page.Table(0, ["name", "sha256 of the public key"], signers.Select(signer => Cells((signer.Name, Styles.Strong), (signer.KeyId ?? "", null))));
    }

    /// <summary>History.</summary>
    public void Write(IReadOnlyList<ReferenceEvent> events)
    {
        if (events.Count == 0)
        {
            _page.Line(0, "no changes");
        }

        foreach (var change in events)
        {
            _page.Line(0, ($"{change.Number}  {Page.Moment(change.At)}  {change.Actor}  {change.Action} {change.Name}{(change.Sequence is { } version ? $", version {version}" : "")}", Styles.Strong));
            foreach (var line in change.Changes)
            {
                _page.Line(4, line);
            }
        }
    }

    /// <summary>Changes that are proposed.</summary>
    public void Write(IReadOnlyList<ReferenceChange> changes)
    {
        foreach (var change in changes)
        {
            var (sign, style) = change.Kind switch
            {
                ReferenceChangeKind.Added => ("+", Styles.Good),
                ReferenceChangeKind.Removed => ("-", Styles.Bad),
                _ => ("~", Styles.Doubtful),
            };
            _page.Line(0, ($"{sign} {change.Section}/{change.Name}", style));
            foreach (var line in change.Lines)
            {
                _page.Line(4, line);
            }
        }
    }

    private static Style Style(string standing) => standing switch
    {
        "in-force" => Styles.Good,
        "not-yet-valid" => Styles.Doubtful,
        _ => Styles.Bad,
    };

    private static string Validity(ReferenceBundleInfo bundle) => (bundle.NotBefore, bundle.NotAfter) switch
    {
        (null, null) => "does not expire",
        ({ } begin, null) => $"from {Page.Moment(begin)}",
        (null, { } end) => $"until {Page.Moment(end)}",
        ({ } begin, { } end) => $"{Page.Moment(begin)} to {Page.Moment(end)}",
    };

    private static (string, Style?)[] Cells(params (string, Style?)[] cells) => cells;

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
