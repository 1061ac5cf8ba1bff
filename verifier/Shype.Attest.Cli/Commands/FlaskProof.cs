using System.Collections.Immutable;
using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Cli.Output;
using Shype.Attest.Isolation.Flask;
using Shype.Attest.Isolation.Flask.Guarantees;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Demands;

namespace Shype.Attest.Cli.Commands;

/// <summary>What <c>shype isolation prove</c> does with a binary policy for Xen's FLASK.</summary>
internal static class FlaskProof
{
    public static int Prove(Report report, string name, byte[] file, IReadOnlyList<LoggedContent>? records, DemandSet? demanded)
    {
        var policy = Read(name, file);
        var digest = LoggedEvidence.DigestOf(file);
        var evidence = (records is null ? new FlaskEvidence(policy) { File = digest } : LoggedEvidence.Of(policy, digest, records)) with { Mediators = demanded?.Mediators ?? [] };
        IEnumerable<Guarantee> proven = demanded is null
            ? GuaranteeProof.Ids.Select(id => FlaskGuarantees.Prove(evidence, id))
            : demanded.Demands.Select(demand => FlaskDemandProof.Prove(evidence, demand));
        var what = $"binary policy for {(policy.Target == FlaskTarget.Xen ? "Xen" : "SELinux")}, version {policy.Version}";
        return IsolationProveCommand.Say(report, what, digest["sha256:".Length..], [.. proven]);
    }

    /// <summary>Whether and how anything gets from one type or context to another in some state that the policy admits.</summary>
    public static int Explain(Report report, string name, byte[] file, NoFlow flow, ImmutableHashSet<string> mediators)
    {
        var proven = FlaskDemandProof.Prove(new(Read(name, file)) { Mediators = mediators }, flow).Always!;
        return proven.Verdict == GuaranteeVerdict.Unknown
            ? throw CommandException.Unusable($"{name}: {proven.Missing}; 'shype policy show' lists the types")
            : IsolationCommands.Say(report, new(flow.From, flow.To, proven.Witness is not null, proven.Sentence, proven.Witness?.Path ?? [], []));
    }

    private static FlaskPolicy Read(string name, byte[] file) =>
        FlaskBinary.TryParse(file, out var policy, out var problem) ? policy : throw CommandException.Unusable($"{name}: {problem}");
}
