using System.Text;
using System.Text.Json;
using Shype.Attest.Cli;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Testing;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Types;
using Shype.Attest.UnitTests.Measurement;
using Xunit;

namespace Shype.Attest.UnitTests.Cli;

public sealed class IsolationCommandTests
{
    private static readonly string Policy = Path.Combine(TestData.Root, "docs", "policies", "example.banks.xml");

    private const string Demands = """
        mediators: [SystemManagement, Clearing]
        guarantees:
          - never-together: [Bank.A, Bank.B]
          - no-flow: {from: Bank.A, to: Bank.B}
          - label-is: {vm: vm-1, label: Bank.A}
          - policy-unchanged: true
        """;

    [Fact]
    public void What_log_and_policy_prove_holds_with_exit_code_0()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Yes, Prove(terminal, Demands, Log(Start(1, "Bank.A"))));
        var proof = JsonDocument.Parse(terminal.Output).RootElement;
        Assert.True(proof.GetProperty("holds").GetBoolean());
        Assert.All(proof.GetProperty("guarantees").EnumerateArray(), row => Assert.Equal(("holds", "observed"), (row.GetProperty("verdict").GetString(), row.GetProperty("strength").GetString())));
    }

    [Fact]
    public void A_start_that_the_policy_forbids_is_a_violation_with_its_record()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Refused, Prove(terminal, Demands, Log(Start(1, "Bank.A"), Start(2, "Bank.B"))));
        var never = JsonDocument.Parse(terminal.Output).RootElement.GetProperty("guarantees")[0];
        Assert.Equal("violated", never.GetProperty("verdict").GetString());
        Assert.Equal(3, never.GetProperty("witness").GetProperty("records")[0].GetInt32());
    }

    [Fact]
    public void Without_a_log_what_only_a_log_can_show_is_unknown()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Refused, Prove(terminal, Demands, log: null));
        Assert.Equal(
            ["holds", "holds", "unknown", "unknown", "holds"],
            JsonDocument.Parse(terminal.Output).RootElement.GetProperty("guarantees").EnumerateArray().Select(row => row.GetProperty("verdict").GetString()));
    }

    [Fact]
    public void A_log_of_another_policy_leaves_it_open()
    {
        var other = VirtualPolicies.BanksWith("<Conflict name=\"competitors\">", "<Conflict name=\"friends\">");
        var log = Bytes(SampleLog.Boot(AlgorithmId.Sha256), VirtualPolicies.Measure(other), Start(1, "Bank.A"));
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Refused, Prove(terminal, "guarantees: [{label-is: {vm: vm-1, label: Bank.A}}]", log));
        Assert.Equal("the policy that record 1 measured is not this one", JsonDocument.Parse(terminal.Output).RootElement.GetProperty("guarantees")[0].GetProperty("missing").GetString());
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("guarantees: []", ":1:1: 'guarantees' must hold 1 to 1000 demands")]
    [InlineData("guarantees: [{runs-alone: a, label-is: b}]", ":1:14: a single key is needed here, as in 'never-together: [a, b]'")]
    [InlineData("guarantees: [{run-alone: a}]", ":1:14: unknown demand 'run-alone'; known are never-together, no-flow, only-shares-with, runs-alone, label-is, resource-only, policy-unchanged, enforced-by")]
    [InlineData("guarantees:\n- no-flow: {from: a, too: b}", ":2:22: unknown key 'too'; known here: from, to, transitively, except-through")]
    [InlineData("guarantees:\n- no-flow: {from: a}", ":2:12: 'to' is missing")]
    [InlineData("guarantees:\n- never-together: [a]", ":2:19: at least two labels are needed")]
    [InlineData("guarantees:\n- policy-unchanged: false", ":2:21: only true can be demanded; leave the line out")]
    [InlineData("guarantees: &a [*a]", ":1:13: an anchor (&name) or a tag (!name); neither is used here")]
    [InlineData("guarantees: [*a]", ":1:14: an alias (*name); write the value out")]
    [InlineData("guarantees: [", "not YAML")]
    [InlineData("mediators: []\nmediators: []", ":2:1: key 'mediators' is there twice")]
    [InlineData("a: [[[[[[[[[1]]]]]]]]]", "nested deeper than 8 (MaxDepth)")]
    public void A_file_of_demands_is_refused_by_line_and_column(string yaml, string message)
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Usage, Prove(terminal, yaml, log: null));
        Assert.Contains(message, terminal.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Broken_logs_and_policies_are_unreadable()
    {
        Assert.Equal(ExitCode.Usage, Prove(new Terminal(), Demands, Log(Start(1, "Bank.A"))[..^1]));
        Assert.Equal(ExitCode.Usage, Prove(new Terminal(), Demands, "shype-log 1"u8.ToArray()));
        Assert.Equal(ExitCode.Usage, new Terminal { Input = "<x/>"u8.ToArray() }.Run("isolation", "explain", "--policy", "-", "--from", "a", "--to", "b"));
    }

    [Theory]
    [InlineData("Bank.A", "Bank.B", "", ExitCode.Refused, "'Bank.A' shares {bank-a} with 'Clearing', which shares {bank-b} with 'Bank.B'.\n")]
    [InlineData("Bank.A", "Bank.B", "Clearing", ExitCode.Yes, "Nothing can get from 'Bank.A' to 'Bank.B' unless {Clearing, SystemManagement} passes it on.\n")]
    [InlineData("Bank.A", "bank-b.ledger", "Clearing", ExitCode.Yes, "Nothing can get from 'Bank.A' to 'bank-b.ledger' unless {Clearing, SystemManagement} passes it on.\n")]
    [InlineData("Bank.A", "Bank.C", "", ExitCode.Usage, "")]
    public void A_way_is_explained_in_a_sentence(string from, string to, string except, ExitCode exitCode, string sentence)
    {
        var terminal = new Terminal();
        string[] mediators = except.Length == 0 ? [] : ["--except-through", except];
        Assert.Equal(exitCode, terminal.Run(["isolation", "explain", "--policy", Policy, "--from", from, "--to", to, "--except-through", "SystemManagement", .. mediators]));
        Assert.Equal(sentence, terminal.Output);
    }

    private static ExitCode Prove(Terminal terminal, string demands, byte[]? log)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "demands.yaml"), demands);
        List<string> args = ["isolation", "prove", "--policy", Policy, "--guarantees", Path.Combine(folder.Path, "demands.yaml"), "--json"];
        if (log is not null)
        {
            File.WriteAllBytes(Path.Combine(folder.Path, "log"), log);
            args.AddRange(["--log", Path.Combine(folder.Path, "log")]);
        }

        return terminal.Run([.. args]);
    }

    private static byte[] Log(params MeasurementContent[] contents) => Bytes([SampleLog.Boot(AlgorithmId.Sha256), VirtualPolicies.Measure(VirtualPolicies.Banks), .. contents]);

    private static byte[] Bytes(params MeasurementContent[] contents) =>
        [.. Encoding.ASCII.GetBytes($"shype-log 1 boot={SampleLog.BootId} resets=7\n"), .. SampleLog.Sequence(SampleLog.Records(contents))];

    private static VmStartContent Start(int number, string label) => SampleLog.VmStart(number) with { Label = label };
}
