using System.Diagnostics.CodeAnalysis;
using Microsoft.Net.Http.Headers;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Rats;

/// <summary>What a caller takes as an answer (RFC 9110 12.5.1).</summary>
internal static class Negotiation
{
    /// <summary>Whether a media type is among what the caller takes; whoever says nothing takes anything.</summary>
    public static bool Takes(HttpRequest request, params ReadOnlySpan<string> mediaTypes)
    {
        if (request.Headers.Accept.Count == 0)
        {
            return true;
        }

        foreach (var range in request.GetTypedHeaders().Accept)
        {
            foreach (var mediaType in mediaTypes)
            {
                if (range.Quality != 0 && Matches(range, mediaType))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>
    /// The form of result that the caller prefers: <c>application/eat+jwt</c> or <c>application/eat+cwt</c>, with the parameter <c>eat_profile</c> of RFC 9782 where it
    /// matters. What says nothing of either gives the default.
    /// </summary>
    public static bool TryForm(HttpRequest request, [NotNullWhen(true)] out EarForm? form)
    {
        form = request.Headers.Accept.Count == 0 ? EarForm.Default : null;
        foreach (var range in request.GetTypedHeaders().Accept.Where(range => range.Quality != 0).OrderByDescending(range => range.Quality ?? 1))
        {
            var isCwt = !Matches(range, MediaTypes.EatJwt);
            if ((!isCwt || Matches(range, MediaTypes.EatCwt)) && TryProfile(HeaderUtilities.RemoveQuotes(Parameter(range)).Value, out var profile))
            {
                form = new EarForm(profile, isCwt);
                break;
            }
        }

        return form is not null;
    }

    /// <summary>The profile with this name; the default where none is named.</summary>
    public static bool TryProfile(string? name, out EarProfile profile)
    {
        profile = name == AttestationResult.IetfProfile ? EarProfile.Ietf : EarProfile.Veraison;
        return string.IsNullOrEmpty(name) || name is AttestationResult.IetfProfile or AttestationResult.VeraisonProfile;
    }

    private static bool Matches(MediaTypeHeaderValue range, string mediaType) =>
        range.MatchesAllTypes
        || range.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase)
        || (range.MatchesAllSubTypes && mediaType.StartsWith(range.Type.Value + "/", StringComparison.OrdinalIgnoreCase));

    private static Microsoft.Extensions.Primitives.StringSegment Parameter(MediaTypeHeaderValue range) =>
        range.Parameters.FirstOrDefault(parameter => parameter.Name.Equals("eat_profile", StringComparison.OrdinalIgnoreCase))?.Value ?? default;
}
