using System.Collections.Immutable;
using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Flows;
using Shype.Attest.Isolation.Graph;
using Shype.Attest.Testing;

namespace Shype.Attest.UnitTests.Isolation.Graph;

/// <summary>Policies worth drawing, and what runs under them.</summary>
internal static class Pictures
{
    private static readonly string[] Tenants = ["acme", "beta", "corp", "dune", "echo"];

    public static AcmPolicy Banks { get; } = Example("example.banks.xml");

    public static ImmutableArray<RunningVm> BankVms { get; } =
        [Vm(1, "web-1", "Shop.Web"), Vm(2, "web-2", "Shop.Web"), Vm(3, "orders-db", "Shop.Database"), Vm(4, "ledger", "Bank.A"), Vm(5, "teller", "Bank.A"), Vm(6, "clearing-1", "Clearing")];

    /// <summary>15 labels, four conflict sets, three mediators.</summary>
    public static AcmPolicy Hosting { get; } = PolicySketch.Read(
        "hosting.cluster",
        "4.2",
        [
            $"ste management backup {Each("{0}-front {0}-data")}",
            $"wall management {Each("{0} {0}-data")}",
            "set airlines acme beta",
            "set telecoms corp dune echo",
            "set databases acme-data beta-data",
            "set regulator acme echo",
            $"vm host: management backup {Each("{0}-front {0}-data")} | management",
            $"vm net: {Each("{0}-front")} |",
            $"vm backup: backup {Each("{0}-data")} |",
            .. Tenants.SelectMany(tenant => (string[])[$"vm {tenant}.web: {tenant}-front | {tenant}", $"vm {tenant}.app: {tenant}-front {tenant}-data | {tenant}"]),
            "vm acme.db: acme-data | acme-data",
            "vm beta.db: beta-data | beta-data",
            .. Tenants.Select(tenant => $"resource {tenant}.disk: {tenant}-data"),
        ]);

    /// <summary>50 of them; no two conflict.</summary>
    public static ImmutableArray<RunningVm> HostingVms { get; } =
    [
        .. new (string Label, int Count)[] { ("acme.web", 8), ("acme.app", 12), ("acme.db", 2), ("corp.web", 9), ("corp.app", 14), ("net", 2), ("backup", 3) }
            .SelectMany(group => Enumerable.Range(1, group.Count).Select(number => (group.Label, number)))
            .Select((vm, index) => Vm(index + 1, $"{vm.Label.Replace('.', '-')}-{vm.number:00}", vm.Label)),
    ];

    public static AcmPolicy Example(string file)
    {
        var bytes = File.ReadAllBytes(Path.Combine(TestData.Root, "docs", "policies", file));
        return AcmXml.TryParse(bytes, out var policy, out var problems) ? policy : throw new ArgumentException(problems[0].ToString());
    }

    public static RunningVm Vm(int number, string name, string label) => new(new Guid(number, 0, 1, new byte[8]), name, label);

    public static IsolationGraph Way(AcmPolicy policy, ImmutableHashSet<string> mediators, IReadOnlyList<RunningVm>? running, string from, string to)
    {
        var path = new FlowGraph(policy, mediators).Shortest(from, to);
        return AcmGraph.Of(policy, mediators, running).WithWitness(policy, path, from, to, path is null ? $"Nothing can get from '{from}' to '{to}'." : $"{path.Sentence}.");
    }

    private static string Each(string format) => string.Join(' ', Tenants.Select(tenant => format.Replace("{0}", tenant, StringComparison.Ordinal)));
}
