using System.Globalization;
using Shype.Attest.Isolation.Guarantees.Inputs;

namespace Shype.Attest.Isolation.Guarantees;

/// <summary>G3: the module that keeps labels apart is an expected one, it enforces, and the hypervisor below is one that has it.</summary>
public static class EnforcingModule
{
    /// <summary>The guarantee for the policy in force.</summary>
    public static Guarantee Prove(IsolationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return Prove(evidence.Module, evidence.History?.Doubt, evidence.Keeper);
    }

    /// <summary>The guarantee from what the records say of the module, whatever the policy is.</summary>
    public static Guarantee Prove(ModuleStatement? module, string? gap, GuaranteeStrength keeper)
    {
        if (module is not { } said)
        {
            return Guarantee.Unknown("G3", "no record of a policy says which module keeps it");
        }

        var refuted = !said.Enforcing ? $"module {Quote.Name(said.Module)} enforces nothing"
            : !said.Expected.Contains(said.Module) ? $"module {Quote.Name(said.Module)} is in force, and one of {Quote.Set([.. said.Expected.Order(StringComparer.Ordinal)])} is expected"
            : Contradiction(said);
        if (refuted is not null)
        {
            return Guarantee.Violated("G3", $"Record {said.Record}: {refuted}.", new(refuted, [], [said.Record]));
        }

        return (Missing(said) ?? gap) is { } missing
            ? Guarantee.Unknown("G3", missing)
            : Guarantee.Holds("G3", keeper, $"Module {Quote.Name(said.Module)} of {said.HypervisorKind} is in force and enforces.");
    }

    // A label in a configuration means nothing to a hypervisor without the module, whatever the agent says (isolation 5).
    private static string? Contradiction(ModuleStatement said) => (said.HypervisorKind, said.Module) switch
    {
        ("kvm", not "svirt") => $"kvm has no module {Quote.Name(said.Module)}",
        ("xen" or "shype", "svirt") => "sVirt is for kvm",
        ("xen", "acm") when VersionOf(said) is { } version && version >= AcmLeft => $"Xen {Quote.Visible(said.HypervisorVersion!)} has no module 'acm', which left with 4.2",
        ("xen", "flask" or "silo") when OfXen(said) is { } found && found.Name != said.Module => $"by its build and command line Xen runs {Quote.Name(found.Name)}, not {Quote.Name(said.Module)}",
        _ => null,
    };

    private static string? Missing(ModuleStatement said) => said switch
    {
        { Doubt: { } doubt } => doubt,
        { HypervisorKind: null } => "no record names the hypervisor that would enforce",
        { HypervisorKind: "xen", Module: "acm" } => VersionOf(said) is null ? "the record of the hypervisor has no version that is understood" : null,
        { HypervisorKind: "xen" } => OfXen(said) is null ? "no record carries Xen's build configuration (CONFIG_XSM and its default module): without it the command line decides nothing" : null,
        { HypervisorKind: "kvm" or "shype" } => null,
        _ => $"nothing is known about a hypervisor {Quote.Name(said.HypervisorKind)}",
    };

    private static EnforcementModule? OfXen(ModuleStatement said) => said switch
    {
        { BuiltIn: "none" } => EnforcementModule.Dummy, // Without CONFIG_XSM the option xsm= is ignored.
        { BuiltIn: { } builtIn, CommandLine: { } commandLine } => EnforcementModule.OfXen(commandLine, builtIn),
        _ => null,
    };

    private static Version? VersionOf(ModuleStatement said)
    {
        var numbers = (said.HypervisorVersion ?? "").Split('.', '-', '+').TakeWhile(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _)).Take(2).ToList();
        return numbers.Count == 2 && Version.TryParse(string.Join('.', numbers), out var version) ? version : null;
    }

    private static readonly Version AcmLeft = new(4, 2);
}
