using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.World;

namespace Shype.Attest.Bench;

/// <summary>
/// A result with 64 demands over a log that a verifier sees for the first time: one of as many records as are kept to answer demands from, and one of 100,000. 200 VMs run, and start and
/// stop in turn.
/// </summary>
[MemoryDiagnoser]
public class DemandsBench
{
    private const int Running = 200;

    private Evidence _evidence = null!;
    private AppraisalContext _context = null!;
    private ResultRequest _request = null!;

    /// <summary>Records of the log.</summary>
    [Params(10_000, 100_000)]
    public int Records { get; set; }

    /// <summary>The host.</summary>
    [GlobalSetup]
    public void Boot()
    {
        string[] labels = ["Shop.Web", "Shop.Database", "Bank.A", "Clearing"];
        var vms = Enumerable.Range(100, Running).Select(number => VirtualVms.Of(number, $"vm-{number}", labels[number % labels.Length])).ToList();
        var host = VirtualHost.Boot(spec => spec with { Vms = vms });
        for (var i = 0; host.Records.Count < Records; i++)
        {
            host.Stop(vms[i % Running].Uuid).Start(vms[i % Running]);
        }

        var verifier = new VirtualVerifier(host) { References = VirtualReferences.With(document => document with { Vms = [.. vms.Select(VirtualReferences.Of)] }) };
        _evidence = host.Answer(verifier.Challenge()) with { PcrValues = [] };
        _context = verifier.Context(_evidence);
        string[] kinds =
        [
            """{"never-together": ["Bank.A", "Bank.B"]}""", """{"runs-alone": "Bank.B"}""", """{"only-shares-with": {"label": "Shop.Database", "others": ["Shop.Web"]}}""",
            """{"no-flow": {"from": "Bank.A", "to": "Bank.B", "except-through": ["Clearing"]}}""", """{"no-flow": {"from": "bank-a.ledger", "to": "Bank.B", "except-through": ["Clearing"]}}""",
            """{"resource-only": {"resource": "bank-a.ledger", "labels": ["Bank.A", "Clearing"]}}""", """{"guarantee": "G14"}""", """{"guarantee": "G19"}""",
        ];
        var demands = JsonElement.Parse($"[{string.Join(", ", Enumerable.Range(0, ProtocolLimits.MaxDemands).Select(i => kinds[i % kinds.Length]))}]");
        _request = DemandJson.TryRead(demands, JsonElement.Parse("""["SystemManagement"]"""), out var set, out var problem)
            ? new() { Verifier = new() { Developer = "Shype.Attest", Build = "bench" }, IssuedAt = DateTimeOffset.UnixEpoch, Lifetime = TimeSpan.FromMinutes(5), Demands = set }
            : throw new InvalidOperationException(problem.ToString());
    }

    /// <summary>The appraisal without demands.</summary>
    [Benchmark(Baseline = true)]
    public int Appraise() => Appraiser.Appraise(_evidence, _context).Findings.Count;

    /// <summary>The appraisal and its result with all demands.</summary>
    [Benchmark]
    public int AppraiseWithDemands() => Appraiser.Appraise(_evidence, _context).ToResult(_request).Submods["host"].Guarantees!.Count;
}
