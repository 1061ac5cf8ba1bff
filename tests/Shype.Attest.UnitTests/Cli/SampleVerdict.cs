using System.Text.Json;
using System.Security.Cryptography;
using Shype.Attest.Protocol;

namespace Shype.Attest.UnitTests.Cli;

/// <summary>Verdicts as a verifier signs them, and its key.</summary>
internal static class SampleVerdict
{
    // No secret, and always the same one, so that the golden texts are.
    private static readonly ECDsa Key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = [.. Enumerable.Range(1, 32).Select(i => (byte)i)] });

    public static JsonWebKey PublicKey { get; } = JsonWebKey.From(Key);

    public static byte[] KeySet { get; } = new JsonWebKeySet { Keys = [PublicKey] }.Write();

    public static readonly byte[] Nonce = Convert.FromHexString("00112233445566778899aabbccddeeff");

    public static string Sign(AttestationResult result) => ResultToken.Sign(Key, PublicKey.KeyId!, result);

    public static AttestationResult Good() => new()
    {
        Profile = AttestationResult.VeraisonProfile,
        IssuedAt = Terminal.Now.ToUnixTimeSeconds() - 5,
        Expires = Terminal.Now.ToUnixTimeSeconds() + 295,
        Issuer = "https://verifier.example:8443",
        Verifier = new VerifierId { Developer = "shype", Build = "shype-verifier 0.1.0" },
        Nonce = Base64UrlText.Encode(Nonce),
        Submods = new Dictionary<string, Submod>
        {
            ["vm/4a1c0d2e-0000-4000-8000-000000000001"] = new()
            {
                Status = TrustTier.Affirming,
                TrustVector = new TrustVector { InstanceIdentity = 2, Configuration = 2, Executables = 3, RuntimeOpaque = 2 },
                Host = Host,
                Vm = Vm("web"),
                Guarantees =
                [
                    new() { Id = "direct-sharing", Verdict = "holds", Strength = "gated", Text = "web and db share nothing." },
                ],
            },
            ["host"] = new()
            {
                Status = TrustTier.Affirming,
                TrustVector = new TrustVector { InstanceIdentity = 2, Configuration = 2, Executables = 3, Hardware = 2 },
                Host = Host,
            },
        },
        Inputs = new ResultInputs { Evidence = new string('a', 64), References = new string('b', 64), Policy = new string('c', 64), Challenge = "AAEC" },
    };

    public static AttestationResult Bad(string name = "hv1", string text = "The logs do not add up to the quoted PCRs (pcr 13).") => Good() with
    {
        Submods = new Dictionary<string, Submod>
        {
            ["host"] = new()
            {
                Status = TrustTier.Contraindicated,
                TrustVector = new TrustVector { InstanceIdentity = 2, Configuration = 99, Executables = 99, FileSystem = 99, Hardware = 2 },
                Host = Host with { Name = name },
                Findings =
                [
                    new()
                    {
                        Code = "log-digest-mismatch", Severity = "failure", Subject = "pcr/13", Text = text, Record = 7,
                        Expected = new string('0', 64), Found = new string('1', 64), Advice = "Keep the log and look into it before rebooting.",
                    },
                    new() { Code = "clock-not-safe", Severity = "warning", Subject = "quote", Text = "The TPM says that its clock may have gone back (safe is NO)." },
                ],
                Guarantees =
                [
                    new() { Id = "no-conflict-now", Verdict = "violated", Strength = "observed", Text = "web and rival run at once.", Witness = new() { Text = "web and rival run at once", Path = ["shop.web", "shop.rival"], Records = [4, 7] } },
                    new() { Id = "no-violation-since-boot", Verdict = "unknown", Strength = "observed", Text = "The log does not replay." },
                    new()
                    {
                        Id = "runs-alone", DemandedBy = "asker", Demand = JsonDocument.Parse("""{"runs-alone":"shop.web"}""").RootElement, Verdict = "violated", Strength = "violated", Text = "No conflict set keeps 'shop.web' and 'shop.rival' apart.",
                        Witness = new() { Text = "no conflict set keeps 'shop.web' and 'shop.rival' apart", Path = ["shop.web", "shop.rival"] },
                        Now = new() { Verdict = "unknown", Strength = "unknown", Text = "Nothing can be said: the log does not replay.", Missing = "the log does not replay" },
                        Always = new() { Verdict = "violated", Strength = "violated", Text = "No conflict set keeps 'shop.web' and 'shop.rival' apart.", Witness = new() { Text = "no conflict set keeps 'shop.web' and 'shop.rival' apart", Path = ["shop.web", "shop.rival"] } },
                    },
                ],
            },
        },
    };

    public static ResultVm Vm(string name) => new() { Uuid = "4a1c0d2e-0000-4000-8000-000000000001", Name = name, Label = "shop.web", Running = true };

    private static ResultHost Host => new() { Id = "h-27c1", Name = "hv1", Boot = "5f0c8e5e-8a1f-4c0e-9d44-0c6d2f6f3a11" };
}
