using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype vm attest</c> and <c>shype host attest</c>: a fresh verdict, checked before it is believed.</summary>
public static class AttestCommand
{
    /// <summary><c>shype vm</c> with its verbs.</summary>
    public static Command ForVms(Surroundings surroundings) => new("vm", "Ask a verifier about VMs.") { ForVm(surroundings), BundleCommand.ForVm(surroundings) };

    /// <summary><c>shype host attest</c>.</summary>
    public static Command ForHost(Surroundings surroundings) => Create(
        surroundings,
        "The host's name or id",
        """
        Ask for a fresh verdict about a host: the verifier has its TPM quote now.

        The answer is checked: signature, expiry, nonce, and that it is about this host.
        Exit code 0: affirming, and nothing else. 1: another verdict, or an answer that does not hold. 3: nobody could be asked.

        Example:
          shype host attest hv1 --server https://verifier:8443 --ca cert.pem --token-file relying-party.token
        """,
        "v1/attest/host",
        (result, name) => result.Submods.Values.Any(part => part is { Vm: null, Host: { } host } && (host.Name == name || host.Id == name)));

    private static Command ForVm(Surroundings surroundings) => Create(
        surroundings,
        "The VM's name or uuid",
        """
        Ask for a fresh verdict about a VM and the host it runs on: the verifier has the host's TPM quote now.

        The answer is checked: signature, expiry, nonce, and that it is about this VM.
        Exit code 0: affirming, and nothing else. 1: another verdict, or an answer that does not hold. 3: nobody could be asked.

        Examples:
          shype vm attest web --server https://verifier:8443 --ca cert.pem --token-file relying-party.token
          shype vm attest web --token-out web.jwt && hand-over-the-key web
          shype vm attest web --guarantees demands.yaml
        """,
        "v1/attest/vm",
        (result, name) => result.Submods.Values.Any(part => part.Vm is { } vm && (vm.Name == name || string.Equals(vm.Uuid, name, StringComparison.OrdinalIgnoreCase))));

    private static Command Create(
        Surroundings surroundings, string subject, string help, string path, Func<AttestationResult, string, bool> isAbout)
    {
        var name = new Argument<string>("NAME") { Description = subject };
        var nonce = NonceOption.Create("Your nonce, 8 to 64 bytes; a random one where it is not given");
        var output = new Option<string?>("--token-out") { Description = "Keep the verdict's token (JWT) in this file, good or bad", HelpName = "FILE" };
        var guarantees = new Option<string?>("--guarantees") { Description = "What you demand of the host's isolation, YAML or JSON (docs/guarantees.md)", HelpName = "FILE" };
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var attest = new Command("attest", help) { name, nonce, guarantees, output, json };
        server.AddTo(attest);
        attest.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var asked = parsed.GetRequiredValue(name);
            var demands = parsed.GetValue(guarantees) is { } demanded ? await DemandedGuarantees.ReadAsync(surroundings, demanded, cancellationToken) : DemandSet.None;
            var request = DemandJson.Write(new() { Nonce = NonceOption.Parse(parsed.GetValue(nonce)) ?? RandomNumberGenerator.GetBytes(RandomNonceBytes) }, demands);
            using var api = server.Connect(parsed, surroundings);
            var body = JsonSerializer.SerializeToUtf8Bytes(request, ProtocolJson.Default.AttestRequest);
            var token = await api.PostForTokenAsync(VerifierApi.Path(path, asked), body, cancellationToken);
            // Asked after the answer: a verifier that has just changed its key already shows the new one.
            var keys = new KeySource(await api.GetKeysAsync(KeySource.WellKnownPath, cancellationToken), api.Address.ToString());
            if (parsed.GetValue(output) is { } file)
            {
                await OutputFile.WriteAsync(file, token, cancellationToken);
            }

            var expected = new TokenExpectation { Now = surroundings.Clock.GetUtcNow(), Nonce = request.Nonce };
            return Verdict.Check(report, Encoding.UTF8.GetBytes(token), keys, expected, result =>
                isAbout(result, asked) ? DemandedGuarantees.Objection(result, demands) : $"it is not about '{asked}'");
        });
        return attest;
    }

    private const int RandomNonceBytes = 32;
}
