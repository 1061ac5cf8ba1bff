using Shype.Attest.Agent.Configuration;
using Shype.Attest.Agent.Measuring;
using Shype.Attest.Agent.Sources;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Testing;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Agent;

/// <summary>The launch gate decides by the measured policy over what the log says is running.</summary>
public sealed class LaunchGateTests
{
    private static readonly AcmPolicy Banks = ReadPolicy();

    [Theory]
    [InlineData("Bank.A", true, "may start as 'Bank.A'")]
    [InlineData("Shop.Web", true, "may start as 'Shop.Web'")]
    [InlineData("Bank.C", false, "has no VM label 'Bank.C'")]
    [InlineData(null, false, "it has no label")]
    [InlineData("__UNLABELED__", false, "has no VM label")]
    public void V06_only_labels_of_the_policy_may_start(string? label, bool permitted, string sentence)
    {
        var decision = LaunchGate.Decide(Host(), Banks, Vm(1, label));
        Assert.Equal(permitted, decision.Permitted);
        Assert.Contains(sentence, decision.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void V07_a_competitor_is_kept_out_while_the_other_runs_and_let_in_after_it()
    {
        var beside = LaunchGate.Decide(Host(Start(1, "Bank.A")), Banks, Vm(2, "Bank.B"));
        Assert.False(beside.Permitted);
        Assert.Contains("keeps 'bank-b' out", beside.Sentence, StringComparison.Ordinal);
        Assert.True(LaunchGate.Decide(Host(Start(1, "Bank.A"), Stop(1)), Banks, Vm(2, "Bank.B")).Permitted);
    }

    [Fact]
    public void V14_what_runs_does_not_start_again() => Assert.Contains(
        "runs already", LaunchGate.Decide(Host(Start(1, "Bank.A")), Banks, Vm(1, "Shop.Web")).Sentence, StringComparison.Ordinal);

    [Fact]
    public void What_cannot_be_decided_is_refused()
    {
        var nothing = MeasuredHost.Of(SampleLog.Records([SampleLog.Boot(AlgorithmId.Sha256)]));
        Assert.Equal((false, "no policy is measured in this boot: run 'measure boot' first"), Decide(nothing, Banks));

        var lost = LaunchGate.Decide(Host(), null, Vm(1, "Bank.A"));
        Assert.Equal((false, "the measured policy's file is not kept here: run 'measure boot' again"), (lost.Permitted, lost.Sentence));

        var none = MeasuredHost.Of(SampleLog.Records([SampleLog.Boot(AlgorithmId.Sha256), new PolicyContent { Module = "none", Name = "", Version = "", Enforcing = false }]));
        Assert.Equal((false, "the measured policy is 'none', which has no rules to decide by"), Decide(none, null));

        static (bool, string) Decide(MeasuredHost host, AcmPolicy? policy) =>
            LaunchGate.Decide(host, policy, Vm(1, "Bank.A")) is var decision ? (decision.Permitted, decision.Sentence) : default;
    }

    [Theory]
    [InlineData(true, AgentMode.Enforce, true)]
    [InlineData(false, AgentMode.Enforce, false)]
    [InlineData(true, AgentMode.Observe, true)]
    [InlineData(false, AgentMode.Observe, true)]
    public void Only_enforce_closes_the_gate(bool permitted, AgentMode mode, bool open) =>
        Assert.Equal(open, LaunchGate.IsOpen(new GateDecision(permitted, ""), mode));

    private static MeasuredHost Host(params MeasurementContent[] since) => MeasuredHost.Of(SampleLog.Records(
    [
        SampleLog.Boot(AlgorithmId.Sha256),
        new PolicyContent { Module = "acm", Name = Banks.Name, Version = "1.0", SourceDigest = SampleLog.Digest("source"), Enforcing = true },
        .. since,
    ]));

    private static VmStartContent Start(int number, string label) => SampleLog.VmStart(number) with { Label = label };

    private static VmStopContent Stop(int number) => new() { Uuid = SampleLog.Uuid(number), Reason = "shutdown" };

    private static VmDefinition Vm(int number, string? label) => new()
    {
        Uuid = SampleLog.Uuid(number),
        Name = $"vm-{number}",
        Label = label,
        Configuration = new VmConfiguration.InText(""),
        Disks = [],
    };

    private static AcmPolicy ReadPolicy()
    {
        var file = Path.Combine(TestData.Root, "docs", "policies", "example.banks.xml");
        return AcmXml.TryParse(File.ReadAllBytes(file), out var policy, out var problems) ? policy : throw new InvalidDataException(string.Join('\n', problems));
    }
}
