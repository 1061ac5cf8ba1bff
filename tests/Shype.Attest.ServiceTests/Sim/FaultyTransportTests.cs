using System.Runtime.Versioning;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;
using Shype.Attest.TpmSim;
using Shype.Attest.TpmSim.Emulation;
using Shype.Attest.TpmSim.Faults;
using Xunit;

namespace Shype.Attest.ServiceTests.Sim;

/// <summary>Scripted faults before a real emulator: what the client is told, and what the TPM really did.</summary>
[SupportedOSPlatform("linux")]
public sealed class FaultyTransportTests : IDisposable
{
    private static readonly TpmRetryPolicy ThreeAttempts = new() { Attempts = 3, FirstPause = TimeSpan.Zero };

    private readonly ScratchFolder _scratch = new();
    private readonly Emulator _tpm;

    public FaultyTransportTests() => _tpm = Emulator.Start(new EmulatorOptions { Folder = _scratch["tpm"], Patience = TimeSpan.FromSeconds(30) });

    public void Dispose()
    {
        _tpm.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void A_storm_of_retries_that_ends_in_time_does_not_trouble_the_client()
    {
        var plan = new FaultPlan(new PlannedFault(1, new Refusal(Refusal.Retry, Times: 2)));
        Extend(plan);
        Assert.True(plan.IsSpent);
        Assert.Equal(1, Extends());
    }

    [Fact]
    public void A_storm_that_does_not_end_is_given_up_and_nothing_was_done()
    {
        var plan = new FaultPlan(new PlannedFault(1, new Refusal(Refusal.Retry, Times: 3)));
        Assert.Equal(0x922u, Assert.Throws<TpmWarningException>(() => Extend(plan)).Code.Value);
        Assert.Equal(0, Extends());
    }

    [Fact]
    public void Any_other_refusal_is_final_and_keeps_its_code()
    {
        var plan = new FaultPlan(new PlannedFault(1, new Refusal(0x921)));
        Assert.Equal(0x921u, Assert.Throws<TpmWarningException>(() => Extend(plan)).Code.Value);
        Assert.Equal(0, Extends());
    }

    public static TheoryData<Fault> SpoiltReplies => [new CutReply(0), new CutReply(5), new CutReply(18), new WrongTag(0x8001), new WrongTag(0), new WrongSize(9), new WrongSize(20), new WrongSize(uint.MaxValue)];

    [Theory]
    [MemberData(nameof(SpoiltReplies))]
    public void A_spoilt_reply_is_never_believed_though_the_command_was_carried_out(Fault fault)
    {
        var plan = new FaultPlan(new PlannedFault(1, fault));
        Assert.Throws<TpmResponseException>(() => Extend(plan));
        Assert.True(plan.IsSpent);
        Assert.Equal(1, Extends());
    }

    public static TheoryData<Fault, int> Ends => new() { { new Death(CarriedOut: false), 0 }, { new Death(CarriedOut: true), 1 }, { new Silence(CarriedOut: false), 0 }, { new Silence(CarriedOut: true), 1 } };

    [Theory]
    [MemberData(nameof(Ends))]
    public void A_connection_that_ends_stays_ended_and_the_TPM_did_what_the_plan_says(Fault fault, int extends)
    {
        var plan = new FaultPlan(new PlannedFault(1, fault));
        using (var client = Connect(plan))
        {
            Assert.Throws<TpmTransportException>(() => client.Execute(ExtendPcr));
            Assert.Throws<TpmTransportException>(() => client.Execute(new GetRandomCommand(8)));
        }

        Assert.Equal(extends, Extends());
    }

    [Fact]
    public void A_late_reply_is_waited_for_by_the_clock_that_is_given()
    {
        var clock = new RecordingClock();
        using var client = new TpmClient(new FaultyTransport(TpmConnection.Open(_tpm.Address), new FaultPlan(new PlannedFault(1, new Lateness(TimeSpan.FromHours(1)))), clock));
        client.Execute(ExtendPcr);
        Assert.Equal([TimeSpan.FromHours(1)], clock.Waited);
    }

    [Fact]
    public void The_nth_command_of_a_kind_is_met_over_all_connections_that_share_the_plan()
    {
        var plan = new FaultPlan(new PlannedFault(3, new Death(CarriedOut: false), CommandCode.PcrExtend));
        for (var connection = 0; connection < 2; connection++)
        {
            using var client = Connect(plan);
            client.Execute(new GetRandomCommand(8));
            client.Execute(ExtendPcr);
        }

        Assert.False(plan.IsSpent);
        Assert.Throws<TpmTransportException>(() => Extend(plan));
        Assert.True(plan.IsSpent);
        Assert.Equal(2, Extends());
        Extend(plan);
        Assert.Equal(1 + 2, Extends());
    }

    [Fact]
    public void A_plan_without_faults_changes_nothing()
    {
        Extend(new FaultPlan());
        Assert.Equal(1, Extends());
    }

    [Fact]
    public void Counting_starts_at_one()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new FaultPlan(new PlannedFault(0, new Death(CarriedOut: false))));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FaultPlan(new PlannedFault(1, new Refusal(Times: 0))));
    }

    private static PcrExtendCommand ExtendPcr { get; } = new(Handle.Pcr(11), new DigestValues([new HashValue(AlgorithmId.Sha256, new byte[32])]));

    private void Extend(FaultPlan plan)
    {
        using var client = Connect(plan);
        client.Execute(ExtendPcr);
    }

    private TpmClient Connect(FaultPlan plan) => new(new FaultyTransport(TpmConnection.Open(_tpm.Address), plan), ThreeAttempts);

    // How often PCR 11 was extended, by its value.
    private int Extends()
    {
        using var client = new TpmClient(TpmConnection.Open(_tpm.Address));
        var found = client.Execute(new PcrReadCommand(PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 11)))).Values.Digests[0];
        var value = new byte[32];
        for (var extends = 0; extends < 10; extends++)
        {
            if (found.AsSpan().SequenceEqual(value))
            {
                return extends;
            }

            value = AlgorithmId.Sha256.Hash((byte[])[.. value, .. new byte[32]]);
        }

        throw new InvalidOperationException("PCR 11 was extended with something else");
    }

    /// <summary>A clock whose waits are over at once.</summary>
    private sealed class RecordingClock : TimeProvider
    {
        public List<TimeSpan> Waited { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waited.Add(dueTime);
            return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
