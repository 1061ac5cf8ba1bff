using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

// Evidence whose logs were too long to be sent at once.
internal sealed partial class AttestationService
{
    // Evidence that goes on from where earlier pieces end is made whole before anybody looks at it: the quote decides about all of it together, and all of it is kept.
    private async Task<Evidence?> JoinAsync(HostEntry host, Evidence evidence, Inputs inputs)
    {
        var memory = host.Knowledge?.Memory;
        var records = await BeforeAsync(host, LogKinds.Records, memory?.KnownUnder(inputs.Policy.Rules).NextRecord ?? 0, evidence.Log.FirstRecord, evidence.Log.Records.Length);
        var ima = evidence.ImaLog is { } sent
            ? await BeforeAsync(host, LogKinds.Ima, memory?.KnownImaBytes(inputs.Policy.Rules) ?? 0, sent.Offset, sent.Entries.Length)
            : null;
        return records is null && ima is null ? null : evidence with
        {
            Log = records is null ? evidence.Log : new LogSuffix(records.Value.First, (byte[])[.. records.Value.Bytes, .. evidence.Log.Records.Span]),
            ImaLog = ima is null ? evidence.ImaLog : new ImaSuffix(ima.Value.First, (byte[])[.. ima.Value.Bytes, .. evidence.ImaLog!.Entries.Span]),
        };
    }

    // After what is known, or, where the host booted since, from the beginning.
    private async Task<(ulong First, byte[] Bytes)?> BeforeAsync(HostEntry host, string kind, ulong known, ulong first, int rest)
    {
        if (first == 0 || first == known)
        {
            return null;
        }

        foreach (var from in first > known && known > 0 ? (ulong[])[known, 0] : [0])
        {
            if (await staged.ReadStagedAsync(host.Record.Id, kind, from, first, CancellationToken.None) is { } bytes && bytes.Length + rest <= ProtocolLimits.MaxEvidenceBytes)
            {
                return (from, bytes);
            }
        }

        return null;
    }
}
