using System.Globalization;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Dashboard.Markup;

/// <summary>What things are called on pages.</summary>
internal static class Words
{
    /// <summary>States, the most urgent first.</summary>
    public static IReadOnlyList<WatchState> ByUrgency { get; } =
        [WatchState.Failed, WatchState.Unreachable, WatchState.Degraded, WatchState.Pending, WatchState.Enrolled, WatchState.Trusted, WatchState.Revoked];

    /// <summary>A state's word; also its name in addresses and style sheets.</summary>
    public static string Of(WatchState state) => state.ToString().ToLowerInvariant();

    /// <summary>What a state means, in half a sentence.</summary>
    public static string Meaning(WatchState state) => state switch
    {
        WatchState.Pending => "proved its TPM, waits for an operator",
        WatchState.Enrolled => "may speak, and has not shown anything yet",
        WatchState.Trusted => "its last evidence holds in every point",
        WatchState.Degraded => "its last evidence gave a warning",
        WatchState.Failed => "its last evidence was refused: do not trust it",
        WatchState.Unreachable => "nothing was heard of it by its deadline",
        _ => "may not speak any more",
    };

    /// <summary>A tier's word.</summary>
    public static string Of(TrustTier tier) => tier.ToString().ToLowerInvariant();

    /// <summary>The state that looks like a tier.</summary>
    public static WatchState Like(TrustTier tier) => tier switch
    {
        TrustTier.Affirming => WatchState.Trusted,
        TrustTier.Warning => WatchState.Degraded,
        TrustTier.Contraindicated => WatchState.Failed,
        _ => WatchState.Enrolled,
    };

    /// <summary>A code as words: "image-unknown" is "image unknown".</summary>
    public static string OfCode(string code) => code.Replace('-', ' ');

    /// <summary>A cause of a state: of the watch in a few words, of a finding its code.</summary>
    public static string OfCause(string cause) => cause switch
    {
        WatchCauses.Enrolled => "its TPM enrolled",
        WatchCauses.Approved => "an operator let it in",
        WatchCauses.Revoked => "an operator revoked it",
        WatchCauses.Replaced => "its name went to another TPM",
        WatchCauses.KeyAfterFailure => "another attestation key after a failure",
        WatchCauses.Affirmed => "nothing speaks against it",
        WatchCauses.NotJudged => "its evidence could not be judged",
        WatchCauses.DeadlineMissed => "nothing was heard by its deadline",
        _ => OfCode(cause),
    };

    /// <summary>With a capital letter.</summary>
    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>A time for programs.</summary>
    public static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A time for people.</summary>
    public static string Full(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>How long ago, or how far ahead.</summary>
    public static string Ago(DateTimeOffset at, DateTimeOffset now)
    {
        var span = (now - at).Duration();
        var text = span.TotalSeconds < 60 ? $"{(int)span.TotalSeconds} s"
            : span.TotalMinutes < 60 ? $"{(int)span.TotalMinutes} min"
            : span.TotalHours < 48 ? $"{(int)span.TotalHours} h"
            : $"{(int)span.TotalDays} days";
        return at > now ? "in " + text : text + " ago";
    }

    /// <summary>"1 host", "2 hosts".</summary>
    public static string Count(long number, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:N0} {(number == 1 ? one : many ?? one + "s")}");

    /// <summary>A number with separators.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>What PCRs are for (PC Client PFP 1.06, 3.3.4; docs/records.md).</summary>
    public static string OfPcr(int pcr) => pcr switch
    {
        0 => "firmware",
        1 => "firmware's configuration",
        2 => "option ROMs",
        3 => "their configuration",
        4 => "boot loaders",
        5 => "partitions and what was started",
        6 => "the machine's maker",
        7 => "Secure Boot",
        8 => "GRUB's commands",
        9 => "files that GRUB read",
        10 => "files that the kernel loaded (IMA)",
        11 => "hypervisor and agent",
        12 => "isolation policy",
        13 => "VMs",
        14 => "shim's keys",
        _ => "",
    };
}
