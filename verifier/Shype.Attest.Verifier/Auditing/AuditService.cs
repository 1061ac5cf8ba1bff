using System.Text.Json;
using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Audit;
using Shype.Attest.Verifier.Signing;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Auditing;

/// <summary>The audit for who did not write it: signed heads, the check of the whole chain, exports.</summary>
internal sealed class AuditService(IAuditStore store, AuditSigner signer, TimeProvider clock)
{
    /// <summary>Signs where the audit stands, and keeps that where there is anything new.</summary>
    public async Task<string> SignAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var top = await TopAsync(cancellationToken);
        var head = signer.Sign(top, now);
        if (top.Number > await store.ReadLastHeadAsync(cancellationToken))
        {
            await store.KeepHeadAsync(top.Number, head, now, cancellationToken);
        }

        return head;
    }

    /// <summary>Walks all records and all signed heads; says what is wrong with the first one, or null.</summary>
    public async Task<string?> FindBreakAsync(CancellationToken cancellationToken) =>
        await store.FindAuditBreakAsync(cancellationToken) ?? FindWrongHead(await store.ReadHeadsAsync(cancellationToken));

    /// <summary>Writes all records that there are now, with the heads that were signed of them, and a signed end (docs/audit.md).</summary>
    public async Task ExportAsync(Stream output, CancellationToken cancellationToken)
    {
        await SignAsync(cancellationToken);
        var top = await TopAsync(cancellationToken);
        await WriteAsync(output, new AuditLine { Format = AuditLine.FormatName }, cancellationToken);
        for (var after = 0L; after < top.Number;)
        {
            var stretch = await store.ReadAuditAsync(after, top.Number, Portion, cancellationToken);
            foreach (var record in stretch.Records)
            {
                await WriteAsync(output, new AuditLine { Record = record }, cancellationToken);
                if (stretch.Heads.TryGetValue(record.Number, out var head))
                {
                    await WriteAsync(output, new AuditLine { Head = head }, cancellationToken);
                }
            }

            if (stretch.Records.Count == 0)
            {
                // Somebody took records out of the database; the end will not agree, and that is what the reader shall see.
                break;
            }

            after = stretch.Records[^1].Number;
        }

        await WriteAsync(output, new AuditLine { End = signer.Sign(top, clock.GetUtcNow(), end: true) }, cancellationToken);
    }

    private async Task<AuditTop> TopAsync(CancellationToken cancellationToken) =>
        await store.ReadAuditTopAsync(cancellationToken) is { IsMarked: true } top
            ? top
            : throw new StoreException("the audit is not signed: its last record is not the one that was written last; shype audit verify says more");

    private string? FindWrongHead(IReadOnlyList<(string Token, byte[]? Hash)> heads)
    {
        foreach (var (token, hash) in heads)
        {
            if (!AuditHead.TryVerify(token, signer.Published, out var head, out var refused))
            {
                return $"a signed head is not of this verifier: {refused.Detail}; was a key taken out of the database?";
            }

            if (hash is null || head.Hash != Convert.ToHexStringLower(hash))
            {
                return $"record {head.Number} is not the one that was signed as the last of its time";
            }
        }

        return null;
    }

    private static async Task WriteAsync(Stream output, AuditLine line, CancellationToken cancellationToken)
    {
        await output.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(line, ProtocolJson.Default.AuditLine), cancellationToken);
        await output.WriteAsync("\n"u8.ToArray(), cancellationToken);
    }

    private const int Portion = 500;
}
