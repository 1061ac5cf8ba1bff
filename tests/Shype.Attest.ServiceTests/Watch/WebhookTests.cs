using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Cli;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Store;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing;
using Shype.Attest.Verifier.Watch;
using Xunit;

namespace Shype.Attest.ServiceTests.Watch;

/// <summary>Webhooks: from the real verifier to a receiver over real connections.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private Receiver _receiver = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _receiver = await Receiver.StartAsync();

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Fact]
    public async Task A_change_is_delivered_with_a_signature_that_openssl_makes_from_the_secret_that_was_shown_once()
    {
        await using var verifier = await StartAsync();
        var added = await verifier.AdminAsync("webhook", "add", "pager", new Uri(_receiver.Address, "shype").ToString(), "--on", "trusted,failed");
        Assert.Equal(0, added.ExitCode);
        var secret = added.Output.Trim();
        Assert.Matches("^whsec_[A-Za-z0-9+/]{43}=$", secret);
        Assert.Equal("taken\n", (await verifier.AdminAsync("webhook", "test", "pager")).Output);

        var agent = await verifier.BootHostAsync("alpha");
        await agent.AttestAsync();
        var delivery = await DeliveredAsync("host.state");
        // The first state, "enrolled", was none of its business.
        var change = JsonSerializer.Deserialize(delivery.Body, ProtocolJson.Default.WebhookMessage)!.Data!;
        Assert.Equal(("alpha", WatchState.Enrolled, WatchState.Trusted), (change.HostName, change.From, change.To));
        Assert.Equal("/shype", delivery.Path);

        using var folder = new ScratchFolder();
        await File.WriteAllBytesAsync(folder["signed"], [.. Encoding.ASCII.GetBytes($"{delivery.Id}.{delivery.Timestamp}."), .. delivery.Body], Now);
        var check = Shell.Run(["bash", "-c",
            "openssl dgst -sha256 -mac HMAC -macopt hexkey:$(printf %s \"${1#whsec_}\" | base64 -d | od -An -tx1 | tr -d ' \\n') -binary \"$0\" | base64", folder["signed"], secret]);
        Assert.Equal(delivery.Signature, "v1," + check.Output.Trim());
        await CheckByNodeAsync(folder, secret, delivery);

        var list = await verifier.AdminAsync("webhook", "list", "--json");
        Assert.DoesNotContain(secret["whsec_".Length..], list.Output, StringComparison.Ordinal);
        Assert.False(list.Json.GetProperty("webhooks")[0].TryGetProperty("secret", out _));
        Assert.DoesNotContain(secret["whsec_".Length..][..20], Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Path.Combine(verifier.State, "verifier.db"), Now)), StringComparison.Ordinal);
        Assert.Equal(0, (await verifier.AdminAsync("webhook", "remove", "pager")).ExitCode);
    }

    [Fact]
    public async Task R10_a_redirect_is_a_failure_and_nobody_follows_it()
    {
        await using var verifier = await StartAsync();
        _receiver.Answer = (_, context) =>
        {
            context.Response.Headers.Location = "/elsewhere";
            return 307;
        };
        await AddAsync(verifier, "pager", new Uri(_receiver.Address, "first").ToString());
        var test = await verifier.AdminAsync("webhook", "test", "pager");
        Assert.Equal((1, "not taken: it answered 307\n"), (test.ExitCode, test.Output));
        Assert.Equal(["/first"], _receiver.Deliveries.Select(delivery => delivery.Path));
    }

    [Theory]
    [InlineData("http://alerts.example/")]
    [InlineData("https://127.0.0.1:9/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::ffff:169.254.169.254]/latest/meta-data")]
    [InlineData("https://169.254.169.254/")]
    [InlineData("https://10.1.2.3/")]
    [InlineData("https://0x7f000001/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://user:secret@alerts.example/")]
    [InlineData("ftp://alerts.example/")]
    [InlineData("alerts.example")]
    public void R10_an_address_that_is_not_public_is_refused(string url) => Assert.False(WebhookTarget.TryRead(url, ["127.0.0.1:8"], out _, out _));

    [Theory]
    [InlineData("https://alerts.example/a?b=c")]
    [InlineData("https://8.8.8.8/")]
    [InlineData("http://127.0.0.1:8/")]
    [InlineData("https://[fd00::1]:8443/")]
    public void An_address_that_is_public_or_listed_is_taken(string url) =>
        Assert.True(WebhookTarget.TryRead(url, ["127.0.0.1:8", "[fd00::1]:8443"], out _, out var problem), problem);

    [Fact]
    public async Task R10_a_name_is_judged_by_the_address_that_it_has_when_it_is_connected_to()
    {
        // What resolves to this machine, whatever it did when it was added; the port is a live one.
        await using var verifier = await StartAsync();
        using var refused = await AddAsync(verifier, "pager", "https://169.254.169.254/");
        Assert.Equal((HttpStatusCode.BadRequest, "$.url"), (refused.StatusCode, (await Answer.ProblemAsync(refused)).Member));
        using var added = await AddAsync(verifier, "pager", $"https://localhost:{_receiver.Address.Port}/");
        Assert.Equal(HttpStatusCode.OK, added.StatusCode);
        var test = await verifier.AdminAsync("webhook", "test", "pager");
        Assert.Equal(1, test.ExitCode);
        Assert.Contains("which is not public", test.Output, StringComparison.Ordinal);
        Assert.Empty(_receiver.Deliveries);
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.255.255.255", false)]
    [InlineData("11.0.0.0", true)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.9.9.9", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.31.0.1", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("198.19.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::7f00:1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:0:7f00:1::", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("2001:db8::1", false)]
    public void R10_only_addresses_of_the_public_internet_are_public(string address, bool isPublic) =>
        Assert.Equal(isPublic, WebhookTarget.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public async Task A_change_that_was_not_taken_is_sent_again_after_the_verifier_was_killed_under_the_same_id()
    {
        using var folder = new ScratchFolder();
        _receiver.Answer = (_, _) => 503;
        using var node = new Node(folder["node"], folder["verifier.db"], new VirtualVendor()) { Settings = new { WebhookTargets = new[] { _receiver.HostAndPort } } };
        await node.StartAsync();
        using (var admin = node.Admin)
        {
            using var added = await admin.PostAsJsonAsync(
                "/v1/webhooks", new WebhookRequest { Name = "pager", Url = _receiver.Address.ToString() }, ProtocolJson.Default.WebhookRequest, Now);
            added.EnsureSuccessStatusCode();
        }

        var host = await node.EnrolAsync("alpha");
        var refused = await DeliveredAsync("host.state");
        // Between two attempts: the lease is nobody's.
        await UntilAsync(() => _receiver.Deliveries.Count >= 2);
        await node.KillAsync();
        _receiver.Answer = (_, _) => 200;
        var before = _receiver.Deliveries.Count;
        using var again = new Node(folder["node"], folder["verifier.db"], new VirtualVendor()) { Settings = new { WebhookTargets = new[] { _receiver.HostAndPort } } };
        await again.StartAsync();
        await UntilAsync(() => _receiver.Deliveries.Count > before);
        var taken = _receiver.Deliveries.Last();
        Assert.Equal((refused.Id, host.Host.Id), (taken.Id, JsonSerializer.Deserialize(taken.Body, ProtocolJson.Default.WebhookMessage)!.Data!.HostId));
        Assert.True(long.Parse(taken.Timestamp, System.Globalization.CultureInfo.InvariantCulture) >= long.Parse(refused.Timestamp, System.Globalization.CultureInfo.InvariantCulture));

        // In order, one after the other.
        await again.ApproveAsync(host.Host.Id);
        await UntilAsync(() => _receiver.Deliveries.Any(delivery => Encoding.UTF8.GetString(delivery.Body).Contains("\"to\":\"enrolled\"", StringComparison.Ordinal)));
    }

    // The receiver of docs/watch.md, as it stands there.
    private static async Task CheckByNodeAsync(ScratchFolder folder, string secret, Receiver.Delivery delivery)
    {
        var page = await File.ReadAllTextAsync(Path.Combine(TestData.Root, "docs", "watch.md"), Now);
        var receiver = page.Split("```js\n")[1].Split("```")[0];
        await File.WriteAllTextAsync(folder["receiver.mjs"], receiver + """
            import { readFileSync } from 'node:fs';
            const [secret, id, timestamp, signature] = process.argv.slice(3);
            const [headers, body] = [{ 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature }, readFileSync(process.argv[2])];
            console.log(check(secret, headers, body), check(secret, headers, Buffer.concat([body, Buffer.from(' ')])), check(secret, { ...headers, 'webhook-timestamp': timestamp - 301 }, body));
            """, Now);
        await File.WriteAllBytesAsync(folder["body"], delivery.Body, Now);
        Assert.Equal((0, "true false false\n"), Shell.Run(["node", folder["receiver.mjs"], folder["body"], secret, delivery.Id, delivery.Timestamp, delivery.Signature]));
    }

    private Task<RunningVerifier> StartAsync() => RunningVerifier.StartAsync(new { WebhookTargets = new[] { _receiver.HostAndPort } });

    private static async Task<HttpResponseMessage> AddAsync(RunningVerifier verifier, string name, string url) =>
        await verifier.Admin().PostAsJsonAsync("/v1/webhooks", new WebhookRequest { Name = name, Url = url }, ProtocolJson.Default.WebhookRequest, Now);

    private async Task<Receiver.Delivery> DeliveredAsync(string type)
    {
        Receiver.Delivery? found = null;
        await UntilAsync(() => (found = _receiver.Deliveries.FirstOrDefault(delivery => Encoding.UTF8.GetString(delivery.Body).Contains($"\"{type}\"", StringComparison.Ordinal))) is not null);
        return found!;
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Delay(20, Now);
        }
    }
}
