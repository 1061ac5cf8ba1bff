namespace Shype.Attest.Protocol;

/// <summary>Why bytes from the network were refused: the member, where it stands, what is wrong with it, and the limit when one was crossed.</summary>
/// <param name="Member">The name the format gives to the part that is wrong.</param>
/// <param name="Offset">Byte offset in the message.</param>
/// <param name="Problem">What is wrong, in words.</param>
/// <param name="Limit">The name in <see cref="ProtocolLimits"/> when a limit was crossed; an HTTP answer is then 413.</param>
public sealed record ProtocolProblem(string Member, int Offset, string Problem, string? Limit = null)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Member} at byte {Offset}: {Problem}";
}
