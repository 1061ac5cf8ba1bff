using System.Diagnostics;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.ServiceTests;

/// <summary>The JavaScript library jose, which nobody here wrote.</summary>
internal static class Jose
{
    /// <summary>Verifies a result's token with a key set, as a relying party can.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> VerifyAsync(string folder, string token, byte[] jwks)
    {
        var (tokenFile, keysFile) = (Path.Combine(folder, "token.jwt"), Path.Combine(folder, "jwks.json"));
        await File.WriteAllTextAsync(tokenFile, token, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(keysFile, jwks, TestContext.Current.CancellationToken);
        return await RunAsync("verify-token.mjs", tokenFile, keysFile);
    }

    /// <summary>Runs a script of tests/js.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string script, params string[] arguments)
    {
        var js = Path.Combine(TestData.Root, "tests", "js");
        Assert.SkipUnless(Directory.Exists(Path.Combine(js, "node_modules", "jose")), "tests/js/node_modules is absent: npm ci --prefix tests/js");
        using var node = Process.Start(new ProcessStartInfo("node", [Path.Combine(js, script), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (node.ExitCode, await output, await errors);
    }
}
