// Asks a verifier whether a VM can be trusted now, with Shype.Attest.Client, which checks the answer.
//   Ask https://VERIFIER:8443 ca.pem relying-party.token VM [DEMANDS]
// DEMANDS are guarantees that must be proven as well, as docs/guarantees.md writes them: [{"no-flow": {"from": "Bank.A", "to": "Bank.B"}}]
// Exit code 0: affirming. 1: any other answer, or one that does not hold. 3: nobody answered.
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Shype.Attest.Client;

namespace Shype.Attest.Examples;

internal static class Ask
{
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(arguments[1]);
        using var client = new AttestClient(new AttestClientOptions
        {
            Address = new Uri(arguments[0]),
            Certificates = certificates,
            Token = async cancelled => (await File.ReadAllTextAsync(arguments[2], cancelled)).Trim(),
        });

        using var demands = JsonDocument.Parse(arguments.Length > 4 ? arguments[4] : "[]");
        var question = new VmQuestion(arguments[3]) { Guarantees = [.. demands.RootElement.EnumerateArray()] };
        switch (await client.AskVmAsync(question, cancellationToken))
        {
            case VmTrusted:
                await output.WriteLineAsync("affirming");
                return 0;
            case VmUnreachable silent:
                await output.WriteLineAsync($"nobody answered: {silent.Detail}");
                return 3;
            case VmNotTrusted no:
                await output.WriteLineAsync("refused: " + string.Join("; ", no.Reasons));
                return 1;
            // Unknown, a question that is not allowed, an answer that does not hold: none is a yes.
            case var other:
                await output.WriteLineAsync("refused: " + other.Text);
                return 1;
        }
    }
}
