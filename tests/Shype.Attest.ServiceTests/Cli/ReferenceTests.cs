using System.Formats.Cbor;
using System.Text;
using Shype.Attest.Appraisal.References;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Shype.Attest.Verifier.Attestation;
using Xunit;

namespace Shype.Attest.ServiceTests.Cli;

/// <summary>Reference values by the real command line: OpenSSL's keys and verdict, dpkg's packages, a running verifier.</summary>
public sealed class ReferenceTests : IAsyncLifetime
{
    private readonly ScratchFolder _scratch = new();
    private RunningVerifier _verifier = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _verifier = await RunningVerifier.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _verifier.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task What_is_signed_here_is_verified_by_OpenSSL_and_taken_listed_exported_and_removed()
    {
        await KeyAsync("maker");
        await File.WriteAllBytesAsync(_scratch["references.json"], ReferenceSet.Encode(VirtualReferences.Document), Now);
        var signed = await Shype.RunAsync("reference", "sign", _scratch["references.json"], "--key", _scratch["maker.pem"], "--name", "fleet", "--sequence", "7",
            "--origin", "Example Ltd, build 7", "--not-after", "2037-01-31", "-o", _scratch["fleet.corim"]);
        Assert.Equal((0, ""), (signed.ExitCode, signed.Errors));
        await OpenSslVerifiesAsync(await File.ReadAllBytesAsync(_scratch["fleet.corim"], Now));

        await SaysAsync(1, "nobody whom the verifier knows signed the bundle", "reference", "import", _scratch["fleet.corim"]);
        var signer = await SaysAsync(0, "", "reference", "signer", "add", "maker", _scratch["maker.pub.pem"]);
        var fingerprint = (await Tool.Run(null, "openssl", "pkey", "-pubin", "-in", _scratch["maker.pub.pem"], "-outform", "DER", "-out", _scratch["maker.der"])) is var _
            ? Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(_scratch["maker.der"], Now)))
            : "";
        Assert.Contains(fingerprint, signer.Output, StringComparison.Ordinal);
        await SaysAsync(0, "", "reference", "import", _scratch["fleet.corim"]);
        var list = await SaysAsync(0, "", "reference", "list");
        Assert.Matches(@"operator +0 +in-force +0 +an operator set it +does not expire +set by an operator\n", list.Output);
        Assert.Matches($@"fleet +7 +in-force +\d+ +maker \({fingerprint[..16]}\) +until 2037-01-31 23:59:59Z +Example Ltd, build 7\n", list.Output);

        await SaysAsync(0, "", "reference", "export", "fleet", "--cose", "-o", _scratch["again.corim"]);
        Assert.Equal(await File.ReadAllBytesAsync(_scratch["fleet.corim"], Now), await File.ReadAllBytesAsync(_scratch["again.corim"], Now));
        await SaysAsync(0, "", "reference", "export", "fleet", "-o", _scratch["again.json"]);
        Assert.Equal(await File.ReadAllBytesAsync(_scratch["references.json"], Now), await File.ReadAllBytesAsync(_scratch["again.json"], Now));
        await SaysAsync(0, "", "reference", "export", "fleet", "--sign", _scratch["maker.pem"], "--name", "fleet", "--sequence", "8", "--origin", "again", "-o", _scratch["next.corim"]);
        await SaysAsync(0, "", "reference", "import", _scratch["next.corim"]);
        var back = await SaysAsync(1, "older than what the verifier has seen", "reference", "import", _scratch["fleet.corim"]);
        Assert.Contains("'fleet' comes as version 7, but version 8 is in force.", back.Errors, StringComparison.Ordinal);

        await SaysAsync(1, "somebody else changed it meanwhile", "reference", "remove", "fleet", "--sequence", "7");
        Assert.Contains("removed: fleet 8", (await SaysAsync(0, "", "reference", "remove", "fleet")).Output, StringComparison.Ordinal);
        var history = await SaysAsync(0, "", "reference", "history");
        Assert.Matches(@"operator  removed fleet, version 8\n    removed hypervisors/", history.Output);
        Assert.Equal("removed", (await _verifier.OperatorAsync("reference", "history", "--json")).Json.GetProperty("events")[0].GetProperty("action").GetString());
    }

    [Fact]
    public async Task V18_a_CoRIM_of_somebody_else_needs_a_signature_and_what_breaks_its_profile_gets_none()
    {
        await KeyAsync("maker");
        await SaysAsync(0, "", "reference", "signer", "add", "maker", _scratch["maker.pub.pem"]);
        await SaysAsync(1, "the bundle is not signed (shype reference sign)", "reference", "import", TestData.PathOf("corim", "corim-parsec-tpm-valid.cbor"));
        await SaysAsync(0, "", "reference", "sign", TestData.PathOf("corim", "corim-parsec-tpm-valid.cbor"), "--key", _scratch["maker.pem"], "-o", _scratch["parsec.corim"]);
        var imported = await _verifier.OperatorAsync("reference", "import", _scratch["parsec.corim"], "--json");
        Assert.Equal(("Parsec", 3, 1), (imported.Json.GetProperty("origin").GetString(), imported.Json.GetProperty("values").GetInt32(), imported.Json.GetProperty("unused").GetInt32()));
        foreach (var bad in (string[])["corim-parsec-tpm-bad-no-pcr", "corim-parsec-tpm-bad-no-digests", "corim-parsec-tpm-bad-multiple-keys", "hirs_corim_expected_with_comid"])
        {
            await SaysAsync(2, "is no CoRIM that a verifier of this version takes", "reference", "sign", TestData.PathOf("corim", bad + ".cbor"), "--key", _scratch["maker.pem"], "-o", _scratch["bad"]);
        }
    }

    [Fact]
    public async Task R20_a_signing_key_that_others_can_read_is_refused()
    {
        await KeyAsync("open");
        File.SetUnixFileMode(_scratch["open.pem"], UnixFileMode.UserRead | UnixFileMode.GroupRead);
        await File.WriteAllBytesAsync(_scratch["references.json"], ReferenceSet.Encode(VirtualReferences.Document), Now);
        await SaysAsync(2, "chmod 600", "reference", "sign", _scratch["references.json"], "--key", _scratch["open.pem"], "--name", "x", "--sequence", "1", "--origin", "x", "-o", _scratch["x"]);
    }

    [Fact]
    public async Task What_a_host_runs_is_shown_and_in_force_only_when_somebody_accepts()
    {
        await _verifier.Service<CurrentReferences>().ReplaceAsync(ReferenceSet.Empty, 0, "test", DateTimeOffset.UtcNow, Now);
        var agent = await _verifier.BootHostAsync("hv1");
        await SaysAsync(1, "what the host measured cannot be offered as good", "reference", "capture", "hv1", "--accept");
        await agent.AttestAsync();

        var shown = await SaysAsync(0, "nothing was changed; --accept puts it into force", "reference", "capture", "hv1", "-o", _scratch["hv1.json"]);
        Assert.Contains("+ vms/web\n", shown.Output, StringComparison.Ordinal);
        Assert.Contains($"image: {new HostSpec().Hypervisor!.ImageDigest}", shown.Output, StringComparison.Ordinal);
        Assert.Equal(1, _verifier.Service<CurrentReferences>().Current.Version);
        Assert.True(ReferenceSet.TryRead(await File.ReadAllBytesAsync(_scratch["hv1.json"], Now), out _, out _));

        Assert.Contains("in force: version \"2\"", (await SaysAsync(0, "", "reference", "capture", "hv1", "--accept")).Output, StringComparison.Ordinal);
        Assert.True(global::Shype.Attest.Protocol.ResultToken.TryReadUnverified(await agent.AttestAsync(), out var verdict, out _));
        Assert.Equal(global::Shype.Attest.Protocol.TrustTier.Affirming, verdict.Result.Submods["host"].Status);
        Assert.Contains("is in the references already", (await SaysAsync(0, "", "reference", "capture", "hv1")).Output, StringComparison.Ordinal);

        await agent.AttestAsync(evidence => evidence with { QuoteSignature = new byte[] { 0, 24, 0, 11, 0, 0 } });
        await SaysAsync(1, "quote-signature", "reference", "capture", "hv1", "--accept");
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public async Task A_package_is_read_as_dpkg_unpacks_it(string compression)
    {
        var (hypervisor, kernel) = (await PackageAsync("xen-hypervisor-4.17-amd64", compression, "boot/xen-4.17-amd64.gz", "boot/xen-4.17-amd64.efi"), await PackageAsync("linux-image-6.1", compression, "boot/vmlinuz-6.1"));
        var listed = await Shype.RunAsync("reference", "from-package", hypervisor, kernel, "--all", "--json");
        Assert.Equal((0, ""), (listed.ExitCode, listed.Errors));
        var ours = listed.Json.GetProperty("files").EnumerateArray().Select(file => $"{file.GetProperty("digest").GetString()![7..]}  .{file.GetProperty("path").GetString()}").Order(StringComparer.Ordinal);
        await Tool.Run(null, "dpkg-deb", "-x", hypervisor, _scratch["out"]);
        await Tool.Run(null, "dpkg-deb", "-x", kernel, _scratch["out"]);
        var theirs = await Tool.Run(null, "sh", "-c", $"cd '{_scratch["out"]}' && find . -type f -exec sha256sum {{}} +");
        Assert.Equal(theirs.Trim().Split('\n').Order(StringComparer.Ordinal), ours);
        Assert.Equal(5, ours.Count());

        await SaysOfflineAsync(2, "a host makes its initrd itself", "from-package", hypervisor, kernel, "--command-line", "placeholder", "--kernel-command-line", "ro");
        await SaysOfflineAsync(0, "", "from-package", hypervisor, kernel, "--command-line", "placeholder", "--kernel-command-line", "ro", "--initrd", "none", "-o", _scratch["xen.json"]);
        Assert.True(ReferenceSet.TryRead(await File.ReadAllBytesAsync(_scratch["xen.json"], Now), out var set, out var problem), problem?.ToString());
        Assert.Equal(2, set.Hypervisors.Count);
        Assert.StartsWith("xen-hypervisor-4.17-amd64 1.0-1 all: /boot/xen-4.17-amd64.", set.Hypervisors[0].Name, StringComparison.Ordinal);

        await File.WriteAllTextAsync(_scratch["no.deb"], "no package", Now);
        await SaysOfflineAsync(2, "is no Debian package", "from-package", _scratch["no.deb"]);
    }

    private async Task<string> PackageAsync(string name, string compression, params string[] files)
    {
        var root = _scratch[name];
        Directory.CreateDirectory(Path.Combine(root, "DEBIAN"));
        await File.WriteAllTextAsync(Path.Combine(root, "DEBIAN", "control"), $"Package: {name}\nVersion: 1.0-1\nArchitecture: all\nMaintainer: t <t@example.org>\nDescription: t\n", Now);
        foreach (var file in (string[])[.. files, $"usr/share/doc/{name}/copyright"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, file))!);
            await File.WriteAllTextAsync(Path.Combine(root, file), $"{file} of {name}", Now);
        }

        await Tool.Run(null, "dpkg-deb", "-Z" + compression, "--root-owner-group", "--build", root, _scratch[name + ".deb"]);
        return _scratch[name + ".deb"];
    }

    private async Task KeyAsync(string name)
    {
        await Tool.Run(null, "openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", _scratch[name + ".pem"]);
        File.SetUnixFileMode(_scratch[name + ".pem"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await Tool.Run(null, "openssl", "pkey", "-in", _scratch[name + ".pem"], "-pubout", "-out", _scratch[name + ".pub.pem"]);
    }

    // RFC 9052 4.4: Sig_structure, put together by hand and given to OpenSSL with the signature as RFC 3279 2.2.3 has it.
    private async Task OpenSslVerifiesAsync(byte[] cose)
    {
        var reader = new CborReader(cose);
        Assert.Equal(18UL, (ulong)reader.ReadTag());
        Assert.Equal(4, reader.ReadStartArray());
        var protectedHeaders = reader.ReadByteString();
        reader.SkipValue();
        var (payload, signature) = (reader.ReadByteString(), reader.ReadByteString());
        var signed = new CborWriter();
        signed.WriteStartArray(4);
        signed.WriteTextString("Signature1");
        signed.WriteByteString(protectedHeaders);
        signed.WriteByteString([]);
        signed.WriteByteString(payload);
        signed.WriteEndArray();
        await File.WriteAllBytesAsync(_scratch["tbs"], signed.Encode(), Now);
        var der = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (der.PushSequence())
        {
            der.WriteIntegerUnsigned(signature.AsSpan(0, 32).TrimStart((byte)0) is { Length: > 0 } r ? r : [0]);
            der.WriteIntegerUnsigned(signature.AsSpan(32).TrimStart((byte)0) is { Length: > 0 } s ? s : [0]);
        }

        await File.WriteAllBytesAsync(_scratch["sig"], der.Encode(), Now);
        Assert.Contains("Verified OK", await Tool.Run(null, "openssl", "dgst", "-sha256", "-verify", _scratch["maker.pub.pem"], "-signature", _scratch["sig"], _scratch["tbs"]), StringComparison.Ordinal);
        Assert.Contains("reference-document", Encoding.Latin1.GetString(payload), StringComparison.Ordinal);
    }

    private async Task<Shype> SaysAsync(int exitCode, string errors, params string[] arguments)
    {
        var run = await _verifier.OperatorAsync(arguments);
        Assert.True(run.ExitCode == exitCode, $"{string.Join(' ', arguments)}: {run.ExitCode}\n{run.Output}\n{run.Errors}");
        Assert.Contains(errors, run.Errors, StringComparison.Ordinal);
        return run;
    }

    private static async Task SaysOfflineAsync(int exitCode, string errors, params string[] arguments)
    {
        var run = await Shype.RunAsync(["reference", .. arguments]);
        Assert.True(run.ExitCode == exitCode, $"{string.Join(' ', arguments)}: {run.ExitCode}\n{run.Output}\n{run.Errors}");
        Assert.Contains(errors, run.Errors, StringComparison.Ordinal);
    }
}
