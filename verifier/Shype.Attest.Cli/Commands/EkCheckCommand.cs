using System.CommandLine;
using System.Globalization;
using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Appraisal.Trust;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype ek check</c>: would a verifier believe this certificate, and if not, why not?</summary>
internal static class EkCheckCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var file = new Argument<string>("CERT") { Description = "The certificate: DER, PEM, or as read from NV with header and padding; further ones in it may be its issuers; - is standard input" };
        var authorities = new Option<string[]>("--ca") { Description = "More authorities, a folder or a file, besides the shipped ones. Those that signed themselves are trusted, the others fill gaps", HelpName = "DIR" };
        var anchors = new Option<string[]>("--anchor") { Description = "An authority to trust by itself, though another issued it", HelpName = "FILE" };
        var trust = new Option<string[]>("--trust") { Description = "Switch a shipped anchor on that is off by default, e.g. google-2018-root", HelpName = "ID" };
        var only = new Option<bool>("--only-ca") { Description = "Use none of the shipped authorities" };
        var key = new Option<string?>("--ek") { Description = "The key that it must be for: TPM2B_PUBLIC, TPMT_PUBLIC, or PEM", HelpName = "PUBLIC" };
        var attestation = new Option<bool>("--ak") { Description = "Judge it as an attestation key's certificate (IAK, cloud)" };
        var at = new Option<string?>("--at") { Description = "Judge as of this moment, e.g. 2024-01-31 or 2024-01-31T12:00:00Z", HelpName = "TIME" };
        var old = new Option<bool>("--accept-expired-authorities") { Description = "Take authorities that have expired since they certified" };
        var sha1 = new Option<bool>("--unsafe-allow-sha1") { Description = "Take SHA-1 signatures below the anchor" };
        var json = JsonOption.Create();
        var check = new Command(
            "check",
            """
            Check the certificate of a TPM's endorsement key, as a verifier does when a host enrols: the path to a vendor's root, what the certificate is
            for, times, algorithms, constraints. Every reason against it is listed. Nothing is fetched from the network.
            Exit code 0: trusted. 1: not trusted. 2: wrong usage, or a file that cannot be read.

            Examples:
              shype ek check ek.der
              tpm2_nvread 0x1c00002 | shype ek check - --ek ek.pub --json
              shype ek check ek.crt --ca /etc/shype/ek-roots --at 2024-01-31
            """)
        { file, authorities, anchors, trust, only, key, attestation, at, old, sha1, json };
        check.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var path = parsed.GetRequiredValue(file);
            var brought = await CertificateInput.ReadAsync(surroundings, path, cancellationToken);
            List<TrustedAuthority> known = parsed.GetValue(only) ? [] : [.. Shipped(parsed.GetValue(trust) ?? [])];
            foreach (var folder in parsed.GetValue(authorities) ?? [])
            {
                known.AddRange(TrustedAuthority.OfFile(folder, await CertificateInput.ReadFolderAsync(surroundings, folder, cancellationToken)));
            }

            foreach (var anchor in parsed.GetValue(anchors) ?? [])
            {
                known.AddRange((await CertificateInput.ReadAsync(surroundings, anchor, cancellationToken)).Select(certificate =>
                    new TrustedAuthority(anchor, AuthorityOrigin.File, IsAnchor: true, IsOn: true, IsVirtual: false, certificate, anchor)));
            }

            var policy = TrustedAuthority.ToPolicy(known) with { AcceptExpiredAuthorities = parsed.GetValue(old), UnsafeAllowSha1 = parsed.GetValue(sha1) };
            var now = parsed.GetValue(at) is { } moment ? Moment(moment) : surroundings.Clock.GetUtcNow();
            var isAk = parsed.GetValue(attestation);
            var verdict = isAk ? AkCertificateCheck.Check(brought, policy, now) : EkCertificateCheck.Check(brought, policy, now);
            if (parsed.GetValue(key) is { } keyFile)
            {
                var bytes = await InputFile.ReadAsync(surroundings, keyFile, MaxKeyBytes, cancellationToken);
                verdict = EkKeyFile.TryCompare(bytes, brought[0], !isAk, out var findings, out var problem)
                    ? verdict with { Findings = [.. verdict.Findings, .. findings] }
                    : throw CommandException.Unusable($"--ek: {InputFile.NameOf(keyFile)} cannot be used: {problem}");
            }

            return Show(report, EkCheckReport.Of(verdict, known));
        });
        return check;
    }

    private static IEnumerable<TrustedAuthority> Shipped(string[] switchedOn)
    {
        foreach (var id in switchedOn)
        {
            if (!TrustedAuthority.OfVendors.Any(shipped => shipped.Id == id && shipped.IsAnchor))
            {
                throw CommandException.Unusable(
                    $"--trust: '{id}' is no shipped anchor; there are {string.Join(", ", TrustedAuthority.OfVendors.Where(shipped => shipped.IsAnchor).Select(shipped => shipped.Id))}");
            }
        }

        return TrustedAuthority.OfVendors.Select(shipped => shipped with { IsOn = shipped.IsOn || switchedOn.Contains(shipped.Id) });
    }

    private static int Show(Report report, EkCheckReport checkedCertificate)
    {
        if (report.Json)
        {
            report.Write(checkedCertificate, CliJson.Default.EkCheckReport);
        }
        else
        {
            new EkCheckText(report).Write(checkedCertificate);
        }

        return (int)(checkedCertificate.Trusted ? ExitCode.Yes : ExitCode.Refused);
    }

    private static DateTimeOffset Moment(string text) =>
        DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment
            : throw CommandException.Unusable($"--at: '{text}' is no moment; write 2024-01-31 or 2024-01-31T12:00:00Z");

    private static readonly string[] Formats = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK"];
    private const int MaxKeyBytes = 64 * 1024;
}
