using System.CommandLine;
using Shype.Attest.Appraisal.ToolQuote;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype tpm</c>: what TPMs sign, judged from files.</summary>
public static class TpmCommands
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => new("tpm", "Judge what TPMs sign, from files of any origin; no server and no TPM is needed.")
    {
        QuoteVerify(surroundings),
    };

    private static Command QuoteVerify(Surroundings surroundings)
    {
        var key = Required("--public", "-u", "The attestation key: TPM2B_PUBLIC, TPMT_PUBLIC, or PEM");
        var message = Required("--message", "-m", "The quote: TPMS_ATTEST, as tpm2_quote -m writes it");
        var signature = Required("--signature", "-s", "The signature: TPMT_SIGNATURE or plain, as tpm2_quote -s writes it");
        var nonce = new Option<string?>("--qualification", "-q") { Description = "The nonce that the quote must answer", HelpName = "HEX" };
        var pcrs = new Option<string?>("--pcr", "-f") { Description = "The PCR values, as tpm2_quote -o writes them (-F serialized, marshaled or values)", HelpName = "FILE" };
        var list = new Option<string?>("--pcr-list", "-l") { Description = "The PCRs that were asked for, which the quote must cover, e.g. sha256:0,1,7", HelpName = "LIST" };
        var hash = new Option<string?>("--hash-algorithm", "-g") { Description = "The hash of a plain signature by a key that is bound to none (by default that of the digest's length)", HelpName = "HASH" };
        var sha1 = new Option<bool>("--unsafe-accept-sha1-banks") { Description = "Accept a quote of nothing but SHA-1 banks, whose values can be forged" };
        var json = JsonOption.Create();
        var verify = new Command(
            "quote-verify",
            """
            Verify a quote that tpm2_quote wrote, or any TPM 2.0 quote in its files.

            Checked is: the key's attributes and strength; the signature over exactly these bytes with the key's scheme; that a TPM made them and they are a
            quote; the nonce; that the selection names each bank once, PCR 0 to 23 and something at all; the PCR values against the quoted digest.
            Every check that fails is listed. What was not checked, because it was not given, is noted.
            Exit code 0: verified. 1: refused. 2: wrong usage, or a file that cannot be opened.

            Examples:
              shype tpm quote-verify -u ak.pub -m quote.msg -s quote.sig -q 00112233 -f quote.pcrs
              shype tpm quote-verify -u ak.pem -m quote.msg -s quote.sig -q 00112233 -f quote.values -l sha256:0,1,2 --json
            """)
        { key, message, signature, nonce, pcrs, list, hash, sha1, json };
        verify.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var input = new ToolQuoteInput
            {
                Nonce = Nonce(parsed.GetValue(nonce)),
                Asked = parsed.GetValue(list) is { } asked ? PcrListText.Parse("-l", asked) : null,
                PlainHash = Hash(parsed.GetValue(hash)),
                UnsafeAcceptSha1Banks = parsed.GetValue(sha1),
                Key = await ReadAsync(parsed.GetRequiredValue(key)),
                Message = await ReadAsync(parsed.GetRequiredValue(message)),
                Signature = await ReadAsync(parsed.GetRequiredValue(signature)),
                PcrFile = parsed.GetValue(pcrs) is { } file ? await ReadAsync(file) : null,
            };
            return Show(report, ToolQuoteAppraiser.Appraise(input));

            Task<byte[]> ReadAsync(string path) => InputFile.ReadAsync(surroundings, path, MaxFileBytes, cancellationToken);
        });
        return verify;
    }

    private static int Show(Report report, ToolQuoteVerdict verdict)
    {
        if (report.Json)
        {
            report.Write(QuoteReport.Of(verdict), CliJson.Default.QuoteReport);
        }
        else
        {
            new QuoteText(report).Write(verdict);
        }

        return (int)(verdict.IsVerified ? ExitCode.Yes : ExitCode.Refused);
    }

    private static byte[]? Nonce(string? hex) => hex switch
    {
        null => null,
        // Q4: a quote answers something. An empty nonce is the mark of one that does not.
        "" => throw CommandException.Unusable("-q: an empty nonce proves nothing; leave -q out to verify without one"),
        _ => HexText.Parse("-q", hex),
    };

    private static AlgorithmId? Hash(string? text) => text switch
    {
        null => null,
        _ when HashAlgorithms.TryParseText(text, out var hash) => hash,
        _ => throw CommandException.Unusable($"-g: '{text}' is not a hash that is known here (sha256, sha384, sha512)"),
    };

    private static Option<string> Required(string name, string alias, string description) =>
        new(name, alias) { Description = description, HelpName = "FILE", Required = true };

    // Far above what any of the files can have; each reader has its own bound.
    private const int MaxFileBytes = 64 * 1024;
}
