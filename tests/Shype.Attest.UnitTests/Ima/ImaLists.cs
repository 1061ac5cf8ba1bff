using Shype.Attest.Measurement.Ima;
using Shype.Attest.Testing;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Ima;

/// <summary>The lists of real kernels, and the ways in which tests read lists.</summary>
internal static class ImaLists
{
    public static IReadOnlyList<string> Names { get; } = [.. Directory.GetFiles(Path.Combine(TestData.Root, "tests", "testdata", "ima")).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    public static byte[] Bytes(string name) => TestData.Bytes("ima", name);

    public static ImaList Read(ReadOnlyMemory<byte> bytes, ImaQuestions? questions = null) =>
        ImaList.TryRead(bytes, questions ?? new(), out var list, out var problem) ? list : throw new InvalidOperationException(problem.ToString());

    public static string Pcr(ImaList list, AlgorithmId bank, ImaDigestStyle style = ImaDigestStyle.Hashed) =>
        Convert.ToHexStringLower(Assert.Single(list.Pcrs, pcr => pcr.Bank == bank && pcr.Style == style).Value);

    public static IReadOnlyList<ImaFindingCode> Codes(ImaList list) => [.. list.Findings.Select(finding => finding.Code)];
}
