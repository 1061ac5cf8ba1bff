using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Store;
using Xunit;

namespace Shype.Attest.BrowserTests;

/// <summary>How people use the pages: with the keyboard, for long, and with what hosts call themselves.</summary>
public sealed class UseTests(Browser browser, FilledVerifier filled) : IClassFixture<FilledVerifier>
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_keyboard_alone_leads_from_signing_in_to_the_reason_of_a_failure_and_shows_where_it_is()
    {
        await using var window = await browser.OpenAsync(filled.Verifier.Address);
        var page = await window.GoAsync("/dashboard/sign-in");
        await Assertions.Expect(page.GetByLabel("Access token")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync(filled.Operator);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Fleet");

        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Skip to content" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await TabToAsync(page, "rack-2");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("rack-2");
        await TabToAsync(page, "record 5");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("tr:target")).ToContainTextAsync("Two VMs ran at once");
        window.CheckFaults();
    }

    [Fact]
    public async Task R11_what_a_host_calls_itself_is_shown_as_text_everywhere()
    {
        const string Shown = @"<img src=x onerror=alert(1)>\u001b[31m\u202egnp.\u000arack";
        await using var window = await (await browser.OpenAsync(filled.Verifier.Address)).SignInAsync(filled.Operator);
        foreach (var path in (string[])["/dashboard", "/dashboard/hosts/" + filled.HostileId, $"/dashboard/hosts/{filled.HostileId}/log", "/dashboard/audit",
            "/dashboard?q=" + Uri.EscapeDataString("<script>alert(1)</script>\" autofocus onfocus=\"alert(2)"), "/dashboard/audit?subject=" + Uri.EscapeDataString("\"><script>alert(1)</script>")])
        {
            var page = await window.GoAsync(path);
            Assert.Equal(0, await page.Locator("main img, main script, [onfocus], [onerror]").CountAsync());
            var html = await page.ContentAsync();
            Assert.DoesNotContain('\u202e', html);
            Assert.DoesNotContain('\u001b', html);
        }

        var shown = await window.GoAsync("/dashboard/hosts/" + filled.HostileId);
        await Assertions.Expect(shown.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(Shown);
        await Assertions.Expect(shown.GetByRole(AriaRole.Row).Filter(new() { HasText = Shown }).First).ToBeVisibleAsync();
        window.CheckFaults();
    }

    [Fact]
    public async Task An_open_page_follows_the_host_says_so_and_leaves_the_focus_where_it_was()
    {
        var id = await filled.AddAsync(Records.Host("followed"), DateTimeOffset.UtcNow);
        await using var window = await (await browser.OpenAsync(filled.Verifier.Address)).SignInAsync(filled.Viewer);
        var page = await window.GoAsync("/dashboard/hosts/" + id);
        await Assertions.Expect(page.Locator("#live")).ToHaveTextAsync(" · live");
        var focused = page.GetByRole(AriaRole.Link, new() { Name = "All changes and verdicts" });
        await focused.FocusAsync();
        await filled.Verifier.Service<HostDirectory>().SetStateAsync(new StateChange(id, HostState.Revoked, "stolen", "admin", DateTimeOffset.UtcNow), Now);
        await Assertions.Expect(page.Locator(".banner .state")).ToHaveTextAsync("Revoked", new() { Timeout = 20_000 });
        await Assertions.Expect(page.Locator("#announce")).ToHaveTextAsync("The state is now revoked.");
        await Assertions.Expect(focused).ToBeFocusedAsync();
        window.CheckFaults();
    }

    [Fact]
    public async Task A_digest_is_cut_to_the_eye_and_whole_to_who_copies_it()
    {
        await using var window = await (await browser.OpenAsync(filled.Verifier.Address)).SignInAsync(filled.Viewer);
        var page = await window.GoAsync($"/dashboard/hosts/{filled.Good.Id}/verdict");
        var digest = page.Locator("section[aria-labelledby=inputs] .digest").First;
        var before = (await digest.BoundingBoxAsync())!;
        await digest.FocusAsync();
        Assert.Matches("^[0-9a-f]{64}$", await page.EvaluateAsync<string>("() => String(getSelection())"));
        var after = (await digest.BoundingBoxAsync())!;
        Assert.True(after.Width > before.Width * 2, $"{before.Width} to {after.Width}");
    }

    [Fact]
    public async Task Answers_carry_the_headers_that_keep_others_out()
    {
        await using var window = await (await browser.OpenAsync(filled.Verifier.Address)).SignInAsync(filled.Viewer);
        foreach (var path in (string[])["/dashboard", "/dashboard/none", $"/dashboard/hosts/{filled.Good.Id}/isolation.svg"])
        {
            var headers = await (await window.Page.GotoAsync(path))!.AllHeadersAsync();
            Assert.Equal(("nosniff", "no-store"), (headers["x-content-type-options"], headers["cache-control"]));
            Assert.StartsWith("default-src 'none'; ", headers["content-security-policy"], StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", headers["content-security-policy"], StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", headers["content-security-policy"], StringComparison.Ordinal);
        }

        window.CheckFaults();
    }

    [Fact]
    public async Task The_fleet_is_shown_a_page_at_a_time_by_urgency_and_name_and_each_host_once()
    {
        await using var verifier = await RunningVerifier.StartAsync();
        for (var number = 0; number < 120; number++)
        {
            await verifier.AddHostAsync($"host-{number:d3}");
        }

        await using var window = await (await browser.OpenAsync(verifier.Address)).SignInAsync((await File.ReadAllTextAsync(Path.Combine(verifier.State, "operator.token"), Now)).Trim());
        List<string> seen = [];
        while (true)
        {
            seen.AddRange(await window.Page.Locator("table.hosts tbody th").AllInnerTextsAsync());
            var next = window.Page.GetByRole(AriaRole.Link, new() { Name = "Next" });
            if (await next.CountAsync() == 0)
            {
                break;
            }

            await next.ClickAsync();
        }

        Assert.Equal(Enumerable.Range(0, 120).Select(number => $"host-{number:d3}"), seen);
        window.CheckFaults();
    }

    [Fact]
    public async Task A_database_that_does_not_answer_gives_a_page_that_says_so_and_nothing_of_the_inside()
    {
        await using var verifier = await RunningVerifier.StartAsync();
        await using var window = await (await browser.OpenAsync(verifier.Address)).SignInAsync((await File.ReadAllTextAsync(Path.Combine(verifier.State, "operator.token"), Now)).Trim());
        await using (var database = new SqliteConnection($"Data Source={Path.Combine(verifier.State, "verifier.db")}"))
        {
            await database.OpenAsync(Now);
            await using var damage = database.CreateCommand();
            damage.CommandText = "ALTER TABLE host_watch RENAME TO gone";
            await damage.ExecuteNonQueryAsync(Now);
        }

        var page = await window.GoAsync("/dashboard", 503);
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("The database does not answer");
        Assert.DoesNotContain("host_watch", await page.ContentAsync(), StringComparison.Ordinal);
        Assert.Empty(await window.FaultsAsync());
    }

    private static async Task TabToAsync(IPage page, string name)
    {
        for (var presses = 0; presses < 60; presses++)
        {
            await page.Keyboard.PressAsync("Tab");
            var (text, outline) = (await page.EvaluateAsync<string>("() => document.activeElement.innerText"), await page.EvaluateAsync<string>("() => getComputedStyle(document.activeElement).outlineStyle"));
            Assert.True(outline == "solid", $"'{text}' has the focus and does not show it");
            if (text == name)
            {
                return;
            }
        }

        Assert.Fail($"the keyboard does not reach '{name}'");
    }
}
