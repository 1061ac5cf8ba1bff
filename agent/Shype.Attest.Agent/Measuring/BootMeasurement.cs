using System.Security.Cryptography;
using Shype.Attest.Agent.Sources;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Measuring;

/// <summary>
/// Measures what stands below the VMs: hypervisor and policy. Done again in the same boot it records only what is no longer as the log has it: another
/// hypervisor record, or a policy change.
/// </summary>
public static class BootMeasurement
{
    /// <summary>Measures and records; returns the new records, none where all is as before.</summary>
    public static async Task<IReadOnlyList<CelRecord>> RunAsync(AgentContext agent, IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(agent);
        var hypervisor = MeasureHypervisor(await agent.Source.ReadHypervisorAsync(cancellationToken).ConfigureAwait(false), progress, cancellationToken);
        var policy = MeasurePolicy(agent.State, await agent.Source.ReadPolicyAsync(cancellationToken).ConfigureAwait(false));
        return agent.WithJournal(
            (journal, _) =>
            {
                var before = journal.Records.Count;
                var host = journal.Host;
                if (!IsSame(host.Hypervisor, hypervisor))
                {
                    journal.Append(hypervisor);
                }

                if (host.Policy is not { } inForce)
                {
                    journal.Append(policy);
                }
                else if (Change(inForce, policy) is { } change)
                {
                    journal.Append(change);
                }

                return journal.Records.Skip(before).ToArray();
            },
            cancellationToken);
    }

    private static HypervisorContent MeasureHypervisor(HypervisorFacts facts, IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken)
    {
        return new HypervisorContent
        {
            Kind = facts.Kind,
            Version = facts.Version,
            BuildId = facts.BuildId,
            ImageDigest = OfBoot(facts.Image),
            CommandLine = facts.CommandLine,
            Modules = [.. facts.Modules.Select(module => new HypervisorModule(module.Name, OfBoot(module.File), module.CommandLine))],
            Facts = [.. facts.Others.Take(MeasurementLimits.MaxHypervisorFacts).Select(other => new HypervisorFact(
                other.Name,
                other.Text,
                other.File is { } file ? Digest(file) : other.Bytes is { } bytes ? new(MeasuredDigest.Sha256, SHA256.HashData(bytes.Span)) : null))],
        };

        MeasuredDigest OfBoot(BootFile file) => file.File is { } path ? Digest(path) : file.Measured!.Value;

        MeasuredDigest Digest(string path)
        {
            using var file = ImageFile.Open(path);
            return file.Digest(progress, cancellationToken);
        }
    }

    private static PolicyContent MeasurePolicy(StateFolder state, PolicyFacts facts)
    {
        if (facts.File is null)
        {
            return new PolicyContent { Module = facts.Module, Name = "", Version = "", Enforcing = facts.Enforcing };
        }

        using var file = ImageFile.Open(facts.File);
        if (facts.Module == "flask")
        {
            return MeasureBinary(state, facts, file.ReadAll(AcmLimits.MaxFileBytes));
        }

        var bytes = file.ReadAll(AcmLimits.MaxFileBytes);
        if (!AcmXml.TryParse(bytes, out var policy, out var problems))
        {
            throw new AgentException(ExitCode.Usage, string.Join('\n', problems.Select(problem => $"{facts.File}: {problem}")));
        }

        // Kept before it is recorded: a policy in the log is one that the gate can decide by.
        var source = new MeasuredDigest(MeasuredDigest.Sha256, SHA256.HashData(bytes));
        KeptPolicies.Keep(state, source, bytes);
        return new PolicyContent
        {
            Module = facts.Module,
            Name = policy.Name,
            Version = policy.Version.ToString(),
            SourceDigest = source,
            CanonicalDigest = new MeasuredDigest(MeasuredDigest.Sha256, policy.CanonicalDigest.AsSpan()),
            Enforcing = facts.Enforcing,
        };
    }

    // A binary policy is its own source; the file is kept, so that the evidence can carry it.
    private static PolicyContent MeasureBinary(StateFolder state, PolicyFacts facts, byte[] bytes)
    {
        var digest = new MeasuredDigest(MeasuredDigest.Sha256, SHA256.HashData(bytes));
        KeptPolicies.Keep(state, digest, bytes);
        return new PolicyContent { Module = facts.Module, Name = "", Version = "", ActiveDigest = digest, SourceDigest = digest, Enforcing = facts.Enforcing };
    }

    // Content is what the PCR covers, so it is what is compared.
    private static bool IsSame(HypervisorContent? measured, HypervisorContent now) => measured is not null && measured.Encode().AsSpan().SequenceEqual(now.Encode());

    private static PolicyChangeContent? Change(PolicyStateContent before, PolicyContent now) =>
        (before.Module, before.Name, before.Version, before.ActiveDigest, before.SourceDigest, before.CanonicalDigest, before.Enforcing)
            == (now.Module, now.Name, now.Version, now.ActiveDigest, now.SourceDigest, now.CanonicalDigest, now.Enforcing)
            ? null
            : new PolicyChangeContent
            {
                Module = now.Module,
                Name = now.Name,
                Version = now.Version,
                ActiveDigest = now.ActiveDigest,
                SourceDigest = now.SourceDigest,
                CanonicalDigest = now.CanonicalDigest,
                Enforcing = now.Enforcing,
                PreviousDigest = before.ActiveDigest,
            };
}
