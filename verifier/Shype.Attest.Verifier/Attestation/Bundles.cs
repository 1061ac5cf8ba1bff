using Shype.Attest.Appraisal.References;
using Shype.Attest.Appraisal.Rules;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Bundles;
using Shype.Attest.Verifier.Signing;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>Puts the last verdict about a host into one file with all that it was made from.</summary>
internal sealed class Bundles(
    IAttestationStore store, PolicyLibrary policies, CurrentReferences references, ResultSigner signer)
{
    /// <summary>The bundle, or why there is none.</summary>
    public async Task<(byte[]? Bundle, string? Problem)> OfAsync(HostEntry host, CancellationToken cancellationToken)
    {
        if (await store.ReadArchiveAsync(host.Record.Id, cancellationToken) is not { } archived)
        {
            return (null, "This host has not shown evidence yet.");
        }

        if (archived.Context is null || !BundleContext.TryDecode(archived.Context, out var context, out _)
            || !Evidence.TryDecode(archived.Evidence, out var evidence, out _))
        {
            return (null, "The last verdict was not made by this version of the verifier, or not made at all: ask for another one (shype host attest NAME).");
        }

        // Evidence that does not go on where the list is known is appraised without what came before it.
        var imaBytes = evidence.ImaLog is { } suffix && suffix.Offset == context.KnownImaBytes ? context.KnownImaBytes : 0;
        if (Join(archived.Logs, LogKinds.Records, context.KnownRecords) is not { } log || Join(archived.Logs, LogKinds.Ima, imaBytes) is not { } ima)
        {
            return (null, "The log of this boot was not kept from its first record on: it began under an earlier version of the verifier, or is larger than "
                + $"{ProtocolLimits.MaxBundleLogBytes} bytes. After the host's next boot there is a bundle again.");
        }

        var held = await SignedReferencesAsync(context, cancellationToken);
        if (held.Sum(bundle => (long)bundle.Source.Length) > ProtocolLimits.MaxBundleReferenceBytes)
        {
            return (null, $"The signed bundles of reference values are larger than {ProtocolLimits.MaxBundleReferenceBytes} bytes together: remove those that are not needed.");
        }

        var policy = await PolicyAsync(context, cancellationToken);
        return (new Bundle
        {
            Context = context,
            Evidence = archived.Evidence,
            Log = log,
            FirmwareLog = evidence.FirmwareLog is null && context.Before is not null ? Firmware(archived.Logs) : default(ReadOnlyMemory<byte>?),
            ImaLog = imaBytes > 0 ? ima : default(ReadOnlyMemory<byte>?),
            Policies = Policies(log, evidence, policy),
            References = await ReferencesAsync(context, cancellationToken),
            SignedReferences = held,
            AppraisalPolicy = policy?.Document,
            EkCertificates = [.. archived.EkCertificates],
            Result = archived.Result,
            Keys = signer.Published.Write(),
        }.Encode(), null);
    }

    // A log up to where it was known; null where some of it was not kept.
    private static byte[]? Join(IReadOnlyList<LogPiece> logs, string kind, ulong known)
    {
        var pieces = logs.Where(piece => piece.Kind == kind && (ulong)piece.First < known).ToList();
        var next = 0L;
        foreach (var piece in pieces)
        {
            if (piece.First != next)
            {
                return null;
            }

            next = piece.Next;
        }

        return (ulong)next == known ? [.. pieces.SelectMany(piece => piece.Bytes)] : null;
    }

    private static ReadOnlyMemory<byte>? Firmware(IReadOnlyList<LogPiece> logs) =>
        logs.FirstOrDefault(piece => piece.Kind == LogKinds.Firmware) is { } piece ? piece.Bytes : default(ReadOnlyMemory<byte>?);

    private async Task<AppraisalPolicy?> PolicyAsync(BundleContext context, CancellationToken cancellationToken)
    {
        if (context.AppraisalPolicyVersion == 0)
        {
            return null;
        }

        var stored = (await store.ReadAppraisalPoliciesAsync(cancellationToken)).Single(policy => policy.Group == context.Group && policy.Version == context.AppraisalPolicyVersion);
        return AppraisalPolicy.TryRead(stored.Group, stored.Document, out var policy, out var problem) ? policy : throw new StoreException(problem.ToString());
    }

    private async Task<byte[]> ReferencesAsync(BundleContext context, CancellationToken cancellationToken)
    {
        var current = references.Current;
        return current.Version == context.ReferencesVersion ? ReferenceSet.Encode(current.Set.Document)
            : context.ReferencesVersion == 0 ? ReferenceSet.Encode(ReferenceSet.Empty.Document)
            : await store.ReadReferencesAsync(context.ReferencesVersion, cancellationToken) is { } stored ? stored.Document
            : throw new StoreException($"version {context.ReferencesVersion} of the reference values is missing");
    }

    private async Task<List<SignedReferences>> SignedReferencesAsync(BundleContext context, CancellationToken cancellationToken)
    {
        var held = new List<SignedReferences>();
        if (context.SignedReferencesDigest.IsEmpty)
        {
            return held;
        }

        var list = await PartAsync(context.SignedReferencesDigest, cancellationToken);
        foreach (var bundle in SignedReferences.TryReadList(list, out var listed, out var problem) ? listed : throw new StoreException(problem.ToString()))
        {
            held.Add(bundle with { Source = await PartAsync(bundle.Source, cancellationToken) });
        }

        return held;
    }

    private async Task<byte[]> PartAsync(ReadOnlyMemory<byte> digest, CancellationToken cancellationToken) =>
        await store.ReadArchivePartAsync(digest.ToArray(), cancellationToken)
            ?? throw new StoreException($"the archive lacks the part {Convert.ToHexStringLower(digest.Span)}");

    // Those that the log names: what it says decides, whether it is proven or not.
    private List<ReadOnlyMemory<byte>> Policies(byte[] log, Evidence evidence, AppraisalPolicy? policy)
    {
        var files = new List<ReadOnlyMemory<byte>>();
        var rules = policy?.Rules ?? Appraisal.AppraisalRules.Default;
        var state = ReplayState.Start(rules.Banks[0], rules.Plan);
        foreach (var part in new[] { log, evidence.Log.Records })
        {
            if (!LogReplay.TryReplay(state, part, out var next, out var records, out _))
            {
                break;
            }

            state = next;
            foreach (var measured in records.Select(record => record.Measurement).OfType<PolicyStateContent>())
            {
                var file = new[] { measured.CanonicalDigest, measured.ActiveDigest, measured.SourceDigest }.OfType<MeasuredDigest>()
                    .Select(policies.Find).FirstOrDefault(known => known is not null);
                if (file is { } found && files.Count < ProtocolLimits.MaxBundlePolicies && !files.Exists(other => other.Span.SequenceEqual(found.Span)))
                {
                    files.Add(found);
                }
            }
        }

        return files;
    }
}
