using CsCheck;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.EventLogs.Events;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Measurement;

/// <summary>EFI_SIGNATURE_LISTs, well-formed and hostile (attacks A8 and A9).</summary>
public sealed class SignatureListTests
{
    private static readonly byte[] Sha256 = new Guid("c1c41626-504c-4092-aca9-41f936934328").ToByteArray();

    [Fact]
    public void Lists_one_after_the_other_give_all_their_signatures()
    {
        Assert.True(SignatureList.TryRead((byte[])[.. List(48, 2), .. List(48, 0), .. List(48, 3)], out var signatures, out _));
        Assert.Equal(5, signatures.Count);
        Assert.All(signatures, signature => Assert.Equal(("sha256", 32), (signature.Type, signature.Data.Length)));
    }

    [Theory]
    [InlineData("L10 a list of size 0", 0u, 0u, 48u, "signatureListSize")]
    [InlineData("L10 a list larger than what is left", 200u, 0u, 48u, "signatureListSize")]
    [InlineData("L10 a list of 4 GiB", uint.MaxValue, 0u, 48u, "signatureListSize")]
    [InlineData("L10 a header, whose bytes must not pass for signatures", 124u, 48u, 48u, "signatureHeaderSize")]
    [InlineData("L10 a header of 4 GiB", 124u, uint.MaxValue, 48u, "signatureHeaderSize")]
    [InlineData("L10 signatures of size 0", 124u, 0u, 0u, "signatureSize")]
    [InlineData("L10 signatures of an owner alone", 124u, 0u, 16u, "signatureSize")]
    [InlineData("L10 signatures of 4 GiB", 124u, 0u, uint.MaxValue, "signatureSize")]
    [InlineData("L10 signatures that do not fill the list", 124u, 0u, 47u, "signatureSize")]
    public void Sizes_that_lie_are_refused(string what, uint list, uint header, uint signature, string member)
    {
        byte[] database = [.. Sha256, .. BitConverter.GetBytes(list), .. BitConverter.GetBytes(header), .. BitConverter.GetBytes(signature), .. new byte[96]];
        Assert.False(SignatureList.TryRead(database, out var signatures, out var problem), what);
        Assert.Null(signatures);
        Assert.Equal(member, problem.Member);
    }

    [Fact]
    public void L10_more_signatures_than_the_limit_are_refused()
    {
        Assert.True(SignatureList.TryRead(List(17, MeasurementLimits.MaxSignatures), out var most, out _));
        Assert.Equal(MeasurementLimits.MaxSignatures, most.Count);
        Assert.False(SignatureList.TryRead(List(17, MeasurementLimits.MaxSignatures + 1), out _, out var problem));
        Assert.Contains(nameof(MeasurementLimits.MaxSignatures), problem.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void L10_nothing_that_stands_in_an_event_makes_a_reader_throw() =>
        Gen.Select(Gen.Int[0, Types.Length - 1], Gen.Int[0, 15], Gen.Byte.Array[0, 120]).Sample((type, pcr, data) =>
        {
            var writer = new TcgEventLogWriter(AlgorithmId.Sha256);
            writer.Add(new PcrIndex(pcr), Types[type], data);
            var report = EventLogReport.Create(FirmwareLogs.Parse(writer.ToArray()));
            return report.Events.Count == 1 && !report.ToText().Any(c => char.IsControl(c) && c != '\n');
        }, iter: 5_000);

    private static readonly EventType[] Types = Enum.GetValues<EventType>();

    private static byte[] List(int size, int count) =>
        [.. Sha256, .. BitConverter.GetBytes(28 + (size * count)), 0, 0, 0, 0, .. BitConverter.GetBytes(size), .. new byte[size * count]];
}
