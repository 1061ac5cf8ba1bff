using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation;

/// <summary>
/// What the labels of a policy become under the next: the label that says it takes the place of it (<c>from</c>), else the one of the same name, unless that one
/// takes the place of another; else nothing, and what is stored keeps the old label marked as invalid.
/// </summary>
internal sealed class LabelSuccession(AcmPolicy now, AcmPolicy next)
{
    public AcmPolicy Next => next;

    public IEnumerable<PolicyChangeProblem> Problems() =>
    [
        .. Problems("VM", next.VmLabels.Select(label => (label.Name, label.From)), name => now.FindVmLabel(name) is not null),
        .. Problems("resource", next.ResourceLabels.Select(label => (label.Name, label.From)), name => now.FindResourceLabel(name) is not null),
    ];

    public string? OfVm(string? label) => label is null ? null : Successor(label, next.VmLabels.Select(candidate => (candidate.Name, candidate.From))) ?? Invalid(label);

    /// <summary>The host keeps its label; only from or to the default policy it takes the bootstrap label, as after a boot.</summary>
    public string OfHost(string label) =>
        label == now.Bootstrap && (now.Name == PolicyChange.DefaultName || next.Name == PolicyChange.DefaultName) ? next.Bootstrap : OfVm(label)!;

    public string? OfResource(Resource resource) => resource switch
    {
        { Label: null or SpecialLabels.Inaccessible or SpecialLabels.Unlabeled } => resource.Label,
        { IsChannel: true } => OfVm(resource.Label),
        _ => Successor(resource.Label, next.ResourceLabels.Select(candidate => (candidate.Name, candidate.From))) ?? Invalid(resource.Label),
    };

    private string Invalid(string label) => $"{SpecialLabels.InvalidPrefix}ACM:{now.Name}:{label}";

    private static string? Successor(string label, IEnumerable<(string Name, string? From)> candidates)
    {
        string? sameName = null;
        foreach (var (name, from) in candidates)
        {
            if (from == label)
            {
                return name;
            }

            if (name == label && from is null)
            {
                sameName = name;
            }
        }

        return sameName;
    }

    private ImmutableArray<PolicyChangeProblem> Problems(string kind, IEnumerable<(string Name, string? From)> labels, Func<string, bool> isKnown)
    {
        var problems = ImmutableArray.CreateBuilder<PolicyChangeProblem>();
        foreach (var successors in labels.Where(label => label.From is not null).GroupBy(label => label.From!))
        {
            if (!isKnown(successors.Key))
            {
                Add($"{kind} label {Quote.Name(successors.First().Name)} takes the place of {Quote.Name(successors.Key)}, which policy {now} does not have");
            }
            else if (successors.Count() > 1)
            {
                Add($"{kind} labels {Quote.Set([.. successors.Select(label => label.Name)])} all take the place of {Quote.Name(successors.Key)}");
            }
        }

        return problems.ToImmutable();

        void Add(string sentence) => problems.Add(new(PolicyChangeProblemCode.BadSuccession, sentence));
    }
}
