using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Appraisal.Steps;
using Shype.Attest.Appraisal.Story;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal;

/// <summary>
/// Evidence in, verdict out. A pure function of its two arguments, which takes these steps in this order:
/// <list type="number">
/// <item>endorsement key: with a certificate, where the rules demand it;</item>
/// <item>challenge: ours, for this host, not expired;</item>
/// <item>quote signature: by the enrolled key over exactly these bytes, which then are a quote that a TPM made;</item>
/// <item>qualifying data: the quote answers this challenge;</item>
/// <item>continuity: it is later than everything accepted before, by the same TPM;</item>
/// <item>PCR selection: it covers exactly what was asked;</item>
/// <item>firmware log and measurement log: read and replayed, ours from where it is known;</item>
/// <item>IMA list: replayed to the PCR 10 that is shown beside the quote;</item>
/// <item>PCR digest: all logs together add up to what was signed, and what is shown beside it is proven;</item>
/// <item>IMA: what the kernel loaded, as far as the quote covers it;</item>
/// <item>story: what the records tell, each start and attachment judged under the policy of its time;</item>
/// <item>references: the PCRs that must have one of their values, hypervisor, policy and every VM that runs;</item>
/// <item>boot chain: what the firmware log proves of Secure Boot, and that the boot loader started the hypervisor which the agent recorded;</item>
/// <item>demands: what the operator demands of isolation. What an asker demands is answered when the result is made.</item>
/// </list>
/// Every step adds all that it finds. A step whose input was not verified is listed as not evaluated, and what it would have read is not believed.
/// </summary>
public static class Appraiser
{
    /// <summary>Appraises one piece of evidence.</summary>
    public static Appraisal Appraise(Evidence evidence, AppraisalContext context)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(context);
        List<Finding> findings = [];
        EndorsementStep.Check(context, findings);
        var isOurs = ChallengeStep.Check(evidence, context, findings);
        if (QuoteSignatureStep.Check(evidence, context, findings) is not { } quote)
        {
            NotEvaluated(findings, "qualifying data", "continuity", "PCR selection", "firmware log", "measurement log", "PCR digest", "IMA", "hypervisor", "policy", "VMs", "boot chain");
            return new(new Round(evidence, context), findings, null, null, context.Memory);
        }

        var isAnswer = QualifyingDataStep.Check(quote, evidence, context, findings);
        var (facts, isLater) = ContinuityStep.Check(quote, evidence, context, findings);
        var isCovered = PcrSelectionStep.Check(quote, evidence.Origin == EvidenceOrigin.Tools ? context.Rules.ToolPcrs : context.Pcrs, findings);
        var round = new Round(evidence, context) { Facts = facts, IsFresh = isOurs && isAnswer && isLater };
        if (!round.IsFresh || !isCovered)
        {
            NotEvaluated(findings, "firmware log", "measurement log", "PCR digest", "IMA", "hypervisor", "policy", "VMs", "boot chain");
            return Conclude(round, findings, null, null, null);
        }

