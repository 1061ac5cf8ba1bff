using System.Buffers.Binary;
using System.Security.Cryptography;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Tpm.Client;

/// <summary>Responses that a TPM never gives, and something on the wire may (row A04).</summary>
public sealed class MalformedResponseTests
{
    [Theory]
    [InlineData("", "tag at byte 0: needs 2 bytes, 0 left")]
    [InlineData("8001 0000000a 000000", "responseSize at byte 2: is 10, and 9 bytes came")]
    [InlineData("8001 0000000e 00000000 0001 ab", "responseSize at byte 2: is 14, and 13 bytes came")]
    [InlineData("8001 ffffffff 00000000 0001 ab", "responseSize at byte 2: is 4294967295, and 13 bytes came")]
    [InlineData("8002 0000000d 00000000 0001 ab", "tag at byte 0: is 8002; 8001 is needed")]
    [InlineData("0000 0000000d 00000000 0001 ab", "tag at byte 0: is 0000; 8001 is needed")]
    [InlineData("8002 0000000a 00000101", "tag at byte 0: is 8002; 8001 is needed")]
    [InlineData("00c4 0000000a 00000101", "tag at byte 0: is 00c4; 8001 is needed")]
    [InlineData("8001 0000000b 00000101 00", "refusal at byte 10: 1 bytes are left over")]
    [InlineData("8001 0000000a 00000000", "randomBytes at byte 10: needs 2 bytes, 0 left")]
    [InlineData("8001 0000000d 00000000 0002 ab", "randomBytes at byte 12: needs 2 bytes, 1 left")]
    [InlineData("8001 0000000e 00000000 0001 abcd", "response at byte 13: 1 bytes are left over")]
    [InlineData("8001 0000000e 00000000 ffff abcd", "randomBytes at byte 10: has 65535 bytes, 64 are allowed")]
    public void A_bad_response_is_named_with_member_and_byte(string response, string problem)
    {
        using var client = new TpmClient(new ScriptedTransport(response));
        var refused = Assert.Throws<TpmResponseException>(() => client.Execute(new GetRandomCommand(1)));
        Assert.Equal(problem, refused.Problem.ToString());
        Assert.StartsWith($"the response to TPM2_GetRandom is malformed: {problem}", refused.Message, StringComparison.Ordinal);
        Assert.Null(refused.Session);
    }

    [Theory]
    [InlineData("8001 0000000a 00000000", "tag at byte 0: is 8001; 8002 is needed")]
    [InlineData("8002 0000000e 00000000 00000001", "parameterSize at byte 10: is 1, 0 bytes are left")]
    [InlineData("8002 0000000e 00000000 ffffffff", "parameterSize at byte 10: is 4294967295, 0 bytes are left")]
    [InlineData("8002 0000000e 00000000 00000000", "nonce at byte 14: needs 2 bytes, 0 left")]
    [InlineData("8002 00000014 00000000 00000000 0001 aa 01 0000", "nonce at byte 14: has 1 bytes, 0 are allowed")]
    [InlineData("8002 00000013 00000000 00000000 0000 02 0000", "sessionAttributes at byte 16: is 02; a password has 00 or 01")]
    [InlineData("8002 00000014 00000000 00000000 0000 01 0001 aa", "hmac at byte 17: has 1 bytes, 0 are allowed")]
    [InlineData("8002 00000014 00000000 00000000 0000 01 0000 aa", "authorization area at byte 19: 1 bytes are left over")]
    [InlineData("8002 00000014 00000000 00000001 aa 0000 01 0000", "response at byte 14: 1 bytes are left over")]
    public void A_bad_authorisation_area_is_named_with_member_and_byte(string response, string problem)
    {
        using var client = new TpmClient(new ScriptedTransport(response));
        Assert.Equal(problem, Assert.Throws<TpmResponseException>(() => client.Execute(new PcrResetCommand(Handle.Pcr(16)))).Problem.ToString());
    }

