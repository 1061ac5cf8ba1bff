using CsCheck;
using Shype.Attest.Appraisal;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal;

/// <summary>What is kept between appraisals: worth the same after it was stored, and worth nothing when it was spoiled.</summary>
public sealed class HostMemoryTests
{
    private static readonly byte[] NewBanks = VirtualPolicies.BanksNext();

    private static readonly Gen<int[]> Days = Gen.Int[0, Happenings.Length - 1].Array[0, 24];

    [Fact]
    public void It_round_trips()
    {
        var memory = Eventful().Memory!;
        var bytes = memory.Encode();
        Assert.True(HostMemory.TryDecode(bytes, out var back, out _));
        Assert.Equal(bytes, back.Encode());
        Assert.Equal(
            (memory.ResetCount, memory.BootId, memory.StickyFailure, memory.KnownFirmwareLog, memory.Known),
            (back.ResetCount, back.BootId, back.StickyFailure, back.KnownFirmwareLog, back.Known));
    }

    [Fact]
    public void What_is_cut_is_refused_with_member_and_byte()
    {
        var bytes = Eventful().Memory!.Encode();
        var ends = EndsOfSections(bytes);
        Assert.Equal(3, ends.Count);
        for (var length = 0; length < bytes.Length; length++)
        {
            if (ends.Contains(length))
            {
                continue;
            }

            Assert.False(HostMemory.TryDecode(bytes.AsMemory(0, length), out _, out var problem));
            Assert.True(problem.Offset <= length && problem.Member.Length > 0, problem.ToString());
        }

        Assert.False(HostMemory.TryDecode(new([.. bytes, 0]), out _, out _));
    }

    [Fact]
    public void A_memory_of_before_boots_were_kept_asks_for_the_firmware_log_again_and_forgets_nothing_else()
    {
        var memory = Eventful().Memory!;
        var bytes = memory.Encode();
        Assert.True(HostMemory.TryDecode(bytes.AsMemory(0, EndsOfSections(bytes)[0]), out var earlier, out _));
        Assert.NotNull(memory.KnownFirmwareLog);
        Assert.Equal((null, memory.BootId, memory.StickyFailure, memory.Known), (earlier.KnownFirmwareLog, earlier.BootId, earlier.StickyFailure, earlier.Known));

        var host = VirtualHost.Boot();
        var verifier = new VirtualVerifier(host);
        verifier.Ask();
        bytes = verifier.Memory!.Encode();
        Assert.True(HostMemory.TryDecode(bytes.AsMemory(0, EndsOfSections(bytes)[0]), out earlier, out _));
        verifier.Memory = earlier;
        Assert.Equal([FindingCode.EnforcementModuleRecognised], AppraiserTests.Codes(verifier.Ask()));
        Assert.NotNull(verifier.Memory!.KnownFirmwareLog);
    }

    [Fact]
    public void A_memory_of_before_versions_of_policies_were_kept_knows_none_and_forgets_nothing_else()
    {
        var memory = Eventful().Memory!;
        var bytes = memory.Encode();
        Assert.True(HostMemory.TryDecode(bytes.AsMemory(0, EndsOfSections(bytes)[^1]), out var earlier, out _));
        Assert.Equal((memory.KnownFirmwareLog, memory.Known, memory.StickyFailure), (earlier.KnownFirmwareLog, earlier.Known, earlier.StickyFailure));
        Assert.NotEqual(memory.Encode(), earlier.Encode());
    }

    [Fact]
    public void Spoiled_bytes_are_refused_or_read_but_never_throw() => Gen.Select(Gen.Int[0, int.MaxValue], Gen.Byte, Gen.Int[1, 8]).Sample((at, value, run) =>
    {
        var bytes = Spoilable.ToArray();
        bytes.AsSpan(at % (bytes.Length - run), run).Fill(value);
        return HostMemory.TryDecode(bytes, out var memory, out _) ? memory.Encode().Length > 0 : memory is null;
    }, iter: 2_000);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_log_judged_in_pieces_is_worth_what_it_is_worth_as_a_whole(bool verifierRestarts) => Days.Sample(days =>
    {
        var host = VirtualHost.Boot(AkKind.EcdsaP256);
        var pieces = Verifier(host);
        for (var day = 0; day < days.Length; day++)
        {
            Happenings[days[day]](host);
            if (day % 3 == 0)
            {
                pieces.Ask();
            }

            if (verifierRestarts && day % 4 == 1)
            {
                pieces.Restart();
            }
        }

        Assert.Equal(AppraiserTests.Describe(Verifier(host).Ask()), AppraiserTests.Describe(pieces.Ask()));
    }, iter: 40);

