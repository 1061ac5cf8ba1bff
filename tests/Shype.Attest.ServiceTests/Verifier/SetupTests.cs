using System.Globalization;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Verifier.Hosting;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>What stops a start, and what a start leaves on the disk.</summary>
public sealed class SetupTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Secrets_are_for_the_owner_alone()
    {
        await using var verifier = await RunningVerifier.StartAsync(folder: _folder.Path);
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(verifier.State) & others);
        string[] secrets = ["operator.token", "relying-party.token", "tls/key.pem", "keys/audit.key", "keys/wrapping.key"];
                Assert.All(secrets, secret => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(verifier.State, secret))));
    }

    [Theory]
    [InlineData("operator.token")]
    [InlineData("tls/key.pem")]
    [InlineData("keys/audit.key")]
    [InlineData("keys/wrapping.key")]
    public async Task R19_a_secret_that_others_can_read_stops_the_start(string name)
    {
        var verifier = await RunningVerifier.StartAsync(folder: _folder.Path);
        await verifier.DisposeAsync();
        var path = Path.Combine(verifier.State, name);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var refused = await Assert.ThrowsAsync<SetupException>(() => RunningVerifier.StartAsync(folder: _folder.Path, vendor: verifier.Vendor));
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.Contains("chmod 600", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres:Host=/nowhere;Database=x;Password=hunter2", "DatabasePasswordFile")]
    [InlineData("postgres:Host=/nowhere;Database=x;hunter2", "NAME=VALUE")]
    [InlineData("postgres:Database=hunter2", "Host and Database")]
    [InlineData("postgres:Host=/nowhere;Database=x;Timeout=hunter2", "NAME=VALUE")]
    public async Task R20_a_wrong_database_setting_stops_the_start_and_what_could_be_a_password_is_not_repeated(string setting, string said)
    {
        var refused = await Assert.ThrowsAsync<SetupException>(() => RunningVerifier.StartAsync(new { Database = setting }, folder: _folder.Path));
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_does_not_answer_stops_the_start_and_is_named()
    {
        var password = _folder["password"];
        await File.WriteAllTextAsync(password, "hunter2\n", Now);
        File.SetUnixFileMode(password, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var refused = await Assert.ThrowsAsync<Shype.Attest.Verifier.Store.StoreException>(() =>
            RunningVerifier.StartAsync(new { Database = "postgres:Host=/nowhere;Database=fleet", DatabasePasswordFile = password }, folder: _folder.Path));
        Assert.Contains("postgres /nowhere:5432/fleet", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_verifier_on_the_same_state_is_refused()
    {
        await using var verifier = await RunningVerifier.StartAsync(folder: _folder.Path);
        var refused = await Assert.ThrowsAsync<SetupException>(() => RunningVerifier.StartAsync(folder: _folder.Path, vendor: verifier.Vendor));
        Assert.Contains("another verifier", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_keys_and_certificate_stay_over_a_restart()
    {
        var first = await RunningVerifier.StartAsync(folder: _folder.Path);
        var before = Directory.EnumerateFiles(first.State, "*", SearchOption.AllDirectories).Where(IsSecret).ToDictionary(file => file, File.ReadAllText);
        await first.DisposeAsync();
        await using var second = await RunningVerifier.StartAsync(folder: _folder.Path, vendor: first.Vendor);
        Assert.Equal(before, Directory.EnumerateFiles(second.State, "*", SearchOption.AllDirectories).Where(IsSecret).ToDictionary(file => file, File.ReadAllText));
        static bool IsSecret(string file) => Path.GetExtension(file) is ".pem" or ".token" or ".key";
    }

    [Theory]
    [InlineData("no state", "Verifier:State", "--ek-roots", "R")]
    [InlineData("unknown option", "'--frob'", "--frob", "1")]
    [InlineData("option without a value", "--state needs a value", "--state")]
    [InlineData("option twice", "given twice", "--state", "S", "--state", "S")]
    [InlineData("listen without port", "Verifier:Listen", "--state", "S", "--ek-roots", "R", "--listen", "127.0.0.1")]
    [InlineData("listen by name", "Verifier:Listen", "--state", "S", "--ek-roots", "R", "--listen", "localhost:1")]
    [InlineData("not a truth", "Verifier:RequireApproval", "--state", "S", "--ek-roots", "R", "--require-approval", "maybe")]
    [InlineData("roots are absent", "/nonexistent", "--state", "S", "--ek-roots", "/nonexistent")]
    [InlineData("roots are empty", "no certificate", "--state", "S", "--ek-roots", "E")]
    public async Task A_wrong_setting_is_named(string what, string named, params string[] arguments)
    {
        Directory.CreateDirectory(_folder["empty"]);
        Directory.CreateDirectory(_folder["roots"]);
        await File.WriteAllBytesAsync(_folder["roots/root.der"], new Testing.VirtualVendor().Root, Now);
        var given = arguments.Select(argument => argument switch { "S" => _folder["state"], "R" => _folder["roots"], "E" => _folder["empty"], _ => argument });
        var refused = await Assert.ThrowsAsync<SetupException>(() => VerifierApp.BuildAsync([.. given]));
        Assert.True(refused.Message.Contains(named, StringComparison.Ordinal), what + ": " + refused.Message);
    }

    [Theory]
    [InlineData("Typo", "1", "Verifier:Typo")]
    [InlineData("ResultLifetime", "10:00:00", "ResultLifetime")]
    [InlineData("ResultLifetime", "soon", "Verifier:ResultLifetime")]
    [InlineData("MaxPendingEnrolments", "0", "MaxPendingEnrolments")]
    [InlineData("TlsCertificate", "cert.pem", "TlsKey")]
    [InlineData("UseVendorRoots", "perhaps", "UseVendorRoots")]
    public async Task A_wrong_setting_in_the_file_is_named(string key, string value, string named)
    {
        var settings = new Dictionary<string, string> { [key] = value };
        var refused = await Assert.ThrowsAsync<SetupException>(() => RunningVerifier.StartAsync(settings, folder: _folder.Path));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configured_certificate_is_served_and_strangers_verify_the_connection()
    {
        await Tool.Run(null, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", _folder["k.pem"], "-out", _folder["c.pem"], "-subj", "/CN=own", "-addext",
            "subjectAltName=IP:127.0.0.1", "-days", "3");
        File.SetUnixFileMode(_folder["k.pem"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var verifier = await RunningVerifier.StartAsync(new { TlsCertificate = _folder["c.pem"], TlsKey = _folder["k.pem"] });
        var output = await Tool.Run(null, "openssl", "s_client", "-connect", verifier.Address.Authority, "-CAfile", _folder["c.pem"], "-verify_return_error", "-brief", "-no_ign_eof");
        Assert.DoesNotContain("error", output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task OpenSSL_takes_the_self_made_certificate_as_its_own_root_for_every_name_in_it()
    {
        await using var verifier = await RunningVerifier.StartAsync(new { TlsNames = (string[])["verifier.example", "192.0.2.7"] });
        var certificate = Path.Combine(verifier.State, "tls", "cert.pem");
        foreach (var name in (string[])["localhost", "verifier.example"])
        {
            await Tool.Run(null, "openssl", "verify", "-CAfile", certificate, "-purpose", "sslserver", "-verify_hostname", name, certificate);
        }

        foreach (var address in (string[])["127.0.0.1", "::1", "192.0.2.7"])
        {
            await Tool.Run(null, "openssl", "verify", "-CAfile", certificate, "-purpose", "sslserver", "-verify_ip", address, certificate);
        }
    }

    [Fact]
    public async Task The_program_says_where_it_listens_and_ends_at_SIGTERM_with_exit_code_0()
    {
        var roots = Directory.CreateDirectory(_folder["roots"]).FullName;
        await File.WriteAllBytesAsync(Path.Combine(roots, "root.der"), new Testing.VirtualVendor().Root, Now);
        using var process = VerifierProcess.Start("--state", _folder["state"], "--ek-roots", roots, "--listen", "127.0.0.1:0");
        var line = await process.StandardOutput.ReadLineAsync(Now);
        Assert.Matches(@"^listening https://127\.0\.0\.1:\d+$", line);
        await Tool.Run(null, "kill", "-TERM", process.Id.ToString(CultureInfo.InvariantCulture));
        await process.WaitForExitAsync(Now);
        Assert.Equal(0, process.ExitCode);
        Assert.Equal("", await process.StandardOutput.ReadToEndAsync(Now));
    }

    [Theory]
    [InlineData(0, "--help")]
    [InlineData(0, "--version")]
    [InlineData(2)]
    [InlineData(2, "--state")]
    public async Task The_program_explains_itself_and_refuses_wrong_usage(int exitCode, params string[] arguments)
    {
        using var process = VerifierProcess.Start(arguments);
        var output = await process.StandardOutput.ReadToEndAsync(Now);
        var errors = await process.StandardError.ReadToEndAsync(Now);
        await process.WaitForExitAsync(Now);
        Assert.Equal(exitCode, process.ExitCode);
        Assert.NotEmpty(exitCode == 0 ? output : errors);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }
}
