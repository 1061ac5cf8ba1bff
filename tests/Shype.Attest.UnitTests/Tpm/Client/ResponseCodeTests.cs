using Shype.Attest.Tpm.Client;
using Xunit;

namespace Shype.Attest.UnitTests.Tpm.Client;

public sealed class ResponseCodeTests
{
    // TPM 2.0 Part 2, 6.6.3, Table 17, as it is printed there.
    private const string Version1 = """
        000 INITIALIZE 001 FAILURE 003 SEQUENCE 00b PRIVATE 019 HMAC 020 DISABLED 021 EXCLUSIVE 024 AUTH_TYPE 025 AUTH_MISSING 026 POLICY 027 PCR
        028 PCR_CHANGED 02d UPGRADE 02e TOO_MANY_CONTEXTS 02f AUTH_UNAVAILABLE 030 REBOOT 031 UNBALANCED 042 COMMAND_SIZE 043 COMMAND_CODE 044 AUTHSIZE
        045 AUTH_CONTEXT 046 NV_RANGE 047 NV_SIZE 048 NV_LOCKED 049 NV_AUTHORIZATION 04a NV_UNINITIALIZED 04b NV_SPACE 04c NV_DEFINED 050 BAD_CONTEXT
        051 CPHASH 052 PARENT 053 NEEDS_TEST 054 NO_RESULT 055 SENSITIVE
        """;

    private const string FormatOne = """
        001 ASYMMETRIC 002 ATTRIBUTES 003 HASH 004 VALUE 005 HIERARCHY 007 KEY_SIZE 008 MGF 009 MODE 00a TYPE 00b HANDLE 00c KDF 00d RANGE 00e AUTH_FAIL
        00f NONCE 010 PP 012 SCHEME 015 SIZE 016 SYMMETRIC 017 TAG 018 SELECTOR 01a INSUFFICIENT 01b SIGNATURE 01c KEY 01d POLICY_FAIL 01f INTEGRITY
        020 TICKET 021 RESERVED_BITS 022 BAD_AUTH 023 EXPIRED 024 POLICY_CC 025 BINDING 026 CURVE 027 ECC_POINT 028 FW_LIMITED 029 SVN_LIMITED
        """;

    private const string Warnings = """
        001 CONTEXT_GAP 002 OBJECT_MEMORY 003 SESSION_MEMORY 004 MEMORY 005 SESSION_HANDLES 006 OBJECT_HANDLES 007 LOCALITY 008 YIELDED 009 CANCELED
        00a TESTING 010 REFERENCE_H0 011 REFERENCE_H1 012 REFERENCE_H2 013 REFERENCE_H3 014 REFERENCE_H4 015 REFERENCE_H5 016 REFERENCE_H6
        018 REFERENCE_S0 019 REFERENCE_S1 01a REFERENCE_S2 01b REFERENCE_S3 01c REFERENCE_S4 01d REFERENCE_S5 01e REFERENCE_S6 020 NV_RATE 021 LOCKOUT
        022 RETRY 023 NV_UNAVAILABLE 07f NOT_USED
        """;

    [Fact]
    public void Every_code_of_the_specification_has_its_name_and_no_other_number_has_one()
    {
        var expected = Table(Version1, 0x100).Concat(Table(FormatOne, 0x080)).Concat(Table(Warnings, 0x900)).Append((0x000u, "SUCCESS")).Append((0x01eu, "BAD_TAG"))
            .ToDictionary(entry => entry.Item1, entry => "TPM_RC_" + entry.Item2);
        // Every base code; format-one numbers differ only in who is at fault.
        for (var value = 0u; value < 0x1000; value++)
        {
            var code = new ResponseCode(value);
            if (code.Base == code)
            {
                Assert.Equal(expected.GetValueOrDefault(value, $"0x{value:x3}"), code.Name);
            }
            else
            {
                Assert.Equal(code.Base.Name.StartsWith("0x", StringComparison.Ordinal), code.Name.StartsWith("0x", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Every_code_says_what_it_means_and_what_to_do_in_one_sentence_each()
    {
        for (var value = 0u; value < 0x1000; value++)
        {
            var code = new ResponseCode(value);
            Assert.All([code.Meaning, code.Advice], text => Assert.True(text.Length > 10 && !text.EndsWith('.') && char.IsLower(text[0]) | text.StartsWith("TPM", StringComparison.Ordinal), $"{code}: {text}"));
        }
    }

    [Theory]
    [InlineData(0x000, "None", 0, "TPM_RC_SUCCESS (0x000)")]
    [InlineData(0x084, "Command", 0, "TPM_RC_VALUE (0x084)")]
    [InlineData(0x184, "Handle", 1, "TPM_RC_VALUE (0x184), handle 1")]
    [InlineData(0x78b, "Handle", 7, "TPM_RC_HANDLE (0x78b), handle 7")]
    [InlineData(0x1c4, "Parameter", 1, "TPM_RC_VALUE (0x1c4), parameter 1")]
    [InlineData(0xfdf, "Parameter", 15, "TPM_RC_INTEGRITY (0xfdf), parameter 15")]
    [InlineData(0x0d5, "Parameter", 0, "TPM_RC_SIZE (0x0d5), parameter 0")]
    [InlineData(0x98e, "Session", 1, "TPM_RC_AUTH_FAIL (0x98e), session 1")]
    [InlineData(0xaa2, "Session", 2, "TPM_RC_BAD_AUTH (0xaa2), session 2")]
    [InlineData(0x922, "Warning", 0, "TPM_RC_RETRY (0x922)")]
    [InlineData(0x101, "Command", 0, "TPM_RC_FAILURE (0x101)")]
    [InlineData(0x500, "Vendor", 0, "0x500 (0x500)")]
    [InlineData(0xb0143, "Layer", 0, "TPM_RC_COMMAND_CODE (0xb0143), from the kernel's resource manager")]
    [InlineData(0xffffffff, "Layer", 0, "0xffffffff (0xffffffff), from software layer 65535")]
    public void The_culprit_and_its_number_are_read_from_the_code(uint value, string culprit, int number, string text)
    {
        var code = new ResponseCode(value);
        Assert.Equal((culprit, number, text), (code.Culprit.ToString(), code.Number, code.ToString()));
        if (value != 0)
        {
            Assert.Equal(
                culprit is "Command" or "Layer" ? "TpmException" : $"Tpm{culprit}Exception",
                TpmException.Of(CommandCode.Quote, code).GetType().Name);
        }
    }

    private static IEnumerable<(uint, string)> Table(string text, uint offset) => text
        .Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Chunk(2)
        .Select(entry => (offset + Convert.ToUInt32(entry[0], 16), entry[1]));
}
