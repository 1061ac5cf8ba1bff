using System.Text.Json;

namespace Shype.Attest.Client;

/// <summary>What is asked about a VM.</summary>
/// <param name="Vm">Its uuid or its name. A name can be given to another VM: ask by uuid where it matters.</param>
public sealed record VmQuestion(string Vm)
{
    /// <summary>The nonce, 8 to 64 bytes, where it is the caller's own; a random one of 32 bytes otherwise. Never use one twice.</summary>
    public byte[]? Nonce { get; init; }

    /// <summary>Guarantees that must be proven, each as docs/guarantees.md writes a demand: <c>{"no-flow": {"from": "a", "to": "b"}}</c>.</summary>
    public IReadOnlyList<JsonElement> Guarantees { get; init; } = [];

    /// <summary>Labels that are trusted to pass nothing on.</summary>
    public IReadOnlyList<string> Mediators { get; init; } = [];
}
