namespace Shype.Attest.Tpm.Wire;

/// <summary>Why bytes are not the TPM structure that they should be.</summary>
/// <param name="Member">The member that could not be read, as the specification names it.</param>
/// <param name="Offset">The byte at which it begins, counted from the start of what was given.</param>
/// <param name="Problem">What is wrong, for a person; no full stop.</param>
public sealed record TpmFormatProblem(string Member, int Offset, string Problem)
{
    /// <summary>"qualifiedSigner at byte 8: needs 32 bytes, 0 left".</summary>
    public override string ToString() => $"{Member} at byte {Offset}: {Problem}";
}

/// <summary>Thrown inside the codec only; <see cref="TpmWire"/> is the border where it becomes a <see cref="TpmFormatProblem"/>.</summary>
public sealed class TpmFormatException : Exception
{
    /// <summary>A problem on its way to the border.</summary>
    public TpmFormatException(TpmFormatProblem problem)
        : base(problem?.ToString()) => Problem = problem!;

    /// <summary>What is wrong.</summary>
    public TpmFormatProblem Problem { get; }
}
