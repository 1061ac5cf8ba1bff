using Shype.Attest.Agent.Commands;
using Shype.Attest.Agent.Configuration;
using Shype.Attest.Agent.Measuring;
using Shype.Attest.Measurement.LogFiles;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Client;

namespace Shype.Attest.Agent.Hosts.Libvirt;

/// <summary>
/// libvirt's hook for QEMU (hooks.html): called before a VM's resources are prepared, with its definition on standard input. A status other than 0 keeps the VM
/// from starting. Nothing is written to standard output, which libvirt takes for a new definition, and libvirt is not asked anything: it waits for the hook.
/// </summary>
internal static class QemuHook
{
    /// <summary>Carries out one call.</summary>
    public static ExitCode Run(AgentContext agent, string name, string operation, Stream xml, Output output, CancellationToken cancellationToken)
    {
        switch (operation)
        {
            case "prepare":
                return Prepare(agent, xml, output, cancellationToken);
            case "release":
                return Release(agent, name, xml, cancellationToken);
            default:
                // start, started, stopped, reconnect, attach, migrate, restore: nothing to measure that prepare does not see.
                return ExitCode.Yes;
        }
    }

    private static ExitCode Prepare(AgentContext agent, Stream xml, Output output, CancellationToken cancellationToken)
    {
        try
        {
            var domain = DomainXml.Read(ReadAll(xml), agent.Options.MeasureWritableDisks);
            using var alone = VmLock.Take(agent, domain.Vm);
            EndEarlierRun(agent, domain.Vm.Uuid, "libvirt starts it anew", cancellationToken);
            var outcome = VmLifecycle.Admit(agent, domain.Vm, output, cancellationToken);
            if (!outcome.Decision.Permitted)
            {
                output.Say(outcome.Record is null ? $"refused: {outcome.Decision.Sentence}" : $"warning: {outcome.Decision.Sentence}; mode is observe, so it is recorded and not refused");
            }

            return outcome.Record is null ? ExitCode.Refused : ExitCode.Yes;
        }
        catch (Exception e) when (agent.Options.Mode == AgentMode.Observe && e is AgentException or MeasurementLogException or TpmFailedException)
        {
            output.Say($"warning: {e.Message}; mode is observe, so the VM is not held up");
            return ExitCode.Yes;
        }
    }

    // A VM that the log does not know ends without a word: its start was refused, or came before the agent.
    private static ExitCode Release(AgentContext agent, string name, Stream xml, CancellationToken cancellationToken)
    {
        if (EndEarlierRun(agent, DomainXml.Read(ReadAll(xml), measureWritable: false).Vm.Uuid, "released", cancellationToken))
        {
            agent.Say($"{TextRules.Escape(name)} no longer runs");
        }

        return ExitCode.Yes;
    }

    // libvirt runs a VM once: what the log still has running under this uuid ended without a word, perhaps while there was no agent.
    private static bool EndEarlierRun(AgentContext agent, Guid uuid, string reason, CancellationToken cancellationToken) => agent.WithJournal(
        (journal, _) =>
        {
            var runs = journal.Host.Running.ContainsKey(uuid);
            if (runs)
            {
                journal.Append(new VmStopContent { Uuid = uuid, Reason = reason });
            }

            return runs;
        },
        cancellationToken);

    private static byte[] ReadAll(Stream stream)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (stream.Read(buffer) is > 0 and var read)
        {
            if (kept.Length + read > DomainXml.MaxBytes)
            {
                throw new AgentException(ExitCode.Usage, $"domain XML: more than {DomainXml.MaxBytes} bytes");
            }

            kept.Write(buffer, 0, read);
        }

        return kept.ToArray();
    }
}
