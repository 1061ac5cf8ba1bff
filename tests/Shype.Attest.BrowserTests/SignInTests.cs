using Microsoft.Playwright;
using Shype.Attest.Verifier.Access;
using Xunit;

namespace Shype.Attest.BrowserTests;

/// <summary>Who gets in, for how long, and where to.</summary>
public sealed class SignInTests(Browser browser, FilledVerifier filled) : IClassFixture<FilledVerifier>
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nobody_sees_a_page_before_signing_in_and_comes_to_the_page_that_was_asked_for()
    {
        await using var window = await browser.OpenAsync(filled.Verifier.Address);
        await window.GoAsync("/dashboard/audit?subject=rack-1");
        Assert.EndsWith("/dashboard/sign-in?to=%2Fdashboard%2Faudit%3Fsubject%3Drack-1", window.Page.Url, StringComparison.Ordinal);
        await window.Page.GetByLabel("Access token").FillAsync("wrong");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("is not known");
        await window.Page.GetByLabel("Access token").FillAsync(filled.Viewer);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Audit");
        Assert.EndsWith("/dashboard/audit?subject=rack-1", window.Page.Url, StringComparison.Ordinal);
        window.CheckFaults();
    }

    [Theory]
    [InlineData("//evil.example/dashboard")]
    [InlineData("https://evil.example/dashboard")]
    [InlineData("/dashboard//evil.example")]
    [InlineData("/dashboard/\\evil.example")]
    [InlineData("/dashboard/../v1/hosts")]
    [InlineData("/dashboard/%2e%2e/v1/hosts")]
    [InlineData("/v1/hosts")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/dashboard\r\nSet-Cookie: a=b")]
    public async Task R12_signing_in_leads_to_no_other_place_whatever_the_address_says(string to)
    {
        await using var window = await browser.OpenAsync(filled.Verifier.Address);
        await window.GoAsync("/dashboard/sign-in?to=" + Uri.EscapeDataString(to));
        await window.Page.GetByLabel("Access token").FillAsync(filled.Viewer);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Fleet");
        Assert.Equal(filled.Verifier.Address + "dashboard", window.Page.Url);
        window.CheckFaults();
    }

    [Fact]
    public async Task A_token_that_is_removed_ends_its_sessions_at_once()
    {
        var token = await filled.TokenAsync("short-lived", Roles.Viewer);
        await using var window = await (await browser.OpenAsync(filled.Verifier.Address)).SignInAsync(token);
        Assert.True(await filled.Verifier.Service<AccessTokens>().RemoveAsync("short-lived", "admin", Now));
        await window.GoAsync("/dashboard/trust");
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Sign in");
    }

    [Fact]
    public async Task Signing_out_ends_the_session_for_who_kept_the_cookie_as_well()
    {
        await using var window = await (await browser.OpenAsync(filled.Verifier.Address)).SignInAsync(filled.Viewer);
        var cookie = Assert.Single(await window.Context.CookiesAsync(), cookie => cookie.Name == "__Host-shype-session");
        Assert.Equal((true, true, SameSiteAttribute.Strict, "/"), (cookie.HttpOnly, cookie.Secure, cookie.SameSite, cookie.Path));
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Sign in");
        Assert.Equal(303, await Raw.StatusAsync(filled.Verifier, HttpMethod.Get, "/dashboard", cookie.Value));
    }

    [Fact]
    public async Task A_relying_party_does_not_get_in()
    {
        await using var window = await browser.OpenAsync(filled.Verifier.Address);
        await window.GoAsync("/dashboard/sign-in");
        await window.Page.GetByLabel("Access token").FillAsync((await File.ReadAllTextAsync(Path.Combine(filled.Verifier.State, "relying-party.token"), Now)).Trim());
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("does not allow");
    }
}
