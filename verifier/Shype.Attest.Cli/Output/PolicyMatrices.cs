using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Cli.Output;

/// <summary>The decisions of a policy as JSON has them: one member a pair.</summary>
internal static class PolicyMatrices
{
    // Of the largest policy that is read the matrices would have five million cells.
    private const int MaxCells = 1 << 16;

    public static IReadOnlyDictionary<string, bool>? SteShare(AcmPolicy policy) =>
        Cells(policy.VmLabels.Length, policy.VmLabels.Length, AcmMatrices.Of(policy).SteShare.Select(cell => ($"{cell.Left} | {cell.Right}", cell.Permitted)));

    public static IReadOnlyDictionary<string, string>? ChineseWall(AcmPolicy policy) => Cells(
        policy.VmLabels.Length,
        policy.VmLabels.Length,
        AcmMatrices.Of(policy).ChineseWallPairwise.Select(cell => ($"{cell.Running} running, start {cell.Starting}", cell.Permitted ? "permit" : "deny")));

    public static IReadOnlyDictionary<string, bool>? HostAuthorisation(AcmPolicy policy) =>
        Cells(1, policy.VmLabels.Length, AcmMatrices.Of(policy).HostAuthorisation.Select(cell => ($"{cell.Host} authorises {cell.Vm}", cell.Permitted)));

    public static IReadOnlyDictionary<string, bool>? ResourceAccess(AcmPolicy policy) =>
        Cells(policy.VmLabels.Length, policy.ResourceLabels.Length, AcmMatrices.Of(policy).ResourceAccess.Select(cell => ($"{cell.Vm} -> {cell.Resource}", cell.Permitted)));

    private static Dictionary<string, T>? Cells<T>(int rows, int columns, IEnumerable<(string Pair, T Decision)> cells)
    {
        if (rows * columns > MaxCells)
        {
            return null;
        }

        var matrix = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var (pair, decision) in cells)
        {
            // Names may hold the separators ("a | b"); where two pairs would read the same, the first has the name and the others a count.
            var name = pair;
            for (var more = 2; !matrix.TryAdd(name, decision); more++)
            {
                name = $"{pair} ({more})";
            }
        }

        return matrix;
    }
}
