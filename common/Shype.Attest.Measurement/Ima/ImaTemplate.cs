using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Shype.Attest.Measurement.Ima;

/// <summary>
/// How an entry's data is laid out. The name stands in the list and in no digest: whoever keeps the list can relabel an entry, so that a layout is only ever
/// a way to read bytes that were measured.
/// </summary>
public sealed class ImaTemplate
{
    private ImaTemplate(string name, ImaField[] fields) => (Name, Fields) = (name, fields);

    /// <summary>The name, or the descriptor where a template has none: "ima-ng", "d-ng|n-ng|iuid".</summary>
    public string Name { get; }

    /// <summary>The fields in order; empty for a template that is not known here.</summary>
    public IReadOnlyList<ImaField> Fields { get; }

    /// <summary>Whether this is the first template, "ima": no lengths before its fields, and a name that is hashed padded with zeros.</summary>
    public bool IsLegacy => ReferenceEquals(this, Legacy);

    /// <summary>Whether the fields are known.</summary>
    public bool IsKnown => Fields.Count > 0;

    internal static ImaTemplate Legacy { get; } = new("ima", [ImaField.Digest, ImaField.Name]);

    /// <summary>The field's descriptor.</summary>
    public static string Describe(ImaField field) => Descriptors.FirstOrDefault(pair => pair.Value == field).Key ?? "?";

    /// <summary>The template of a name as lists have it; unknown names and descriptors give one without fields.</summary>
    internal static ImaTemplate Of(ReadOnlySpan<byte> name)
    {
        var text = Encoding.Latin1.GetString(name);
        return BuiltIn.TryGetValue(text, out var template) ? template
            : TryDescribe(text, out var fields) ? new ImaTemplate(text, fields)
            : new ImaTemplate(text, []);
    }

    private static bool TryDescribe(string text, [NotNullWhen(true)] out ImaField[]? fields)
    {
        fields = null;
        var parts = text.Split('|', MeasurementLimits.MaxImaFields + 1);
        if (parts.Length > MeasurementLimits.MaxImaFields)
        {
            return false;
        }

        var found = new ImaField[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!Descriptors.TryGetValue(parts[i], out found[i]))
            {
                return false;
            }
        }

        fields = found;
        return true;
    }

    private static readonly Dictionary<string, ImaField> Descriptors = new(StringComparer.Ordinal)
    {
        ["d"] = ImaField.Digest,
        ["n"] = ImaField.Name,
        ["d-ng"] = ImaField.DigestNg,
        ["d-ngv2"] = ImaField.DigestNgV2,
        ["n-ng"] = ImaField.NameNg,
        ["sig"] = ImaField.Signature,
        ["d-modsig"] = ImaField.ModsigDigest,
        ["modsig"] = ImaField.Modsig,
        ["buf"] = ImaField.Buffer,
        ["evmsig"] = ImaField.EvmSignature,
        ["iuid"] = ImaField.Uid,
        ["igid"] = ImaField.Gid,
        ["imode"] = ImaField.Mode,
        ["xattrnames"] = ImaField.XattrNames,
        ["xattrlengths"] = ImaField.XattrLengths,
        ["xattrvalues"] = ImaField.XattrValues,
    };

    // security/integrity/ima/ima_template.c, builtin_templates.
    private static readonly Dictionary<string, ImaTemplate> BuiltIn = new ImaTemplate[]
    {
        Legacy,
        new("ima-ng", [ImaField.DigestNg, ImaField.NameNg]),
        new("ima-sig", [ImaField.DigestNg, ImaField.NameNg, ImaField.Signature]),
        new("ima-ngv2", [ImaField.DigestNgV2, ImaField.NameNg]),
        new("ima-sigv2", [ImaField.DigestNgV2, ImaField.NameNg, ImaField.Signature]),
        new("ima-buf", [ImaField.DigestNg, ImaField.NameNg, ImaField.Buffer]),
        new("ima-modsig", [ImaField.DigestNg, ImaField.NameNg, ImaField.Signature, ImaField.ModsigDigest, ImaField.Modsig]),
        new("evm-sig",
        [
            ImaField.DigestNg, ImaField.NameNg, ImaField.EvmSignature, ImaField.XattrNames, ImaField.XattrLengths, ImaField.XattrValues,
            ImaField.Uid, ImaField.Gid, ImaField.Mode,
        ]),
    }.ToDictionary(template => template.Name, StringComparer.Ordinal);
}
