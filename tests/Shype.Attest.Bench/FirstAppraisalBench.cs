using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Shype.Attest.Appraisal;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Bench;

/// <summary>
/// P2: the first appraisal of a host with 150 firmware events, 1,000 IMA entries and 500 VM starts, against the signature check and the hashes that are needed in
/// any case: the firmware log's digest, data and extend of each event, both template hashes and extend of each IMA entry, content and extend of each record,
/// qualifying data, PCR digest, policy.
/// </summary>
[MemoryDiagnoser, MinColumn]
public class FirstAppraisalBench
{
    private const int Events = 150;
    private const int Vms = 500;
    private const int Files = 1_000;

    private readonly Evidence _evidence;
    private readonly AppraisalContext _context;
    private readonly BareCheck _bare;
    private readonly byte[][] _contents;
    private readonly byte[] _firmwareLog;
    private readonly byte[] _event = new byte[100];
    private readonly List<ImaEntry> _ima = [];

    /// <summary>The host.</summary>
    public FirstAppraisalBench()
    {
        var vms = Enumerable.Range(100, Vms).Select(number => VirtualVms.Of(number, $"vm-{number}", "Shop.Web")).ToList();
        var host = VirtualHost.Boot(spec => spec with
        {
            Firmware = [.. spec.Firmware, .. Enumerable.Range(0, Events - spec.Firmware.Count).Select(i => new BootEvent(i % 7, EventType.Ipl, new string('x', 20 + i)))],
            Ima = [.. Enumerable.Range(0, Files).Select(i => ($"/usr/lib/x86_64-linux-gnu/lib{i:d4}.so.1", $"library {i}"))],
            Vms = vms,
        });
        var verifier = new VirtualVerifier(host)
        {
            References = VirtualReferences.With(document => document with { Vms = [.. vms.Select(VirtualReferences.Of)] }),
        };
        _evidence = host.Answer(verifier.Challenge());
        _context = verifier.Context(_evidence);
        _bare = new BareCheck(host.Tpm.Ak, _evidence);
        _contents = [.. host.Records.Select(record => record.Content.ToArray())];
        _firmwareLog = host.FirmwareLog;
        var ima = new ImaListReader(host.ImaList!);
        while (!ima.AtEnd && ima.TryRead(out var entry, out _))
        {
            _ima.Add(entry);
        }

        if (Appraise() != TrustTier.Affirming)
        {
            throw new InvalidOperationException("the host to be measured is not a good one");
        }
    }

    /// <summary>The limit.</summary>
    [Benchmark(Baseline = true)]
    public bool SignatureAndHashes()
    {
        Span<byte> pair = stackalloc byte[64];
        SHA256.HashData(_firmwareLog, pair);
        SHA256.HashData(_evidence.Policy!.Value.Span, pair);
        for (var i = 0; i < Events; i++)
        {
            SHA256.HashData(_event, pair[32..]);
            SHA256.HashData(pair, pair[..32]);
        }

        Span<byte> sha1 = stackalloc byte[20];
        foreach (var entry in _ima)
        {
            entry.HashContent(AlgorithmId.Sha1, sha1);
            entry.HashContent(AlgorithmId.Sha256, pair[32..]);
            SHA256.HashData(pair, pair[..32]);
        }

        foreach (var content in _contents)
        {
            SHA256.HashData(content, pair[32..]);
            SHA256.HashData(pair, pair[..32]);
        }

        return _bare.Verify();
    }

    /// <summary>The whole appraisal.</summary>
    [Benchmark]
    public TrustTier Appraise() => Appraiser.Appraise(_evidence, _context).Host.Status;
}
