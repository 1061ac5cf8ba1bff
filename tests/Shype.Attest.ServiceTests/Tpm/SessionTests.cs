using System.Runtime.Versioning;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.ServiceTests.Tpm;

/// <summary>Sessions on a real TPM with somebody on the wire who hears and changes things (rows A04, A05).</summary>
[SupportedOSPlatform("linux")]
public sealed class SessionTests : IDisposable
{
    private static readonly byte[] Secret = Enumerable.Range(1, 32).Select(value => (byte)(value * 5)).ToArray();
    private static readonly Handle Index = new(0x0180_0003);

    private readonly TpmFixture _tpm = new();
    private readonly Interposer _wire;
    private readonly TpmClient _client;

    public SessionTests()
    {
        _wire = new Interposer(TpmConnection.Open(_tpm.Emulator.Address));
        _client = new TpmClient(_wire);
    }

    public void Dispose()
    {
        _client.Dispose();
        _tpm.Dispose();
    }

    public static TheoryData<string, bool, bool> Kinds => new()
    {
        { "rsa", true, false },
        { "ecc", true, false },
        { "rsa", true, true },
        { "none", false, true },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_written_and_read_in_an_encrypting_session_does_not_travel_in_clear(string salt, bool salted, bool bound)
    {
        Define(Index, "owner");
        using var ek = salted ? EndorsementKey.Create(_client, salt == "rsa" ? KeyTemplates.EkRsa2048 : KeyTemplates.EkEccP256) : null;
        using (var session = Start(ek, bound))
        {
            _wire.Heard.Clear();
            _client.Execute(new NvWriteCommand(Index, Index, Secret, 0), session);
            Assert.Equal(Secret, _client.Execute(new NvReadCommand(Index, Index, 32, 0), session).Data);
            Assert.Equal(Secret, _client.Execute(new NvReadCommand(Index, Index, 32, 0), session).Data);
            Assert.False(Overheard(Secret));
        }

        Assert.Empty(Capabilities.Handles(_client, new Handle(0x0200_0000)));

        // And the ear of the test is good.
        _client.Execute(new NvReadCommand(Index, Index, 32, 0), TpmSession.Password("owner"u8));
        Assert.True(Overheard(Secret));
    }

    [Fact]
    public void A_password_of_a_new_object_is_hidden_and_works()
    {
        using var ek = EndorsementKey.Create(_client, KeyTemplates.EkEccP256);
        using var session = Start(ek, false);
        session.UseAuthValue([]);
        _wire.Heard.Clear();
        var created = _client.Execute(new CreatePrimaryCommand(Handle.Owner, KeyTemplates.AkEcdsaP256, new SensitiveCreate("open sesame"u8.ToArray(), [])), session);
        Assert.False(Overheard("open sesame"u8));
        session.UseAuthValue("open sesame"u8);
        var pcrs = PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 0));
        _client.Execute(new QuoteCommand(created.Handle, [1], pcrs), session);
        session.UseAuthValue("open sesam"u8);
        var refused = Assert.Throws<TpmSessionException>(() => _client.Execute(new QuoteCommand(created.Handle, [1], pcrs), session));
        Assert.True(refused.Code.Name is "TPM_RC_BAD_AUTH" or "TPM_RC_AUTH_FAIL", refused.Message);

