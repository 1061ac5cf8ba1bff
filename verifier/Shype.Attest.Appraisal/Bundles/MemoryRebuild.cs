using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Appraisal.Steps;
using Shype.Attest.Appraisal.Story;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol.Bundles;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Bundles;

/// <summary>
/// Makes again what the verifier knew of a host's logs, from the logs themselves. Nothing of it is believed here: the quoted PCRs of the evidence decide
/// about all records together, as they do where the whole log comes at once.
/// </summary>
internal static class MemoryRebuild
{
    public static bool TryRebuild(
        Bundle bundle, AppraisalRules rules, Func<MeasuredDigest, ReadOnlyMemory<byte>?> policies, out HostMemory? memory, [NotNullWhen(false)] out string? problem)
    {
        (memory, problem) = (null, null);
        if (bundle.Context.Before is not { } before)
        {
            problem = bundle.Log.IsEmpty && bundle.Context.KnownRecords == 0 && bundle.FirmwareLog is null ? null
                : "context: records are known before the host's first evidence";
            return problem is null;
        }

        if (!HostMemory.TryDecode(before, out var continuity, out var malformed))
        {
            problem = $"context: {malformed}";
            return false;
        }

        if (!TryReplay(bundle, rules, policies, continuity.Policies.AtBoot, out var boot, out problem))
        {
            return false;
        }

        memory = new HostMemory(continuity.LastQuote, continuity.StickyFailure, ReadFirmware(bundle, rules), boot, MarkIma(bundle, rules)) { Policies = continuity.Policies };
        return true;
    }

    // Only how far the list was known: evidence that goes on from there is appraised with all that came before it (OpenBundle), and other evidence needs no more.
    private static ImaMemory? MarkIma(Bundle bundle, AppraisalRules rules)
    {
        if (!bundle.Context.WasImaShown)
        {
            return null;
        }

        var none = ImaMemory.Start(rules.Ima.Files) with { Offset = bundle.Context.KnownImaBytes, Entries = CountEntries(bundle.ImaLog ?? default) };
        return bundle.Context.KnownImaBytes > 0 ? none : none with { RulesDigest = ReadOnlyMemory<byte>.Empty };
    }

    private static int CountEntries(ReadOnlyMemory<byte> list)
    {
        var reader = new ImaListReader(list, 0);
        while (!reader.AtEnd && reader.TryRead(out _, out _))
        {
            // Counted by the reader.
        }

        return reader.Next;
    }

    // A log that cannot be read leaves nothing known; the appraisal says that it is missing.
    private static FirmwareMemory? ReadFirmware(Bundle bundle, AppraisalRules rules) =>
        bundle.FirmwareLog is { } log ? FirmwareLogStep.Read(log, SHA256.HashData(log.Span), rules.Banks, []) : null;

    private static bool TryReplay(
        Bundle bundle, AppraisalRules rules, Func<MeasuredDigest, ReadOnlyMemory<byte>?> policies, PolicyVersions versions, out BootMemory? boot,
        [NotNullWhen(false)] out string? problem)
    {
        (boot, problem) = (null, null);
        if (bundle.Context.KnownRecords == 0)
        {
            problem = bundle.Log.IsEmpty ? null : "log: there are records, and none was known";
            return problem is null;
        }

        var (logs, records) = (new ReplayState[rules.Banks.Count], (IReadOnlyList<CelRecord>)[]);
        for (var i = 0; i < logs.Length; i++)
        {
            if (!LogReplay.TryReplay(ReplayState.Start(rules.Banks[i], rules.Plan), bundle.Log, out var next, out records, out var problems))
            {
                problem = $"log: {problems[0]}";
                return false;
            }

            logs[i] = next;
        }

        if (logs[0].NextRecord != bundle.Context.KnownRecords)
        {
            problem = $"log: it has {logs[0].NextRecord} records, {bundle.Context.KnownRecords} were known";
            return false;
        }

        boot = new BootMemory(logs, Tell(records, new PolicyShelf(null, policies, null), [.. rules.Banks], versions), Judgement: null);
        return true;
    }

    private static BootStory Tell(IReadOnlyList<CelRecord> records, PolicyShelf shelf, AlgorithmId[] banks, PolicyVersions versions)
    {
        var reader = new StoryReader(BootStory.Empty, shelf, versions);
        foreach (var record in records)
        {
            reader.Read(record, banks);
        }

        return reader.Finish();
    }
}
