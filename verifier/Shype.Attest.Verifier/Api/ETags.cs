using System.Globalization;

namespace Shype.Attest.Verifier.Api;

/// <summary>Versions as entity tags (RFC 9110 8.8.3).</summary>
internal static class ETags
{
    /// <summary>A version in quotes.</summary>
    public static string Of(long version) => $"\"{version.ToString(CultureInfo.InvariantCulture)}\"";

    /// <summary>The version that a header names; weak ones and lists of several are no statement about what was edited.</summary>
    public static long? VersionIn(IReadOnlyList<string?> header) =>
        header is [['"', .. var inner, '"']] && long.TryParse(inner, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;
}
