using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Shype.Attest.Verifier.Access;

/// <summary>What a client certificate can be known by, each as one text: its key first, then what an authority wrote into it.</summary>
/// <param name="Keys">All of them.</param>
internal sealed record ClientIdentity(IReadOnlyList<string> Keys)
{
    /// <summary>The identities of a certificate.</summary>
    public static ClientIdentity Of(X509Certificate2 certificate)
    {
        try
        {
            return new(
            [
                OfSpki(Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()))),
                OfSubject(certificate.SubjectName),
                .. certificate.Extensions.Where(extension => extension.Oid?.Value == SubjectAlternativeName).SelectMany(extension => Names(extension.RawData)),
            ]);
        }
        catch (CryptographicException)
        {
            // A stranger's; what cannot be read names nobody.
            return new([]);
        }
    }

    /// <summary>By the key.</summary>
    public static string OfSpki(string digest) => "spki " + digest;

    /// <summary>By a subject as people write it.</summary>
    public static bool TrySubject(string text, out string key)
    {
        try
        {
            key = OfSubject(new X500DistinguishedName(text));
            return text.Length > 0;
        }
        catch (CryptographicException)
        {
            key = "";
            return false;
        }
    }

    /// <summary>By an alternative name as people write it.</summary>
    public static bool TrySan(string text, out string key)
    {
        key = text.Split(':', 2) is [var kind, { Length: > 0 } name] && Kinds.ContainsValue(kind) ? Name(kind, name) : "";
        return key.Length > 0;
    }

    // Part by part: two encodings of one text are one name, and no text inside a value is taken for a separator.
    private static string OfSubject(X500DistinguishedName name)
    {
        var parts = name.EnumerateRelativeDistinguishedNames().Select(part =>
            part.HasMultipleElements ? "multiple " + Convert.ToHexString(part.RawData.Span) : $"{part.GetSingleElementType().Value} {part.GetSingleElementValue()}");
        return "subject " + System.Text.Json.JsonSerializer.Serialize<string[]>([.. parts], StringsJson.Default.StringArray);
    }

    // RFC 5280 4.2.1.6: GeneralNames, of which these three are texts.
    private static List<string> Names(byte[] extension)
    {
        List<string> names = [];
        try
        {
            var reader = new AsnReader(extension, AsnEncodingRules.DER).ReadSequence();
            while (reader.HasData)
            {
                var tag = reader.PeekTag();
                if (tag.TagClass == TagClass.ContextSpecific && Kinds.TryGetValue(tag.TagValue, out var kind))
                {
                    names.Add(Name(kind, reader.ReadCharacterString(UniversalTagNumber.IA5String, tag)));
                }
                else
                {
                    reader.ReadEncodedValue();
                }
            }
        }
        catch (AsnContentException)
        {
            // What cannot be read names nobody.
            return [];
        }

        return names;
    }

    // RFC 4343: names of the DNS do not differ by case.
    private static string Name(string kind, string name) => $"san {kind}:{(kind == "dns" ? name.ToLowerInvariant() : name)}";

    private const string SubjectAlternativeName = "2.5.29.17";
    private static readonly Dictionary<int, string> Kinds = new() { [1] = "email", [2] = "dns", [6] = "uri" };
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
internal sealed partial class StringsJson : System.Text.Json.Serialization.JsonSerializerContext;
