using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Appraisal.Steps;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal;

/// <summary>Writes a verdict as the claims of a result (docs/results.md).</summary>
internal sealed class ResultWriter(Appraisal appraisal, Round round)
{
    private readonly Guarantees? _guarantees = appraisal.Judgement?.Guarantees;
    private IReadOnlyList<Finding> _hostFindings = appraisal.Host.Findings;
    private IReadOnlyList<ResultGuarantee> _demanded = [];

    public AttestationResult Write(ResultRequest request)
    {
        Answer(request.Demands);
        var submods = new Dictionary<string, Submod>(StringComparer.Ordinal) { ["host"] = HostPart() };
        foreach (var uuid in request.Vms ?? [.. appraisal.Vms.Select(vm => vm.Uuid)])
        {
            submods[$"vm/{uuid}"] = VmPart(uuid, appraisal.Judgement?.Vms.GetValueOrDefault(uuid));
        }

        return new()
        {
            Profile = AttestationResult.VeraisonProfile,
            IssuedAt = request.IssuedAt.ToUnixTimeSeconds(),
            Expires = (request.IssuedAt + request.Lifetime).ToUnixTimeSeconds(),
            Issuer = request.Issuer,
            Audience = request.Audience,
            Nonce = request.Nonce,
            Verifier = request.Verifier,
            Submods = submods,
            Inputs = new()
            {
                Evidence = request.EvidenceDigest is { } digest ? Convert.ToHexStringLower(digest.Span) : null,
                References = Convert.ToHexStringLower(round.Context.References.Digest.Span),
                AppraisalPolicy = round.Context.Rules.PolicyDigest is { } rules ? Convert.ToHexStringLower(rules.Span) : null,
                Policy = appraisal.Judgement?.Story.Judged is { } judged ? Convert.ToHexStringLower(judged.Policy.CanonicalDigest.AsSpan()) : null,
                Challenge = round.IsFresh ? Base64UrlText.Encode(round.Evidence.ChallengeNonce.Span) : null,
            },
        };
    }

    // What one asker demands is in that asker's result alone: the verdict that several share stays as it is.
    private void Answer(DemandSet asked)
    {
        var operators = AnswersTo(round.Context.Rules.Guarantees, static (prover, demands) => prover.AnswerAgain(demands));
        var askers = AnswersTo(asked, static (prover, demands) => prover.Answer(demands));
        _demanded = [.. operators.Select(answer => answer.ToResult("operator")), .. askers.Select(answer => answer.ToResult("asker"))];
        var against = DemandStep.FindingsOf(askers, "guarantees").ToList();
        _hostFindings = against.Count == 0 ? appraisal.Host.Findings : Finding.InOrder([.. appraisal.Host.Findings, .. against]);
    }

    private IReadOnlyList<DemandAnswer> AnswersTo(DemandSet demands, Func<DemandProver, DemandSet, IReadOnlyList<DemandAnswer>> answer) =>
        demands.IsEmpty ? []
        : _guarantees is null ? DemandProver.Unknown(demands, "the host's log was not proven")
        : answer(_guarantees.Demands, demands);

    private Submod HostPart()
    {
        var vector = ReferenceEquals(_hostFindings, appraisal.Host.Findings) ? appraisal.Host.Vector : round.VectorOf(_hostFindings);
        return new()
        {
            Status = vector.Tier,
            TrustVector = vector,
            PolicyId = round.Context.Rules.PolicyId,
            Findings = [.. _hostFindings.Select(finding => finding.ToResult())],
            Guarantees = _guarantees is null && _demanded.Count == 0 ? null : [.. _guarantees?.Host ?? [], .. _demanded],
            Host = Host,
            Boot = round.Boot is { } boot ? ToResult(boot) : null,
        };
    }

    private Submod VmPart(Guid uuid, VmAppraisal? vm)
    {
        var vector = Appraisal.VectorOf(_hostFindings, vm);
        return new()
        {
            Status = vector.Tier,
            TrustVector = vector,
            PolicyId = round.Context.Rules.PolicyId,
            Findings = [.. Finding.InOrder([.. _hostFindings, .. vm?.Findings ?? []]).Select(finding => finding.ToResult())],
            Guarantees = vm is null || _guarantees is null ? (_demanded.Count == 0 ? null : _demanded) : [.. _guarantees.Host, .. _demanded, .. _guarantees.SharingOf(uuid)],
            Host = Host,
            Vm = new() { Uuid = uuid.ToString(), Name = vm?.Name ?? "", Label = vm?.Label ?? "", Running = vm is not null },
        };
    }

    private static ResultBoot ToResult(BootVerdict boot) => new()
    {
        SecureBoot = boot.SecureBootText,
        VerifiedBy = boot.SecureBoot == true ? boot.Chain.VerifiedBy : [],
        Loaders = boot.Chain.Loaders,
        Images = [.. boot.Chain.Images.Select(image => $"{boot.Chain.Bank.ToText()}:{Convert.ToHexStringLower(image)}")],
        Link = boot.Link switch
        {
            LinkState.Proven => "proven",
            LinkState.Broken => "broken",
            _ => "missing",
        },
    };

    private ResultHost Host => new() { Id = appraisal.Host.Id, Name = appraisal.Host.Name, Boot = appraisal.Host.BootId };
}
