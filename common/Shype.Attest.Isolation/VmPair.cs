using System.Collections.Immutable;

namespace Shype.Attest.Isolation;

/// <summary>What the policy says about two VMs that run together.</summary>
/// <param name="Left">The one.</param>
/// <param name="Right">The other.</param>
/// <param name="Conflict">Why they may not run together; null where they may.</param>
/// <param name="SharingRestricted">Whether the policy restricts sharing at all.</param>
public sealed record VmPair(RunningVm Left, RunningVm Right, ChineseWallConflict? Conflict, bool SharingRestricted)
{
    /// <summary>Whether the policy has both labels; otherwise nothing is said about the pair.</summary>
    public bool LabelsKnown { get; init; }

    /// <summary>The types through which they may share.</summary>
    public ImmutableArray<string> SharedTypes { get; init; } = [];

    /// <summary>"web and db do not conflict and share only {intranet}"; no full stop.</summary>
    public string Sentence
    {
        get
        {
            var (left, right) = (Quote.Visible(Left.Name), Quote.Visible(Right.Name));
            if (!LabelsKnown)
            {
                return $"nothing is known about {left} and {right}: the policy does not have both labels";
            }

            if (Conflict is not null)
            {
                return $"{left} and {right} conflict: set {Quote.Name(Conflict.Set.Name)} lets one of its types run at a time, and {left} is {Quote.Name(Conflict.RunningType)}, {right} is {Quote.Name(Conflict.StartingType)}";
            }

            var sharing = (SharingRestricted, SharedTypes.IsEmpty) switch
            {
                (false, _) => "but may share anything, since the policy has no Type Enforcement",
                (_, true) => "and share nothing",
                _ => $"and share only {Quote.Set(SharedTypes)}",
            };
            return $"{left} and {right} do not conflict {sharing}";
        }
    }

    /// <inheritdoc/>
    public bool Equals(VmPair? other) => other is not null && Left == other.Left && Right == other.Right && Conflict == other.Conflict;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Left, Right, Conflict);
}

/// <summary>How a running VM's label stands to the policy.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Standing">Its label's standing.</param>
public sealed record VmStanding(RunningVm Vm, LabelStanding Standing)
{
    /// <summary>"web runs under label 'Shop'"; no full stop.</summary>
    public string Sentence => Standing switch
    {
        LabelStanding.Known => $"{Quote.Visible(Vm.Name)} runs under label {Quote.Name(Vm.EffectiveLabel)}",
        LabelStanding.Unlabeled => $"{Quote.Visible(Vm.Name)} runs without a label",
        LabelStanding.Invalidated => $"{Quote.Visible(Vm.Name)} runs under label {Quote.Name(Vm.EffectiveLabel)}, which an earlier policy had",
        _ => $"{Quote.Visible(Vm.Name)} runs under label {Quote.Name(Vm.EffectiveLabel)}, which the policy does not have",
    };
}
