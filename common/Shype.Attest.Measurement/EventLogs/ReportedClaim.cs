using Shype.Attest.Measurement.EventLogs.Boot;

namespace Shype.Attest.Measurement.EventLogs;

/// <summary>One claim of a report.</summary>
/// <param name="Name">What it is about: "secure-boot", "command-line".</param>
/// <param name="Value">What is claimed; printable.</param>
/// <param name="Pcr">The PCR that it is worth as much as; null where nothing is claimed.</param>
/// <param name="Event">The event that shows it.</param>
/// <param name="Coverage">What of that event the digest proves; "digest" where the claim is the digest itself and the name beside it is not proven.</param>
/// <param name="Digest">The digest, in hex, of what was measured by it.</param>
public sealed record ReportedClaim(string Name, string Value, int? Pcr = null, int? Event = null, string? Coverage = null, string? Digest = null)
{
    /// <summary>The claims of a boot, in the order in which people ask for them.</summary>
    public static IReadOnlyList<ReportedClaim> Of(BootState boot)
    {
        ArgumentNullException.ThrowIfNull(boot);
        var secure = boot.SecureBoot;
        return
        [
            secure.Enabled is { } enabled ? Claim("secure-boot", enabled, on => on ? "on" : "off") : new ReportedClaim("secure-boot", $"unknown: {secure.Doubt}"),
            .. secure.Modes.Select(mode => Claim("mode", mode)),
            .. secure.Authorities.Select(authority => Claim("verified-by", authority, by => $"{by.Database}: {by.Key}")),
            .. Maybe("sbat-level", secure.SbatLevel, level => level.ReplaceLineEndings(" ").TrimEnd()),
            .. secure.PlatformKeys.Select(key => Claim("platform-key", key)),
            .. secure.Databases.Select(database => Claim("database", database)),
            .. Maybe("firmware", boot.FirmwareVersion, version => version),
            new ReportedClaim("boot-loader", boot.Loaders.Count > 0 ? string.Join(", ", boot.Loaders) : "unknown: none shows by what it measured"),
            .. boot.Images.Select(image => Thing("image", image)),
            .. Maybe("boot-order", boot.BootOrder, order => order),
            .. boot.BootOptions.Select(option => Claim("boot-option", option)),
            .. Maybe("disk", boot.Disk, disk => disk.ToString()),
            .. boot.Handover.Parts.Select(part => new ReportedClaim(
                "loaded", EventDescription.Shown($"{part.Name} {Convert.ToHexStringLower(part.Digest.Span)}"), null, part.Event, "digest", Convert.ToHexStringLower(part.Digest.Span))),
            .. boot.Handover.Parts.Count == 0 ? [new ReportedClaim("loaded", EventDescription.Shown($"unknown: {boot.Handover.Doubt}"))] : (IEnumerable<ReportedClaim>)[],
            .. boot.CommandLines.Select(line => Claim("command-line", line)),
        ];
    }

    private static IEnumerable<ReportedClaim> Maybe<T>(string name, Claimed<T>? claimed, Func<T, string> text) => claimed is null ? [] : [Claim(name, claimed, text)];

    private static ReportedClaim Claim<T>(string name, Claimed<T> claimed, Func<T, string>? text = null) => new(
        name, EventDescription.Shown(text?.Invoke(claimed.Value) ?? claimed.Value?.ToString() ?? ""), claimed.Pcr, claimed.Event, claimed.Coverage.ToString());

    private static ReportedClaim Thing(string name, MeasuredThing thing) => new(
        name,
        EventDescription.Shown($"{Convert.ToHexStringLower(thing.Digest.Span)[..16]}… {(thing.Name.Length > 0 ? $"called {thing.Name}" : "")}".TrimEnd()),
        thing.Pcr,
        thing.Event,
        "digest",
        Convert.ToHexStringLower(thing.Digest.Span));
}
