using Shype.Attest.Tpm.Client;

namespace Shype.Attest.UnitTests.Tpm.Client;

/// <summary>Answers with bytes that no real TPM sends, and keeps what was asked.</summary>
internal sealed class ScriptedTransport(params string[] responses) : ITpmTransport
{
    private int _next;

    public List<byte[]> Commands { get; } = [];

    public int Exchange(ReadOnlySpan<byte> command, Span<byte> response)
    {
        Commands.Add(command.ToArray());
        var bytes = Convert.FromHexString(responses[Math.Min(_next++, responses.Length - 1)].Replace(" ", "", StringComparison.Ordinal));
        bytes.CopyTo(response);
        return bytes.Length;
    }

    public void Dispose()
    {
    }
}
