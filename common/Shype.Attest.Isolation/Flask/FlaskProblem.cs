namespace Shype.Attest.Isolation.Flask;

/// <summary>Why a binary policy is refused.</summary>
/// <param name="Member">The part of the format that is wrong, by the name of its structure.</param>
/// <param name="Offset">Byte offset in the file.</param>
/// <param name="Problem">What is wrong, in words.</param>
public sealed record FlaskProblem(string Member, int Offset, string Problem)
{
    /// <summary>"class.name at byte 120: longer than 255 bytes".</summary>
    public override string ToString() => $"{Member} at byte {Offset}: {Problem}";
}
