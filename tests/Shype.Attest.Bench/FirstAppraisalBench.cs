using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Shype.Attest.Appraisal;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.World;

namespace Shype.Attest.Bench;

/// <summary>
/// P2: the first appraisal of a host with 150 firmware events and 500 VM starts (IMA lists are not appraised yet), against the signature check and the SHA-256
/// operations that are needed in any case: the firmware log's digest and an extend for each event, content and extend for each record, qualifying data,
/// PCR digest, policy.
/// </summary>
[MemoryDiagnoser, MinColumn]
public class FirstAppraisalBench
{
    private const int Events = 150;
    private const int Vms = 500;

    private readonly Evidence _evidence;
    private readonly AppraisalContext _context;
    private readonly BareCheck _bare;
    private readonly byte[][] _contents;
    private readonly byte[] _firmwareLog;

    /// <summary>The host.</summary>
    public FirstAppraisalBench()
    {
        var vms = Enumerable.Range(100, Vms).Select(number => VirtualVms.Of(number, $"vm-{number}", "Shop.Web")).ToList();
        var host = VirtualHost.Boot(spec => spec with
        {
            Firmware = [.. spec.Firmware, .. Enumerable.Range(0, Events - spec.Firmware.Count).Select(i => new BootEvent(i % 7, EventType.Ipl, new string('x', 20 + i)))],
            Vms = vms,
        });
        var verifier = new VirtualVerifier(host)
        {
            References = VirtualReferences.With(document => document with { Vms = [.. vms.Select(VirtualReferences.Of)] }),
        };
        _evidence = host.Answer(verifier.Challenge()) with { PcrValues = [] };
        _context = verifier.Context(_evidence);
        _bare = new BareCheck(host.Tpm.Ak, _evidence);
        _contents = [.. host.Records.Select(record => record.Content.ToArray())];
        _firmwareLog = host.FirmwareLog;
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
