using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.X509;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>The attributes of the TPM in subjectDirectoryAttributes: TPMSpecification and TPMSecurityAssertions (TCG EK Credential Profile 3.1.1).</summary>
internal static class TpmAttributes
{
    public static (string? Specification, string? Assertions) Read(X509Certificate certificate)
    {
        string? specification = null, assertions = null;
        if (certificate.GetExtensionParsedValue(X509Extensions.SubjectDirectoryAttributes) is not { } value)
        {
            return (null, null);
        }

        foreach (var item in Asn1Sequence.GetInstance(value))
        {
            var attribute = AttributeX509.GetInstance(item);
            if (attribute.AttrValues.Count == 0)
            {
                continue;
            }

            switch (attribute.AttrType.Id)
            {
                case "2.23.133.2.16":
                    specification = Specification(Asn1Sequence.GetInstance(attribute.AttrValues[0]));
                    break;
                case "2.23.133.2.18":
                    assertions = Assertions(Asn1Sequence.GetInstance(attribute.AttrValues[0]));
                    break;
            }
        }

        return (specification, assertions);
    }

    // SEQUENCE { family UTF8String, level INTEGER, revision INTEGER }
    private static string? Specification(Asn1Sequence fields)
    {
        if (fields.Count < 3)
        {
            return null;
        }

        var text = $"TPM {fields[0]} level {fields[1]} revision {fields[2]}";
        return text.Length <= TpmDescription.MaxText ? text : null;
    }

    private static string? Assertions(Asn1Sequence fields)
    {
        List<string> said = [];
        foreach (var field in fields)
        {
            switch (field)
            {
                // Later booleans are about ISO 9000.
                case DerBoolean upgradable when said.Count == 0:
                    said.Add(upgradable.IsTrue ? "field upgradable" : "not field upgradable");
                    break;
                case Asn1TaggedObject { TagNo: 3 } criteria when Inner(criteria) is { Count: >= 2 } measure:
                    said.Add($"Common Criteria {measure[0]} EAL {Level(measure[1])}{(measure.OfType<DerBoolean>().Any(plus => plus.IsTrue) ? "+" : "")}");
                    break;
                case Asn1TaggedObject { TagNo: 4 } fips when Inner(fips) is { Count: >= 2 } level:
                    said.Add($"FIPS {level[0]} level {Level(level[1])}{(level.OfType<DerBoolean>().Any(plus => plus.IsTrue) ? "+" : "")}");
                    break;
            }
        }

        var text = string.Join(", ", said);
        return text.Length is > 0 and <= TpmDescription.MaxText ? text : null;
    }

    // The profile tags implicitly; Infineon and ST tag explicitly.
    private static Asn1Sequence Inner(Asn1TaggedObject tagged) =>
        Asn1Sequence.GetInstance(tagged, declaredExplicit: false) is var fields && fields is { Count: 1 } && fields[0] is Asn1Sequence inner ? inner : fields;

    private static int Level(Asn1Encodable value) => DerEnumerated.GetInstance(value).IntValueExact;
}
