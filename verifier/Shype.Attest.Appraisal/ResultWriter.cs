using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal;

/// <summary>Writes a verdict as the claims of a result (docs/results.md).</summary>
internal sealed class ResultWriter(Appraisal appraisal, Round round)
{
    private readonly Guarantees? _guarantees = appraisal.Judgement is { } judgement ? new(judgement) : null;

    public AttestationResult Write(ResultRequest request)
    {
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

    private Submod HostPart() => new()
    {
        Status = appraisal.Host.Status,
        TrustVector = appraisal.Host.Vector,
        PolicyId = round.Context.Rules.PolicyId,
        Findings = [.. appraisal.Host.Findings.Select(ToResult)],
        Guarantees = _guarantees?.Host,
        Host = Host,
    };

    private Submod VmPart(Guid uuid, VmAppraisal? vm)
    {
        var vector = appraisal.VectorOf(vm);
        return new()
        {
            Status = vector.Tier,
            TrustVector = vector,
            PolicyId = round.Context.Rules.PolicyId,
            Findings = [.. Finding.InOrder([.. appraisal.Host.Findings, .. vm?.Findings ?? []]).Select(ToResult)],
            Guarantees = vm is null || _guarantees is null ? null : [.. _guarantees.Host, .. _guarantees.SharingOf(uuid)],
            Host = Host,
            Vm = new() { Uuid = uuid.ToString(), Name = vm?.Name ?? "", Label = vm?.Label ?? "", Running = vm is not null },
        };
    }

    private ResultHost Host => new() { Id = appraisal.Host.Id, Name = appraisal.Host.Name, Boot = appraisal.Host.BootId };

    private static ResultFinding ToResult(Finding finding) => new()
    {
        Code = finding.Kind.Text,
        Severity = finding.Severity switch
        {
            FindingSeverity.Failure => "failure",
            FindingSeverity.Warning => "warning",
            _ => "information",
        },
        Subject = finding.Subject,
        Text = finding.Text,
        Record = finding.Record,
        Expected = finding.Expected,
        Found = finding.Found,
        Advice = finding.Kind.Advice,
    };
}