    [Fact]
    public void Only_the_refusal_of_a_TPM_1_2_has_its_old_tag()
    {
        using var client = new TpmClient(new ScriptedTransport("00c4 0000000a 0000001e"));
        Assert.Contains("check that this is a TPM 2.0", Assert.Throws<TpmException>(() => client.Execute(new GetRandomCommand(1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_show_nothing_of_what_was_in_the_response()
    {
        using var client = new TpmClient(new ScriptedTransport("8001 00000014 00000000 0004 5ec5e75e 5ec5e75e"));
        Assert.DoesNotContain("5ec5", Assert.Throws<TpmResponseException>(() => client.Execute(new GetRandomCommand(1))).ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_list_that_never_gets_on_is_not_asked_for_ever()
    {
        // moreData, TPM_CAP_ALGS, one algorithm: the same each time.
        var transport = new ScriptedTransport("8001 00000019 00000000 01 00000000 00000001 0001 00000009");
        using var client = new TpmClient(transport);
        Assert.Contains("the list does not get on", Assert.Throws<TpmResponseException>(() => Capabilities.Algorithms(client)).Message, StringComparison.Ordinal);
        Assert.Equal(2, transport.Commands.Count);
    }

    [Fact]
    public void A_list_of_another_capability_or_with_an_absurd_count_is_refused()
    {
        using var other = new TpmClient(new ScriptedTransport("8001 00000013 00000000 00 00000001 00000000"));
        Assert.Equal("capability at byte 11: is 1, 0 was asked for", Assert.Throws<TpmResponseException>(() => Capabilities.Algorithms(other)).Problem.ToString());
        using var absurd = new TpmClient(new ScriptedTransport("8001 00000013 00000000 00 00000000 ffffffff"));
        Assert.Equal("algorithms.count at byte 15: is 4294967295, 1024 are allowed", Assert.Throws<TpmResponseException>(() => Capabilities.Algorithms(absurd)).Problem.ToString());
    }

    [Fact]
    public void PCR_values_that_were_not_asked_for_are_refused()
    {
        var asked = PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 0));
        var zeros = new string('0', 64);
        // pcrUpdateCounter, one selection of sha256, then digests.
        using var another = new TpmClient(new ScriptedTransport("8001 0000003e 00000000 00000001 00000001 000b 03 020000 00000001 0020" + zeros));
        Assert.Contains("has PCRs that were not asked for", Assert.Throws<TpmResponseException>(() => PcrBanks.Read(another, asked)).Message, StringComparison.Ordinal);
        using var none = new TpmClient(new ScriptedTransport("8001 0000001c 00000000 00000001 00000001 000b 03 010000 00000000"));
        Assert.Contains("has no digest of sha256 for PCR 0", Assert.Throws<TpmResponseException>(() => PcrBanks.Read(none, asked)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_mutation_of_a_response_gets_out_as_another_exception()
    {
        // TPM2_ReadClock of a real TPM, and PCR_Reset with a password.
        string[] seeds = ["800100000023000000000000000000000b3c0000000000000b3c000000020000000001", "800200000013000000000000000000000100 00"];
        foreach (var seed in seeds.Select(text => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal))))
        {
            for (var round = 0; round < 4000; round++)
            {
                // Deterministic: the round is the seed.
                var bytes = (byte[])[.. seed];
                var noise = SHA256.HashData(BitConverter.GetBytes(round));
                bytes[noise[0] % bytes.Length] = noise[1];
                bytes[noise[2] % bytes.Length] ^= (byte)(1 << (noise[3] % 8));
                bytes = bytes[..(noise[4] < 64 ? noise[5] % (bytes.Length + 1) : bytes.Length)];
                if (bytes.Length >= 6 && noise[6] < 128)
                {
                    BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(2), bytes.Length);
                }

                using var client = new TpmClient(new ScriptedTransport(Convert.ToHexString(bytes)), TpmRetryPolicy.Never);
                try
                {
                    if (seed.Length > 20)
                    {
                        client.Execute(new ReadClockCommand());
                    }
                    else
                    {
                        client.Execute(new PcrResetCommand(Handle.Pcr(16)));
                    }
                }
                catch (TpmFailedException)
                {
                    // What it should be.
                }
            }
        }
    }
}
