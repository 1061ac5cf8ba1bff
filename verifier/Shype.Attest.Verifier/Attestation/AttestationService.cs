using System.Text;
using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Bundles;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;
using Shype.Attest.Verifier.Watch;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>
/// The only orchestration: take evidence, appraise, sign, keep, answer whoever waits. Evidence of one host is taken one after the other; a
/// verdict is told to anybody only after it is on the disk.
/// </summary>
internal sealed partial class AttestationService(
    HostDirectory hosts, ChallengeIssuer challenges, LiveHosts live, CurrentReferences references, PolicyLibrary policies, Results results,
    CurrentAppraisalPolicies appraisalPolicies, IAttestationStore store, IReplicaStore others, IStagedLogs staged, TimeProvider clock, ILogger<AttestationService> log)
{
    /// <summary>A challenge for a host, at once.</summary>
    public async Task<Challenge> ChallengeAsync(HostEntry host, CancellationToken cancellationToken)
    {
        using var span = Telemetry.Span(TelemetrySpan.Challenge);
        if (host.Knowledge is { } known)
        {
            return challenges.Issue(host.Record.Id, known.Memory, RulesOf(host));
        }

        await host.Gate.WaitAsync(cancellationToken);
        try
        {
            return challenges.Issue(host.Record.Id, (await hosts.KnowAsync(host, cancellationToken)).Memory, RulesOf(host));
        }
        finally
        {
            host.Gate.Release();
        }
    }

    /// <summary>Appraises evidence of a host; the answer is the signed result about the host and all its VMs, null where the verifier failed.</summary>
    public Task<string?> AppraiseAsync(HostEntry host, Evidence evidence, byte[] encoded, CancellationToken cancellationToken) =>
        AppraiseAsync(host, evidence, encoded, sessionNonce: null, cancellationToken);

    /// <summary>The same for evidence that answers the nonce of a session, which its caller has spent, instead of a challenge of ours.</summary>
    public async Task<string?> AppraiseAsync(HostEntry host, Evidence evidence, byte[] encoded, byte[]? sessionNonce, CancellationToken cancellationToken)
    {
        var answer = HostAnswer.None(AskFailure.Internal);
        await host.Gate.WaitAsync(cancellationToken);
        try
        {
            // From here on to the end, even if the agent hangs up: a verdict that is known must be kept.
            if (await AppraiseInOrderAsync(host, evidence, encoded, sessionNonce) is not { } kept)
            {
                return null;
            }

            answer = HostAnswer.Of(kept.Verdict);
            return kept.Verdict.Appraisal is null ? null : kept.Token;
        }
        finally
        {
            host.Gate.Release();
            live.Answer(host.Record.Id, evidence.ChallengeNonce.Span, answer);
        }
    }

    // Null where the host may not speak any more.
    private async Task<(HostVerdict Verdict, string Token)?> AppraiseInOrderAsync(HostEntry host, Evidence evidence, byte[] encoded, byte[]? sessionNonce)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await AppraiseOnceAsync(host, evidence, encoded, sessionNonce);
            }
            catch (StaleHostException) when (attempt < MaxAttempts)
            {
                // Another verifier appraised or decided in between; by what holds now, once more.
                await hosts.RefreshAsync(host, CancellationToken.None);
                if (host.Record.State != HostState.Enrolled)
                {
                    return null;
                }
            }
            catch (StoreException)
            {
                // Whether it is on the disk is not known: what is there is read anew for the next evidence.
                (host.Knowledge, host.LastVms) = (null, null);
                throw;
            }
        }
    }

    private async Task<(HostVerdict Verdict, string Token)> AppraiseOnceAsync(HostEntry host, Evidence evidence, byte[] encoded, byte[]? sessionNonce)
    {
        // Before anything else is read of it: what changes later makes the verdict stale.
        var revision = host.Record.Revision;
        var inputs = InputsOf(host, sessionNonce);
        var now = inputs.Now;
        var brought = evidence;
        if (await JoinAsync(host, evidence, inputs) is { } whole)
        {
            (evidence, encoded) = (whole, whole.Encode());
        }

        var (verdict, token) = await TryAppraiseAsync(host, evidence, encoded, inputs);
        var (appraisal, before) = (verdict.Appraisal, host.Knowledge?.Memory);
        var vms = VmsOf(host, appraisal);
        var policy = policies.ToStore(appraisal?.NewPolicy);
        var status = appraisal?.Host.Status ?? TrustTier.None;
        var commit = new AppraisalCommit
        {
            HostId = host.Record.Id,
            Revision = revision,
            Appraisals = host.Knowledge?.Appraisals,
            At = now,
            Status = status,
            Boot = appraisal?.Host.BootId ?? host.Record.Boot,
            Evidence = encoded,
            EvidenceDigest = verdict.EvidenceDigest,
            Challenge = evidence.ChallengeNonce.ToArray(),
            IsAccepted = appraisal is { IsFresh: true },
            UsedStaged = appraisal is { IsFresh: true } && !ReferenceEquals(evidence, brought),
            Result = token,
            Memory = appraisal?.Memory?.Encode(),
            Context = appraisal is null ? null : ContextOf(host, appraisal, before, inputs).Encode(),
            Logs = appraisal is null ? [] : Archive.NewPieces(evidence, before, appraisal),
            Parts = inputs.References.Origin.ToStore,
            Vms = vms is not null && host.LastVms is { } last && last.SequenceEqual(vms) ? null : vms,
            Policy = policy,
            Watch = WatchNote.Of(appraisal),
        };
        using (Telemetry.Span(TelemetrySpan.Keep))
        {
            await store.CommitAsync(commit, CancellationToken.None);
        }

        Telemetry.Kept(encoded.Length + token.Length + commit.Logs.Sum(piece => (long)piece.Bytes.Length));
        WatchMeter.Verdict(status);
        inputs.References.Origin.MarkKept();
        host.Update(record => record with
        {
            SeenAt = now, Status = status, Boot = appraisal?.Host.BootId ?? record.Boot, Vms = vms?.Count ?? record.Vms,
        });
        host.LastVms = vms ?? host.LastVms;
        if (host.Knowledge is { } known)
        {
            host.Knowledge = known with { Memory = appraisal is null ? known.Memory : appraisal.Memory, Appraisals = known.Appraisals + 1 };
        }

        if (policy is not null && appraisal?.NewPolicy is { } file)
        {
            policies.Add(policy.File, file.SourceDigest, file.CanonicalDigest);
        }

        return (verdict, token);
    }

    // Threat row R04: whatever goes wrong with one host's evidence is that host's "nothing is known", never a yes and never the end of the service.
    private async Task<(HostVerdict Verdict, string Token)> TryAppraiseAsync(HostEntry host, Evidence evidence, byte[] encoded, Inputs inputs)
    {
        var digest = Evidence.Digest(encoded);
        try
        {
            var known = await hosts.KnowAsync(host, CancellationToken.None);
            var verdict = new HostVerdict(Telemetry.Appraise(evidence, Context(host.Record, known, evidence, inputs)), digest);
            var token = results.Sign(verdict, host, evidence.ChallengeNonce.Span);
            log.Appraised(host.Record.Id, verdict.Appraisal!.Host.Status, verdict.Appraisal.Findings.FirstOrDefault(finding => finding.IsFailure)?.Kind.Text);
            return (verdict, token);
        }
#pragma warning disable CA1031 // the border at which one host's failure ends
        catch (Exception failure)
#pragma warning restore CA1031
        {
            log.AppraisalFailed(failure, host.Record.Id);
            var verdict = new HostVerdict(null, digest);
            return (verdict, results.Sign(verdict, host, evidence.ChallengeNonce.Span));
        }
    }

    private AppraisalContext Context(HostRecord host, HostKnowledge known, Evidence evidence, Inputs inputs) => new()
    {
        HostId = host.Id,
        HostName = host.Name,
        AkKey = known.Key.Key,
        AkName = known.Key.Name,
        Pcrs = inputs.Policy.Rules.Pcrs,
        NonceProblem = inputs.SessionNonce is null ? challenges.Check(evidence.ChallengeNonce.Span, host.Id, inputs.Policy.Rules) : ChallengeNonceProblem.None,
        ExpectedNonce = inputs.SessionNonce is { } nonce ? nonce.AsMemory() : default(ReadOnlyMemory<byte>?),
        Memory = known.Memory,
        References = inputs.References.Set,
        KnownPolicy = policies.Find,
        Rules = inputs.Policy.Rules,
        EnrolmentFindings = known.EnrolmentFindings,
        Now = inputs.Now,
    };

    private static BundleContext ContextOf(HostEntry host, Appraisal.Appraisal appraisal, HostMemory? before, Inputs inputs) => new()
    {
        HostId = host.Record.Id,
        HostName = host.Record.Name,
        Group = host.Record.PolicyGroup,
        At = inputs.Now,
        NonceProblem = appraisal.NonceProblem,
        KnownRecords = appraisal.KnownRecords,
        KnownImaBytes = appraisal.KnownImaBytes,
        WasImaShown = appraisal.WasImaShown,
        AppraisalPolicyVersion = inputs.Policy.Version,
        ReferencesVersion = inputs.References.Version,
        SignedReferencesDigest = inputs.References.Origin.Digest,
        AkPublic = host.Record.AkPublic,
        EnrolmentFindings = Encoding.UTF8.GetBytes(host.Record.EnrolmentFindings),
        Before = before is null ? default(ReadOnlyMemory<byte>?) : before.EncodeContinuity(),
    };

    private Inputs InputsOf(HostEntry host, byte[]? sessionNonce = null)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        return new Inputs(appraisalPolicies.Of(host.Record.PolicyGroup), references.InForceAt(now), now, sessionNonce);
    }

    private AppraisalRules RulesOf(HostEntry host) => appraisalPolicies.Of(host.Record.PolicyGroup).Rules;

    // Taken once, so that a verdict and what is kept about it speak of the same versions. Whole milliseconds, as bundles carry them.
    private sealed record Inputs(CurrentAppraisalPolicies.Versioned Policy, ReferencesInForce References, DateTimeOffset Now, byte[]? SessionNonce);

    // Only what a fresh quote proved moves VMs.
    private static IReadOnlyList<VmPlace>? VmsOf(HostEntry host, Appraisal.Appraisal? appraisal) =>
        appraisal is { IsFresh: true, IsProven: true } ? [.. appraisal.Vms.Select(vm => new VmPlace(host.Record.Id, vm.Uuid, vm.Name, vm.Label ?? ""))] : null;

    private const int MaxAttempts = 5;
}
