using Shype.Attest.Appraisal.References;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.Story;

/// <summary>Who keeps the policy on a host, strongest first.</summary>
internal enum Enforcer
{
    /// <summary>A hypervisor that knows labels.</summary>
    Hypervisor,

    /// <summary>The launch gate of an agent that is one of the references.</summary>
    Gate,

    /// <summary>A gate that says it refuses, of an agent that nobody called good.</summary>
    UnknownAgent,

    /// <summary>Nobody: the log shows what happened.</summary>
    Nobody,
}

/// <summary>Reads from the story who keeps the policy.</summary>
internal static class Enforcers
{
    public static Enforcer Of(BootStory story, ReferenceSet references) => story switch
    {
        { Policy: null } => Enforcer.Nobody,
        _ when ModuleInForce.Enforces(story, references) => Enforcer.Hypervisor,
        { Agent.Value: { Gate: GateMode.Enforce } agent } => references.FindAgent(agent.AgentDigest) is null ? Enforcer.UnknownAgent : Enforcer.Gate,
        _ => Enforcer.Nobody,
    };
}
