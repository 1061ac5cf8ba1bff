using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal;

/// <summary>The verdict on one piece of evidence: on the host, and on each VM that runs there.</summary>
public sealed class Appraisal
{
    private readonly Round _round;

    internal Appraisal(Round round, List<Finding> findings, Judgement? judgement, HostAppraisal? host, HostMemory? memory)
    {
        _round = round;
        Judgement = judgement;
        Host = host ?? HostAlone(round, findings);
        Memory = memory;
    }

    /// <summary>The host.</summary>
    public HostAppraisal Host { get; }

    /// <summary>The VMs that run, by uuid; none where the log was not proven.</summary>
    public IReadOnlyList<VmAppraisal> Vms => field ??= Judgement is null ? [] : [.. Judgement.Vms.Values];

    /// <summary>Everything that was found about the host and its VMs, most important first.</summary>
    public IReadOnlyList<Finding> Findings => field ??= Finding.InOrder([.. Host.Findings, .. Vms.SelectMany(vm => vm.Findings)]);

    /// <summary>What to keep for the next appraisal; the one before where the evidence was no fresh answer.</summary>
    public HostMemory? Memory { get; }

    /// <summary>Whether the evidence is a fresh answer under the enrolled key, so that the verdict says something about the host now, good or bad.</summary>
    public bool IsFresh => _round.IsFresh;

    /// <summary>Whether the logs added up to the quote, so that there is something to say about VMs.</summary>
    public bool IsProven => Judgement is not null;

    /// <summary>The policy file that the evidence brought and that is a measured one: to be kept, to be found by both digests.</summary>
    public PolicyFile? NewPolicy => _round.NewPolicy;

    /// <summary>What was said of the challenge's nonce.</summary>
    public ChallengeNonceProblem NonceProblem => _round.Context.NonceProblem;

    /// <summary>How many records of this boot's log were known before the evidence, under these rules.</summary>
    public ulong KnownRecords => _round.KnownBoot is null ? 0 : _round.Context.Memory!.KnownUnder(_round.Context.Rules).NextRecord;

    /// <summary>How many bytes of this boot's IMA list were known before the evidence, judged by these rules.</summary>
    public ulong KnownImaBytes => _round.KnownIma is { } known && known.IsJudgedBy(_round.Context.Rules.Ima.Files) ? known.Offset : 0;

    /// <summary>Whether this boot had shown an IMA list before the evidence.</summary>
    public bool WasImaShown => _round.KnownIma is not null;

    /// <summary>The part of the IMA list that this evidence proved; null where it proved nothing new.</summary>
    public ImaSuffix? NewIma => _round is { NewIma: { } proven, Evidence.ImaLog: { } sent } && proven.Offset > sent.Offset
        ? sent with { Entries = sent.Entries[..(int)(proven.Offset - sent.Offset)] }
        : null;

    internal Judgement? Judgement { get; }

    /// <summary>The trustworthiness vector of a VM on this host; that of a VM which does not run says nothing good.</summary>
    public TrustVector VectorOf(VmAppraisal? vm) => VectorOf(Host.Findings, vm);

    /// <summary>The running VM with this uuid, otherwise the only one with this name.</summary>
    public VmAppraisal? FindVm(string uuidOrName)
    {
        if (Guid.TryParse(uuidOrName, out var uuid))
        {
            return Judgement?.Vms.GetValueOrDefault(uuid);
        }

        var named = Vms.Where(vm => vm.Name == uuidOrName).Take(2).ToList();
        return named.Count == 1 ? named[0] : null;
    }

    /// <summary>The verdict as a result to sign.</summary>
    public AttestationResult ToResult(ResultRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new ResultWriter(this, _round).Write(request);
    }

    internal static TrustVector VectorOf(IReadOnlyList<Finding> host, VmAppraisal? vm) =>
        vm is null ? TrustMapping.AbsentVm(host) : TrustMapping.Vm(host, vm.Findings);

    private static HostAppraisal HostAlone(Round round, List<Finding> findings)
    {
        var context = round.Context;
        var all = Finding.InOrder(context.EnrolmentFindings.Concat(findings).Select(context.Rules.Weigh));
        return new() { Id = context.HostId, Name = context.HostName, Findings = all, Vector = round.VectorOf(all) };
    }
}

/// <summary>The verdict on a host.</summary>
public sealed record HostAppraisal
{
    /// <summary>The host's id.</summary>
    public required string Id { get; init; }

    /// <summary>The host's name.</summary>
    public required string Name { get; init; }

    /// <summary>The boot that was appraised, where its log was proven.</summary>
    public string? BootId { get; init; }

    /// <summary>What was found about the host, most important first.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>The trustworthiness vector.</summary>
    public required TrustVector Vector { get; init; }

    /// <summary>The tier.</summary>
    public TrustTier Status => Vector.Tier;
}

/// <summary>The verdict on one VM.</summary>
public sealed record VmAppraisal
{
    /// <summary>The VM's uuid.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>The VM's name, as the host says it.</summary>
    public required string Name { get; init; }

    /// <summary>The label that it runs under; null where it has none.</summary>
    public string? Label { get; init; }

    /// <summary>The record of its start.</summary>
    public required ulong Record { get; init; }

    /// <summary>What was found about the VM itself, most important first; the host's findings count as well.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }
}

/// <summary>An isolation policy file that was proven to be a measured one.</summary>
/// <param name="Bytes">The file.</param>
/// <param name="SourceDigest">SHA-256 of the file.</param>
/// <param name="CanonicalDigest">SHA-256 of its meaning.</param>
public sealed record PolicyFile(ReadOnlyMemory<byte> Bytes, MeasuredDigest SourceDigest, MeasuredDigest CanonicalDigest);
