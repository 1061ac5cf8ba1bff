using System.Text.Json;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.UnitTests.Measurement;

/// <summary>The logs of real machines in <c>tests/testdata/eventlog</c>, and what they must come to.</summary>
internal static class FirmwareLogs
{
    public static JsonElement Expected { get; } = JsonDocument.Parse(TestData.Bytes("eventlog", "expected_pcrs.json")).RootElement;

    public static TheoryData<string> WithExpectedPcrs => [.. Expected.EnumerateObject().Select(log => log.Name)];

    /// <summary>Every log, those inside a machine's JSON dump too.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> All =>
        Directory.EnumerateFiles(Path.GetDirectoryName(TestData.PathOf("eventlog", "x"))!)
            .Select(path => Path.GetFileName(path))
            .Where(name => name != "expected_pcrs.json")
            .Order()
            .Select(name => (name, name.EndsWith(".json", StringComparison.Ordinal) ? Dumped(name) : TestData.Bytes("eventlog", name)));

    public static byte[] Dumped(string file) => Dump(file).GetProperty("Log").GetProperty("Raw").GetBytesFromBase64();

    public static JsonElement Dump(string file) => JsonDocument.Parse(TestData.Bytes("eventlog", file)).RootElement;

    public static TcgEventLog Parse(string file) => Parse(TestData.Bytes("eventlog", file));

    public static TcgEventLog Parse(byte[] bytes)
    {
        Assert.True(TcgEventLog.TryParse(bytes, out var log, out var problem), problem?.ToString());
        return log;
    }

    public static LogProblem Refuse(byte[] bytes)
    {
        Assert.False(TcgEventLog.TryParse(bytes, out var log, out var problem));
        Assert.Null(log);
        Assert.InRange(problem.Offset, 0, bytes.Length);
        return problem;
    }
}
