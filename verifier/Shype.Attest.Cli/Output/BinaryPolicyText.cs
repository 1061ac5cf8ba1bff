using System.Globalization;
using Shype.Attest.Isolation.Acm.Binary;
using Spectre.Console;

namespace Shype.Attest.Cli.Output;

/// <summary>A binary policy for a person.</summary>
internal sealed class BinaryPolicyText(Report report)
{
    private readonly Page _page = new(report);

    public void Write(AcmBinaryPolicy policy)
    {
        _page.Line(0, $"policy {(policy.Name.Length == 0 ? "without a name" : policy.Name)} {policy.XmlVersion}, binary form version {policy.FormatVersion}{(policy.IsLiveDump ? ", dumped from a running hypervisor" : "")}");
        _page.Line(0, ("tables digest ", Styles.Quiet), ($"sha256:{Convert.ToHexStringLower(policy.TablesDigest())}", null));
        if (!policy.XmlHash.IsEmpty)
        {
            _page.Line(0, ("hash of the XML ", Styles.Quiet), ($"sha1:{Convert.ToHexStringLower(policy.XmlHash.AsSpan())}", null));
        }

        _page.Line(0, $"asked first {policy.Primary}, then {policy.Secondary}");
        Table("label row", "counts as types", policy.ChWallRows);
        Table("conflict set", "of types", policy.ConflictSets);
        Table("label row", "may share through types", policy.SteRows);
    }

    private void Table(string row, string types, TypeTable? table)
    {
        if (table is not { Rows: > 0 })
        {
            return;
        }

        _page.Gap();
        _page.Table(0, [row, types], Enumerable.Range(0, table.Rows).Select(index => (IReadOnlyList<(string, Style?)>)
            [(index.ToString(CultureInfo.InvariantCulture), null), (table.TypesOf(index) is { IsEmpty: false } held ? string.Join(", ", held) : "none", null)]));
    }
}
