using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Testing.World;

/// <summary>Policy files of this project, and what an agent measures of them.</summary>
public static class VirtualPolicies
{
    /// <summary>docs/policies/example.banks.xml.</summary>
    public static byte[] Banks { get; } = File.ReadAllBytes(Path.Combine(TestData.Root, "docs", "policies", "example.banks.xml"));

    /// <summary>The same with something replaced in its text.</summary>
    public static byte[] BanksWith(string text, string replacement) => Encoding.UTF8.GetBytes(Replace(Encoding.UTF8.GetString(Banks), text, replacement));

    /// <summary>The next version of the same, which names the one before: 1.0 becomes 1.1, with something else replaced in its text.</summary>
    public static byte[] BanksNext(string text = "", string replacement = "") =>
        Encoding.UTF8.GetBytes(Replace(Replace(Encoding.UTF8.GetString(Banks), "<Version>1.0</Version>", Next), text, replacement));

    /// <summary>The policy in a file.</summary>
    public static AcmPolicy Parse(byte[] file) =>
        AcmXml.TryParse(file, out var policy, out var problems) ? policy : throw new ArgumentException(problems[0].ToString(), nameof(file));

    /// <summary>The record of a policy at boot.</summary>
    public static PolicyContent Measure(byte[] file) => new()
    {
        Module = "acm",
        Name = Parse(file).Name,
        Version = Parse(file).Version.ToString(),
        ActiveDigest = Active(file),
        SourceDigest = Source(file),
        CanonicalDigest = Canonical(file),
        Enforcing = true,
    };

    /// <summary>The record of a change to a policy.</summary>
    public static PolicyChangeContent Change(byte[] file, MeasuredDigest? previous) => new()
    {
        Module = "acm",
        Name = Parse(file).Name,
        Version = Parse(file).Version.ToString(),
        ActiveDigest = Active(file),
        SourceDigest = Source(file),
        CanonicalDigest = Canonical(file),
        Enforcing = true,
        PreviousDigest = previous,
    };

    /// <summary>SHA-256 of the file.</summary>
    public static MeasuredDigest Source(byte[] file) => new(MeasuredDigest.Sha256, SHA256.HashData(file));

    /// <summary>The digest of its meaning.</summary>
    public static MeasuredDigest Canonical(byte[] file) => new(MeasuredDigest.Sha256, Parse(file).CanonicalDigest.AsSpan());

    private static string Replace(string before, string text, string replacement) => text.Length == 0 ? before : before.Contains(text, StringComparison.Ordinal)
        ? before.Replace(text, replacement, StringComparison.Ordinal)
        : throw new ArgumentException($"'{text}' is not in the policy", nameof(text));

    private const string Next = "<Version>1.1</Version><FromPolicy><PolicyName>example.banks</PolicyName><Version>1.0</Version></FromPolicy>";

    // No compiler of policies here: what stands for the binary form only has to be another digest.
    private static MeasuredDigest Active(byte[] file) => new(MeasuredDigest.Sha256, SHA256.HashData([.. "binary"u8, .. file]));
}
