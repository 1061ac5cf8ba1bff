using Shype.Attest.Agent.Configuration;
using Shype.Attest.Agent.Sources;
using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Agent.Measuring;

/// <summary>
/// Decides by the measured policy whether a VM may start. What cannot be decided is refused: no policy measured, a policy without rules, or one that
/// is no longer to be had.
/// </summary>
public static class LaunchGate
{
    /// <summary>The decision. It is the same in both modes; the mode says what comes of it.</summary>
    /// <param name="host">What the log says.</param>
    /// <param name="policy">The policy in force as it was measured; null where the agent does not have it.</param>
    /// <param name="vm">What would start.</param>
    public static GateDecision Decide(MeasuredHost host, AcmPolicy? policy, VmDefinition vm)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(vm);
        if (host.Policy is not { } measured)
        {
            return new(false, "no policy is measured in this boot: run 'measure boot' first");
        }

        if (policy is null)
        {
            return new(false, measured.Module == "none"
                ? "the measured policy is 'none', which has no rules to decide by"
                : "the measured policy's file is not kept here: run 'measure boot' again");
        }

        var state = StartReplay.Run(policy, host.Events).End;
        var decision = Enforcement.Decide(state, new VmStarts(new RunningVm(vm.Uuid, vm.Name, vm.Label)));
        return new(decision.Permitted, decision.Sentence);
    }

    /// <summary>Whether a start goes on after this decision.</summary>
    public static bool IsOpen(GateDecision decision, AgentMode mode)
    {
        ArgumentNullException.ThrowIfNull(decision);
        return decision.Permitted || mode == AgentMode.Observe;
    }
}

/// <summary>What the gate says to a start.</summary>
/// <param name="Permitted">Whether the policy permits it.</param>
/// <param name="Sentence">Why or why not, for people.</param>
public sealed record GateDecision(bool Permitted, string Sentence);
