using System.CommandLine;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Commands;

/// <summary>A relying party's nonce in hex.</summary>
internal static class NonceOption
{
    public static Option<string?> Create(string description) => new("--nonce") { Description = description, HelpName = "HEX" };

    /// <exception cref="CommandException">Not hex, too short or too long.</exception>
    public static byte[]? Parse(string? hex)
    {
        if (hex is null)
        {
            return null;
        }

        var bytes = HexText.Parse("--nonce", hex);
        // RFC 9711, eat_nonce.
        return bytes.Length is >= ProtocolLimits.MinNonceBytes and <= ProtocolLimits.MaxNonceBytes
            ? bytes
            : throw CommandException.Unusable(
                $"--nonce: {bytes.Length} bytes, {ProtocolLimits.MinNonceBytes} to {ProtocolLimits.MaxNonceBytes} are allowed");
    }
}
