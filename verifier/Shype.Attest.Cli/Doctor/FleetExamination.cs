using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Commands;
using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Checks;

namespace Shype.Attest.Cli.Doctor;

/// <summary>What keeps hosts from being affirmed whatever they show, and what waits for an operator.</summary>
internal sealed class FleetExamination(VerifierApi api)
{
    /// <summary>Whether anybody's TPMs are believed, and for how long.</summary>
    public async Task<Check> AuthoritiesAsync(CancellationToken cancellationToken)
    {
        var trust = await api.GetAsync("v1/trust", ProtocolJson.Default.TrustList, cancellationToken);
        var anchors = trust.Authorities.Count(authority => authority is { On: true, Anchor: true });
        return anchors > 0
            ? Check.Ok("authorities", $"TPMs are believed by {anchors} trust anchors")
            : Check.Warning("authorities", "no authority is trusted, so that nobody's TPM is certified", "Add those of your TPMs' vendors (shype trust add FILE), or approve each host by its fingerprint.");
    }

    /// <summary>Whether anything is called good.</summary>
    public async Task<Check> ReferencesAsync(CancellationToken cancellationToken)
    {
        var (inForce, _) = await ReferenceCommands.ReadAsync(api, ReferenceCommands.Route + "/in-force", cancellationToken);
        return inForce.Hypervisors.Count > 0
            ? Check.Ok("references", $"called good: hypervisors {inForce.Hypervisors.Count}, policies {inForce.Document.Policies.Count + inForce.Document.FlaskPolicies.Count}, VMs {inForce.Document.Vms.Count}")
            : Check.Warning("references", "no hypervisor is called good, so that no host is affirmed", "Give the verifier reference values: shype reference capture HOST, or shype reference set FILE.");
    }

    /// <summary>Whether hosts wait or failed.</summary>
    public async Task<Check> HostsAsync(CancellationToken cancellationToken)
    {
        var hosts = await HostCommands.AllAsync(api, null, cancellationToken);
        var pending = hosts.Count(host => host.State == HostState.Pending);
        var failed = hosts.Count(host => host.Watch?.State is WatchState.Failed);
        var unreachable = hosts.Count(host => host.Watch?.State is WatchState.Unreachable);
        string[] told =
        [
            .. pending > 0 ? [$"waiting for approval: {pending} (shype host list --state pending)"] : Array.Empty<string>(),
            .. failed > 0 ? [$"failed: {failed} (shype host list --state failed)"] : Array.Empty<string>(),
            .. unreachable > 0 ? [$"unreachable: {unreachable} (shype host list --state unreachable)"] : Array.Empty<string>(),
        ];
        return told.Length == 0
            ? Check.Ok("hosts", $"known {hosts.Count}, connected {hosts.Count(host => host.Connected)}; none waits, failed or is unreachable")
            : Check.Warning("hosts", $"of {hosts.Count}, {string.Join(", ", told)}", "shype host show NAME and shype verdict explain --host NAME say why.");
    }
}
