using System.Net.Http.Json;
using System.Text;
using Shype.Attest.Appraisal.Rules;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing.World;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Store;
using Xunit;

namespace Shype.Attest.BrowserTests;

/// <summary>A verifier with a host in every state, whose evidence the real appraisal judged.</summary>
public sealed class FilledVerifier : IAsyncLifetime
{
    /// <summary>A name with markup, an escape sequence of terminals, a reversal of text and a line end in it.</summary>
    internal const string Hostile = "<img src=x onerror=alert(1)>\u001b[31m\u202egnp.\nrack";

    private RunningVerifier? _verifier;

    internal RunningVerifier Verifier => _verifier!;

    internal string Viewer { get; private set; } = "";

    internal string Operator => File.ReadAllText(Path.Combine(Verifier.State, "operator.token")).Trim();

    internal VirtualHost Good { get; private set; } = null!;

    internal VirtualHost Bad { get; private set; } = null!;

    internal string HostileId { get; private set; } = "";

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _verifier = await RunningVerifier.StartAsync(new { PinUncertifiedKeys = true });
        Viewer = await TokenAsync("watcher", Roles.Viewer);
        await ActivatePolicyAsync();
        Good = await ShowAsync("rack-1");
        Bad = await ShowAsync("rack-2", spec => spec with
        {
            Vms = [VirtualVms.Web, VirtualVms.BankA, VirtualVms.BankB, VirtualVms.Of(7, "stray <a-vm>", "Nobody") with { Disks = [new("xvda", null, ReadOnly: false)] }],
        });
        await ShowAsync("rack-3", spec => spec with { Firmware = VirtualBoot.WithoutUefi });
        await AddAsync(Records.Host("rack-4", HostState.Enrolled), DateTimeOffset.UtcNow.AddDays(-30));
        await AddAsync(Records.Host("rack-5", HostState.Enrolled), DateTimeOffset.UtcNow);
        var gone = await AddAsync(Records.Host("rack-6", HostState.Enrolled), DateTimeOffset.UtcNow);
        await Verifier.Service<HostDirectory>().SetStateAsync(new StateChange(gone, HostState.Revoked, "decommissioned", "admin", DateTimeOffset.UtcNow), Now);
        HostileId = await AddAsync(Records.Host(Hostile, HostState.Enrolled), DateTimeOffset.UtcNow);
        await Verifier.Service<IAttestationStore>().CommitAsync(
            Records.Commit(HostileId, at: DateTimeOffset.UtcNow, vms: new VmPlace(HostileId, Guid.CreateVersion7(), Hostile, Hostile)) with { Memory = null }, Now);
        await EnrolAsync("newcomer", tpm => [tpm.Certificate(Verifier.Vendor), Verifier.Vendor.Intermediate]);
        await EnrolAsync("bare-board", _ => []);
        var watch = Verifier.Service<IWatchStore>();
        await watch.MissDeadlinesAsync(await watch.ClaimDueAsync("test", DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1), 10, Now), "test", DateTimeOffset.UtcNow, Now);
    }

    public async ValueTask DisposeAsync()
    {
        if (_verifier is not null)
        {
            await _verifier.DisposeAsync();
        }
    }

    /// <summary>A token that an administrator made.</summary>
    internal async Task<string> TokenAsync(string name, string role) =>
        (await Verifier.Service<AccessTokens>().AddAsync(new TokenRequest { Name = name, Role = role }, "admin", Now))!.Token!;

    /// <summary>Takes a host in that has not shown anything.</summary>
    internal async Task<string> AddAsync(HostRecord host, DateTimeOffset at)
    {
        await Verifier.Service<HostDirectory>().EnrolAsync(new HostEnrolment { Host = host with { EnrolledAt = at }, At = at }, Now);
        return host.Id;
    }

    /// <summary>A host waits for approval, as one that nobody invited does.</summary>
    internal async Task<string> EnrolAsync(string name, Func<SoftwareTpm, IReadOnlyList<byte[]>> certificates)
    {
        using var tpm = new SoftwareTpm();
        using var begun = await Verifier.Anonymous().PostAsJsonAsync("/v1/enrol", tpm.Request(name, certificates(tpm)), ProtocolJson.Default.EnrolmentRequest, Now);
        var challenge = (await begun.Content.ReadFromJsonAsync(ProtocolJson.Default.EnrolmentChallenge, Now))!;
        using var proven = await Verifier.Anonymous().PostAsJsonAsync($"/v1/enrol/{challenge.EnrolmentId}/activate", tpm.Answer(challenge), ProtocolJson.Default.EnrolmentActivation, Now);
        proven.EnsureSuccessStatusCode();
        return challenge.HostId;
    }

    private async Task<VirtualHost> ShowAsync(string name, Func<HostSpec, HostSpec>? change = null)
    {
        var agent = await Verifier.BootHostAsync(name, change);
        for (var round = 0; round < 3; round++)
        {
            await agent.AttestAsync();
        }

        return agent.Host;
    }

    private async Task ActivatePolicyAsync()
    {
        var document = Encoding.UTF8.GetBytes(await File.ReadAllTextAsync(Path.Combine(Testing.TestData.Root, "docs", "appraisal-policy.example.yaml"), Now));
        Assert.True(AppraisalPolicy.TryRead("example", document, out var policy, out var problem), problem?.ToString());
        Assert.NotNull(await Verifier.Service<CurrentAppraisalPolicies>().ReplaceAsync(policy, 0, "admin", DateTimeOffset.UtcNow, Now));
    }
}
