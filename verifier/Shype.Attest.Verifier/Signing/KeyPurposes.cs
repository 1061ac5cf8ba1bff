using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Signing;

/// <summary>How the keys of one purpose follow each other.</summary>
/// <param name="Lifetime">How old the newest one becomes before the next is made; null where only people decide that.</param>
/// <param name="Notice">How long a key is known before it signs.</param>
/// <param name="Overlap">How long a key is taken after the next one signs; null for ever.</param>
internal sealed record KeyTimes(TimeSpan? Lifetime, TimeSpan Notice, TimeSpan? Overlap)
{
    /// <summary>Of results: readers keep a key set for a day, and a result lives for an hour at the most.</summary>
    public static KeyTimes OfResults(TimeSpan lifetime) => new(lifetime, Day, TimeSpan.FromHours(1) + Day);

    /// <summary>Of the audit: it is checked years later.</summary>
    public static KeyTimes OfAudit(TimeSpan settling) => new(null, settling, null);

    /// <summary>Of challenges: the longest that one may live.</summary>
    public static KeyTimes OfChallenges(TimeSpan lifetime, TimeSpan settling) => new(lifetime, settling, TimeSpan.FromMinutes(10));

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
}

/// <summary>The keys of one purpose at one moment of their history.</summary>
/// <param name="Keys">All of them, in the order in which they sign.</param>
/// <param name="Times">How they follow each other.</param>
internal sealed record KeySchedule(IReadOnlyList<RingKey> Keys, KeyTimes Times)
{
    /// <summary>The key that signs: the last one whose time has come.</summary>
    public RingKey Current(DateTimeOffset now) => Keys.LastOrDefault(key => key.Stored.From <= now) ?? Keys[0];

    /// <summary>The keys whose signatures count, and those that will sign.</summary>
    public IEnumerable<RingKey> Accepted(DateTimeOffset now) => Keys.Where((_, index) => !(EndOf(index) <= now));

    /// <summary>When a key has served; null where nothing follows it.</summary>
    public DateTimeOffset? EndOf(int index) => index + 1 < Keys.Count ? Keys[index + 1].Stored.From + Times.Overlap : null;

    /// <summary>What people are told of them.</summary>
    public IEnumerable<KeyInfo> Describe(DateTimeOffset now)
    {
        var current = Current(now);
        return Keys.Select((key, index) => new KeyInfo
        {
            Id = key.Stored.Id,
            Purpose = key.Stored.Purpose,
            Place = key.Stored.Place,
            State = ReferenceEquals(key, current) ? "current" : key.Stored.From > now ? "next" : "old",
            Made = key.Stored.Made,
            By = key.Stored.Actor,
            From = key.Stored.From,
            Until = EndOf(index),
        });
    }
}