    [Fact]
    public void Facts_are_kept_only_as_often_as_they_tell_something()
    {
        var host = VirtualHost.Boot();
        for (var i = 0; i < 3 * AppraisalLimits.MaxFactsPerCode; i++)
        {
            host.Stop(VirtualVms.BankA.Uuid);
        }

        var verdict = new VirtualVerifier(host).Ask();
        Assert.Equal(AppraisalLimits.MaxFactsPerCode, verdict.Findings.Count(finding => finding.Code == FindingCode.VmNotRunning));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void Attachments_are_bounded(int over, bool refused)
    {
        var host = VirtualHost.Boot();
        for (var i = 0; i < AppraisalLimits.MaxAttachments + over; i++)
        {
            host.Measure(new ResourceAttachContent { Uuid = VirtualVms.Web.Uuid, Kind = "vif", Name = $"eth{i}", Label = "uplink" });
        }

        Assert.Equal(refused, AppraiserTests.Codes(new VirtualVerifier(host).Ask()).Contains(FindingCode.LogMalformed));
    }

    private static Action<VirtualHost>[] Happenings =>
    [
        host => host.Start(VirtualVms.BankA),
        host => host.Start(VirtualVms.BankB),
        host => host.Stop(VirtualVms.BankA.Uuid),
        host => host.Stop(VirtualVms.BankB.Uuid),
        host => host.Stop(VirtualVms.Web.Uuid),
        host => host.Start(VirtualVms.Web),
        host => host.Start(VirtualVms.Database with { Label = "INV_Shop.Database" }),
        host => host.Start(VirtualVms.Of(9, "stranger", "Clearing")),
        host => host.Measure(new ResourceAttachContent { Uuid = VirtualVms.Web.Uuid, Kind = "disk", Name = "xvdc", Label = "bank-a.ledger" }),
        host => host.Measure(new ResourceDetachContent { Uuid = VirtualVms.Web.Uuid, Kind = "disk", Name = "xvdc" }),
        host => host.ChangePolicy(NewBanks),
        host => host.ChangePolicy(VirtualPolicies.Banks),
        host => host.Measure(new PolicyChangeContent { Module = "none", Name = "", Version = "", Enforcing = false }),
        host => host.Measure(new GapContent { Since = DateTimeOffset.UnixEpoch, Reason = "restarted late" }),
        host => host.Measure(new HostSpec().Hypervisor! with { Version = "4.18" }),
    ];

    private static byte[] Spoilable { get; } = Eventful().Memory!.Encode();

    private static VirtualVerifier Verifier(VirtualHost host)
    {
        var verifier = new VirtualVerifier(host);
        verifier.Keep(VirtualPolicies.Banks);
        verifier.Keep(NewBanks);
        return verifier;
    }

    private static VirtualVerifier Eventful()
    {
        var host = VirtualHost.Boot(spec => spec with { Banks = [AlgorithmId.Sha256, AlgorithmId.Sha384], Agent = SampleLog.Boot(AlgorithmId.Sha256, AlgorithmId.Sha384) });
        var verifier = Verifier(host);
        foreach (var happens in Happenings)
        {
            happens(host);
        }

        host.ChangePolicy(VirtualPolicies.Banks);
        verifier.Ask();
        return verifier;
    }

    // Where earlier versions ended: the shorter lengths that still read, the shortest first.
    private static List<int> EndsOfSections(byte[] bytes) =>
        [.. Enumerable.Range(1, bytes.Length - 1).Where(length => HostMemory.TryDecode(bytes.AsMemory(0, length), out _, out _))];
}
