using Microsoft.Playwright;
using Xunit;

namespace Shype.Attest.BrowserTests;

/// <summary>Every page, as a browser shows it: accessible, without a violation of its own policy, without an error, within the screen.</summary>
public sealed class PageTests(Browser browser, FilledVerifier filled) : IClassFixture<FilledVerifier>
{
    private static string? Pictures => Environment.GetEnvironmentVariable("SHYPE_PICTURES");

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 360)]
    public async Task Every_page_is_accessible_and_keeps_its_policy(ColorScheme scheme, int width)
    {
        await using var window = await browser.OpenAsync(filled.Verifier.Address, scheme, width);
        List<string> faults = [];
        await window.GoAsync("/dashboard/sign-in");
        await LookAsync("sign-in");
        await window.SignInAsync(filled.Operator);
        foreach (var (name, path, status) in Pages())
        {
            await window.GoAsync(path, status);
            await LookAsync(name);
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));

        async Task LookAsync(string name)
        {
            if (Pictures is { } folder)
            {
                await window.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{scheme}-{width}.png"), FullPage = true });
            }

            faults.AddRange((await window.FaultsAsync(accessible: width > 360)).Select(fault => $"{name}, {scheme}, {width}: {fault}"));
        }
    }

    private IEnumerable<(string Name, string Path, int Status)> Pages()
    {
        var (good, bad) = ($"/dashboard/hosts/{filled.Good.Id}", $"/dashboard/hosts/{filled.Bad.Id}");
        var vm = "00000000-0000-0000-0000-00000000000";
        yield return ("fleet", "/dashboard", 200);
        yield return ("fleet-filtered", "/dashboard?state=failed&q=rack", 200);
        yield return ("fleet-nothing", "/dashboard?q=none-such", 200);
        yield return ("fleet-vm", "/dashboard?q=web", 200);
        yield return ("host-trusted", good, 200);
        yield return ("host-failed", bad, 200);
        yield return ("host-silent", "/dashboard/hosts/rack-4", 200);
        yield return ("host-pending", "/dashboard/hosts/bare-board", 200);
        yield return ("host-revoked", "/dashboard/hosts/rack-6", 200);
        yield return ("host-hostile", "/dashboard/hosts/" + filled.HostileId, 200);
        yield return ("history", bad + "/history", 200);
        yield return ("log", bad + "/log", 200);
        yield return ("verdict-good", good + "/verdict", 200);
        yield return ("verdict-bad", bad + "/verdict", 200);
        yield return ("vm-good", $"{good}/vms/{Testing.Measurement.SampleLog.Uuid(1):D}", 200);
        yield return ("vm-bad", $"{bad}/vms/{Testing.Measurement.SampleLog.Uuid(4):D}", 200);
        yield return ("approvals", "/dashboard/approvals", 200);
        yield return ("references", "/dashboard/references", 200);
        yield return ("policies", "/dashboard/policies", 200);
        yield return ("policy", "/dashboard/policies/default", 200);
        yield return ("trust", "/dashboard/trust", 200);
        yield return ("audit", "/dashboard/audit", 200);
        yield return ("audit-check", "/dashboard/audit/check", 200);
        yield return ("not-found", $"{good}/vms/{vm}9", 404);
        yield return ("no-page", "/dashboard/none/such", 404);
    }
}
