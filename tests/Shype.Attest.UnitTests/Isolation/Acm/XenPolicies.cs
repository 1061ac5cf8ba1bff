using Shype.Attest.Isolation.Acm;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.UnitTests.Isolation.Acm;

/// <summary>Policies of Xen's own tree. They are GPL and so not part of this project; tests that need them are skipped where they are absent.</summary>
internal static class XenPolicies
{
    private static readonly string Folder = Path.Combine(TestData.Root, "..", "shared", "testdata", "acm-policies");

    /// <summary>The bytes of a file; ends the test as skipped where the folder is absent.</summary>
    public static byte[] File(string name)
    {
        Assert.SkipUnless(Directory.Exists(Folder), $"Xen's policies are not at {Path.GetFullPath(Folder)}; they are GPL and no part of this project");
        var path = Path.Combine(Folder, name);
        return System.IO.File.ReadAllBytes(System.IO.File.Exists(path) ? path : Path.Combine(Folder, "embedded", name));
    }

    public static AcmPolicy Policy(string name)
    {
        Assert.True(AcmXml.TryParse(File(name), out var policy, out var problems), string.Join('\n', problems));
        return policy;
    }
}
