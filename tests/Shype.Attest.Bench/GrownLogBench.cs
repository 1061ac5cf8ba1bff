using BenchmarkDotNet.Attributes;
using Shype.Attest.Appraisal;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Bench;

/// <summary>
/// P3: a host whose log of 100,000 records grew by 10, against the sum of what cannot be saved: the same appraisal with nothing new (P1), and the replay of ten
/// records alone. 200 VMs run; the ten records stop and start five of them.
/// </summary>
[MemoryDiagnoser, MinColumn]
public class GrownLogBench
{
    private const int Records = 100_000;
    private const int Running = 200;
    private const int News = 10;

    private readonly Evidence _grown;
    private readonly Evidence _quiet;
    private readonly AppraisalContext _grownContext;
    private readonly AppraisalContext _quietContext;
    private readonly ReplayState _before;

    /// <summary>The host.</summary>
    public GrownLogBench()
    {
        var vms = Enumerable.Range(100, Running).Select(number => VirtualVms.Of(number, $"vm-{number}", "Shop.Web")).ToList();
        var host = VirtualHost.Boot(spec => spec with { Vms = vms });
        for (var i = 0; host.Records.Count < Records; i++)
        {
            host.Stop(vms[i % Running].Uuid).Start(vms[i % Running]);
        }

        var verifier = new VirtualVerifier(host) { References = VirtualReferences.With(document => document with { Vms = [.. vms.Select(VirtualReferences.Of)] }) };
        verifier.Ask();
        verifier.Ask();
        _quiet = host.Answer(verifier.Challenge()) with { PcrValues = [] };
        _quietContext = verifier.Context(_quiet);
        _before = host.Records.Aggregate(ReplayState.Start(AlgorithmId.Sha256, Measurement.PcrPlan.Default), (state, record) => state.After(record));
        for (var i = 0; i < News / 2; i++)
        {
            host.Stop(vms[i * 7].Uuid).Start(vms[i * 7]);
        }

        _grown = host.Answer(verifier.Challenge()) with { PcrValues = [] };
        _grownContext = verifier.Context(_grown);
        if (Grown() != TrustTier.Affirming || Quiet() != TrustTier.Affirming)
        {
            throw new InvalidOperationException("the host to be measured is not a good one");
        }
    }

    /// <summary>The limit: nothing new, and ten records replayed.</summary>
    [Benchmark(Baseline = true)]
    public TrustTier QuietAndReplay()
    {
        LogReplay.TryReplay(_before, _grown.Log.Records, out _, out _, out _);
        return Quiet();
    }

    /// <summary>The whole appraisal with ten records.</summary>
    [Benchmark]
    public TrustTier Grown() => Appraiser.Appraise(_grown, _grownContext).Host.Status;

    private TrustTier Quiet() => Appraiser.Appraise(_quiet, _quietContext).Host.Status;
}
