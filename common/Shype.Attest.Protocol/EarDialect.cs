using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Shype.Attest.Protocol;

/// <summary>The claims of a result as JSON of either profile, by the table of <see cref="EarShape"/>.</summary>
internal static class EarDialect
{
    public static byte[] Write(AttestationResult result, EarProfile profile)
    {
        if (profile == EarProfile.Veraison)
        {
            // A result that was read in the other profile is written in this one; what else it says of its profile is its maker's.
            return (result.Profile == AttestationResult.IetfProfile ? result with { Profile = AttestationResult.VeraisonProfile } : result).Write();
        }

        using var claims = JsonDocument.Parse((result with { Profile = AttestationResult.IetfProfile }).Write());
        return Rename(claims.RootElement, EarProfile.Veraison, EarProfile.Ietf);
    }

    /// <summary>Reads the claims of any profile that we know; the profile stays in them.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out AttestationResult? result, [NotNullWhen(false)] out ProtocolProblem? problem)
    {
        result = null;
        if (!ProtocolJson.TryRead(payload, EarJson.Default.ProfileClaim, out var claim, out problem))
        {
            return false;
        }

        if (claim.Profile != AttestationResult.IetfProfile)
        {
            return ProtocolJson.TryRead(payload, EarJson.Default.AttestationResult, out result, out problem);
        }

        try
        {
            using var claims = JsonDocument.Parse(payload.ToArray(), Strict);
            return ProtocolJson.TryRead(Rename(claims.RootElement, EarProfile.Ietf, EarProfile.Veraison), EarJson.Default.AttestationResult, out result, out problem);
        }
        catch (Exception refused) when (refused is JsonException or InvalidOperationException)
        {
            problem = new ProtocolProblem("claims", 0, refused.Message);
            return false;
        }
    }

    private static byte[] Rename(JsonElement claims, EarProfile from, EarProfile to)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Rename(claims, EarShape.Result, from, to, writer);
        }

        return buffer.ToArray();
    }

    // What the table does not know is left out: receivers ignore it, and a name of the other profile must not become a claim.
    private static void Rename(JsonElement claims, EarShape shape, EarProfile from, EarProfile to, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var claim in claims.EnumerateObject())
        {
            if (shape.Find(claim.Name, from) is { } member)
            {
                writer.WritePropertyName(to == EarProfile.Ietf ? member.IetfName : member.Name);
                Rename(claim.Value, member, from, to, writer);
            }
        }

        writer.WriteEndObject();
    }

    private static void Rename(JsonElement value, EarMember member, EarProfile from, EarProfile to, Utf8JsonWriter writer)
    {
        switch (member.Kind)
        {
            case EarKind.Nested:
                Rename(value, member.Shape!, from, to, writer);
                break;
            case EarKind.Parts:
                writer.WriteStartObject();
                foreach (var part in value.EnumerateObject())
                {
                    writer.WritePropertyName(part.Name);
                    Rename(part.Value, member.Shape!, from, to, writer);
                }

                writer.WriteEndObject();
                break;
            case EarKind.PolicyId when to == EarProfile.Ietf:
                writer.WriteStartArray();
                value.WriteTo(writer);
                writer.WriteEndArray();
                break;
            case EarKind.PolicyId:
                writer.WriteStringValue(string.Join(", ", value.EnumerateArray().Select(id => id.GetString())));
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };
}

/// <summary>Which profile claims are of.</summary>
internal sealed record ProfileClaim
{
    /// <summary>The profile's name.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("eat_profile")]
    public string? Profile { get; init; }
}
