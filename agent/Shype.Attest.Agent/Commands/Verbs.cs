using Shype.Attest.Agent.Attesting;
using Shype.Attest.Agent.Configuration;
using Shype.Attest.Agent.Http;
using Shype.Attest.Agent.Keys;
using Shype.Attest.Agent.Measuring;
using Shype.Attest.Measurement.LogFiles;
using Shype.Attest.Tpm.Client;

namespace Shype.Attest.Agent.Commands;

/// <summary>What each command does, and how it ends.</summary>
internal static class Verbs
{
    public static Task<ExitCode> EnrolAsync(AgentContext agent, Output output, CancellationToken cancellationToken) =>
        EnrolAsync(agent, output, Enroller.RunAsync, cancellationToken);

    public static Task<ExitCode> RotateKeyAsync(AgentContext agent, Output output, CancellationToken cancellationToken)
    {
        Enrolment.Need(agent.State);
        return EnrolAsync(agent, output, Enroller.RotateAsync, cancellationToken);
    }

    private static async Task<ExitCode> EnrolAsync(
        AgentContext agent, Output output, Func<AgentContext, VerifierClient, CancellationToken, Task<Protocol.EnrolmentResult>> enrol, CancellationToken cancellationToken)
    {
        using var verifier = new VerifierClient(NeedVerifier(agent), token: null);
        var result = await enrol(agent, verifier, cancellationToken).ConfigureAwait(false);
        var state = result.State.ToString().ToLowerInvariant();
        output.Result(
            new EnrolReport(result.HostId, agent.Options.HostName, state),
            AgentJson.Default.EnrolReport,
            report => $"{report.HostName} is host {report.HostId}, {report.State}" + (state == "pending" ? ": an operator has to approve it" : ""));
        return result.State == Protocol.HostState.Revoked ? ExitCode.Refused : ExitCode.Yes;
    }

    public static async Task<ExitCode> MeasureBootAsync(AgentContext agent, Output output, CancellationToken cancellationToken)
    {
        var records = await BootMeasurement.RunAsync(agent, output, cancellationToken).ConfigureAwait(false);
        output.Result(
            new MeasureReport([.. records.Select(RecordText.Report)]),
            AgentJson.Default.MeasureReport,
            report => report.Records.Count == 0 ? "measured: all is as it was recorded in this boot" : string.Join('\n', report.Records.Select(Line)));
        return ExitCode.Yes;
    }

    public static async Task<ExitCode> VmStartAsync(AgentContext agent, string name, Output output, CancellationToken cancellationToken)
    {
        VmStartOutcome outcome;
        try
        {
            outcome = await agent.Source.StartVmAsync(agent, name, output, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (agent.Options.Mode == AgentMode.Observe && IsTrouble(e))
        {
            output.Say($"warning: {e.Message}");
            output.Result(
                new VmReport(name, Recorded: false, Decision: e.Message), AgentJson.Default.VmReport, _ => $"not recorded: {name}; mode is observe, so it is not held up");
            return ExitCode.Yes;
        }

        var (vm, record) = (outcome.Measured, outcome.Record is null ? null : RecordText.Report(outcome.Record));
        if (!outcome.Decision.Permitted && record is not null)
        {
            output.Say($"warning: {outcome.Decision.Sentence}; mode is observe, so it is recorded and not refused");
        }

        output.Result(
            new VmReport(vm.Name, record is not null, vm.Uuid.ToString(), outcome.Decision.Permitted, outcome.Decision.Sentence, record),
            AgentJson.Default.VmReport,
            report => report.Record is null ? $"refused: {report.Decision}" : Line(report.Record));
        return record is null ? ExitCode.Refused : ExitCode.Yes;
    }

    public static ExitCode VmStop(AgentContext agent, string name, string reason, Output output, CancellationToken cancellationToken)
    {
        var (vm, record) = VmLifecycle.Stop(agent, name, reason, cancellationToken);
        output.Result(
            new VmReport(vm.Name, Recorded: true, vm.Uuid.ToString(), Record: RecordText.Report(record)),
            AgentJson.Default.VmReport,
            report => Line(report.Record!));
        return ExitCode.Yes;
    }

    public static async Task<ExitCode> AttestAsync(AgentContext agent, string? evidenceFile, Output output, CancellationToken cancellationToken)
    {
        var enrolment = Enrolment.Need(agent.State);
        using var verifier = new VerifierClient(NeedVerifier(agent), enrolment.Token);
        var verdict = await new Attester(agent, enrolment, verifier).RunOnceAsync(evidenceFile, cancellationToken).ConfigureAwait(false);
        output.Result(VerdictText.Report(verdict), AgentJson.Default.VerdictReport, VerdictText.Of);
        return verdict.IsYes ? ExitCode.Yes : ExitCode.Refused;
    }

    public static ExitCode Status(AgentContext agent, Output output, CancellationToken cancellationToken)
    {
        var report = agent.WithJournal(
            (journal, _) =>
            {
                var host = journal.Host;
                return new StatusReport
                {
                    Boot = journal.Identity.BootId,
                    TpmResets = journal.Identity.ResetCount,
                    Mode = agent.Options.Mode.ToString().ToLowerInvariant(),
                    HostId = Enrolment.Read(agent.State)?.HostId,
                    Records = journal.Records.Count,
                    Hypervisor = host.Hypervisor is null ? null : RecordText.Of(host.Hypervisor),
                    Policy = host.Policy is null ? null : RecordText.Of(host.Policy),
                    Vms = [.. host.Running.Values.OrderBy(vm => vm.Name, StringComparer.Ordinal).Select(RecordText.Of)],
                    Gaps = [.. host.Gaps.Select(RecordText.Of)],
                    LastVerdict = Attester.Last(agent.State)?.Status,
                };
            },
            cancellationToken);
        output.Result(report, AgentJson.Default.StatusReport, StatusText);
        return ExitCode.Yes;
    }

    public static VerifierOptions NeedVerifier(AgentContext agent) =>
        agent.Options.Verifier ?? throw new AgentException(ExitCode.Usage, "the settings name no verifier: write verifier: {url: https://HOST:PORT, ca: FILE}");

    // TPM gone, log damaged, disk full: not what a person wrote wrongly.
    private static bool IsTrouble(Exception e) => e is MeasurementLogException or TpmFailedException or AgentException { Code: ExitCode.CouldNot };

    public static string Line(RecordReport record) => $"record {record.Number}, PCR {record.Pcr}: {record.Type} {record.Text}";

    private static string StatusText(StatusReport report) => string.Join('\n', [
        $"boot        {report.Boot}, TPM resets {report.TpmResets}, mode {report.Mode}",
        $"host        {report.HostId ?? "not enrolled"}",
        $"records     {report.Records}",
        $"hypervisor  {report.Hypervisor ?? "not measured"}",
        $"policy      {report.Policy ?? "not measured"}",
        .. report.Vms.Select(vm => $"VM          {vm}"),
        .. report.Gaps.Select(gap => $"gap         {gap}"),
        $"verdict     {report.LastVerdict ?? "none yet"}"]);
}
