using System.Buffers;

namespace Shype.Attest.Cli.Commands;

/// <summary>Bytes that somebody typed in hex.</summary>
internal static class HexText
{
    /// <exception cref="CommandException">Not hex.</exception>
    public static byte[] Parse(string option, string text)
    {
        var digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text;
        var bytes = new byte[digits.Length / 2];
        return digits.Length % 2 == 0 && Convert.FromHexString(digits, bytes, out _, out _) == OperationStatus.Done
            ? bytes
            : throw CommandException.Unusable($"{option}: '{text}' is not hex, two digits for each byte");
    }
}
