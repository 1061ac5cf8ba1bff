using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Appraisal.Story;

/// <summary>A parsed policy in force and the state that the host's events led to under it.</summary>
internal sealed record JudgedPolicy(AcmPolicy Policy, EnforcementState State)
{
    /// <summary>The state of VMs that run and were judged before: nothing is asked again.</summary>
    public static JudgedPolicy Rebuild(AcmPolicy policy, IEnumerable<RunningImage> running)
    {
        var events = running.OrderBy(image => image.Record).SelectMany(image => image.Events);
        return new(policy, StartReplay.Run(policy, events).End);
    }
}
