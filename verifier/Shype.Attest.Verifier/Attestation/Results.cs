using System.Reflection;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Signing;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>From verdicts to signed results.</summary>
internal sealed class Results(ResultSigner signer, VerifierOptions options, TimeProvider clock)
{
    /// <summary>Signs a verdict for an agent that showed evidence; about all VMs that run.</summary>
    public string Sign(HostVerdict verdict, HostEntry host, ReadOnlySpan<byte> nonce) => Sign(verdict, host, nonce, DemandSet.None, vms: null);

    /// <summary>Signs a verdict for whoever asked, with answers to what it demands; about these VMs, or all that run.</summary>
    public string Sign(HostVerdict verdict, HostEntry host, Question question, IReadOnlyCollection<Guid>? vms) => Sign(verdict, host, question.Nonce, question.Demands, vms);

    private string Sign(HostVerdict verdict, HostEntry host, ReadOnlySpan<byte> nonce, DemandSet demands, IReadOnlyCollection<Guid>? vms)
    {
        using var span = Telemetry.Span(TelemetrySpan.Sign);
        var text = Base64UrlText.Encode(nonce);
        return signer.Sign(verdict.Appraisal is { } appraisal
            ? appraisal.ToResult(new ResultRequest
            {
                Verifier = Self,
                IssuedAt = clock.GetUtcNow(),
                Lifetime = options.ResultLifetime,
                Issuer = options.Issuer,
                Nonce = text,
                Vms = vms,
                Demands = demands,
                EvidenceDigest = verdict.EvidenceDigest,
            })
            : Malfunction(verdict, host, text));
    }

    /// <summary>Signs that evidence is nobody's whom the verifier knows: an answer like any other, and it says no.</summary>
    public string SignUnknown(Finding finding, Evidence evidence, ReadOnlySpan<byte> nonce, EarForm form)
    {
        var vector = TrustMapping.ToolHost([finding]);
        return signer.Sign(Frame(Base64UrlText.Encode(nonce), Evidence.Digest(evidence.Encode()), new Submod { Status = vector.Tier, TrustVector = vector, Findings = [finding.ToResult()] }), form).Text!;
    }

    /// <summary>A result of ours in another form: null where it is none, or expired. Nothing that the store says is signed that was not signed before.</summary>
    public SignedResult? Convert(string token, EarForm form) =>
        ResultToken.TryVerify(token, signer.Published, new TokenExpectation { Now = clock.GetUtcNow(), Nonce = null }, out var result, out _) ? signer.Sign(result, form) : null;

    // AR4SI 2.3.2: -1 everywhere; the tier is "none", so nobody takes it for a yes.
    private AttestationResult Malfunction(HostVerdict verdict, HostEntry host, string nonce) => Frame(nonce, verdict.EvidenceDigest, new Submod
    {
        Status = TrustTier.None,
        TrustVector = TrustVector.All(-1),
        Host = new ResultHost { Id = host.Record.Id, Name = host.Record.Name },
    });

    private AttestationResult Frame(string nonce, byte[] evidenceDigest, Submod host)
    {
        var now = clock.GetUtcNow();
        return new AttestationResult
        {
            Profile = AttestationResult.VeraisonProfile,
            IssuedAt = now.ToUnixTimeSeconds(),
            Expires = (now + options.ResultLifetime).ToUnixTimeSeconds(),
            Issuer = options.Issuer,
            Verifier = Self,
            Nonce = nonce,
            Submods = new Dictionary<string, Submod>(StringComparer.Ordinal) { ["host"] = host },
            Inputs = new ResultInputs { Evidence = System.Convert.ToHexStringLower(evidenceDigest) },
        };
    }

    private static readonly VerifierId Self = new()
    {
        Developer = "https://shype.dev",
        Build = "shype-verifier " + (typeof(Results).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0"),
    };
}