        return AppraiseLogs(round, quote, findings);
    }

    /// <summary>
    /// Appraises evidence a second time, where somebody else on the same store took it in and the context has the memory that is kept since: the same verdict, for
    /// those who asked here. That it was accepted counts for nothing: signature, challenge and PCR digest are checked as ever, against logs that are known by now.
    /// Evidence that was not accepted, or is not the last that was, is appraised as if it came now. <paramref name="before"/> is what was known when it was accepted.
    /// </summary>
    public static Appraisal AppraiseAgain(Evidence evidence, KnownLogs before, AppraisalContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Memory is { } memory && memory.IsOf(evidence) ? Appraise(memory.Rest(evidence, before), context with { IsAgain = true }) : Appraise(evidence, context);
    }

    private static Appraisal AppraiseLogs(Round round, SignedQuote quote, List<Finding> findings)
    {
        var (evidence, context) = (round.Evidence, round.Context);
        var banks = BanksOf(quote);
        var firmware = FirmwareLogStep.Check(evidence, banks, context.Memory, findings);
        var log = round.IsOfTools ? MeasurementLogStep.None(banks, context) : MeasurementLogStep.Check(evidence, banks, round.KnownBoot, context, findings);
        if (firmware is null || log is null)
        {
            PcrDigestStep.CheckWithoutLogs(quote, evidence, findings);
            NotEvaluated(findings, "PCR digest", "IMA", "hypervisor", "policy", "VMs", "boot chain");
            return Conclude(round, findings, null, null, null);
        }

        var ima = ImaReplayStep.Replay(quote, evidence, firmware, round.KnownIma, context);
        if (!PcrDigestStep.Check(quote, firmware, log, ima, evidence, findings))
        {
            NotEvaluated(findings, "IMA", "hypervisor", "policy", "VMs", "boot chain");
            return Conclude(round, findings, null, null, null);
        }

        PcrReferenceStep.Check(quote, firmware, log, ima, context, findings);
        round = round with { NewIma = ImaStep.Check(ima, firmware, context.Rules.Ima, findings) };
        return round.IsOfTools ? AppraiseBoot(round, quote, firmware, findings) : AppraiseStory(round, quote, firmware, log, banks, findings);
    }

    // What stock tools show ends where an agent's log would begin; that is said, and nothing is claimed beyond.
    private static Appraisal AppraiseBoot(Round round, SignedQuote quote, FirmwareMemory firmware, List<Finding> findings)
    {
        round = round with { Boot = BootChainStep.Check(quote, firmware.Chain, BootStory.Empty, round.Context.Rules, findings) };
        findings.Add(new(FindingCode.AgentLogNotShown, "log"));
        NotEvaluated(findings, "measurement log", "hypervisor", "policy", "VMs");
        return Conclude(round, findings, null, firmware, null);
    }

    private static Appraisal AppraiseStory(Round round, SignedQuote quote, FirmwareMemory firmware, ReplayedLog log, AlgorithmId[] banks, List<Finding> findings)
    {
        var (evidence, context) = (round.Evidence, round.Context);
        var before = log.From?.Story ?? BootStory.Empty;
        var shelf = new PolicyShelf(evidence.Policy, context.KnownPolicy, before.Judged?.Policy);
        var known = round.Policies;
        var (story, isComplete, versions) = Read(before, log, shelf, banks, log.From is null ? known.AtBoot : known.Seen);
        if (log.Logs[0].NextRecord == 0)
        {
            findings.Add(new(FindingCode.BootRecordMissing, "log"));
        }

        var judgement = JudgementStep.Check(story, log.Records, log.From?.Judgement, shelf, context);
        if (evidence.Policy is not null)
        {
            PolicyStep.CheckSent(story, shelf, judgement.Host, findings);
        }

        round = round with { Boot = BootChainStep.Check(quote, firmware.Chain, story, context.Rules, findings) };
        findings.AddRange(DemandStep.Check(judgement, context.Rules.Guarantees));
        // Records that could not be judged for want of a policy are asked for again, until there is one.
        var boot = isComplete ? new BootMemory(log.Logs, story, judgement) : log.From;
        round = round with { NewPolicy = shelf.Proven, Policies = isComplete ? known with { Seen = versions } : known };
        return Conclude(round, findings, judgement, firmware, boot);
    }

    private static (BootStory Story, bool IsComplete, PolicyVersions Versions) Read(
        BootStory before, ReplayedLog log, PolicyShelf shelf, AlgorithmId[] banks, PolicyVersions versions)
    {
        if (log.Records.Count == 0 && (before.Judged is not null || before.Policy?.Value.Module != PolicyShelf.Module))
        {
            return (before, true, versions);
        }

        var reader = new StoryReader(before, shelf, versions);
        foreach (var record in log.Records)
        {
            reader.Read(record, banks);
        }

        return (reader.Finish(), reader.IsComplete, reader.Versions);
    }

    private static Appraisal Conclude(Round round, List<Finding> findings, Judgement? judgement, FirmwareMemory? firmware, BootMemory? boot)
    {
        var memory = round.Context.Memory;
        var earlier = round.IsSameBoot ? memory?.StickyFailure : null;
        if (earlier is { } code && !IsAmong(code, findings, judgement))
        {
            var text = FindingCatalogue.KindOf(code).Text;
            findings.Add(new(FindingCode.EarlierFailureInThisBoot, "host", Found: text, Detail: text));
        }

        var host = HostOf(round, findings, judgement);
        if (!round.IsFresh)
        {
            // Whoever can repeat an old quote must not be able to spoil what is known about the host.
            return new(round, findings, judgement, host, memory);
        }

        if (findings.Count == 0 && boot?.Judgement is { } judged && ReferenceEquals(judged, judgement) && !ReferenceEquals(judged.Settled?.Host, host))
        {
            boot = boot with { Judgement = judged with { Settled = new(host, round.Context.EnrolmentFindings) } };
        }

        return new(round, findings, judgement, host, new HostMemory(
            round.Facts!, earlier ?? FirstSticky(host.Findings), firmware ?? memory?.Firmware, boot ?? round.KnownBoot, round.NewIma ?? round.KnownIma)
        {
            Policies = Accept(round, host, judgement),
        });
    }

    // A policy counts as one that the host may not go back behind once the host was accepted with it: what it merely shows must not lock it out.
    private static PolicyMemory Accept(Round round, HostAppraisal host, Judgement? judgement) =>
        judgement?.Story.Judged?.Policy is not { } policy || host.Findings.Any(finding => finding.IsFailure) ? round.Policies
        : round.Context.Rules.AllowPolicyRollback ? round.Policies with { Accepted = round.Policies.Accepted.Set(policy) }
        : round.Policies with { Accepted = round.Policies.Accepted.With(policy) };

    private static HostAppraisal HostOf(Round round, List<Finding> findings, Judgement? judgement)
    {
        var context = round.Context;
        if (findings.Count == 0 && judgement?.Settled is { } settled && ReferenceEquals(settled.Enrolment, context.EnrolmentFindings)
            && settled.Host.Id == context.HostId && settled.Host.Name == context.HostName)
        {
            return settled.Host;
        }

        var all = Finding.InOrder(
            new[] { context.EnrolmentFindings, findings, judgement?.Story.Facts ?? [], judgement?.Host ?? [] }.SelectMany(part => part).Select(context.Rules.Weigh));
        return new() { Id = context.HostId, Name = context.HostName, BootId = judgement?.Story.BootId, Findings = all, Vector = round.VectorOf(all) };
    }

    private static bool IsAmong(FindingCode code, List<Finding> findings, Judgement? judgement) =>
        findings.Exists(finding => finding.Code == code) || judgement?.Story.Facts.Any(fact => fact.Code == code) == true;

    private static FindingCode? FirstSticky(IReadOnlyList<Finding> findings)
    {
        foreach (var finding in findings)
        {
            if (finding.Kind.Sticky)
            {
                return finding.Code;
            }
        }

        return null;
    }

    private static AlgorithmId[] BanksOf(SignedQuote quote)
    {
        var selections = quote.Body.Selections.Selections;
        var banks = new AlgorithmId[selections.Count];
        for (var i = 0; i < banks.Length; i++)
        {
            banks[i] = selections[i].Bank;
        }

        return banks;
    }

    private static void NotEvaluated(List<Finding> findings, params ReadOnlySpan<string> steps)
    {
        foreach (var step in steps)
        {
            findings.Add(new(FindingCode.NotEvaluated, step));
        }
    }
}
