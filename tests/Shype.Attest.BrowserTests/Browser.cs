using Microsoft.Playwright;
using Shype.Attest.BrowserTests;
using Xunit;

[assembly: AssemblyFixture(typeof(Browser))]

namespace Shype.Attest.BrowserTests;

/// <summary>One headless Chromium, Debian's, for all tests; it talks to nobody but the verifier.</summary>
public sealed class Browser : IAsyncLifetime
{
    private IPlaywright _playwright = null!;
    private IBrowser _chromium = null!;

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _chromium = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Headless = true,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _chromium.DisposeAsync();
        _playwright.Dispose();
    }

    /// <summary>A window of its own: no cookies, this colour scheme and width.</summary>
    public async Task<Window> OpenAsync(Uri verifier, ColorScheme scheme = ColorScheme.Light, int width = 1280, bool scripts = true)
    {
        var context = await _chromium.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = verifier.ToString(),
            // The verifier's own certificate; that it is pinned is the other clients' test.
            IgnoreHTTPSErrors = true,
            ColorScheme = scheme,
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ReducedMotion = ReducedMotion.Reduce,
            JavaScriptEnabled = scripts,
        });
        return await Window.OpenAsync(context, verifier);
    }
}
