using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing.Attacks;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.ServiceTests.Attacks;

/// <summary>A row whose attack is evidence: of a host that was just affirmed, sent over its own connection.</summary>
/// <param name="Name">The row's id and words.</param>
/// <param name="Reason">The finding's code in the signed result; the type of the problem, and the limit's name behind it, where nothing is signed.</param>
/// <param name="Mint">Makes the evidence.</param>
/// <param name="Alters">Whether the attack leaves the host itself as another than the good one.</param>
internal sealed record EvidenceAttack(string Name, string Reason, Func<Scene, VirtualAgent, Task<byte[]>> Mint, bool Alters = false) : IAttackRow
{
    /// <summary>The kind of the host's key.</summary>
    public AkKind Kind { get; init; } = AkKind.EcdsaP256;

    /// <summary>A row that changes what an honest agent sends.</summary>
    public static EvidenceAttack Sent(string name, FindingCode code, Func<Evidence, Evidence> change) =>
        Told(name, code, (agent, challenge) => change(agent.Host.Answer(challenge)));

    /// <summary>A row in which the TPM's key signs something else: what no TPM would sign, where the row says so.</summary>
    public static EvidenceAttack Signed(string name, FindingCode code, Func<QuoteSpec, QuoteSpec> change) =>
        Told(name, code, (agent, challenge) => agent.Host.Answer(challenge, change));

    /// <summary>A row that answers one challenge.</summary>
    public static EvidenceAttack Told(string name, FindingCode code, Func<VirtualAgent, Challenge, Evidence> answer) =>
        new(name, Text(code), async (_, agent) => answer(agent, await agent.ChallengeAsync()).Encode());

    /// <summary>A row for which the host is booted again as something else.</summary>
    public static EvidenceAttack Rebooted(string name, FindingCode code, Func<HostSpec, HostSpec> change, Func<QuoteSpec, QuoteSpec>? quote = null) => new(
        name, Text(code), async (_, agent) => Answer(Scene.RebootedAs(agent.Host, change), await agent.ChallengeAsync(), quote).Encode(), Alters: true);

    /// <summary>A row of several steps.</summary>
    public static EvidenceAttack Story(string name, FindingCode code, Func<Scene, VirtualAgent, Task<Evidence>> steps) =>
        new(name, Text(code), async (scene, agent) => (await steps(scene, agent)).Encode());

    /// <summary>Runs it against a good host.</summary>
    public async Task CheckAsync(Scene scene)
    {
        var agent = await scene.HostAsync(Kind);
        var good = await agent.AttestAsync();
        Assert.Equal(TrustTier.Affirming, (await scene.ReadAsync(good)).Status);

        using var response = await agent.SendAsync(await Mint(scene, agent));
        if (Reason.StartsWith(ProblemTypes.Prefix, StringComparison.Ordinal))
        {
            var problem = await Verifier.Answer.ProblemAsync(response);
            Assert.Equal(Reason, $"{problem.Type} {problem.Limit}".TrimEnd());
            // Not read, not judged, not kept.
            Assert.Equal(good, await scene.LastTokenAsync(agent.Host.Id));
        }
        else
        {
            var token = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(response.IsSuccessStatusCode, token);
            Refuses(await scene.ReadAsync(token));
            Assert.Equal(token, await scene.LastTokenAsync(agent.Host.Id));
        }

        if (!Alters)
        {
            await OutlivesAsync(scene, agent);
        }
    }

    /// <summary>The reason is given, and nothing is affirmed.</summary>
    public void Refuses(AttestationResult result)
    {
        Assert.Contains(Reason, Scene.Codes(result));
        Assert.True(FindingCatalogue.TryFind(Reason, out var kind));
        Assert.True(result.Status >= (kind.Severity == FindingSeverity.Failure ? TrustTier.Contraindicated : TrustTier.Warning), result.Status.ToString());
        Assert.DoesNotContain(result.Submods.Values, part => part.Status == TrustTier.Affirming && kind.Severity == FindingSeverity.Failure);
    }

    // What somebody else made up in a host's name must not cost the host its good name; what its own TPM confessed it keeps until it boots again.
    private async Task OutlivesAsync(Scene scene, VirtualAgent agent)
    {
        var after = await scene.ReadAsync(await agent.AttestAsync());
        if (FindingCatalogue.TryFind(Reason, out var kind) && kind.Sticky)
        {
            Assert.Contains(Text(FindingCode.EarlierFailureInThisBoot), Scene.Codes(after));
        }
        else
        {
            Assert.True(after.Status == TrustTier.Affirming, string.Join(' ', Scene.Codes(after)));
        }
    }

    // A TPM that has no bank as asked shows no values beside its quote.
    private static Evidence Answer(VirtualHost host, Challenge challenge, Func<QuoteSpec, QuoteSpec>? change)
    {
        var asked = challenge.Pcrs.All(request => host.Tpm.Algorithms.Any(bank => bank.ToText() == request.Bank));
        return asked ? host.Answer(challenge, change) : host.Answer(challenge with { Pcrs = [.. host.Tpm.Algorithms.Select(bank => challenge.Pcrs[0] with { Bank = bank.ToText() })] }, change);
    }

    private static string Text(FindingCode code) => FindingCatalogue.KindOf(code).Text;
}
