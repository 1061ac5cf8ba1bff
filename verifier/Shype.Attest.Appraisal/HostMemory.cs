using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Appraisal;

/// <summary>
/// What a verifier keeps about a host between appraisals: the last accepted quote, a failure that sticks, how far the logs were proven and what they told. Never
/// changes: every accepted answer makes another. One that is kept as an object saves parsing the policy again; one that was stored and read is worth the same.
/// </summary>
public sealed class HostMemory
{
    internal HostMemory(QuoteFacts lastQuote, FindingCode? stickyFailure, FirmwareMemory? firmware, BootMemory? boot, ImaMemory? ima = null) =>
        (LastQuote, StickyFailure, Firmware, Boot, Ima) = (lastQuote, stickyFailure, firmware, boot, ima);

    /// <summary>The TPM's resets when it last answered.</summary>
    public uint ResetCount => LastQuote.Clock.ResetCount;

    /// <summary>The boot whose log is known.</summary>
    public string? BootId => Boot?.Story.BootId;

    /// <summary>The failure that keeps this host untrusted until its next reset.</summary>
    public FindingCode? StickyFailure { get; }

    /// <summary>How far the host's log is known: what the next challenge asks the rest of.</summary>
    public LogPosition Known => Boot is { } boot ? new() { BootId = boot.Story.BootId, NextRecord = boot.NextRecord } : LogPosition.None;

    /// <summary>SHA-256 (hex) of the firmware log that is known.</summary>
    public string? KnownFirmwareLog => Firmware is { } firmware ? Convert.ToHexStringLower(firmware.LogDigest) : null;

    /// <summary>How many bytes of the host's IMA list are known and were judged by these rules; null where none were.</summary>
    public ulong? KnownImaBytes(AppraisalRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return Ima?.IsJudgedBy(rules.Ima.Files) == true ? Ima.Offset : null;
    }

    /// <summary>How far the host's log is known in the banks and PCRs of these rules; nothing, where it was read in others, so that all of it is asked for.</summary>
    public LogPosition KnownUnder(AppraisalRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return Boot is { } boot && boot.Logs.Select(log => log.Bank).SequenceEqual(rules.Banks) && boot.Logs.All(log => log.Plan == rules.Plan) ? Known : LogPosition.None;
    }

    /// <summary>SHA-256 (hex) of the firmware log that is known in the banks of these rules.</summary>
    public string? KnownFirmwareLogUnder(AppraisalRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return rules.Banks.All(bank => Firmware?.Find(bank) is not null) ? KnownFirmwareLog : null;
    }

    /// <summary>The PCR values that the proven logs add up to, where any of them explains a PCR.</summary>
    public IReadOnlyList<PcrValue> ExplainedPcrs => Memory.ExplainedPcrs.Of(this);

    /// <summary>What the proven log of this boot says of now; null before there was one.</summary>
    public ProvenBoot? Proven => Boot is { } boot ? ProvenBoot.Of(boot.Story) : null;

    /// <summary>Whether this evidence's quote is the one that was accepted last.</summary>
    public bool IsOf(Evidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return SHA256.HashData(evidence.QuoteAttest.Span).AsSpan().SequenceEqual(LastQuote.Digest);
    }

    /// <summary>What is left of evidence without the logs that are known from it by now; those that could not be replayed stay in it.</summary>
    internal Evidence Rest(Evidence evidence, KnownLogs before) => evidence with
    {
        Log = Boot is { } boot && evidence.Log.FirstRecord == before.Records && boot.NextRecord > before.Records
            ? new LogSuffix(boot.NextRecord, ReadOnlyMemory<byte>.Empty) : evidence.Log,
        ImaLog = Ima is { } ima && evidence.ImaLog is { } sent && sent.Offset == before.ImaBytes && ima.Offset > before.ImaBytes
            ? new ImaSuffix(ima.Offset, ReadOnlyMemory<byte>.Empty) : evidence.ImaLog,
    };

    internal QuoteFacts LastQuote { get; }

    internal FirmwareMemory? Firmware { get; }

    internal BootMemory? Boot { get; }

    internal ImaMemory? Ima { get; }

    internal PolicyMemory Policies { get; init; } = PolicyMemory.None;

    /// <summary>
    /// Only what another quote is compared with, as bytes: the last one, a failure that sticks, and the versions of policies that the host may not go back
    /// behind. An archive cannot recompute these from logs, and they can only make a verdict worse.
    /// </summary>
    public byte[] EncodeContinuity() => HostMemoryCodec.Write(new HostMemory(LastQuote, StickyFailure, null, null) { Policies = Policies });

    /// <summary>The memory as bytes, to be stored.</summary>
    public byte[] Encode() => HostMemoryCodec.Write(this);

    /// <summary>Reads what <see cref="Encode"/> wrote, or says what is wrong with it.</summary>
    public static bool TryDecode(
        ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out HostMemory? memory, [NotNullWhen(false)] out TpmFormatProblem? problem) =>
        HostMemoryCodec.TryRead(bytes.Span, out memory, out problem);
}

/// <summary>How much of a host's logs was known before an appraisal.</summary>
/// <param name="Records">Records of the measurement log.</param>
/// <param name="ImaBytes">Bytes of the IMA list.</param>
public readonly record struct KnownLogs(ulong Records, ulong ImaBytes);
