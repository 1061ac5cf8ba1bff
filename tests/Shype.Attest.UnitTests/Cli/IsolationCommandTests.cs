using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Shype.Attest.Cli;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Acm.Binary;
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
        Assert.Equal([2, 3], never.GetProperty("witness").GetProperty("records").EnumerateArray().Select(record => record.GetInt32()));
        Assert.Equal(("violated", "holds"), (never.GetProperty("now").GetProperty("verdict").GetString(), never.GetProperty("always").GetProperty("verdict").GetString()));
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

    [Fact]
    public void A_guarantee_is_demanded_by_its_number_and_said_once()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Refused, Prove(terminal, "mediators: [SystemManagement]\nguarantees: [{guarantee: G15}, {guarantee: G8}]", log: null));
        Assert.Equal(["G15 violated", "G8 holds"], Answers(terminal));
    }

    [Fact]
    public void Without_demands_every_guarantee_is_answered_and_unknown_ones_say_what_is_missing()
    {
        var terminal = new Terminal();
        using var folder = new TemporaryFolder();
        var log = Path.Combine(folder.Path, "log");
        Assert.True(AcmXml.TryParse(VirtualPolicies.Banks, out var banks, out _));
        var tables = SHA256.HashData(AcmBinary.Compile(banks, XmlPolicyHash.OfDocument(VirtualPolicies.Banks)).Encode());
        File.WriteAllBytes(log, Bytes(SampleLog.Boot(AlgorithmId.Sha256), VirtualPolicies.Measure(VirtualPolicies.Banks) with { ActiveDigest = new(MeasuredDigest.Sha256, tables) }, Start(1, "Bank.A")));
        Assert.Equal(ExitCode.Refused, terminal.Run("isolation", "prove", "--policy", Policy, "--log", log, "--json"));
        Assert.Equal(
            [
                "G3 unknown", "G4 holds", "G5 holds", "G6 unknown", "G7 holds", "G8 holds", "G9 holds", "G10 holds", "G11 holds", "G12 holds", "G13 violated", "G14 holds", "G15 violated",
                "G16 holds", "G17 holds", "G18 holds", "G19 unknown", "G20 unknown", "G24 unknown", "G25 unknown",
            ],
            Answers(terminal));
        Assert.All(
            JsonDocument.Parse(terminal.Output).RootElement.GetProperty("guarantees").EnumerateArray().Where(row => row.GetProperty("verdict").GetString() == "unknown"),
            row => Assert.NotEmpty(row.GetProperty("missing").GetString()!));
    }

    [Fact]
    public void References_decide_over_images_and_a_broken_file_of_them_is_unreadable()
    {
        using var folder = new TemporaryFolder();
        var (log, references) = (Path.Combine(folder.Path, "log"), Path.Combine(folder.Path, "references.json"));
        File.WriteAllBytes(log, Log(Start(1, "Bank.A")));
        File.WriteAllText(references, """{"format": 1, "vms": [{"name": "vm-1", "label": "Bank.B"}]}""");
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Refused, terminal.Run("isolation", "prove", "--policy", Policy, "--log", log, "--references", references, "--json"));
        Assert.Contains("G19 violated", Answers(terminal));

        File.WriteAllText(references, "{");
        Assert.Equal(ExitCode.Usage, new Terminal().Run("isolation", "prove", "--policy", Policy, "--references", references));
    }

    private static IEnumerable<string> Answers(Terminal terminal) =>
        JsonDocument.Parse(terminal.Output).RootElement.GetProperty("guarantees").EnumerateArray().Select(row => $"{row.GetProperty("id").GetString()} {row.GetProperty("verdict").GetString()}");

    [Fact]
    public void Demands_over_a_FLASK_policy_are_judged_for_what_runs_and_for_what_it_admits()
    {
        var policy = TestData.Bytes("flask", "xen.30");
        var measured = new PolicyContent { Module = "flask", Name = "", Version = "", ActiveDigest = new(MeasuredDigest.Sha256, SHA256.HashData(policy)), Enforcing = true };
        byte[] LogOf(PolicyContent state) => Bytes(SampleLog.Boot(AlgorithmId.Sha256), state, Start(1, "customer_1:vm_r:red_t"), Start(2, "customer_2:vm_r:blue_t"));
        const string Yaml = """
            mediators: [dom0_t]
            guarantees:
              - no-flow: {from: blue_t, to: red_t}
              - no-flow: {from: blue_t, to: alone_t}
              - label-is: {vm: vm-1, label: red_t}
              - never-together: [red_t, blue_t]
              - runs-alone: alone_t
              - guarantee: G9
              - no-flow: {from: blue_t, to: nobody_t}
            """;

        var terminal = new Terminal();
        Assert.Equal(ExitCode.Refused, Prove(terminal, Yaml, LogOf(measured), TestData.PathOf("flask", "xen.30")));
        Assert.Equal(
            ["no-flow violated holds violated", "no-flow holds holds holds", "label-is holds holds unknown", "never-together violated violated unknown", "runs-alone unknown holds unknown", "G9 holds", "no-flow unknown unknown unknown"],
            JsonDocument.Parse(terminal.Output).RootElement.GetProperty("guarantees").EnumerateArray().Select(Both));

        // Under another policy than the one in hand nothing is said of what runs.
        Prove(terminal = new Terminal(), Yaml, LogOf(measured with { ActiveDigest = new(MeasuredDigest.Sha256, new byte[32]) }), TestData.PathOf("flask", "xen.30"));
        Assert.Contains("no-flow holds unknown holds", JsonDocument.Parse(terminal.Output).RootElement.GetProperty("guarantees").EnumerateArray().Select(Both));

        static string Both(JsonElement row) => string.Join(' ', [row.GetProperty("id").GetString(), row.GetProperty("verdict").GetString(), .. Scope(row, "now"), .. Scope(row, "always")]);
        static IEnumerable<string?> Scope(JsonElement row, string scope) => row.GetProperty(scope) is { ValueKind: JsonValueKind.Object } answer ? [answer.GetProperty("verdict").GetString()] : [];
    }

    [Fact]
    public void Without_demands_every_guarantee_is_answered_over_a_FLASK_policy_too()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Refused, terminal.Run("isolation", "prove", "--policy", TestData.PathOf("flask", "xen.30"), "--json"));
        Assert.Equal(20, Answers(terminal).Count());
        Assert.Equal(["G7 holds"], Answers(terminal).Where(answer => !answer.EndsWith(" unknown", StringComparison.Ordinal)));
        Assert.Equal(ExitCode.Usage, new Terminal { Input = TestData.Bytes("flask", "xen.30")[..100] }.Run("isolation", "prove", "--policy", "-"));
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("guarantees: []", ":1:13: 1 to 1000 demands are needed, and there are 0")]
    [InlineData("guarantees: [{runs-alone: a, label-is: b}]", ":1:14: one demand is needed, as 'never-together: [a, b]'")]
    [InlineData("guarantees: [{run-alone: a}]", ":1:14: unknown demand 'run-alone'; known are never-together, no-flow, only-shares-with, runs-alone, label-is, resource-only, policy-unchanged, enforced-by, guarantee")]
    [InlineData("guarantees:\n- guarantee: G99", ":2:14: no such guarantee; there are G3, G4, G5,")]
    [InlineData("guarantees:\n- no-flow: {from: a, too: b}", ":2:27: unknown key 'too'; known here: from, to, transitively, except-through")]
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

    [Theory]
    [InlineData("blue_t", "red_t", "dom0_t", ExitCode.Refused, "'blue_t' to 'driver_t' by allow")]
    [InlineData("blue_t", "red_t", "driver_t", ExitCode.Yes, "Nothing can get from 'blue_t' to 'red_t' unless {dom0_t, driver_t} passes it on.\n")]
    [InlineData("alone_t", "red_t", "dom0_t", ExitCode.Yes, "Nothing can get from 'alone_t' to 'red_t' unless {dom0_t} passes it on.\n")]
    public void A_way_under_FLASK_is_explained_in_the_words_of_the_picture(string from, string to, string except, ExitCode exitCode, string sentence)
    {
        string[] asked = ["--policy", TestData.PathOf("flask", "xen.30"), "--from", from, "--to", to, "--except-through", "dom0_t", "--except-through", except];
        var (terminal, picture) = (new Terminal(), new Terminal());
        Assert.Equal((exitCode, exitCode), (terminal.Run(["isolation", "explain", .. asked]), picture.Run(["isolation", "graph", .. asked, "--json"])));
        Assert.StartsWith(sentence, terminal.Output, StringComparison.Ordinal);
        Assert.Equal(terminal.Output.TrimEnd(), JsonDocument.Parse(picture.Output).RootElement.GetProperty("way").GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("customer_1:vm_r:red_t", "customer_2:vm_r:red_t", ExitCode.Refused)]
    [InlineData("blue_t", "nobody_t", ExitCode.Usage)]
    [InlineData("tenant_type", "red_t", ExitCode.Usage)]
    public void Contexts_are_explained_and_what_the_policy_does_not_have_is_a_usage_error(string from, string to, ExitCode exitCode) =>
        Assert.Equal(exitCode, new Terminal().Run("isolation", "explain", "--policy", TestData.PathOf("flask", "xen.30"), "--from", from, "--to", to, "--except-through", "dom0_t"));

    private static ExitCode Prove(Terminal terminal, string demands, byte[]? log, string? policy = null)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "demands.yaml"), demands);
        List<string> args = ["isolation", "prove", "--policy", policy ?? Policy, "--guarantees", Path.Combine(folder.Path, "demands.yaml"), "--json"];
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
