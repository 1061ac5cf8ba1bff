using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.BrowserTests;

/// <summary>A window that writes down everything that must not happen: errors on the console, violations of the content security policy, requests to others.</summary>
public sealed class Window : IAsyncDisposable
{
    private static readonly string Axe = File.ReadAllText(Path.Combine(TestData.Root, "tests", "js", "node_modules", "axe-core", "axe.min.js"));

    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _faults = [];

    private Window(IBrowserContext context, IPage page, Uri verifier)
    {
        (_context, Page) = (context, page);
        page.SetDefaultTimeout(10_000);
        // What the browser says about a status that a test asks for is no fault of a page.
        page.Console += (_, message) => Note(message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal), "console: " + message.Text);
        page.PageError += (_, error) => Note(true, "script: " + error);
        page.Request += (_, request) => Note(!request.Url.StartsWith(verifier.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal), "request to " + request.Url);
        page.Dialog += (_, dialog) =>
        {
            Note(true, "dialog: " + dialog.Message);
            _ = dialog.DismissAsync();
        };
    }

    public IPage Page { get; }

    public IBrowserContext Context => _context;

    internal static async Task<Window> OpenAsync(IBrowserContext context, Uri verifier) => new(context, await context.NewPageAsync(), verifier);

    /// <summary>Signs in as a person does.</summary>
    public async Task<Window> SignInAsync(string token)
    {
        await Page.GotoAsync("/dashboard");
        await Page.GetByLabel("Access token").FillAsync(token);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Page.WaitForURLAsync("**/dashboard");
        return this;
    }

    /// <summary>Opens a page, which must be there.</summary>
    public async Task<IPage> GoAsync(string path, int status = 200)
    {
        var response = await Page.GotoAsync(path);
        Assert.Equal(status, response!.Status);
        return Page;
    }

    /// <summary>What axe finds, what was written down, and what a person would see to be wrong.</summary>
    public async Task<IReadOnlyList<string>> FaultsAsync(bool accessible = true)
    {
        var found = accessible ? await ViolationsAsync() : [];
        var overflow = await Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
        // Markup that was escaped by mistake is seen as text.
        var seen = Regex.Match(await Page.InnerTextAsync("body"), "<(span|p|a|code|svg|dl|table)[ >].{0,80}");
        return [.. found, .. _faults, .. overflow > 0 ? [$"{overflow} pixels wider than the screen"] : (string[])[], .. seen.Success ? [$"markup as text: {seen.Value}"] : (string[])[]];
    }

    private async Task<string[]> ViolationsAsync()
    {
        // Evaluated by the debugger, which no policy of the page is about.
        await Page.EvaluateAsync(Axe);
        return await Page.EvaluateAsync<string[]>("""
            async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
                .map(found => `${found.id}: ${found.help}: ${found.nodes.slice(0, 3).map(node => node.html + " " + (node.any[0]?.message ?? "")).join(" | ")}`)
            """);
    }

    /// <summary>Nothing was written down.</summary>
    public void CheckFaults() => Assert.Empty(_faults);

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Note(bool isFault, string text)
    {
        if (isFault)
        {
            _faults.Enqueue(text);
        }
    }
}
