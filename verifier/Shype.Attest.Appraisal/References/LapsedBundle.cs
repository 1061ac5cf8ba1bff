using System.Globalization;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.References;

/// <summary>A bundle that does not count now: a value that only it knows is refused with this as the reason, not as unknown.</summary>
/// <param name="Bundle">The bundle.</param>
/// <param name="Standing">Why it does not count.</param>
internal sealed record LapsedBundle(ReferenceBundle Bundle, BundleStanding Standing)
{
    public ReferenceSet Set => Bundle.Content;

    public Finding Finding(string subject, ulong? record, string? found) => Standing switch
    {
        BundleStanding.Expired => new(FindingCode.ReferenceExpired, subject, record, Found: found, Detail: $"{Name} expired on {Moment(Bundle.NotAfter)}"),
        BundleStanding.NotYetValid => new(FindingCode.ReferenceNotYetValid, subject, record, Found: found, Detail: $"{Name} is valid from {Moment(Bundle.NotBefore)}"),
        _ => new(FindingCode.ReferenceRevoked, subject, record, Found: found, Detail: $"{Name}: {Bundle.RevokedBecause}"),
    };

    private string Name => $"bundle '{TextRules.Escape(Bundle.Name)}' {Bundle.Sequence}";

    private static string Moment(DateTimeOffset? moment) => moment?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";
}
