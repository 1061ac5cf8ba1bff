using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Bench;

/// <summary>
/// P10: an IMA list of a million entries, replayed in the bank sha256 with every hash column checked, against nothing but the hashes that this needs: SHA-1 and
/// SHA-256 of each content, and the extend. A millisecond is a nanosecond for each entry.
/// </summary>
[MemoryDiagnoser]
public class ImaBench
{
    private const int Entries = 1_000_000;

    private readonly byte[] _list = List();
    private readonly byte[] _content = Content();

    /// <summary>A million times SHA-1 and SHA-256 of a content, and SHA-256 of two values.</summary>
    [Benchmark(Baseline = true)]
    public int BareHashes()
    {
        Span<byte> sha1 = stackalloc byte[20];
        Span<byte> pair = stackalloc byte[64];
        for (var i = 0; i < Entries; i++)
        {
            AlgorithmId.Sha1.Hash(_content, sha1);
            SHA256.HashData(_content, pair[32..]);
            SHA256.HashData(pair, pair[..32]);
        }

        return pair[0] + sha1[0];
    }

    /// <summary>Parse, check and replay.</summary>
    [Benchmark]
    public int Replay() => Read(judge: null);

    /// <summary>The same, with every file judged by a rule for all paths.</summary>
    [Benchmark]
    public int ReplayAndJudge() => Read(new ImaJudge(ImaRuleSet.TryCreate(new() { Deny = [new() { Path = "/tmp/**" }] }, out var rules, out var problem)
        ? rules : throw new InvalidOperationException(problem), []));

    private int Read(ImaJudge? judge)
    {
        Span<byte> sha1 = stackalloc byte[20];
        var (reader, pcr, wrong) = (new ImaListReader(_list), new ImaPcr(AlgorithmId.Sha256, ImaDigestStyle.Hashed), 0);
        while (!reader.AtEnd && reader.TryRead(out var entry, out _))
        {
            entry.HashContent(AlgorithmId.Sha1, sha1);
            wrong += sha1.SequenceEqual(entry.TemplateHash.Span) ? 0 : 1;
            judge?.Judge(entry, sha1, _ => wrong++);
            pcr.Extend(entry, sha1);
        }

        return wrong + reader.Next;
    }

    private static byte[] List()
    {
        var writer = new ImaListWriter([AlgorithmId.Sha256]);
        writer.AddFile("boot_aggregate", AlgorithmId.Sha256, new byte[32]);
        for (var i = 1; i < Entries; i++)
        {
            writer.AddFile($"/usr/lib/x86_64-linux-gnu/lib{i % 5_000:d4}.so.1", AlgorithmId.Sha256, new byte[32]);
        }

        return writer.ToArray();
    }

    // As long as the content of such an entry.
    private static byte[] Content() => new byte[4 + 40 + 4 + "/usr/lib/x86_64-linux-gnu/lib0000.so.1".Length + 1];
}
