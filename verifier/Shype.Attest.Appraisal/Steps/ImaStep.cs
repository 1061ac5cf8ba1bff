using System.Collections.Immutable;
using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Steps;

/// <summary>
/// What the kernel loaded, of the entries that a quote covers: whether the list is of this boot, and each file by the rules. Entries behind the quote are not
/// looked at; the next quote covers them.
/// </summary>
internal static class ImaStep
{
    public static ImaMemory? Check(ReplayedIma ima, FirmwareMemory firmware, ImaDemands demands, List<Finding> findings)
    {
        if (ima.Problem is { } problem)
        {
            findings.Add(problem);
            return null;
        }

        if (ima.From is not { } from)
        {
            SayMissing(ima, demands, findings);
            return null;
        }

        var memory = ima.Proven.IsEmpty && from.Banks.Count > 0 ? from : Judge(ima, from, firmware, demands.Files);
        findings.AddRange(memory.Facts);
        if (memory.Entries == 0 && demands.Mode == ImaMode.Demanded)
        {
            findings.Add(new(FindingCode.ImaLogMissing, "ima", Detail: ": it is empty"));
        }

        if (memory.Judged > 0 && memory.Judged == memory.Good && memory.Facts.IsEmpty)
        {
            findings.Add(new(FindingCode.ImaFilesKnown, "ima", Detail: $"{memory.Good} of {memory.Entries} entries are files that were judged"));
        }

        return memory;
    }

    private static void SayMissing(ReplayedIma ima, ImaDemands demands, List<Finding> findings)
    {
        if (demands.Mode == ImaMode.Demanded || ima.WasShown)
        {
            findings.Add(new(FindingCode.ImaLogMissing, "ima", Detail: !ima.IsQuoted ? ", and PCR 10 was not asked for" : ima.WasShown ? ", though it was shown before in this boot" : ""));
        }
        else if (ima.IsStarted)
        {
            findings.Add(new(FindingCode.ImaLogNotShown, "ima"));
        }
    }

    private static ImaMemory Judge(ReplayedIma ima, ImaMemory from, FirmwareMemory firmware, ImaRuleSet rules)
    {
        var facts = new Facts(from.Facts);
        var judge = new ImaJudge(rules, [.. firmware.Banks.Select(bank => bank.Values)]);
        var reader = new ImaListReader(ima.Proven, from.Entries);
        Span<byte> sha1 = stackalloc byte[AlgorithmId.Sha1.DigestSize()];
        while (!reader.AtEnd && reader.TryRead(out var entry, out _))
        {
            if (entry.Pcr != ImaPcr.Usual)
            {
                // It may stand in the list without ever having been extended: nothing in it is judged.
                facts.Add(new(FindingCode.ImaEntryElsewhere, Subject(entry.Name), (ulong)entry.Index, Detail: $"PCR {entry.Pcr}"));
                continue;
            }

            entry.HashContent(AlgorithmId.Sha1, sha1);
            judge.Judge(entry, sha1, finding => facts.Add(ToFinding(finding)));
        }

        return new(from.Offset + (ulong)ima.Proven.Length, reader.Next, ima.Banks, rules.Digest, facts.Kept.ToImmutable(), from.Judged + judge.Judged, from.Good + judge.Good);
    }

    private static Finding ToFinding(ImaFinding finding) => new(
        finding.Code switch
        {
            ImaFindingCode.TemplateHashMismatch => FindingCode.ImaTemplateHashMismatch,
            ImaFindingCode.Violation => FindingCode.ImaViolation,
            ImaFindingCode.OtherPcr => FindingCode.ImaEntryElsewhere,
            ImaFindingCode.UnknownTemplate or ImaFindingCode.UnknownAlgorithm => FindingCode.ImaEntryUnknown,
            ImaFindingCode.BootAggregateMissing or ImaFindingCode.BootAggregateMismatch => FindingCode.ImaBootAggregateMismatch,
            ImaFindingCode.BootAggregateNotChecked => FindingCode.ImaBootAggregateNotChecked,
            ImaFindingCode.BufferMismatch => FindingCode.ImaBufferMismatch,
            ImaFindingCode.SignatureKeyUnknown => FindingCode.ImaSignatureKeyUnknown,
            ImaFindingCode.SignatureMissing => FindingCode.ImaSignatureMissing,
            ImaFindingCode.SignatureInvalid or ImaFindingCode.SignatureMalformed or ImaFindingCode.SignatureNotChecked => FindingCode.ImaSignatureInvalid,
            ImaFindingCode.FileDenied => FindingCode.ImaFileDenied,
            ImaFindingCode.FileChanged => FindingCode.ImaFileChanged,
            ImaFindingCode.FileUnknown => FindingCode.ImaFileUnknown,
            _ => FindingCode.ImaLogMalformed,
        },
        Subject(finding.Name ?? "the list"),
        (ulong?)finding.Entry,
        finding.Expected,
        finding.Found,
        finding.Detail);

    private static string Subject(string name) => name.Length <= MaxSubject ? name : name[..MaxSubject] + "...";

    // The first ones of each kind say it; a host that loads a thousand unknown files is no worse known by all of their names.
    private sealed class Facts(ImmutableArray<Finding> known)
    {
        private readonly Dictionary<FindingCode, int> _counts = known.GroupBy(fact => fact.Code).ToDictionary(group => group.Key, group => group.Count());

        public ImmutableArray<Finding>.Builder Kept { get; } = known.ToBuilder();

        public void Add(Finding fact)
        {
            var count = _counts.GetValueOrDefault(fact.Code);
            if (count < AppraisalLimits.MaxFactsPerCode)
            {
                _counts[fact.Code] = count + 1;
                Kept.Add(fact);
            }
        }
    }

    private const int MaxSubject = 512;
}
