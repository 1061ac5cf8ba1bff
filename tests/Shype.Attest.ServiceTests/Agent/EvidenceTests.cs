using System.Security.Cryptography;
using Shype.Attest.Agent;
using Shype.Attest.Agent.Attesting;
using Shype.Attest.Agent.Configuration;
using Shype.Attest.Agent.Keys;
using Shype.Attest.Agent.Sources;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;
using Xunit;

namespace Shype.Attest.ServiceTests.Agent;

/// <summary>Evidence of the agent's own code on a real TPM: what belongs together does, and others can check it.</summary>
public sealed class EvidenceTests : IDisposable
{
    private const string HostId = "host-1";

    private readonly AgentHost _host = new();
    private AgentContext? _agent;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _agent?.Dispose();
        _host.Dispose();
    }

    [Theory]
    [InlineData("rsassa", "sha256")]
    [InlineData("rsapss", "sha256")]
    [InlineData("ecdsa-p256", "sha256")]
    [InlineData("ecdsa-p384", "sha384")]
    public async Task Quote_values_and_log_are_of_one_moment_and_tpm2_checkquote_agrees(string kind, string hash)
    {
        var evidence = await Collect(NewChallenge(), $"ak: {kind}");
        var quote = Verify(evidence);
        var body = Assert.IsType<QuoteBody>(quote.Body);
        Assert.Equal("sha256:0,1,2,3,4,5,6,7,8,9,11,12,13", body.Selections.ToString());
        Assert.Equal(EvidenceBinding.QualifyingData(new byte[32], HostId), quote.ExtraData);
        Assert.Equal(
            PcrComposite.Digest(hash == "sha384" ? AlgorithmId.Sha384 : AlgorithmId.Sha256, body.Selections, (bank, pcr) => Value(evidence, bank, pcr).Span), body.PcrDigest);
        Assert.True(LogReplay.TryReplay(ReplayState.Start(AlgorithmId.Sha256, PcrPlan.Default), evidence.Log.Records, out var state, out var records, out _));
        Assert.Equal(3, records.Count);
        Assert.All(state.Pcrs, pcr => Assert.True(state[pcr].SequenceEqual(Value(evidence, AlgorithmId.Sha256, pcr.Value).Span)));

        if (kind == "rsapss")
        {
            // tpm2_checkquote before 5.8 refuses every PSS signature.
            return;
        }

        await File.WriteAllBytesAsync(_host["quote.msg"], evidence.QuoteAttest.ToArray(), Now);
        await File.WriteAllBytesAsync(_host["quote.sig"], evidence.QuoteSignature.ToArray(), Now);
        await File.WriteAllBytesAsync(_host["ak.pub"], TpmWire.ToSizedBytes(AttestationKey.Read(_agent!.State)!.Public), Now);
        await Tool.Run(null, "tpm2_checkquote", "-u", _host["ak.pub"], "-m", _host["quote.msg"], "-s", _host["quote.sig"], "-g", hash,
            "-q", Convert.ToHexStringLower(quote.ExtraData));
    }

    [Fact]
    public async Task Only_what_the_verifier_does_not_have_is_sent()
    {
        var whole = await Collect(NewChallenge());
        Assert.Equal(await File.ReadAllBytesAsync(_host.Platform.EventLogPath, Now), whole.FirmwareLog!.Value.ToArray());
        Assert.Equal(await File.ReadAllBytesAsync(_host["policy.xml"], Now), whole.Policy!.Value.ToArray());
        Assert.Equal(0UL, whole.Log.FirstRecord);

        await _host.Run("vm", "start", "a");
        var rest = await Collect(NewChallenge() with
        {
            Known = new LogPosition { BootId = _host.Platform.BootId, NextRecord = 3 },
            KnownFirmwareLog = Convert.ToHexStringLower(SHA256.HashData(whole.FirmwareLog!.Value.Span)),
            KnownPolicies = [Convert.ToHexStringLower(SHA256.HashData(whole.Policy!.Value.Span))],
        });
        Assert.Null(rest.FirmwareLog);
        Assert.Null(rest.Policy);
        Assert.Equal(3UL, rest.Log.FirstRecord);
        Assert.Equal(_host.Records()[3].Encoded.ToArray(), rest.Log.Records.ToArray());
    }

    [Theory]
    [InlineData("another-boot", 2)]
    [InlineData(null, 0)]
    [InlineData("this", 4)]
    public async Task L14_a_position_that_is_not_in_this_log_gets_the_whole_log(string? boot, ulong next)
    {
        var known = new LogPosition { BootId = boot == "this" ? _host.Platform.BootId : boot, NextRecord = next };
        var evidence = await Collect(NewChallenge() with { Known = known });
        Assert.Equal(0UL, evidence.Log.FirstRecord);
        Assert.True(LogReplay.TryReplay(ReplayState.Start(AlgorithmId.Sha256, PcrPlan.Default), evidence.Log.Records, out _, out var records, out _));
        Assert.Equal(3, records.Count);
    }

    [Fact]
    public async Task Evidence_goes_over_the_wire_unchanged()
    {
        var evidence = await Collect(NewChallenge());
        Assert.True(Evidence.TryDecode(evidence.Encode(), out var decoded, out var problem), problem?.ToString());
        Assert.Equal(evidence.Encode(), decoded.Encode());
    }

    [Fact]
    public async Task The_key_is_the_same_after_reboot_and_power_cut_and_leaves_nothing_in_the_TPM()
    {
        var before = (await Collect(NewChallenge())).AkName.ToArray();
        _host.Platform.Reboot();
        Verify(await Collect(NewChallenge()));
        _host.Platform.PowerCut();
        Assert.Equal(before, (await Collect(NewChallenge())).AkName.ToArray());
        Assert.Equal("", (await Tool.Run(_host.Platform.Tpm.Tcti, "tpm2_getcap", "handles-transient")).Trim());
        Assert.Equal("", (await Tool.Run(_host.Platform.Tpm.Tcti, "tpm2_getcap", "handles-loaded-session")).Trim());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_host["state/ak.key"]));
    }

    [Fact]
    public async Task K16_a_disk_moved_to_another_TPM_has_a_key_that_does_not_load()
    {
        await Collect(NewChallenge());
        using var other = new AgentHost();
        _host.Configure(tpm: other.Platform.Tpm.Address);
        var refused = await Assert.ThrowsAsync<AgentException>(() => Collect(NewChallenge(), tpm: other.Platform.Tpm.Address));
        Assert.Contains("was it made by another TPM", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A02_PCRs_of_a_bank_that_the_TPM_does_not_have_are_refused_before_anything_is_signed()
    {
        var refused = await Assert.ThrowsAsync<AgentException>(() => Collect(NewChallenge() with { Pcrs = [new("sha3_512", [1])] }));
        Assert.Contains("PCRs that this TPM does not have", refused.Message, StringComparison.Ordinal);
    }

    private async Task<Evidence> Collect(Challenge challenge, string settings = "", string? tpm = null)
    {
        _agent?.Dispose();
        _host.Configure(settings, tpm);
        await _host.Run("measure", "boot");
        Assert.True(AgentOptions.TryRead(_host["agent.yaml"], out var options, out var problem), problem?.ToString());
        _agent = new AgentContext(options, new ManifestSource(options.Manifest!), TimeProvider.System, _ => { });
        _agent.WithTpm(client => AttestationKey.ReadOrCreate(_agent.State, client, options.AttestationKey), Now);
        return EvidenceCollector.Collect(_agent, HostId, challenge, Now).Evidence;
    }

    private Attestation Verify(Evidence evidence)
    {
        Assert.True(VerificationKey.TryCreate(AttestationKey.Read(_agent!.State)!.Public, out var key, out var problem), problem?.ToString());
        var check = QuoteVerifier.Check(key, evidence.QuoteAttest.Span, TpmWire.Parse<Signature>(evidence.QuoteSignature.Span));
        Assert.True(check.Quote is not null, check.Problem?.ToString());
        return check.Quote.Value;
    }

    private static ReadOnlyMemory<byte> Value(Evidence evidence, AlgorithmId bank, int pcr) =>
        evidence.PcrValues.Single(value => value.Bank == bank.ToText() && value.Pcr == pcr).Value;

    private static Challenge NewChallenge() => new()
    {
        Nonce = new byte[32],
        Pcrs = [new("sha256", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13])],
        Expires = DateTimeOffset.UtcNow.AddMinutes(10),
        Known = LogPosition.None,
        KnownPolicies = [],
    };
}
