using System.Formats.Cbor;
using Shype.Attest.Measurement.Records;
using static Shype.Attest.Appraisal.References.Corim.CorimReader;

namespace Shype.Attest.Appraisal.References.Corim;

/// <summary>What a triple is about (environment-map), as far as people need it.</summary>
/// <param name="Class">The class's id: a uuid; null for another kind or none.</param>
/// <param name="Vendor">The class's vendor.</param>
/// <param name="Model">The class's model.</param>
internal sealed record Environment(string? Class, string? Vendor, string? Model)
{
    public string Name { get; } = NameOf(Class, Vendor, Model);

    public static Environment Read(CorimCursor cursor)
    {
        (string? id, string? vendor, string? model) = (null, null, null);
        var start = cursor.Offset;
        var members = cursor.Map("environment", (key, at) => key switch
        {
            0 => Do(() => at.Map("class", (part, value) => part switch
            {
                0 => Do(() => id = ReadClassId(value)),
                1 => Do(() => vendor = value.Text("vendor")),
                2 => Do(() => model = value.Text("model")),
                _ => false,
            })),
            // An instance or a group; whose it is, is not for us to find: values are good wherever they are demanded.
            1 or 2 => Do(() => at.Skip("environment")),
            _ => false,
        });
        return members.Known != 0 ? new(id, vendor, model) : throw CorimCursor.RefuseAt(start, "environment", "a class (0), an instance (1) or a group (2) is needed");
    }

    private static string? ReadClassId(CorimCursor cursor)
    {
        if (cursor.Next == CborReaderState.Tag && cursor.ReadTag("class-id") == UuidTag)
        {
            return Uuid(cursor, "class-id");
        }

        cursor.Skip("class-id");
        return null;
    }

    private static string NameOf(string? id, string? vendor, string? model)
    {
        var name = string.Join(' ', new[] { vendor, model, id }.OfType<string>().Where(part => part.Length > 0));
        return name.Length > 0 ? TextRules.IndexOfForbidden(name) < 0 ? name : TextRules.Escape(name) : "a platform without a name";
    }

    private const ulong UuidTag = 37;
}
