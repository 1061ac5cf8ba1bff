namespace Shype.Attest.Appraisal.References;

/// <summary>Joins a proposal into the values that operators keep.</summary>
public static class ProposedReferences
{
    /// <summary>
    /// The operators' own values with what is new in a proposal. What is in force already, under whatever name, is not repeated. A VM takes the place of the
    /// entry with its uuid, or with its name where that has none, so that its image of before is not good any more; hypervisors, agents and policies become further
    /// alternatives, because other hosts may run the others.
    /// </summary>
    public static ReferenceDocument Join(ReferenceDocument own, ReferenceDocument inForce, ReferenceDocument proposal)
    {
        ArgumentNullException.ThrowIfNull(own);
        ArgumentNullException.ThrowIfNull(inForce);
        ArgumentNullException.ThrowIfNull(proposal);
        List<VmReference> vms = [.. New(inForce.Vms, proposal.Vms, vm => new() { Format = 1, Vms = [vm] })];
        return own with
        {
            Hypervisors = [.. own.Hypervisors, .. New(inForce.Hypervisors, proposal.Hypervisors, entry => new() { Format = 1, Hypervisors = [entry with { Name = "" }] })],
            Agents = [.. own.Agents, .. New(inForce.Agents, proposal.Agents, entry => new() { Format = 1, Agents = [entry with { Name = "" }] })],
            Policies = [.. own.Policies, .. New(inForce.Policies, proposal.Policies, entry => new() { Format = 1, Policies = [entry with { Name = "" }] })],
            FlaskPolicies =
            [
                .. own.FlaskPolicies,
                .. New(inForce.FlaskPolicies, proposal.FlaskPolicies, entry => new() { Format = 1, FlaskPolicies = [entry with { Name = "" }] }),
            ],
            Vms = [.. own.Vms.Where(vm => !vms.Any(other => vm.Uuid is { } uuid ? uuid == other.Uuid : vm.Name == other.Name)), .. vms],
            Pcrs = [.. own.Pcrs, .. New(inForce.Pcrs, proposal.Pcrs, entry => new() { Format = 1, Pcrs = [entry with { Name = "" }] })],
        };
    }

    private static IEnumerable<T> New<T>(IReadOnlyList<T> known, IReadOnlyList<T> proposed, Func<T, ReferenceDocument> alone)
    {
        var there = known.Select(Content).ToHashSet(StringComparer.Ordinal);
        return proposed.Where(entry => there.Add(Content(entry)));

        string Content(T entry) => Convert.ToBase64String(ReferenceSet.Encode(alone(entry)));
    }
}
