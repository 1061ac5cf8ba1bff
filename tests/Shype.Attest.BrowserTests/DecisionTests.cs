using Microsoft.Playwright;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Dashboard.SignIn;
using Shype.Attest.Verifier.Store;
using Xunit;

namespace Shype.Attest.BrowserTests;

/// <summary>What operators decide at the dashboard, and what nobody else does.</summary>
public sealed class DecisionTests(Browser browser, FilledVerifier filled) : IClassFixture<FilledVerifier>
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_operator_approves_with_the_fingerprint_and_the_audit_says_so()
    {
        var id = await filled.EnrolAsync("uncertified", _ => []);
        await using var window = await (await browser.OpenAsync(filled.Verifier.Address)).SignInAsync(filled.Operator);
        var page = await window.GoAsync("/dashboard/approvals");
        var card = page.GetByRole(AriaRole.Article, new() { Name = "uncertified" });
        await card.GetByLabel("SHA-256 of its endorsement key").FillAsync(new string('0', 64));
        await card.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("this is another TPM");
        Assert.Equal(HostState.Pending, StateOf(id));

        var known = Convert.ToHexStringLower(filled.Verifier.Service<HostDirectory>().Find(id)!.Record.EkDigest);
        await page.GetByLabel("SHA-256 of its endorsement key").FillAsync(known);
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status).First).ToContainTextAsync("Approved");
        Assert.Equal(HostState.Enrolled, StateOf(id));
        var record = (await filled.Verifier.Service<IAuditStore>().ReadAuditBeforeAsync(long.MaxValue, id, 1, Now))[0];
        Assert.Equal(("operator", $"enrolled ek={known}"), (record.Actor, record.Detail));
        window.CheckFaults();
    }

    [Fact]
    public async Task An_operator_revokes_with_a_reason_that_is_kept_and_shown_as_text()
    {
        var id = await filled.AddAsync(Records.Host("to-go"), DateTimeOffset.UtcNow);
        await using var window = await (await browser.OpenAsync(filled.Verifier.Address)).SignInAsync(filled.Operator);
        var page = await window.GoAsync("/dashboard/hosts/" + id);
        await page.GetByLabel("Reason").FillAsync("<b>stolen</b>");
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke to-go" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Revoked because: <b>stolen</b>")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Decide" })).ToHaveCountAsync(0);
        Assert.Equal(HostState.Revoked, StateOf(id));
        window.CheckFaults();
    }

    [Fact]
    public async Task A_viewer_sees_no_forms_and_a_form_that_he_sends_is_refused()
    {
        var id = await filled.AddAsync(Records.Host("looked-at"), DateTimeOffset.UtcNow);
        await using var window = await (await browser.OpenAsync(filled.Verifier.Address)).SignInAsync(filled.Viewer);
        foreach (var path in (string[])["/dashboard/hosts/" + id, "/dashboard/approvals"])
        {
            var page = await window.GoAsync(path);
            Assert.Equal(0, await page.Locator("main form").CountAsync());
        }

        Assert.Equal(403, await PostAsync(window, id, "revoke", token => token));
        Assert.Equal(HostState.Enrolled, StateOf(id));
    }

    [Fact]
    public async Task R12_a_form_without_its_token_with_another_sessions_or_from_another_site_changes_nothing()
    {
        var id = await filled.AddAsync(Records.Host("attacked"), DateTimeOffset.UtcNow);
        await using var window = await (await browser.OpenAsync(filled.Verifier.Address)).SignInAsync(filled.Operator);
        Assert.Equal(403, await PostAsync(window, id, "revoke", _ => null));
        Assert.Equal(403, await PostAsync(window, id, "revoke", _ => Forms.TokenOf("another session")));
        Assert.Equal(403, await PostAsync(window, id, "revoke", token => token, ("Origin", "https://evil.example")));
        Assert.Equal(403, await PostAsync(window, id, "revoke", token => token, ("Origin", "null")));
        Assert.Equal(403, await PostAsync(window, id, "revoke", token => token, ("Sec-Fetch-Site", "cross-site")));
        Assert.Equal(403, await PostAsync(window, id, "revoke", token => token, ("Sec-Fetch-Site", "same-site")));
        Assert.Equal(HostState.Enrolled, StateOf(id));
        Assert.Equal(303, await PostAsync(window, id, "revoke", token => token));
        Assert.Equal(HostState.Revoked, StateOf(id));
    }

    [Fact]
    public async Task Everything_works_without_scripts()
    {
        await filled.EnrolAsync("plain", tpm => [tpm.Certificate(filled.Verifier.Vendor), filled.Verifier.Vendor.Intermediate]);
        await using var window = await (await browser.OpenAsync(filled.Verifier.Address, scripts: false)).SignInAsync(filled.Operator);
        var page = await window.GoAsync("/dashboard/approvals");
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve plain" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status).First).ToContainTextAsync("Approved");
    }

    private HostState StateOf(string id) => filled.Verifier.Service<HostDirectory>().Find(id)!.Record.State;

    private async Task<int> PostAsync(Window window, string id, string what, Func<string, string?> token, (string, string)? header = null)
    {
        var session = (await window.Context.CookiesAsync()).Single(cookie => cookie.Name == Cookies.Session).Value;
        var form = new Dictionary<string, string> { ["reason"] = "because" };
        if (token(Forms.TokenOf(session)) is { } given)
        {
            form[Forms.Field] = given;
        }

        return await Raw.StatusAsync(filled.Verifier, HttpMethod.Post, $"/dashboard/hosts/{id}/{what}", session, form, header);
    }
}
