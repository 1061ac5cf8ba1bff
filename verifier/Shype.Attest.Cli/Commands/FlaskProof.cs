using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Isolation.Flask;
using Shype.Attest.Isolation.Flask.Guarantees;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Measurement.Cel;

namespace Shype.Attest.Cli.Commands;

/// <summary>What <c>shype isolation prove</c> does with a binary policy for Xen's FLASK.</summary>
internal static class FlaskProof
{
    public static int Prove(Report report, string name, byte[] file, IReadOnlyList<CelRecord>? records, DemandSet? demanded)
    {
        if (!FlaskBinary.TryParse(file, out var policy, out var problem))
        {
            throw CommandException.Unusable($"{name}: {problem}");
        }

        var digest = IsolationInputs.DigestOf(file);
        var evidence = (records is null ? new FlaskEvidence(policy) { File = digest } : LoggedEvidence.Of(policy, digest, records)) with { Mediators = demanded?.Mediators ?? [] };
        IEnumerable<Guarantee> proven = demanded is null
            ? GuaranteeProof.Ids.Select(id => FlaskGuarantees.Prove(evidence, id))
            : demanded.Demands.Select(demand => FlaskDemandProof.Prove(evidence, demand));
        var what = $"binary policy for {(policy.Target == FlaskTarget.Xen ? "Xen" : "SELinux")}, version {policy.Version}";
        return IsolationProveCommand.Say(report, what, digest["sha256:".Length..], [.. proven]);
    }
}
