using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Testing;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Measurement;

/// <summary>The vectors in docs/records.md are what the code writes: whoever builds another verifier can rely on them.</summary>
public sealed partial class RecordsDocumentTests
{
    private static readonly VmStopContent Stop = new() { Uuid = new Guid("00010203-0405-0607-0809-0a0b0c0d0e0f"), Reason = "shutdown" };

    [Fact]
    public void The_vectors_of_the_document_are_what_the_code_writes()
    {
        var content = Stop.Encode();
        var digest = SHA256.HashData(content);
        var gap = new GapContent { Since = new(2024, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), AfterRecord = 4, Reason = "restarted late" };
        var expected = new Dictionary<string, byte[]>
        {
            ["vm-stop"] = content,
            ["vm-stop sha256"] = digest,
            ["vm-stop pcr"] = SHA256.HashData([.. new byte[32], .. digest]),
            ["vm-stop record"] = CelRecord.Create(5, PcrPlan.Default, [AlgorithmId.Sha256], Stop).Encoded.ToArray(),
            ["gap"] = gap.Encode(),
        };

        var document = File.ReadAllText(Path.Combine(TestData.Root, "docs", "records.md"));
        var found = Blocks().Matches(document).ToDictionary(
            block => block.Groups["name"].Value, block => Regex.Replace(block.Groups["hex"].Value, @"\s", ""));
        Assert.Equal(expected.Select(e => $"{e.Key}: {Convert.ToHexStringLower(e.Value)}"), found.Select(f => $"{f.Key}: {f.Value}"));
    }

    [Fact]
    public void The_document_names_every_content_type_and_limit()
    {
        var document = File.ReadAllText(Path.Combine(TestData.Root, "docs", "records.md"));
        foreach (var content in Shype.Attest.Testing.Measurement.SampleLog.EveryType)
        {
            Assert.Contains($"content =/ [ \"{content.Type}\", 1,", document, StringComparison.Ordinal);
        }

        foreach (var limit in new[]
                 {
                     MeasurementLimits.MaxContentBytes.ToString("N0", System.Globalization.CultureInfo.InvariantCulture),
                     MeasurementLimits.MaxRecordBytes.ToString("N0", System.Globalization.CultureInfo.InvariantCulture),
                     MeasurementLimits.MaxRecords.ToString("N0", System.Globalization.CultureInfo.InvariantCulture),
                     $"1..{MeasurementLimits.MaxNameBytes})",
                     $"1..{MeasurementLimits.MaxReasonBytes})",
                     $"0..{MeasurementLimits.MaxCommandLineBytes})",
                     $"0*{MeasurementLimits.MaxDisks} ",
                     $"0*{MeasurementLimits.MaxModules} ",
                     $"1..{MeasurementLimits.MaxTpmNameBytes})",
                 })
        {
            Assert.Contains(limit, document, StringComparison.Ordinal);
        }
    }

    [GeneratedRegex("```hex (?<name>[^\n]+)\n(?<hex>[0-9a-f\\s]*)```")]
    private static partial Regex Blocks();
}