        // The session outlives a refusal.
        session.UseAuthValue("open sesame\0"u8);
        _client.Execute(new QuoteCommand(created.Handle, [1], pcrs), session);
        _client.Execute(new FlushContextCommand(created.Handle));
        Assert.DoesNotContain(_wire.Heard, message => message.AsSpan().IndexOf("open sesam"u8) >= 0);
    }

    [Theory]
    [InlineData("code")]
    [InlineData("nonce")]
    [InlineData("parameters")]
    [InlineData("hmac")]
    [InlineData("attributes")]
    public void A05_one_bit_of_a_response_changed_is_found(string where)
    {
        using var ek = EndorsementKey.Create(_client, KeyTemplates.EkEccP256);
        using var session = Start(ek, false);
        _wire.OnResponse = (command, response) =>
        {
            if (command == CommandCode.GetRandom)
            {
                // Header 10, parameterSize 4, TPM2B 2 + 16, then nonce 2 + 32, attributes 1, HMAC 2 + 32.
                response[where switch { "parameters" => 20, "nonce" => 14 + 18 + 5, "attributes" => 14 + 18 + 34, "hmac" => response.Length - 1, _ => 9 }] ^= 1;
            }
        };
        if (where == "code")
        {
            // A refusal has no HMAC: it can be forged, but not into a success, and a forged one has the wrong tag.
            Assert.Equal("tag", Assert.Throws<TpmResponseException>(() => _client.Execute(new GetRandomCommand(16), session)).Problem.Member);
            return;
        }

        var refused = Assert.Throws<TpmResponseException>(() => _client.Execute(new GetRandomCommand(16), session));
        Assert.Equal(1, refused.Session);
        Assert.Contains("the response to TPM2_GetRandom is not authentic: wrong response HMAC of session 1", refused.Message, StringComparison.Ordinal);
        _wire.OnResponse = null;

        // Without a session nobody notices: that is what sessions are for.
        _wire.OnResponse = (_, response) => response[^1] ^= 1;
        _client.Execute(new GetRandomCommand(16));
    }

    [Fact]
    public void A05_a_command_changed_on_its_way_is_refused_by_the_TPM()
    {
        using var ek = EndorsementKey.Create(_client, KeyTemplates.EkEccP256);
        using var session = Start(ek, false);
        session.UseAuthValue([]);
        _wire.OnCommand = (command, bytes) =>
        {
            if (command == CommandCode.PcrExtend)
            {
                bytes[^1] ^= 1;
            }
        };
        var refused = Assert.Throws<TpmSessionException>(() => _client.Execute(
            new PcrExtendCommand(Handle.Pcr(11), new DigestValues([new HashValue(AlgorithmId.Sha256, Secret)])), session));
        Assert.Equal(1, refused.Number);
        Assert.All(PcrBanks.Read(_client, PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 11)))[AlgorithmId.Sha256, 11].ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void A05_a_handle_swapped_for_another_key_is_found_because_names_are_covered()
    {
        using var ek = EndorsementKey.Create(_client, KeyTemplates.EkEccP256);
        using var ours = LoadedObject.CreatePrimary(_client, Handle.Owner, KeyTemplates.AkEcdsaP256);
        using var another = LoadedObject.CreatePrimary(_client, Handle.Endorsement, KeyTemplates.AkEcdsaP256);
        using var session = Start(ek, false);
        session.UseAuthValue([]);
        _wire.OnCommand = (command, bytes) =>
        {
            if (command == CommandCode.Quote)
            {
                System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(10), another.Handle.Value);
            }
        };
        var quote = new QuoteCommand(ours.Handle, [1], PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 0)));
        Assert.Throws<TpmSessionException>(() => _client.Execute(quote, session));
        _client.Execute(quote);
    }

    [Fact]
    public void A05_a_response_played_again_is_found_because_nonces_roll()
    {
        using var ek = EndorsementKey.Create(_client, KeyTemplates.EkEccP256);
        using var session = Start(ek, false);
        byte[]? first = null;
        _wire.OnResponse = (command, response) =>
        {
            if (command == CommandCode.GetRandom)
            {
                first ??= [.. response];
                first.CopyTo(response, 0);
            }
        };
        _client.Execute(new GetRandomCommand(16), session);
        Assert.Equal(1, Assert.Throws<TpmResponseException>(() => _client.Execute(new GetRandomCommand(16), session)).Session);
    }

    [Fact]
    public void One_session_authorises_and_another_encrypts()
    {
        Define(Index, "owner");
        using var ek = EndorsementKey.Create(_client, KeyTemplates.EkRsa2048);
        using var authorising = _client.StartHmacSession();
        authorising.UseAuthValue("owner"u8);
        using var encrypting = Start(ek, false);
        encrypting.UseAuthValue([]);
        _wire.Heard.Clear();
        _client.Execute(new NvWriteCommand(Index, Index, Secret, 0), authorising, encrypting);
        Assert.Equal(Secret, _client.Execute(new NvReadCommand(Index, Index, 32, 0), authorising, encrypting).Data);
        Assert.Equal(Secret, _client.Execute(new NvReadCommand(Index, Index, 32, 0), TpmSession.Password("owner"u8), encrypting).Data);
        Assert.False(Overheard(Secret));
    }

    [Fact]
    public void Three_sessions_with_a_role_each()
    {
        using var ek = EndorsementKey.Create(_client, KeyTemplates.EkRsa2048);
        using var key = LoadedObject.CreatePrimary(_client, Handle.Owner, KeyTemplates.AkEcdsaP256);
        using var responses = _client.StartHmacSession(new SessionOptions { Salt = new SessionSalt(ek.Handle, ek.Public), EncryptResponses = true });
        using var commands = _client.StartHmacSession(new SessionOptions { Salt = new SessionSalt(ek.Handle, ek.Public), Hash = AlgorithmId.Sha384, EncryptCommands = true });
        using var authorising = _client.StartHmacSession();
        var quote = new QuoteCommand(key.Handle, Secret, PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 0)));
        _wire.Heard.Clear();
        var attest = _client.Execute(quote, authorising, commands, responses).Attest;
        Assert.False(Overheard(Secret));
        Assert.False(Overheard(attest));
        Assert.True(attest.AsSpan().IndexOf(Secret) >= 0);
        _client.Execute(quote, TpmSession.Password([]), responses, commands);
    }

    [Fact]
    public void A_policy_of_PCRs_holds_and_breaks()
    {
        using var trial = _client.StartPolicySession();
        var pcrs = PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 16));
        _client.Execute(new PolicyPcrCommand(trial.Handle, pcrs, []));
        var policy = _client.Execute(new PolicyGetDigestCommand(trial.Handle)).Digest;
        using var key = LoadedObject.CreatePrimary(_client, Handle.Owner, KeyTemplates.AkEcdsaP256 with
        {
            Attributes = KeyTemplates.AkEcdsaP256.Attributes & ~ObjectAttributes.UserWithAuth,
            AuthPolicy = policy,
        });
        var quote = new QuoteCommand(key.Handle, [1], pcrs);
        Assert.ThrowsAny<TpmException>(() => _client.Execute(quote));
        _client.Execute(quote, trial);
        _client.Execute(new PcrExtendCommand(Handle.Pcr(11), new DigestValues([new HashValue(AlgorithmId.Sha256, Secret)])));
        using var session = _client.StartPolicySession();
        _client.Execute(new PolicyPcrCommand(session.Handle, pcrs, []));
        _client.Execute(new PcrExtendCommand(Handle.Pcr(11), new DigestValues([new HashValue(AlgorithmId.Sha256, Secret)])));
        var refused = Assert.ThrowsAny<TpmException>(() => _client.Execute(quote, session));
        Assert.True(refused.Code.Name is "TPM_RC_PCR_CHANGED" or "TPM_RC_POLICY_FAIL", refused.Message);
    }

    [Fact]
    public void A_session_that_was_disposed_of_is_not_used_again()
    {
        var session = _client.StartHmacSession();
        session.Dispose();
        session.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _client.Execute(new GetRandomCommand(1), session));
        Assert.Throws<ArgumentException>(() => _client.Execute(new GetRandomCommand(1), session, session, session, session));
    }

    private HmacSession Start(LoadedObject? ek, bool bound)
    {
        var session = _client.StartHmacSession(new SessionOptions
        {
            Salt = ek is null ? null : new SessionSalt(ek.Handle, ek.Public),
            Bind = bound ? new SessionBind(Index, "owner"u8.ToArray()) : null,
            EncryptCommands = true,
            EncryptResponses = true,
        });
        session.UseAuthValue("owner"u8);
        return session;
    }

    private void Define(Handle index, string password) => _client.Execute(new NvDefineSpaceCommand(
        Handle.Owner, new NvPublic(index, AlgorithmId.Sha256, NvAttributes.AuthRead | NvAttributes.AuthWrite, [], 32), System.Text.Encoding.ASCII.GetBytes(password)));

    private bool Overheard(ReadOnlySpan<byte> secret)
    {
        foreach (var message in _wire.Heard)
        {
            if (message.AsSpan().IndexOf(secret) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
